"""Fills the database: agents through the front door, their clients straight into the sandbox's tables.

All SQL of the benchmarks is here.
"""

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from agent_services.platform.database import UnitOfWork

AGENTS = 100
_FIRST_VRN = 300_000_000
_FIRST_UNRELATED_VRN = 320_000_000
UNRELATED_CLIENTS = 4_000
REGISTERED_ON = "2019-08-01"
MOST_INVITATIONS = 200_000
_SCOPES = "read:sent-invitations write:sent-invitations write:cancel-invitations read:check-relationship"
_SINCE = datetime(2024, 4, 6, tzinfo=UTC)
_LINES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent with a living OAuth token of every scope that is measured."""

    arn: str
    group_id: str
    token: str


def vrn_of(client: int) -> str:
    """Of the related client of this number; its agent is number `client % AGENTS`."""
    return str(_FIRST_VRN + client)


def unrelated_vrn_of(client: int) -> str:
    """Of a client without any agent."""
    return str(_FIRST_UNRELATED_VRN + client)


async def make_agents(base_url: str, connection: UnitOfWork) -> list[Agent]:
    """Agents as the sandbox makes them for vendors, with tokens as their software gets them."""
    async with aiohttp.ClientSession(base_url, raise_for_status=True) as session:
        application = await _json(
            session,
            "/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": "sandbox-application",
                "client_secret": "sandbox-client-secret",
            },
        )
        headers = {
            "Authorization": f"Bearer {application['access_token']}",
            "Accept": "application/vnd.hmrc.1.0+json",
        }
        agents = []
        for _ in range(AGENTS):
            wanted = {"serviceNames": ["agent-services"]}
            made = await _json(session, "/create-test-user/agents", headers=headers, json=wanted)
            token = await _json(session, "/sandbox/tokens", json={"userId": made["userId"], "scope": _SCOPES})
            group_id = await connection.fetchval(
                "SELECT group_id FROM sandbox.person WHERE user_id = $1", made["userId"]
            )
            agents.append(Agent(made["agentServicesAccountNumber"], group_id, token["access_token"]))
        return agents


async def _json(session: aiohttp.ClientSession, path: str, **more: object) -> dict[str, str]:
    async with session.post(path, **more) as response:  # type: ignore[arg-type]  # as aiohttp takes them
        answer: dict[str, str] = await response.json()
        return answer


async def add_clients(connection: UnitOfWork, agents: list[Agent], numbers: range) -> None:
    """VAT clients, each with a customer record and a relationship with one agent in both places that hold it."""
    await _copy_clients(connection, vrn_of, numbers)

    def delegated(client: int) -> str:
        vrn, agent = vrn_of(client), agents[client % len(agents)]
        return f"{agent.group_id}\tdelegated\thmrc-mtd-vat~vrn~{vrn}\tHMRC-MTD-VAT~VRN~{vrn}\tHMRC-MTD-VAT\tActivated"

    def in_etmp(client: int) -> str:
        agent = agents[client % len(agents)]
        return f"bench-{vrn_of(client)}\tVATC\t{agent.arn}\tVRN\t{vrn_of(client)}\tZA01\tALL00001\tt\t2024-04-06"

    await _copy(connection, "allocation", _ALLOCATION, (f"{delegated(n)}\t{_SINCE.isoformat()}" for n in numbers))
    await _copy(connection, "agent_relationship", _RELATIONSHIP, (in_etmp(n) for n in numbers))


async def add_unrelated_clients(connection: UnitOfWork) -> None:
    """VAT clients that agents may ask for authority."""
    await _copy_clients(connection, unrelated_vrn_of, range(UNRELATED_CLIENTS))


async def add_past_invitations(connection: UnitOfWork, numbers: range) -> None:
    """Accepted requests, copies of a real one but for who and for whom, so that the table is as large as in life."""
    await connection.execute(
        """
        INSERT INTO agent_services.invitation (
            invitation_id, arn, service, supplied_client_id, supplied_client_id_hash, supplied_client_id_type,
            client_name, client_name_hash, agency_name, agency_email, warning_email_sent, expired_email_sent,
            status, relationship_ended_by, client_type, expiry_date, created, last_updated
        )
        SELECT 'C' || upper(substr(md5(number::text), 1, 12)), known.arn, known.service, known.supplied_client_id,
               sha256(number::text::bytea), known.supplied_client_id_type, known.client_name,
               sha256(number::text::bytea), known.agency_name, known.agency_email, false, false, 'Accepted', NULL,
               known.client_type, known.expiry_date, known.created, known.last_updated
          FROM generate_series($1::bigint, $2::bigint) AS number,
               (SELECT * FROM agent_services.invitation ORDER BY position LIMIT 1) AS known
        ON CONFLICT DO NOTHING
        """,
        numbers.start,
        numbers.stop - 1,
        timeout=3600,
    )


async def settle(connection: UnitOfWork) -> None:
    """Statistics and visibility now, so that no background vacuum falls into a measurement."""
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)


async def forget_undelivered_audit(connection: UnitOfWork) -> None:
    """Drops what lies in the audit outbox: what the floor has put there is nobody's to deliver."""
    await connection.execute("DELETE FROM platform.audit_event WHERE delivered_at IS NULL")


async def relationships_in(connection: UnitOfWork) -> int:
    """How many relationships there are."""
    count: int = await connection.fetchval("SELECT count(*) FROM sandbox.allocation WHERE kind = 'delegated'")
    return count


_ALLOCATION = ("group_id", "kind", "lookup_key", "enrolment_key", "service", "state", "allocated_at")
_RECORD = ("id", "kind", "unique_key", "document", "updated_at")
_RECORD_KEY = ("kind", "name", "value", "record_id")
_RELATIONSHIP = (
    "id",
    "regime",
    "arn",
    "id_type",
    "ref_number",
    "relationship_type",
    "auth_profile",
    "active",
    "start_date",
)


async def _copy_clients(connection: UnitOfWork, vrn: Callable[[int], str], numbers: range) -> None:
    def held(client: int) -> str:
        key = vrn(client)
        return (
            f"group-of-{key}\tprincipal\thmrc-mtd-vat~vrn~{key}\tHMRC-MTD-VAT~VRN~{key}\tHMRC-MTD-VAT\tActivated"
            f"\t{_SINCE.isoformat()}"
        )

    def record(client: int) -> str:
        key = vrn(client)
        return f"bench-{key}\tvat-customer-information\t{key}\t{_customer(key)}\t{_SINCE.isoformat()}"

    def found_by(client: int) -> str:
        return f"vat-customer-information\tvrn\t{vrn(client)}\tbench-{vrn(client)}"

    await _copy(connection, "allocation", _ALLOCATION, (held(n) for n in numbers))
    await _copy(connection, "record", _RECORD, (record(n) for n in numbers))
    await _copy(connection, "record_key", _RECORD_KEY, (found_by(n) for n in numbers))


def _customer(vrn: str) -> str:
    return json.dumps(
        {
            "vrn": vrn,
            "approvedInformation": {
                "customerDetails": {
                    "organisationName": f"Client {vrn} Ltd",
                    "mandationStatus": "1",
                    "effectiveRegistrationDate": REGISTERED_ON,
                    "isInsolvent": False,
                },
                "PPOB": {
                    "address": {
                        "line1": "1 High Street",
                        "line2": "Town",
                        "postCode": "AA11 1AA",
                        "countryCode": "GB",
                    }
                },
            },
        }
    )


async def _copy(connection: UnitOfWork, table: str, columns: tuple[str, ...], lines: Iterator[str]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        while some := list(itertools.islice(lines, _LINES_AT_ONCE)):
            yield ("\n".join(some) + "\n").encode()

    await connection.copy_to_table(
        table, schema_name="sandbox", columns=columns, source=chunks(), format="text", timeout=3600
    )
