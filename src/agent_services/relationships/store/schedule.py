"""Whose turn the recovery is and when. Spec: relationships 5.6, 11 (recovery-schedule)."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class RecoveryTurn:
    uid: str
    run_at: datetime


class RecoverySchedule:
    """At most one turn is stored."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def find(self) -> RecoveryTurn | None:
        row = await self._pool.fetchrow("SELECT uid, run_at FROM agent_services.recovery_schedule")
        return None if row is None else RecoveryTurn(row["uid"], row["run_at"])

    async def put(self, turn: RecoveryTurn) -> None:
        await self._pool.execute(
            """
            INSERT INTO agent_services.recovery_schedule (only_row, uid, run_at)
            VALUES (true, $1, $2)
            ON CONFLICT (only_row) DO UPDATE SET uid = excluded.uid, run_at = excluded.run_at
            """,
            turn.uid,
            turn.run_at,
        )

    async def clear(self) -> None:
        await self._pool.execute("DELETE FROM agent_services.recovery_schedule")
