"""The row that says how the clock stands, and the notification of its change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from agent_services.platform.clock.reading import ClockMode
from agent_services.platform.database import UnitOfWork

CHANNEL = "agent_services_clock"


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """Real time plus `offset`, or standing still at `frozen_at`. `version` grows with each change."""

    version: int
    offset: timedelta
    frozen_at: datetime | None

    @property
    def mode(self) -> ClockMode:
        if self.frozen_at is not None:
            return ClockMode.FROZEN
        return ClockMode.OFFSET if self.offset else ClockMode.REAL

    def at(self, real: datetime) -> datetime:
        return self.frozen_at if self.frozen_at is not None else real + self.offset


REAL_TIME = ClockSetting(version=0, offset=timedelta(0), frozen_at=None)


async def present_setting(connection: UnitOfWork) -> ClockSetting:
    row = await connection.fetchrow("SELECT version, offset_milliseconds, frozen_at FROM platform.clock")
    return _setting_of(row)


async def present_setting_for_change(connection: UnitOfWork) -> ClockSetting:
    """As `present_setting`; a second change waits until the caller's transaction ends."""
    row = await connection.fetchrow("SELECT version, offset_milliseconds, frozen_at FROM platform.clock FOR UPDATE")
    return _setting_of(row)


async def change_setting(connection: UnitOfWork, setting: ClockSetting) -> None:
    """Stores the setting and tells all processes at commit."""
    await connection.execute(
        """
        INSERT INTO platform.clock (only_row, version, offset_milliseconds, frozen_at)
        VALUES (true, $1, $2, $3)
        ON CONFLICT (only_row) DO UPDATE
           SET version = excluded.version,
               offset_milliseconds = excluded.offset_milliseconds,
               frozen_at = excluded.frozen_at
        """,
        setting.version,
        setting.offset // timedelta(milliseconds=1),
        setting.frozen_at,
    )
    await connection.execute("SELECT pg_notify($1, '')", CHANNEL)


def _setting_of(row: asyncpg.Record | None) -> ClockSetting:
    if row is None:
        return REAL_TIME
    return ClockSetting(
        version=row["version"],
        offset=timedelta(milliseconds=row["offset_milliseconds"]),
        frozen_at=None if row["frozen_at"] is None else row["frozen_at"].astimezone(UTC),
    )
