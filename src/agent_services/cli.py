"""The command line. Every command's `--help` teaches by example."""

import asyncio
import json
import signal
from collections.abc import Callable
from typing import Annotated, Any

import typer

from agent_services.platform.database import DatabaseUnusable
from agent_services.platform.encryption import KeysInvalid
from agent_services.platform.logging import configure_logging
from agent_services.settings import (
    Settings,
    SettingsInvalid,
    described,
    environment_with_file,
    load_settings,
    unknown_variables,
)
from agent_services.upstreams.internal_auth import InternalAuthUnavailable
from agent_services.upstreams.settings import UpstreamSettingsInvalid, refuse_real_upstreams

app = typer.Typer(
    name="agent-services",
    help="The agent side of the UK tax platform, on your own machine.\n\n"
    "Start everything with `agent-services serve`, watch a whole story with `agent-services demo`.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
applications = typer.Typer(help="Applications of the sandbox's gateway: what third-party software signs in as.")
app.add_typer(applications, name="applications")
jobs = typer.Typer(help="Jobs that were given up: each waits for somebody to try it again or to close it.")
app.add_typer(jobs, name="jobs")

_START_UP_FAILURES = (SettingsInvalid, UpstreamSettingsInvalid, DatabaseUnusable, KeysInvalid, InternalAuthUnavailable)

Port = Annotated[int | None, typer.Option(help="Port to listen on; else AGENT_SERVICES_PORT, else 9400.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on; else AGENT_SERVICES_HOST, else 127.0.0.1.")]


@app.command()
def serve(
    *,
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes on one database.")] = 1,
    no_jobs: Annotated[bool, typer.Option("--no-jobs", help="Leave jobs to `agent-services worker`.")] = False,
) -> None:
    """Serves the services, their jobs and, unless told otherwise, the sandbox.

    Without AGENT_SERVICES_DATABASE_URL it brings its own PostgreSQL, kept in AGENT_SERVICES_DATA_DIR
    (default .agent-services). Stops on Ctrl-C after finishing what is under way.

    \b
      agent-services serve                          everything on http://127.0.0.1:9400
      agent-services serve --port 9500 --workers 2
      AGENT_SERVICES_UPSTREAMS=http agent-services serve     against real upstreams; no sandbox
    """
    _run(lambda: _serve(_settings(host=host, port=port), workers=workers, runs_jobs=not no_jobs))


@app.command()
def worker() -> None:
    """Runs the jobs alone, beside `agent-services serve --no-jobs` on the same database.

    Needs AGENT_SERVICES_DATABASE_URL, or the data directory that the server uses.
    """
    _run(lambda: _work(_settings()))


@app.command()
def migrate() -> None:
    """Brings the tables of the database to what this version needs, and says what it did.

    `serve` does this by itself, except with AGENT_SERVICES_ENVIRONMENT=production. Several may run at once: one
    migrates, the others wait.
    """
    _run(lambda: _migrate(_settings()))


@app.command()
def sandbox(
    *,
    host: Host = None,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9009,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes on one database.")] = 1,
) -> None:
    """Serves the sandbox alone: the gateway and the upstreams' own paths, without the services.

    For services elsewhere, ours or anybody's, that want stand-ins for their upstreams:

    \b
      agent-services sandbox --port 9009
      AGENT_SERVICES_UPSTREAMS=http AGENT_SERVICES_UPSTREAM_URL=http://localhost:9009 \\
        AGENT_SERVICES_SERVICE_TOKEN=sandbox-service agent-services serve
      agent-services demo --against http://localhost:9400 --gateway http://localhost:9009
    """
    _run(lambda: _serve_sandbox(_settings(host=host, port=port, upstreams="sandbox"), workers=workers))


@app.command()
def demo(
    *,
    against: Annotated[str | None, typer.Option(help="Base URL of a running instance; else a throw-away one.")] = None,
    gateway: Annotated[
        str | None, typer.Option(help="Base URL for sign-in, tokens and test users, where they live elsewhere.")
    ] = None,
) -> None:
    """Tells the whole story over HTTP, as a vendor's software would, and fails if anything differs.

    A test agent and test clients are made; the agent signs in through the real pages; requests are sent, accepted,
    rejected, cancelled and left to expire; the relationship is checked, ended and checked again. Each call and
    answer is printed.

    \b
      agent-services demo
      agent-services demo --against http://localhost:9400
      agent-services demo --against http://localhost:9400 --gateway http://localhost:9009
    """
    from agent_services.demo import tell

    _run(lambda: tell(against=against, gateway=gateway))


@app.command()
def openapi(
    *,
    service: Annotated[str | None, typer.Option(help="One service's document; an unknown name lists them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything, test-only routes included.")] = False,
) -> None:
    """Prints the OpenAPI document, as JSON. No database is needed.

    \b
      agent-services openapi --all > openapi.json
      agent-services openapi --service authorisation-api
    """
    _run(lambda: _print_openapi(service, everything=everything))


@app.command(name="check-config")
def check_config() -> None:
    """Shows every setting with its value and source, secrets masked, and says what is wrong with any.

    Exit status 0 when `serve` would accept them, 1 otherwise.
    """
    _run(_check_config)


@applications.command("add")
def add_application(
    name: Annotated[str, typer.Argument(help="What people read on the consent page.")],
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Where answers may be sent; up to five. Default: any on localhost.")
    ] = None,
) -> None:
    """Registers an application and prints its client id and secret, which is shown this once.

    \b
      agent-services applications add "My bookkeeping" --redirect-uri https://app.example/callback
    """
    from agent_services.composition.sandbox import register_application

    _run(lambda: register_application(_settings(), name, redirect_uri or [], show=typer.echo))


@applications.command("list")
def list_applications() -> None:
    """Lists the registered applications: client id, name, redirect addresses. Secrets are not kept in clear."""
    from agent_services.composition.sandbox import show_applications

    _run(lambda: show_applications(_settings(), show=typer.echo))


@jobs.command("list")
def list_jobs(limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to show.")] = 100) -> None:
    """Lists the jobs that were given up, then the changes of relationships that are under way or wait for a next try.

    A job's id, name, attempts, when, and the last failure; a change's id, kind, tax service, failed tries, when it
    began, and the last failure. Changes finish by themselves; only jobs can be retried or closed.
    """
    from agent_services.composition.operating import list_open_work

    _run(lambda: list_open_work(_settings(), limit=limit))


@jobs.command("retry")
def retry_job(job_id: Annotated[int, typer.Argument(help="As `agent-services jobs list` shows it.")]) -> None:
    """Puts a given-up job back in the queue, once what ailed it is mended."""
    from agent_services.composition.operating import retry_given_up_job

    _run(lambda: retry_given_up_job(_settings(), job_id))


@jobs.command("close")
def close_job(job_id: Annotated[int, typer.Argument(help="As `agent-services jobs list` shows it.")]) -> None:
    """Removes a given-up job for good, once its work was done by other means."""
    from agent_services.composition.operating import close_given_up_job

    _run(lambda: close_given_up_job(_settings(), job_id))


def main() -> None:
    """The console script."""
    app()


def _run(command: Callable[[], Any]) -> None:
    try:
        command()
    except _START_UP_FAILURES as failure:
        typer.echo(f"agent-services: {failure}", err=True)
        raise typer.Exit(1) from None


def _settings(**options: object) -> Settings:
    given = {name: value for name, value in options.items() if value is not None}
    settings = load_settings(**given)
    configure_logging(form=settings.log_format, level=settings.log_level)
    for name, nearest in unknown_variables(environment_with_file()).items():
        hint = f"; did you mean {nearest}?" if nearest else ""
        typer.echo(f"agent-services: {name} is no setting of ours{hint}", err=True)
    return settings


def _serve(settings: Settings, *, workers: int, runs_jobs: bool) -> None:
    from agent_services import serving

    _refuse_both_worlds(settings)
    with serving.database_for(settings) as url:
        serving.prepare_database(settings, url)
        serving.hand_down(settings, url)
        _introduce(settings)
        factory = "agent_services.processes:with_jobs" if runs_jobs else "agent_services.processes:without_jobs"
        serving.serve(factory, settings, workers=workers, announce=lambda: _announce(settings))


def _refuse_both_worlds(settings: Settings) -> None:
    if settings.upstreams == "sandbox":
        refuse_real_upstreams(environment_with_file())


def _introduce(settings: Settings) -> None:
    if settings.registers_internal_auth_token:
        from agent_services.composition import register_internal_auth_token

        asyncio.run(register_internal_auth_token(settings))


def _serve_sandbox(settings: Settings, *, workers: int) -> None:
    from agent_services import serving

    with serving.database_for(settings) as url:
        serving.prepare_database(settings, url)
        serving.hand_down(settings, url)
        serving.serve(
            "agent_services.processes:sandbox_alone",
            settings,
            workers=workers,
            announce=lambda: _announce_sandbox(settings),
        )


def _work(settings: Settings) -> None:
    from agent_services import serving
    from agent_services.composition import register_internal_auth_token, work_until

    async def work(url: str) -> None:
        serving.hand_down(settings, url)
        await register_internal_auth_token(settings)
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(wanted, stopped.set)
        await work_until(stopped, load_settings())

    _refuse_both_worlds(settings)
    with serving.database_for(settings) as url:
        asyncio.run(work(url))


def _migrate(settings: Settings) -> None:
    from agent_services import serving
    from agent_services.platform.migration import migrate as apply

    with serving.database_for(settings) as url:
        applied = asyncio.run(apply(url))
    typer.echo(f"Applied: {', '.join(applied)}" if applied else "Nothing to do: the database is up to date.")


def _print_openapi(service: str | None, *, everything: bool) -> None:
    from agent_services.app import openapi_document, service_names

    if service is not None and service not in service_names():
        typer.echo(f"agent-services: no service {service}; known: {', '.join(service_names())}", err=True)
        raise typer.Exit(2)
    given: dict[str, object] = {}
    if everything or service is not None:
        given = {"test_only": True, "test_support": True, "upstreams": "sandbox", "environment": "development"}
    typer.echo(json.dumps(openapi_document(load_settings(**given), service), indent=2))


def _check_config() -> None:
    from agent_services.composition import check_upstreams, upstream_problems

    try:
        settings = _settings()
    except SettingsInvalid as invalid:
        # What is wrong with the upstreams' settings is said in the same breath.
        raise SettingsInvalid("\n".join([str(invalid), *upstream_problems()])) from None
    _refuse_both_worlds(settings)
    rows = {name: (value, source) for name, value, source in described(settings)}
    rows |= {name: (value, source) for name, value, source in check_upstreams(settings)}
    width = max(map(len, rows))
    for name, (value, source) in rows.items():
        typer.echo(f"{name:{width}}  {value}  ({source})")


def _shown_host(settings: Settings) -> str:
    return "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::") else settings.host  # noqa: S104  # compared, not bound


def _base_url(settings: Settings) -> str:
    return f"http://{_shown_host(settings)}:{settings.port}"


def _announce_sandbox(settings: Settings) -> None:
    from agent_services.composition.sandbox import announcement

    base = _base_url(settings)
    lines = [f"Sandbox ready at {base}", f"  Test people     {base}/sandbox/cast"]
    lines += [f"  {line}" for line in announcement(settings)]
    lines.append(
        f"  For services    AGENT_SERVICES_UPSTREAMS=http AGENT_SERVICES_UPSTREAM_URL={base} agent-services serve"
    )
    typer.echo("\n".join(lines))


def _announce(settings: Settings) -> None:
    base = _base_url(settings)
    lines = [f"agent-services is ready at {base}", f"  API documents   {base}/docs"]
    if settings.upstreams == "sandbox":
        from agent_services.composition.sandbox import announcement

        lines += [f"  Test people     {base}/sandbox/cast", *(f"  {line}" for line in announcement(settings))]
        lines.append(f"  The whole story agent-services demo --against {base}")
    typer.echo("\n".join(lines))


if __name__ == "__main__":
    main()
