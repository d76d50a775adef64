"""Where the story is told: on an instance that runs, or on one made for it and thrown away."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import typer

from agent_services.demo.story import Application, Story
from agent_services.demo.telling import Differs

_START_SECONDS = 60
_STOP_SECONDS = 40
# The application that comes with every sandbox; settable in its environment and in ours by the same names.
_CLIENT_ID = ("AGENT_SERVICES_SANDBOX_CLIENT_ID", "sandbox-application")
_CLIENT_SECRET = ("AGENT_SERVICES_SANDBOX_CLIENT_SECRET", "sandbox-client-secret")


def tell(*, against: str | None, gateway: str | None) -> None:
    """Tells the story and says how it went. Raises typer.Exit(1) when anything differs or cannot be reached."""
    if against is not None:
        _tell_at(against, gateway or against)
        return
    with _throw_away_instance() as base_url:
        _tell_at(base_url, gateway or base_url)


def _tell_at(against: str, gateway: str) -> None:
    try:
        calls = asyncio.run(_told(against, gateway))
    except Differs as difference:
        typer.secho(f"\nThe story went differently: {difference}", fg="red", err=True)
        raise typer.Exit(1) from None
    except (aiohttp.ClientError, TimeoutError) as failure:
        typer.secho(f"\nNo answer from {against} or {gateway}: {failure}", fg="red", err=True)
        raise typer.Exit(1) from None
    typer.secho(f"\nThe whole story went as it should ({calls} calls).", fg="green", bold=True)


async def _told(against: str, gateway: str) -> int:
    application = Application(os.environ.get(*_CLIENT_ID), os.environ.get(*_CLIENT_SECRET))
    timeout = aiohttp.ClientTimeout(total=60)
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of hosts given by number too
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as session:
        return await Story(session, against=against, gateway=gateway, application=application).tell()


@contextmanager
def _throw_away_instance() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="agent-services-demo-") as folder:
        port = _free_port()
        log_path = Path(folder) / "server.log"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("AGENT_SERVICES_") or name in (_CLIENT_ID[0], _CLIENT_SECRET[0])
        }
        typer.echo(f"Starting a throw-away instance on port {port} …")
        with log_path.open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "agent_services.cli", "serve", "--port", str(port)],
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                base_url = f"http://localhost:{port}"
                _wait_until_ready(server, port, log_path)
                yield base_url
            finally:
                server.terminate()
                try:
                    server.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    server.kill()


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log_path: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    typer.echo(log_path.read_text(errors="replace")[-4000:], err=True)
    typer.secho("The instance did not start; its log is above.", fg="red", err=True)
    raise typer.Exit(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
