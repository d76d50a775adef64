"""All SQL about sessions, and the one query by which auth knows everything about a caller."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.users.people import AffinityGroup, CredentialRole, Group, Person

_DIGEST_MARK = "sha256:"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `expires_at` is by real time; None means never (the cast's static bearers)."""

    token: str
    session_id: str
    user_id: str
    provider_type: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldEnrolment:
    """A principal enrolment of the caller's group."""

    enrolment_key: str
    state: str
    friendly_name: str | None


@dataclass(frozen=True, slots=True)
class Caller:
    """All that auth knows about the holder of a token. Person or group may be gone."""

    session: Session
    person: Person | None
    group: Group | None
    enrolments: tuple[HeldEnrolment, ...]


class SessionStore:
    """Sessions in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(self, session: Session, *, work: "UnitOfWork | None" = None) -> None:
        """The same token again replaces the session. With `work`, visible when that unit of work is."""
        await (work or self._pool).execute(
            """
            INSERT INTO sandbox.session (token, session_id, user_id, provider_type, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (token) DO UPDATE
               SET session_id = excluded.session_id, user_id = excluded.user_id,
                   provider_type = excluded.provider_type, created_at = excluded.created_at,
                   expires_at = excluded.expires_at
            """,
            session.token,
            session.session_id,
            session.user_id,
            session.provider_type,
            session.created_at,
            session.expires_at,
        )

    async def add_static(self, work: UnitOfWork, people: Sequence[tuple[str, str]], *, now: datetime) -> None:
        """`sandbox-<userId>` for each (user id, provider type), as token and as session id, for ever."""
        await work.execute(
            """
            INSERT INTO sandbox.session (token, session_id, user_id, provider_type, created_at, expires_at)
            SELECT 'sandbox-' || user_id, 'sandbox-' || user_id, user_id, provider_type, $3, NULL
              FROM unnest($1::text[], $2::text[]) AS one (user_id, provider_type)
            ON CONFLICT DO NOTHING
            """,
            [user_id for user_id, _ in people],
            [provider for _, provider in people],
            now,
        )

    async def by_token(self, token: str, *, real_now: datetime) -> Session | None:
        row = await self._pool.fetchrow(
            """
            SELECT token, session_id, user_id, provider_type, created_at, expires_at
              FROM sandbox.session
             WHERE token = ANY($1::text[]) AND (expires_at IS NULL OR expires_at > $2)
            """,
            _names_of(token),
            real_now,
        )
        return _session_of(row) if row is not None else None

    async def by_session_id(self, session_id: str, *, real_now: datetime) -> Session | None:
        row = await self._pool.fetchrow(
            """
            SELECT token, session_id, user_id, provider_type, created_at, expires_at
              FROM sandbox.session
             WHERE session_id = $1 AND (expires_at IS NULL OR expires_at > $2)
            """,
            session_id,
            real_now,
        )
        return _session_of(row) if row is not None else None

    async def delete(self, token: str) -> None:
        await self._pool.execute("DELETE FROM sandbox.session WHERE token = $1", token)

    async def delete_all(self, session_ids: Sequence[str], *, work: UnitOfWork) -> None:
        """These sessions, together with the unit of work."""
        await work.execute("DELETE FROM sandbox.session WHERE session_id = ANY($1::text[])", session_ids)

    async def delete_expired(self, *, real_now: datetime) -> int:
        status: str = await self._pool.execute("DELETE FROM sandbox.session WHERE expires_at < $1", real_now)
        return int(status.rpartition(" ")[2])

    async def caller(self, token: str, *, real_now: datetime) -> Caller | None:
        """Session, person, group and what the group holds, in one round trip; None for a dead token."""
        row = await self._pool.fetchrow(
            """
            SELECT s.token, s.session_id, s.user_id AS session_user_id, s.provider_type, s.created_at, s.expires_at,
                   p.user_id, p.group_id, p.credential_role, p.credential_strength, p.confidence_level, p.nino,
                   p.name, p.email, p.date_of_birth, p.stride_roles,
                   g.affinity_group, g.agent_id, g.agent_code, g.agent_friendly_name,
                   ARRAY(
                       SELECT ARRAY[a.enrolment_key, a.state, a.friendly_name]
                         FROM sandbox.allocation a
                        WHERE a.group_id = p.group_id AND a.kind = 'principal'
                        ORDER BY a.lookup_key
                   ) AS enrolments
              FROM (SELECT token, session_id, user_id, provider_type, created_at, expires_at
                      FROM sandbox.session
                     WHERE token = ANY($1::text[]) AND (expires_at IS NULL OR expires_at > $2)
                     LIMIT 1) s
              LEFT JOIN sandbox.person p ON p.user_id = s.user_id
              LEFT JOIN sandbox.user_group g ON g.group_id = p.group_id
            """,
            _names_of(token),
            real_now,
        )
        if row is None:
            return None
        return Caller(
            session=Session(
                row["token"],
                row["session_id"],
                row["session_user_id"],
                row["provider_type"],
                row["created_at"],
                row["expires_at"],
            ),
            person=_authorised_person(row) if row["user_id"] is not None else None,
            group=_authorised_group(row) if row["affinity_group"] is not None else None,
            enrolments=tuple(HeldEnrolment(key, state, name) for key, state, name in row["enrolments"]),
        )


def _authorised_person(row: asyncpg.Record) -> Person:
    """As far as auth tells of somebody: this is read on every request, so without address and the like."""
    return Person(
        user_id=row["user_id"],
        group_id=row["group_id"],
        credential_role=CredentialRole(row["credential_role"]) if row["credential_role"] else None,
        credential_strength=row["credential_strength"],
        confidence_level=row["confidence_level"],
        nino=row["nino"],
        name=row["name"],
        email=row["email"],
        date_of_birth=row["date_of_birth"],
        stride_roles=tuple(row["stride_roles"]),
    )


def _authorised_group(row: asyncpg.Record) -> Group:
    return Group(
        row["group_id"],
        AffinityGroup(row["affinity_group"]),
        row["agent_id"],
        row["agent_code"],
        row["agent_friendly_name"],
    )


def name_of_secret(token: str) -> str:
    """The name under which the session of an OAuth access token is kept: the token itself is stored nowhere."""
    return _DIGEST_MARK + hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _names_of(token: str) -> list[str]:
    """Under which names the session of a bearer may be kept. A stored name of the second kind is no bearer."""
    names = [name_of_secret(token)]
    return names if token.startswith(_DIGEST_MARK) else [token, *names]


def _session_of(row: asyncpg.Record) -> Session:
    return Session(
        row["token"],
        row["session_id"],
        row["user_id"],
        row["provider_type"],
        row["created_at"],
        row["expires_at"],
    )
