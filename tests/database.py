"""One embedded server for the whole run, whatever the number of workers, and a database of its own for who asks.

Databases are copies of a template that was migrated once for this state of the migrations. The server's
files stay between runs, in memory where there is plenty (making a database takes a quarter of the time there), else
in `.state/`; `make clean` removes them.

To run the tests on another PostgreSQL, set TEST_DATABASE_URL to a database of it, as a user who may make others.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import asyncpg

from agent_services.platform.database import create_database, drop_database
from agent_services.platform.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed
from agent_services.platform.migration import migrate, migrations_folder

_STATE: Final = Path(__file__).resolve().parents[1] / ".state"
_LINK: Final = _STATE / "test-database"
MEMORY: Final = Path("/dev/shm")
_PLENTY: Final = 4 << 30
_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "400",
    "max_wal_size": "128MB",
}
_T = TypeVar("_T")


class TestServer:
    """Hands out databases of the server at `server_url`, which names a database that nobody changes."""

    __test__ = False

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        self._template = _ensure_template(self)

    def url_of(self, database: str) -> str:
        """Of another database of the server."""
        return urlsplit(self.server_url)._replace(path=f"/{database}").geturl()

    @contextmanager
    def new_database(self, *, template: str | None = None) -> Iterator[str]:
        """The URL of a new database, migrated, or a copy of `template`. Dropped afterwards."""
        name = _new_name()
        _run(create_database(self.server_url, name, template=template or self._template))
        try:
            yield self.url_of(name)
        finally:
            _run(drop_database(self.server_url, name))


@contextmanager
def test_server() -> Iterator[TestServer]:
    """Joins the run's server, or starts it."""
    elsewhere = os.environ.get("TEST_DATABASE_URL")
    if elsewhere:
        yield TestServer(elsewhere)
        return
    with _start(_folder()) as server:
        yield TestServer(server.url)


test_server.__test__ = False  # type: ignore[attr-defined]


def memory_is_plenty() -> bool:
    """May tests keep files in memory, at MEMORY?"""
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > _PLENTY


def _folder() -> Path:
    _STATE.mkdir(exist_ok=True)
    if not memory_is_plenty():
        if _LINK.is_symlink():
            _LINK.unlink()
        return _LINK
    folder = MEMORY / f"agent-services-tests-{hashlib.sha256(str(_STATE).encode()).hexdigest()[:12]}"
    if not _LINK.is_symlink():
        shutil.rmtree(_LINK, ignore_errors=True)
        with suppress(FileExistsError):  # another worker was quicker
            _LINK.symlink_to(folder)
    return folder


def _start(folder: Path) -> EmbeddedPostgres:
    try:
        return EmbeddedPostgres.start(folder, settings=_SETTINGS)
    except EmbeddedPostgresFailed:
        # Without fsync a crash of the machine may have spoilt it.
        shutil.rmtree(folder / "postgres" / "cluster")
        return EmbeddedPostgres.start(folder, settings=_SETTINGS)


def _ensure_template(server: TestServer) -> str:
    digest = hashlib.sha256()
    for file in sorted((migrations_folder() / "versions").glob("*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    with (_STATE / "test-template").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _run(_template_for(server, digest.hexdigest()[:16]))


async def _template_for(server: TestServer, state: str) -> str:
    connection = await asyncpg.connect(server.server_url)
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_[0-9]+_'")
        names = [row["datname"] for row in rows]
        for template in names:
            if template.startswith("template_") and template.endswith(state):
                return str(template)
        # What killed runs, and migrations since changed, have left.
        for name in names:
            if int(name.split("_")[1]) < time.time() - 3600:
                await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        # Made under another name first: a half-migrated one must not count.
        draft = _new_name()
        await create_database(server.server_url, draft)
        await migrate(server.url_of(draft))
        template = f"template_{int(time.time())}_{state}"
        await connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')
        return template
    finally:
        await connection.close()


def _new_name() -> str:
    return f"test_{int(time.time())}_{uuid.uuid4().hex}"


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """Also where an event loop is about."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
