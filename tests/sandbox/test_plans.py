"""The hot questions are answered from indexes, whatever the number of rows."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.sandbox import CastChoice, Sandbox, build_sandbox
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.reading import Page
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.records.kinds import RecordKind

pytestmark = pytest.mark.asyncio(loop_scope="module")

VAT = StoredKey.of("HMRC-MTD-VAT~VRN~900000001")

Question = Callable[[Sandbox], Awaitable[object]]

QUESTIONS: dict[str, Question] = {
    "whose token": lambda sandbox: sandbox.sessions.caller("sandbox-amelia"),
    "is delegated": lambda sandbox: sandbox.enrolments.delegation("XARN1000001", VAT),
    "ES1": lambda sandbox: sandbox.enrolments.groups_holding(VAT.lookup_key, Kind.DELEGATED),
    "ES0": lambda sandbox: sandbox.enrolments.users_assigned(VAT.lookup_key, Kind.DELEGATED, limit=10),
    "ES2": lambda sandbox: sandbox.enrolment_reading.of_user("user-1", Page(Kind.DELEGATED)),
    "ES3": lambda sandbox: sandbox.enrolment_reading.of_group("group-1", Page(Kind.DELEGATED)),
    "ETMP by client": lambda sandbox: sandbox.relationship_store.of_client("VATC", "VRN", "900000001", profile=None),
    "ETMP by agent": lambda sandbox: sandbox.relationship_store.of_agent(["VATC"], "XARN1000001"),
    "record": lambda sandbox: sandbox.records.find(RecordKind.VAT_CUSTOMER, "vrn", "900000001"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowded(module_database_url: str) -> AsyncIterator[Sandbox]:
    """Twenty thousand allocations in twenty groups, with people, sessions, relationships and records."""
    database = await Database.connect(module_database_url, min_size=1, max_size=2)
    await database.pool.execute(
        """
        INSERT INTO sandbox.allocation (group_id, kind, lookup_key, enrolment_key, service, state, allocated_at)
        SELECT 'group-' || (number / 1000), 'delegated', 'hmrc-mtd-vat~vrn~' || (900000000 + number),
               'HMRC-MTD-VAT~VRN~' || (900000000 + number), 'HMRC-MTD-VAT', 'Activated', '2024-01-01'
          FROM generate_series(1, 20000) AS number;
        INSERT INTO sandbox.allocation (group_id, kind, lookup_key, enrolment_key, service, state, allocated_at)
        SELECT 'group-' || number, 'principal', 'hmrc-as-agent~agentreferencenumber~xarn' || number,
               'HMRC-AS-AGENT~AgentReferenceNumber~XARN' || number, 'HMRC-AS-AGENT', 'Activated', '2024-01-01'
          FROM generate_series(1, 3000) AS number;
        INSERT INTO sandbox.assignment (user_id, kind, lookup_key, assigned_at)
        SELECT 'user-' || (number / 1000), 'delegated', 'hmrc-mtd-vat~vrn~' || (900000000 + number), '2024-01-01'
          FROM generate_series(1, 20000) AS number;
        INSERT INTO sandbox.user_group (group_id, affinity_group, created_at)
        SELECT 'group-' || number, 'Agent', '2024-01-01' FROM generate_series(1, 3000) AS number;
        INSERT INTO sandbox.person (user_id, group_id, created_at)
        SELECT 'user-' || number, 'group-' || number, '2024-01-01' FROM generate_series(1, 3000) AS number;
        INSERT INTO sandbox.session (token, session_id, user_id, provider_type, created_at)
        SELECT 'token-' || number, 'session-' || number, 'user-' || number, 'GovernmentGateway', '2024-01-01'
          FROM generate_series(1, 3000) AS number;
        INSERT INTO sandbox.agent_relationship (id, regime, arn, id_type, ref_number, active)
        SELECT number::text, 'VATC', 'XARN' || (number / 10), 'VRN', (900000000 + number)::text, true
          FROM generate_series(1, 10000) AS number;
        INSERT INTO sandbox.record (id, kind, unique_key, document, updated_at)
        SELECT number::text, 'vat-customer-information', (900000000 + number)::text, '{}', '2024-01-01'
          FROM generate_series(1, 5000) AS number;
        INSERT INTO sandbox.record_key (kind, name, value, record_id)
        SELECT 'vat-customer-information', 'vrn', (900000000 + number)::text, number::text
          FROM generate_series(1, 5000) AS number;
        ANALYZE;
        """
    )
    yield build_sandbox(database=database, clock=SystemClock(), cast=CastChoice.NONE)
    await database.close()


@pytest.mark.parametrize("name", list(QUESTIONS))
async def test_no_table_is_read_whole(crowded: Sandbox, module_database_url: str, name: str) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    watched = await Database.connect(module_database_url, min_size=1, max_size=1)
    async with watched.pool.acquire() as connection:
        connection.add_query_logger(lambda query: asked.append((query.query, query.args)))
    await QUESTIONS[name](build_sandbox(database=watched, clock=SystemClock(), cast=CastChoice.NONE))
    await watched.close()

    statement, arguments = next(each for each in asked if "FROM sandbox." in each[0])
    explained = await crowded.database.pool.fetchval("EXPLAIN (FORMAT JSON) " + statement, *arguments)

    assert "Seq Scan" not in _node_types(explained)


def _node_types(explained: object) -> set[str]:
    plan = explained if not isinstance(explained, str) else json.loads(explained)
    found: set[str] = set()
    waiting: list[object] = [plan]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "Node Type" in node:
                found.add(node["Node Type"])
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return found
