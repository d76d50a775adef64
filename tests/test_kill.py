"""A real kill -9 in the middle of an accept and of a de-authorisation. Spec: design, How sagas work here, 5."""

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest

from tests.platform_app import Agent, Client, Platform
from tests.server_process import ServerProcess, installation

_WITHIN_SECONDS = 60
_OPEN = """
SELECT (SELECT count(*) FROM agent_services.relationship_creation) + (SELECT count(*) FROM agent_services.delete_record)
"""
_APPLIED = "SELECT coalesce(sum(applied), 0) FROM sandbox.fault"
_IN_EACD = "SELECT count(*) FROM sandbox.allocation WHERE kind = 'delegated' AND enrolment_key = $1"
_IN_ETMP = "SELECT count(*) FROM sandbox.agent_relationship WHERE active AND ref_number = $1 AND arn = $2"


@pytest.mark.timeout(500)
async def test_what_a_kill_interrupted_is_finished_by_itself_within_a_minute() -> None:
    """Two installations at once, because each waits: in one the effect had happened and nobody had heard of it."""
    stories = (_story(held="after", with_database=False), _story(held="before", with_database=True))

    killed_after_the_effect, killed_with_the_database = await asyncio.gather(*stories)

    finished = {
        "accepted": {"status": "Accepted", "in EACD": 1, "in ETMP": 1, "audited": 1},
        "ended": {"status": "Deauthorised", "in EACD": 0, "in ETMP": 0},
    }
    assert killed_after_the_effect == finished
    assert killed_with_the_database == finished


async def _story(*, held: str, with_database: bool) -> dict[str, Any]:
    """An accept and a de-authorisation, killed while EACD is slow; what came of them without anybody asking."""
    # Of our own: pytest's folders are too deep for the database's socket.
    with TemporaryDirectory(prefix="agent-services-kill-") as folder:
        async with installation(Path(folder)) as server:
            async with server.calling() as platform:
                agent, arriving, leaving = await _people(platform)
                wanted = await platform.request(agent, arriving)
                ended = await platform.authorised(agent, leaving)
                for method in ("POST", "DELETE"):
                    await _slow_enrolments(platform, method, held)
                under_way = [
                    asyncio.create_task(platform.accept(wanted)),
                    asyncio.create_task(agent.v1.put(f"/agents/{agent.arn}/deauthorise-client", leaving.deauthorise)),
                ]
                await _until(server, _APPLIED, 2)

                server.kill()
                if with_database:
                    server.kill_database()

                for task in under_way:
                    with suppress(aiohttp.ClientError):
                        await task
            await server.start()
            await _until(server, _OPEN, 0)
            async with server.calling() as platform:
                return {
                    "accepted": {
                        **await _seen(server, platform, wanted, agent, arriving),
                        "audited": len(await platform.audited("CreateRelationship")) - 1,
                    },
                    "ended": await _seen(server, platform, ended, agent, leaving),
                }


async def _people(platform: Platform) -> tuple[Agent, Client, Client]:
    return await platform.new_agent(), await platform.new_vat_client(), await platform.new_vat_client()


async def _slow_enrolments(platform: Platform, method: str, moment: str) -> None:
    fault = {
        "match": {"upstream": "tax-enrolments", "method": method},
        "action": {"delayMs": 100_000},
        "apply": moment,
        "times": 1,
    }
    reply = await platform.nobody().post("/sandbox/faults", fault)
    assert reply.status == 201, reply


async def _until(server: ServerProcess, question: str, wanted: int) -> None:
    """Asked of the database itself: a request to the server might be the one that finishes the work."""
    async with asyncio.timeout(_WITHIN_SECONDS):
        while await server.ask_database(question) != wanted:
            await asyncio.sleep(0.5)


async def _seen(
    server: ServerProcess, platform: Platform, invitation_id: str, agent: Agent, client: Client
) -> dict[str, Any]:
    records = {record["invitationId"]: record for record in await platform.records("invitation")}
    return {
        "status": records[invitation_id]["status"],
        "in EACD": await server.ask_database(_IN_EACD, f"HMRC-MTD-VAT~VRN~{client.client_id}"),
        "in ETMP": await server.ask_database(_IN_ETMP, client.client_id, agent.arn),
    }
