"""What each server process runs: the application, made from the environment that the parent handed down."""

import multiprocessing
import os
import signal
import threading

from starlette.types import ASGIApp

from agent_services.platform.logging import configure_logging
from agent_services.settings import Settings, load_settings


def with_jobs() -> ASGIApp:
    """The application and its jobs."""
    from agent_services.app import create_app

    return create_app(_settings(), runs_jobs=True)


def without_jobs() -> ASGIApp:
    """The application alone."""
    from agent_services.app import create_app

    return create_app(_settings(), runs_jobs=False)


def sandbox_alone() -> ASGIApp:
    """The sandbox over the upstreams' own paths, and its gateway."""
    from agent_services.composition.sandbox import create_sandbox_app

    return create_sandbox_app(_settings())


def _settings() -> Settings:
    _leave_with_the_parent()
    settings = load_settings()
    configure_logging(form=settings.log_format, level=settings.log_level)
    return settings


def _leave_with_the_parent() -> None:
    """A worker whose parent was killed ends too: it would hold the port against the next start, unsupervised."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def leave() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=leave, name="parent-watch", daemon=True).start()
