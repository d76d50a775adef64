"""Concurrent mappings from several processes, and holders with hundreds of codes. Spec: mapping 7; issue 3."""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

import pytest
from tests.mapping.offering import (
    ARN,
    CODES_EACH,
    PROCESSES,
    REQUESTS_EACH,
    codes_of_request,
    map_in_another_process,
    references,
    room_on,
)
from tests.mapping.running import Running

from agent_services.identifiers import Utr
from agent_services.mapping import LegacyService, Mapped, MappingRoom
from agent_services.platform.database import Database

UTR = Utr.parse("1100000101")


async def test_hundred_overlapping_mappings_from_several_processes(platform: Running, module_database_url: str) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        loop = asyncio.get_running_loop()
        results = await asyncio.gather(
            *(loop.run_in_executor(pool, map_in_another_process, module_database_url, one) for one in range(PROCESSES))
        )

    outcomes = dict(chain.from_iterable(results))
    details = [event["detail"] for event in await platform.audited()]
    offered = {code.value for number in outcomes for code in codes_of_request(number)}
    new = [detail for detail in details if detail["duplicate"] == "false"]
    winners = {detail["authProviderId"] for detail in new}
    assert len(outcomes) == len(details) / CODES_EACH == PROCESSES * REQUESTS_EACH
    assert Counter(record["identifier"] for record in await platform.records("mapping")) == Counter(offered)
    assert Counter(detail["identifier"] for detail in new) == Counter(offered)
    assert {f"cred-{number}" for number, name in outcomes.items() if name == Mapped.SOME_NEW.name} == winners


async def test_moves_and_mappings_at_once_neither_fail_nor_double(platform: Running) -> None:
    utrs = [Utr.as_given(f"11000{number:05}") for number in range(8)]
    mappings = platform.room.mappings
    await asyncio.gather(*(mappings.map_to_utr(utr, references(*range(20))) for utr in utrs))

    await asyncio.gather(
        *(mappings.move_to_arn(utr, ARN) for utr in utrs),
        *(mappings.map_to_arn(ARN, references(*range(25))[::-1], auth_provider_id="cred") for _ in range(8)),
        *(mappings.map_to_utr(utr, references(*range(20))[::-1]) for utr in utrs),
        *(mappings.move_to_arn(utr, ARN) for utr in utrs),
        *(mappings.forget_utr(utr) for utr in utrs[::2]),
    )

    records = await platform.records("mapping")
    of_agent = sorted(record["identifier"] for record in records if record.get("arn"))
    assert of_agent == [code.value for code in references(*range(25))]


async def test_mappings_and_terminations_at_once_do_not_fail(platform: Running) -> None:
    await asyncio.gather(
        *(
            work
            for _ in range(10)
            for work in (
                platform.room.mappings.map_to_arn(ARN, references(*range(30))[::-1], auth_provider_id="cred"),
                platform.room.termination.terminate(ARN),
                platform.room.details.note(ARN, auth_provider_id="cred", gg_tag="6666", count=1),
            )
        )
    )

    await platform.room.termination.terminate(ARN)
    assert await platform.records("mapping") == await platform.records("mapping-details") == []


async def test_details_noted_at_once_make_one_record(platform: Running) -> None:
    noted = await asyncio.gather(
        *(
            platform.room.details.note(ARN, auth_provider_id=f"cred-{number % 5}", gg_tag="6666", count=number)
            for number in range(20)
        )
    )

    assert Counter(one.name for one in noted) == {"RECORD_MADE": 1, "APPENDED": 4, "KNOWN_ALREADY": 15}


@pytest.fixture
async def counted(module_database_url: str) -> AsyncIterator[tuple[MappingRoom, list[str]]]:
    """A room on a single connection, and the statements that it runs."""
    database = await Database.connect(module_database_url, min_size=1, max_size=1)
    statements: list[str] = []
    async with database.pool.acquire() as connection:
        connection.add_query_logger(lambda record: statements.append(record.query))
    yield room_on(database), statements
    await database.close()


Operation = Callable[[MappingRoom], Awaitable[object]]
OPERATIONS: dict[str, Operation] = {
    "map to ARN": lambda room: room.mappings.map_to_arn(ARN, references(*range(400)), auth_provider_id="cred"),
    "map to UTR": lambda room: room.mappings.map_to_utr(UTR, references(*range(400))),
    "move": lambda room: room.mappings.move_to_arn(UTR, ARN),
    "look up": lambda room: room.mappings.of(ARN, LegacyService.SELF_ASSESSMENT),
    "look up in-process": lambda room: room.own_mappings.sa_agent_references(ARN),
    "forget UTR": lambda room: room.mappings.forget_utr(UTR),
    "terminate": lambda room: room.termination.terminate(ARN),
    "forget ARN": lambda room: room.mappings.forget_arn(ARN),
    "purge": lambda room: room.mappings.purge(),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_hundreds_of_codes_cost_no_more_statements_than_one(
    platform: Running, counted: tuple[MappingRoom, list[str]], name: str
) -> None:
    room, statements = counted

    async def statements_with(count: int) -> list[str]:
        await platform.empty()
        await platform.room.mappings.map_to_arn(ARN, references(*range(count)), auth_provider_id="cred")
        await platform.room.mappings.map_to_utr(UTR, references(*range(1000, 1000 + count)))
        statements.clear()
        await OPERATIONS[name](room)
        await asyncio.sleep(0)  # the driver tells of a statement on the loop's next turn
        return list(statements)

    await statements_with(1)  # a new connection asks for the types of arrays first
    with_one, with_hundreds = await statements_with(1), await statements_with(400)

    assert with_hundreds == with_one
    assert len(with_one) > 0


async def test_holders_of_hundreds_of_codes_are_served_whole(platform: Running) -> None:
    room = platform.room
    await room.mappings.map_to_utr(UTR, references(*range(400)))
    await room.mappings.map_to_arn(ARN, references(*range(300, 700)), auth_provider_id="cred")

    await room.mappings.move_to_arn(UTR, ARN)
    held = await room.own_mappings.sa_agent_references(ARN)
    count = await room.termination.terminate(ARN)

    assert sorted(reference.value for reference in held) == [code.value for code in references(*range(700))]
    assert count == 700
