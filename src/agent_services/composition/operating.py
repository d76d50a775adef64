"""What an operator does by hand: sees the work that is open, and tries given-up jobs again or closes them."""

import asyncio
from collections.abc import Awaitable, Callable

import typer

from agent_services import serving
from agent_services.composition.foundation import Foundation, foundation_of
from agent_services.relationships import open_changes
from agent_services.settings import Settings


def list_open_work(settings: Settings, *, limit: int) -> None:
    """One line for each given-up job, then one for each unfinished change of a relationship, oldest first.

    Neither payloads nor clients are shown: they are personal data.
    """

    async def show(foundation: Foundation) -> None:
        held = await foundation.jobs.held(limit=limit)
        for job in held:
            given_up = job.given_up_at.isoformat(timespec="seconds")
            typer.echo(f"{job.id}  {job.name}  attempts {job.attempts}  given up {given_up}  {job.reason or '-'}")
        if not held:
            typer.echo("No job was given up.")
        for change in (await open_changes(foundation.database, foundation.cipher))[:limit]:
            typer.echo(
                f"{change.id}  {change.kind} {change.service_key}  failed tries {change.failed_tries}  "
                f"begun {change.begun_at.isoformat(timespec='seconds')}  {change.last_failure or '-'}"
            )

    _with_foundation(settings, show)


def retry_given_up_job(settings: Settings, job_id: int) -> None:
    """Puts it back in the queue; the next worker takes it. Raises typer.Exit(1) where there is none."""
    _with_foundation(settings, lambda foundation: _done(foundation.jobs.retry_held(job_id), job_id, "is queued again"))


def close_given_up_job(settings: Settings, job_id: int) -> None:
    """Removes it for good. Raises typer.Exit(1) where there is none."""
    _with_foundation(settings, lambda foundation: _done(foundation.jobs.close_held(job_id), job_id, "is closed"))


async def _done(change: Awaitable[bool], job_id: int, what: str) -> None:
    if not await change:
        typer.echo(f"agent-services: no job {job_id} was given up", err=True)
        raise typer.Exit(1)
    typer.echo(f"Job {job_id} {what}.")


def _with_foundation(settings: Settings, act: Callable[[Foundation], Awaitable[None]]) -> None:
    async def run(url: str) -> None:
        serving.hand_down(settings, url)
        async with foundation_of(settings) as foundation:
            await act(foundation)

    with serving.database_for(settings) as url:
        asyncio.run(run(url))
