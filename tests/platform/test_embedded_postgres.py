"""The embedded server through every disorder that a laptop or a CI machine can leave it in."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.database import MEMORY, memory_is_plenty

from agent_services.platform.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed, processes
from agent_services.platform.embedded_postgres.account import owner_of

# Another process that uses the database until its standard input ends.
_USER = """
import sys
from pathlib import Path
from agent_services.platform.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres.start(Path(sys.argv[1])) as server:
    print("ready", server.url, flush=True)
    sys.stdin.read()
"""

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="about what root must do")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, so that the Unix socket fits, that any user may pass through."""
    made = _temporary_folder()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def used_before() -> Iterator[Path]:
    made = _temporary_folder() / "data"
    EmbeddedPostgres.start(made).close()
    yield made
    shutil.rmtree(made.parent)


@pytest.fixture
def data_dir(folder: Path, used_before: Path) -> Path:
    """A data folder with a cluster in it, not running. All of it is the copying user's, as after a restore."""
    shutil.copytree(used_before, folder / "data")
    return folder / "data"


class User:
    """Another process that uses the database."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def url(self) -> str:
        """Waits until it is served."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready "):
                return line.split()[1]
        raise AssertionError("it ended before it was served")

    def leave(self) -> None:
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)


def test_first_start_then_restart(folder: Path) -> None:
    with EmbeddedPostgres.start(folder / "data") as server:
        _ask(server.url, "CREATE TABLE note AS SELECT 'kept' AS text")

    with EmbeddedPostgres.start(folder / "data") as server:
        assert _ask(server.url, "SELECT text FROM note") == "kept"
        assert _ask(server.url, "SHOW server_version").startswith("18.")
        assert _ask(server.url, "SHOW fsync") == "on"
        assert _ask(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert not _serving(folder / "data")


def test_everything_lies_below_the_data_folder(folder: Path) -> None:
    with EmbeddedPostgres.start(folder / "data") as server:
        assert _ask(server.url, "SHOW listen_addresses") == ""
        assert _ask(server.url, "SHOW dynamic_shared_memory_type") == "mmap"

        assert [entry.name for entry in folder.iterdir()] == ["data"]
        assert [entry.name for entry in (folder / "data").iterdir()] == ["postgres"]
        assert _mode(folder) == 0o711
        assert _mode(folder / "data" / "postgres" / "socket") == 0o700
        assert _mode(folder / "data" / "postgres" / "cluster") == 0o700
        assert _mode(folder / "data" / "postgres" / "password") == 0o600
        assert _mode(folder / "data" / "postgres" / "server.log") == 0o600


def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    users = [User(folder / "data") for _ in range(3)]

    urls = {user.url() for user in users}

    assert len(urls) == 1
    assert len(_serving(folder / "data")) == 1
    for user in users:
        user.leave()
    assert not _serving(folder / "data")


def test_the_last_user_stops_it(data_dir: Path) -> None:
    first, second = EmbeddedPostgres.start(data_dir), EmbeddedPostgres.start(data_dir)

    first.close()
    first.close()

    assert _ask(second.url, "SELECT 1") == 1
    second.close()
    assert not _serving(data_dir)


def test_a_killed_user_leaves_a_server_that_the_next_one_takes_over_and_stops(data_dir: Path) -> None:
    killed = User(data_dir)
    killed.url()
    left = _serving(data_dir)
    killed.kill()

    with EmbeddedPostgres.start(data_dir) as server:
        assert _ask(server.url, "SELECT 1") == 1
        assert _serving(data_dir) == left

    assert not _serving(data_dir)


def test_killed_while_it_is_made(folder: Path) -> None:
    killed = User(folder / "data")
    _wait_until(lambda: any((folder / "data" / "postgres").glob("initialising-*/PG_VERSION")))
    killed.kill()

    with EmbeddedPostgres.start(folder / "data") as server:
        assert _ask(server.url, "SELECT 1") == 1
    assert (folder / "data" / "postgres" / "cluster").is_dir()


def test_a_killed_server_is_back_with_all_that_was_committed(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        _ask(server.url, "CREATE TABLE note AS SELECT 'kept' AS text")
        (killed,) = _serving(data_dir)

        os.kill(killed, signal.SIGKILL)
        _wait_until(lambda: _serving(data_dir) not in ([killed], []))
        _wait_until(lambda: _answers(server.url))

        assert _ask(server.url, "SELECT text FROM note") == "kept"
    assert not _serving(data_dir)


def test_a_server_killed_with_its_user_is_started_again(data_dir: Path) -> None:
    user = User(data_dir)
    _ask(user.url(), "CREATE TABLE note AS SELECT 'kept' AS text")
    (server,) = _serving(data_dir)
    user.kill()
    os.kill(server, signal.SIGKILL)

    with EmbeddedPostgres.start(data_dir) as again:
        assert _ask(again.url, "SELECT text FROM note") == "kept"


@pytest.mark.parametrize("content", ["", "\n", "garbage", "99999999", "-1\n/elsewhere", "1"])
def test_a_stale_or_damaged_pid_file(data_dir: Path, content: str) -> None:
    _pid_file(data_dir).write_text(content)

    with EmbeddedPostgres.start(data_dir) as server:
        assert _ask(server.url, "SELECT 1") == 1


def test_a_pid_file_that_names_a_living_stranger(data_dir: Path) -> None:
    """The number was given to another process of the very account that runs the server: PostgreSQL would refuse."""
    EmbeddedPostgres.start(data_dir).close()
    account = owner_of(data_dir / "postgres" / "cluster")
    stranger = subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid)
    socket = data_dir / "postgres" / "socket"
    _pid_file(data_dir).write_text(f"{stranger.pid}\n{data_dir}/postgres/cluster\n1700000000\n5432\n{socket}\n\n")
    (socket / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")

    with EmbeddedPostgres.start(data_dir) as server:
        assert _ask(server.url, "SELECT 1") == 1

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_living_server_whose_pid_file_was_damaged_is_replaced(data_dir: Path) -> None:
    """Left alone it would notice within a minute and end itself."""
    killed = User(data_dir)
    killed.url()
    left = _serving(data_dir)
    killed.kill()
    _pid_file(data_dir).write_text("garb")

    with EmbeddedPostgres.start(data_dir) as server:
        assert _ask(server.url, "SELECT 1") == 1
        assert _serving(data_dir) != left


def test_a_path_too_long_for_a_socket(folder: Path) -> None:
    data_dir = folder / ("long" * 25)
    with EmbeddedPostgres.start(data_dir) as server:
        assert "@127.0.0.1:" in server.url
        assert _ask(server.url, "SELECT 1") == 1
        with pytest.raises(asyncpg.InvalidPasswordError):
            _ask(server.url.replace("agent_services:", "agent_services:x"), "SELECT 1")

        (killed,) = _serving(data_dir)
        os.kill(killed, signal.SIGKILL)
        _wait_until(lambda: _answers(server.url))
    with EmbeddedPostgres.start(data_dir) as server, EmbeddedPostgres.start(data_dir) as same:
        assert same.url == server.url


@pytest.mark.parametrize("name", ["a \"b\" 'c' %64 zoë", "a,comma"])
def test_odd_names_of_folders(folder: Path, name: str) -> None:
    with EmbeddedPostgres.start(folder / name) as server:
        assert _ask(server.url, "SELECT 1") == 1


def test_a_cluster_of_another_version_is_left_alone(data_dir: Path) -> None:
    version = data_dir / "postgres" / "cluster" / "PG_VERSION"
    version.write_text("17\n")

    with pytest.raises(EmbeddedPostgresFailed, match=r"is of PostgreSQL 17, this program carries 18\."):
        EmbeddedPostgres.start(data_dir)


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    (data_dir / "postgres" / "cluster" / "global" / "pg_control").unlink()

    with pytest.raises(EmbeddedPostgresFailed, match=r"(?s)does not start\. The end of .*pg_control"):
        EmbeddedPostgres.start(data_dir)


def test_the_log_holds_no_values(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir) as server:
        _ask(server.url, "CREATE TABLE client (nino text PRIMARY KEY)")
        _ask(server.url, "INSERT INTO client VALUES ('AA123456A')")
        with pytest.raises(asyncpg.UniqueViolationError):
            _ask(server.url, "INSERT INTO client VALUES ('AA123456A')")

    log = (data_dir / "postgres" / "server.log").read_text()
    assert "duplicate key" in log
    assert "AA123456A" not in log


@as_root_only
def test_root_runs_it_as_somebody_without_rights(data_dir: Path) -> None:
    with EmbeddedPostgres.start(data_dir):
        (server,) = _serving(data_dir)

        status = Path(f"/proc/{server}/status").read_text()

        assert "\nUid:\t0" not in status
        assert "\nCapEff:\t0000000000000000" in status


@as_root_only
def test_root_in_a_folder_closed_to_others_leaves_it_closed(data_dir: Path) -> None:
    data_dir.parent.chmod(0o700)

    with EmbeddedPostgres.start(data_dir) as server:
        (pid,) = _serving(data_dir)
        assert _ask(server.url, "SELECT 1") == 1
        # Reading and passing through, no more.
        assert "\nCapEff:\t0000000000000004" in Path(f"/proc/{pid}/status").read_text()

    assert _mode(data_dir.parent) == 0o700
    assert data_dir.parent.owner() == "root"


@as_root_only
def test_an_ordinary_user_finds_root_has_been_there(data_dir: Path) -> None:
    EmbeddedPostgres.start(data_dir).close()
    os.seteuid(12345)
    try:
        with pytest.raises(EmbeddedPostgresFailed, match="belongs to another user, who has run this before"):
            EmbeddedPostgres.start(data_dir)
    finally:
        os.seteuid(0)


@as_root_only
def test_root_in_somebodys_folder_works_as_that_user(folder: Path) -> None:
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "daemon", "daemon")

    with EmbeddedPostgres.start(folder / "data"):
        everything = [path for path in (folder / "data").rglob("*") if path.name != "postmaster.pid"]

    assert {path.owner() for path in everything if path.exists()} == {"daemon"}


def test_a_folder_that_nobody_may_make() -> None:
    with pytest.raises(EmbeddedPostgresFailed, match="AGENT_SERVICES_DATA_DIR"):
        EmbeddedPostgres.start(Path("/proc/nowhere"))


def _temporary_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="as-", dir=MEMORY if memory_is_plenty() else None))


def _ask(url: str, statement: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return _run(ask())


def _answers(url: str) -> bool:
    try:
        return bool(_ask(url, "SELECT true"))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _serving(data_dir: Path) -> list[int]:
    return processes.postmasters(data_dir.resolve() / "postgres" / "cluster")


def _pid_file(data_dir: Path) -> Path:
    return data_dir / "postgres" / "cluster" / "postmaster.pid"


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _wait_until(happened: Any) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
