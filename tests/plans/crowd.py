"""A database with many rows in every table that the hot requests touch, and the plans of what they ask."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from benchmarks import population

from agent_services.app import create_app_around
from agent_services.composition.platform import Platform, composed
from agent_services.platform.database import Database, UnitOfWork
from agent_services.settings import Settings
from tests.platform_app import ALL_SCOPES, V1, settings_for_tests

ROWS = 20_000
_CROWD = """
    INSERT INTO sandbox.user_group (group_id, affinity_group, created_at)
    SELECT 'group-' || number, 'Agent', '2024-01-01' FROM generate_series(1, 5000) AS number;
    INSERT INTO sandbox.person (user_id, group_id, created_at)
    SELECT 'user-' || number, 'group-' || number, '2024-01-01' FROM generate_series(1, 5000) AS number;
    INSERT INTO sandbox.session (token, session_id, user_id, provider_type, created_at)
    SELECT 'token-' || number, 'session-' || number, 'user-' || number, 'GovernmentGateway', '2024-01-01'
      FROM generate_series(1, 5000) AS number;
    INSERT INTO sandbox.gateway_access_token (digest, client_id, user_id, session_id, scopes, ends_at)
    SELECT sha256(number::text::bytea), 'sandbox-application', 'user-' || number, 'session-' || number, '{}',
           '2099-01-01'
      FROM generate_series(1, 5000) AS number;
    INSERT INTO agent_services.delete_record (id, arn, enrolment_key, date_time, number_of_attempts, tries)
    SELECT gen_random_uuid(), 'ZARN' || number, 'HMRC-MTD-VAT~VRN~' || (400000000 + number), '2024-01-01', 0, 0
      FROM generate_series(1, 5000) AS number;
    INSERT INTO agent_services.relationship_copy_record (arn, enrolment_key, date_time)
    SELECT 'ZARN' || number, 'HMRC-MTD-IT~MTDITID~' || (400000000 + number), '2024-01-01'
      FROM generate_series(1, 5000) AS number;
    INSERT INTO agent_services.relationship_creation
           (id, arn, enrolment_key, origin, state, wanted_sealed, steps_done, progress, attempts, started_at,
            updated_at)
    SELECT gen_random_uuid(), 'ZARN' || number, 'HMRC-MTD-VAT~VRN~' || (400000000 + number), 'C' || number, 'open', '',
           '{}', '{}', 0, '2024-01-01', '2024-01-01'
      FROM generate_series(1, 5000) AS number;
    INSERT INTO agent_services.partial_auth (arn, service, nino_hash, nino_sealed, active, created, last_updated)
    SELECT 'ZARN' || number, 'HMRC-MTD-IT', sha256(number::text::bytea), '', true, '2024-01-01',
           '2024-01-01'
      FROM generate_series(1, 5000) AS number;
    INSERT INTO agent_services.agent_reference (uid, arn)
    SELECT 'Z' || lpad(number::text, 7, '0'), 'ZARN' || number FROM generate_series(1, 5000) AS number;
    INSERT INTO agent_services.agent_reference_name (uid, name, name_hash)
    SELECT 'Z' || lpad(number::text, 7, '0'), '', sha256(number::text::bytea) FROM generate_series(1, 5000) AS number;
    UPDATE agent_services.invitation SET status = 'Pending', expiry_date = '2099-01-01' WHERE position % 2 = 0;
    ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A statement and the nodes of its plan."""

    statement: str
    nodes: tuple[dict[str, Any], ...]

    def read_whole(self) -> list[str]:
        """The tables that are read from the first row to the last."""
        return [node["Relation Name"] for node in self.nodes if node["Node Type"].endswith("Seq Scan")]

    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}


Plans = dict[str, list[Planned]]


def plans_of_hot_requests(database_url: str, data_dir: Path) -> Plans:
    """By request, what it asks the database and how that is answered."""
    return asyncio.run(_plans(database_url, settings_for_tests(database_url, data_dir, database_pool_size=4)))


async def _plans(database_url: str, settings: Settings) -> Plans:
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with composed(settings, runs_jobs=False) as platform:
        await _watch(platform, settings.database_pool_size, asked)
        async with _software(platform, settings) as amelia:
            database = await Database.connect(database_url, min_size=1, max_size=1)
            try:
                async with database.pool.acquire() as connection:
                    return await _plans_of(amelia, connection, asked)
            finally:
                await database.close()


async def _plans_of(
    amelia: aiohttp.ClientSession, connection: UnitOfWork, asked: list[tuple[str, tuple[object, ...]]]
) -> Plans:
    requests = _requests(await _crowd(amelia, connection))
    await _send(amelia, requests)  # warms what is kept from call to call
    plans: Plans = {}
    for name, request in requests.items():
        asked.clear()
        await _one(amelia, request)
        plans[name] = [await _planned(connection, *each) for each in list(asked) if _is_question(each[0])]
    return plans


async def _watch(platform: Platform, size: int, asked: list[tuple[str, tuple[object, ...]]]) -> None:
    pool = platform.foundation.database.pool
    connections = [await pool.acquire() for _ in range(size)]
    for connection in connections:
        connection.add_query_logger(lambda query: asked.append((query.query, query.args)))
        await pool.release(connection)


@asynccontextmanager
async def _software(platform: Platform, settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Amelia's, with an access token as software has it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(
            uvicorn.Config(create_app_around(platform, settings), ws="none", log_config=None, access_log=False)
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with aiohttp.ClientSession(base_url) as nobody:
            wanted = {"userId": "amelia", "scope": ALL_SCOPES}
            async with nobody.post("/sandbox/tokens", json=wanted) as answer:
                token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": V1}
        try:
            async with aiohttp.ClientSession(base_url, headers=headers) as amelia:
                yield amelia
        finally:
            server.should_exit = True
            await serving


async def _crowd(amelia: aiohttp.ClientSession, connection: UnitOfWork) -> str:
    """Fills the tables; the id of a pending request of Amelia's."""
    group = await connection.fetchval("SELECT group_id FROM sandbox.person WHERE user_id = 'amelia'")
    agent = population.Agent("XARN1000001", group, "")
    await population.add_clients(connection, [agent], range(ROWS))
    await population.add_unrelated_clients(connection)
    created = await _one(amelia, _create(population.unrelated_vrn_of(0)))
    await population.add_past_invitations(connection, range(ROWS))
    await connection.execute(_CROWD)
    return created.rpartition("/")[2]


Request = tuple[str, str, dict[str, object] | None, int]
_AGENT = "/agents/XARN1000001"


def _requests(invitation_id: str) -> dict[str, Request]:
    vrn = population.vrn_of(123)
    check: dict[str, object] = {
        "service": ["MTD-VAT"],
        "clientIdType": "vrn",
        "clientId": vrn,
        "knownFact": population.REGISTERED_ON,
    }
    relationship = "/agent-client-relationships/agent/XARN1000001/service"
    return {
        "agency check": ("GET", f"{relationship}/HMRC-MTD-VAT/client/VRN/{vrn}", None, 200),
        "agency check, not related": (
            "GET",
            f"{relationship}/HMRC-MTD-VAT/client/VRN/{population.unrelated_vrn_of(1)}",
            None,
            404,
        ),
        "agency check of income tax": ("GET", f"{relationship}/HMRC-MTD-IT/client/NI/AA999999A", None, 404),
        "API check": ("POST", f"{_AGENT}/relationships", check, 204),
        "get request": ("GET", f"{_AGENT}/invitations/{invitation_id}", None, 200),
        "create request": _create(population.unrelated_vrn_of(2)),
        "cancel request": ("DELETE", f"{_AGENT}/invitations/{invitation_id}", None, 204),
    }


def _create(vrn: str) -> Request:
    body: dict[str, object] = {
        "service": ["MTD-VAT"],
        "clientType": "business",
        "clientIdType": "vrn",
        "clientId": vrn,
        "knownFact": population.REGISTERED_ON,
    }
    return "POST", f"{_AGENT}/invitations", body, 204


async def _send(amelia: aiohttp.ClientSession, requests: dict[str, Request]) -> None:
    for name in ("agency check", "API check", "get request"):
        await _one(amelia, requests[name])


async def _one(amelia: aiohttp.ClientSession, request: Request) -> str:
    """`Location`, or nothing."""
    method, path, body, status = request
    async with amelia.request(method, path, json=body) as answer:
        assert answer.status == status, (path, answer.status, await answer.text())
        return answer.headers.get("Location", "")


def _is_question(statement: str) -> bool:
    return statement.split(maxsplit=1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


async def _planned(connection: UnitOfWork, statement: str, arguments: tuple[object, ...]) -> Planned:
    explained = await connection.fetchval("EXPLAIN (FORMAT JSON) " + statement, *arguments)
    return Planned(statement, tuple(_nodes(explained[0]["Plan"])))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
