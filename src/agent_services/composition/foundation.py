"""What every room stands on: database, clock, keys, locks, jobs, audit."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from agent_services.platform.audit import Audit, Retention
from agent_services.platform.clock import MovableClock
from agent_services.platform.database import Database
from agent_services.platform.dedicated import dedicated_connections
from agent_services.platform.embedded_postgres import EmbeddedPostgres
from agent_services.platform.encryption import FieldCipher, Keys
from agent_services.platform.http.context import RequestContext
from agent_services.platform.jobs import Jobs
from agent_services.platform.locks import HeldLocks, Locks
from agent_services.settings import Settings

_APPLICATION_NAME = "agent-services"


@dataclass(frozen=True, slots=True)
class Foundation:
    """Started; stopped by whoever opened it."""

    database: Database
    clock: MovableClock
    cipher: FieldCipher
    locks: Locks
    held_locks: HeldLocks
    jobs: Jobs
    audit: Audit

    async def real_time(self) -> None:
        """Brings a moved clock back."""
        await self.clock.reset()


@asynccontextmanager
async def foundation_of(settings: Settings) -> AsyncIterator[Foundation]:
    """Raises DatabaseUnusable, KeysInvalid."""
    async with AsyncExitStack() as stack:
        url = _database_url(stack, settings)
        cipher = FieldCipher(_keys(settings))
        database = await Database.connect(url, max_size=settings.database_pool_size)
        stack.push_async_callback(database.close)
        connect = dedicated_connections(url, application_name=_APPLICATION_NAME)
        clock = MovableClock(database.pool, connect)
        await clock.start()
        stack.push_async_callback(clock.stop)
        locks = Locks(connect, client_wait=settings.lock_wait)
        await locks.start()
        stack.push_async_callback(locks.stop)
        token = None if settings.service_token is None else settings.service_token.get_secret_value()
        jobs = Jobs(
            database.pool,
            cipher,
            locks,
            connect,
            context_of_job=lambda: RequestContext.for_job(token),
        )
        audit = Audit(database.pool, cipher, clock, retention=_retention(settings))
        stack.push_async_callback(audit.stop)
        yield Foundation(database, clock, cipher, locks, HeldLocks(database.pool, cipher), jobs, audit)


def _retention(settings: Settings) -> Retention:
    if not settings.auditing_enabled:
        return Retention.NONE
    return Retention.KEEP if settings.test_only else Retention.PURGE


def _database_url(stack: AsyncExitStack, settings: Settings) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return stack.enter_context(EmbeddedPostgres.start(settings.data_dir)).url


def _keys(settings: Settings) -> Keys:
    if settings.encryption_keys is not None and settings.lookup_key is not None:
        return Keys.parse(settings.encryption_keys.get_secret_value(), settings.lookup_key.get_secret_value())
    return Keys.kept_in(settings.data_dir)
