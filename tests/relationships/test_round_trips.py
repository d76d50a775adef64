"""What the check costs. Spec: design, Load-bearing choices; a plan test for the hot index."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import asyncpg
import pytest
import uvicorn

from agent_services.app import create_app_around
from agent_services.composition.platform import composed
from tests.platform_app import settings_for_tests

PATH = "/agent/XARN1000001/service/HMRC-MTD-VAT/client/VRN/101000181"


@dataclass
class Counted:
    """The platform over HTTP, and the statements that its one pooled connection has run."""

    url: str
    session: aiohttp.ClientSession
    statements: list[str]

    async def check(self) -> int:
        """The status of the answer."""
        async with self.session.get(self.url + PATH, headers={"Authorization": "Bearer sandbox-amelia"}) as answer:
            return answer.status


@asynccontextmanager
async def counted(database_url: str, data_dir: Path) -> AsyncIterator[Counted]:
    settings = settings_for_tests(database_url, data_dir, database_pool_size=4)
    statements: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        statements.append(record.query)

    async with composed(settings, runs_jobs=False) as platform:
        pool = platform.foundation.database.pool
        connections = [await pool.acquire() for _ in range(settings.database_pool_size)]
        for connection in connections:
            connection.add_query_logger(note)
            await pool.release(connection)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            server = uvicorn.Server(
                uvicorn.Config(create_app_around(platform, settings), ws="none", log_config=None, access_log=False)
            )
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            async with aiohttp.ClientSession() as session:
                yield Counted(f"http://127.0.0.1:{listener.getsockname()[1]}", session, statements)
            server.should_exit = True
            await serving


async def test_the_agency_check_costs_three_round_trips(module_database_url: str, tmp_path: Path) -> None:
    async with counted(module_database_url, tmp_path) as running:
        await running.check()  # warms what is kept from call to call
        running.statements.clear()

        status = await running.check()

        assert status == 200
        assert len(running.statements) <= 3, running.statements


@pytest.mark.parametrize(
    ("table", "condition", "index"),
    [
        ("delete_record", "arn = 'A' AND enrolment_key = 'K'", "delete_record_pkey"),
        ("relationship_copy_record", "arn = 'A' AND enrolment_key = 'K'", "relationship_copy_record_pkey"),
        ("relationship_creation", "arn = 'A' AND enrolment_key = 'K'", "relationship_creation_pair"),
        ("relationship_creation", "origin = 'C'", "relationship_creation_origin"),
        ("partial_auth", "nino_hash = '\\x00'", "partial_auth_nino"),
    ],
)
async def test_hot_look_ups_use_their_index(module_database_url: str, table: str, condition: str, index: str) -> None:
    connection = await asyncpg.connect(module_database_url)
    async with connection.transaction():
        # Small tables are read whole whatever indexes there are.
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetchval(
            f"EXPLAIN (FORMAT JSON) SELECT FROM agent_services.{table} WHERE {condition}"  # constants of this test
        )
    await connection.close()

    assert index in json.dumps(plan)
