"""The programs that are measured or needed: started, watched, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

_START_SECONDS = 60
_STOP_SECONDS = 60


class DidNotStart(Exception):
    """The program's last words are in the text."""


class Program:
    """A child process that answers on a port of the loopback interface."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.port = port
        self.log = log
        self._process = process
        self._usage = psutil.Process(process.pid)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """Processor time of this very process: no database, no child."""
        times = self._usage.cpu_times()
        return float(times.user + times.system)

    def resident_megabytes(self) -> float:
        return float(self._usage.memory_info().rss) / 1_000_000

    @contextmanager
    def held_still(self) -> Iterator[None]:
        """It does nothing meanwhile."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def wait_until_ready(self, path: str | None) -> None:
        """Until `path` is answered with 200, or without a path until somebody listens. Raises DidNotStart."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if _answers(self.port, path):
                return
            time.sleep(0.01)
        raise DidNotStart(self.last_words())

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@contextmanager
def running(
    arguments: Sequence[str], *, port: int, folder: Path, environment: Mapping[str, str], ready_path: str | None
) -> Iterator[Program]:
    """`python -m …` until the end of the block. Raises DidNotStart."""
    log = folder / f"{arguments[0]}-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=Path(__file__).resolve().parents[1],
            env={**_clean_environment(), **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        program = Program(process, port, log)
        try:
            program.wait_until_ready(ready_path)
            yield program
        finally:
            program.stop()


def run(arguments: Sequence[str], *, environment: Mapping[str, str]) -> None:
    """To the end. Raises subprocess.CalledProcessError."""
    subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=Path(__file__).resolve().parents[1],
        env={**_clean_environment(), **environment},
        check=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _clean_environment() -> dict[str, str]:
    ours = ("AGENT_SERVICES_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _answers(port: int, path: str | None) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            if path is None:
                return True
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False
