"""What each server process runs: the application, made from the environment that the parent handed down."""

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
    settings = load_settings()
    configure_logging(form=settings.log_format, level=settings.log_level)
    return settings
