"""What an operator does by hand: the jobs that were given up, listed, tried again or closed."""

import asyncio
from collections.abc import Awaitable, Callable

import typer

from agent_services import serving
from agent_services.composition.foundation import foundation_of
from agent_services.platform.jobs import Jobs
from agent_services.settings import Settings


def list_given_up_jobs(settings: Settings, *, limit: int) -> None:
    """One line a job, oldest first. Payloads are not shown: they hold personal data."""

    async def show(jobs: Jobs) -> None:
        held = await jobs.held(limit=limit)
        for job in held:
            given_up = job.given_up_at.isoformat(timespec="seconds")
            typer.echo(f"{job.id}  {job.name}  attempts {job.attempts}  given up {given_up}  {job.reason or '-'}")
        if not held:
            typer.echo("No job was given up.")

    _with_jobs(settings, show)


def retry_given_up_job(settings: Settings, job_id: int) -> None:
    """Puts it back in the queue; the next worker takes it. Raises typer.Exit(1) where there is none."""
    _with_jobs(settings, lambda jobs: _done(jobs.retry_held(job_id), job_id, "is queued again"))


def close_given_up_job(settings: Settings, job_id: int) -> None:
    """Removes it for good. Raises typer.Exit(1) where there is none."""
    _with_jobs(settings, lambda jobs: _done(jobs.close_held(job_id), job_id, "is closed"))


async def _done(change: Awaitable[bool], job_id: int, what: str) -> None:
    if not await change:
        typer.echo(f"agent-services: no job {job_id} was given up", err=True)
        raise typer.Exit(1)
    typer.echo(f"Job {job_id} {what}.")


def _with_jobs(settings: Settings, act: Callable[[Jobs], Awaitable[None]]) -> None:
    async def run(url: str) -> None:
        serving.hand_down(settings, url)
        async with foundation_of(settings) as foundation:
            await act(foundation.jobs)

    with serving.database_for(settings) as url:
        asyncio.run(run(url))
