"""All SQL about people and groups."""

from collections.abc import Iterable
from datetime import datetime

import asyncpg

from agent_services.platform.database import UnitOfWork
from agent_services.sandbox.refusals import Duplicate
from agent_services.sandbox.users.people import Address, AffinityGroup, CredentialRole, Group, Person


class PeopleStore:
    """People and groups in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def person(self, user_id: str) -> Person | None:
        row = await self._pool.fetchrow(
            """
            SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, utr, name,
                   email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                   compliance_issues, in_cast, password_hash
              FROM sandbox.person
             WHERE user_id = $1
            """,
            user_id,
        )
        return person_of(row) if row is not None else None

    async def person_by_nino(self, nino_without_suffix: str) -> Person | None:
        row = await self._pool.fetchrow(
            """
            SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, utr, name,
                   email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                   compliance_issues, in_cast, password_hash
              FROM sandbox.person
             WHERE nino_without_suffix = $1
            """,
            nino_without_suffix,
        )
        return person_of(row) if row is not None else None

    async def person_by_utr(self, utr: str) -> Person | None:
        row = await self._pool.fetchrow(
            """
            SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, utr, name,
                   email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                   compliance_issues, in_cast, password_hash
              FROM sandbox.person
             WHERE utr = $1
             ORDER BY seq
             LIMIT 1
            """,
            utr,
        )
        return person_of(row) if row is not None else None

    async def members(self, group_id: str, *, limit: int = 100) -> list[Person]:
        """The group's people in the order in which they came."""
        rows = await self._pool.fetch(
            """
            SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, utr, name,
                   email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                   compliance_issues, in_cast, password_hash
              FROM sandbox.person
             WHERE group_id = $1
             ORDER BY seq
             LIMIT $2
            """,
            group_id,
            limit,
        )
        return [person_of(row) for row in rows]

    async def people(self, *, user_id_contains: str | None = None, limit: int = 100) -> list[Person]:
        """People in the order in which they came, those whose id contains the text in any case."""
        rows = await self._pool.fetch(
            """
            SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, utr, name,
                   email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                   compliance_issues, in_cast, password_hash
              FROM sandbox.person
             WHERE ($1::text IS NULL OR strpos(lower(user_id), lower($1::text)) > 0)
             ORDER BY seq
             LIMIT $2
            """,
            user_id_contains,
            limit,
        )
        return [person_of(row) for row in rows]

    async def people_of_affinity(self, affinity_group: AffinityGroup, *, limit: int = 100) -> list[Person]:
        rows = await self._pool.fetch(
            """
            SELECT p.user_id, p.group_id, p.credential_role, p.credential_strength, p.confidence_level, p.nino, p.utr,
                   p.name, p.email, p.date_of_birth, p.address, p.deceased, p.vat_registration_date, p.stride_roles,
                   p.compliance_issues, p.in_cast, p.password_hash
              FROM sandbox.person p
              JOIN sandbox.user_group g ON g.group_id = p.group_id
             WHERE g.affinity_group = $1
             ORDER BY p.seq
             LIMIT $2
            """,
            affinity_group.value,
            limit,
        )
        return [person_of(row) for row in rows]

    async def cast(self) -> list[Person]:
        rows = await self._pool.fetch(
            """
            SELECT user_id, group_id, credential_role, credential_strength, confidence_level, nino, utr, name,
                   email, date_of_birth, address, deceased, vat_registration_date, stride_roles,
                   compliance_issues, in_cast, password_hash
              FROM sandbox.person
             WHERE in_cast
             ORDER BY seq
            """
        )
        return [person_of(row) for row in rows]

    async def group(self, group_id: str) -> Group | None:
        row = await self._pool.fetchrow(
            """
            SELECT group_id, affinity_group, agent_id, agent_code, agent_friendly_name, suspended_regimes
              FROM sandbox.user_group
             WHERE group_id = $1
            """,
            group_id,
        )
        return group_of(row) if row is not None else None

    async def group_by_agent_code(self, agent_code: str) -> Group | None:
        row = await self._pool.fetchrow(
            """
            SELECT group_id, affinity_group, agent_id, agent_code, agent_friendly_name, suspended_regimes
              FROM sandbox.user_group
             WHERE agent_code = $1
            """,
            agent_code,
        )
        return group_of(row) if row is not None else None

    async def groups(self, *, affinity_group: AffinityGroup | None = None, limit: int = 100) -> list[Group]:
        rows = await self._pool.fetch(
            """
            SELECT group_id, affinity_group, agent_id, agent_code, agent_friendly_name, suspended_regimes
              FROM sandbox.user_group
             WHERE ($1::text IS NULL OR affinity_group = $1::text)
             ORDER BY created_at, group_id
             LIMIT $2
            """,
            affinity_group.value if affinity_group else None,
            limit,
        )
        return [group_of(row) for row in rows]

    async def add_group(self, work: UnitOfWork, group: Group, *, now: datetime) -> None:
        """Raises Duplicate when the id or the agent code is taken."""
        try:
            await work.execute(
                """
                INSERT INTO sandbox.user_group
                       (group_id, affinity_group, agent_id, agent_code, agent_friendly_name, suspended_regimes,
                        created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                group.group_id,
                group.affinity_group.value,
                group.agent_id,
                group.agent_code,
                group.agent_friendly_name,
                list(group.suspended_regimes),
                now,
            )
        except asyncpg.UniqueViolationError as violation:
            raise _duplicate_group(violation, group) from None

    async def replace_group(self, work: UnitOfWork, group: Group) -> bool:
        """Whether there was such a group. Raises Duplicate when the agent code is taken."""
        try:
            status = await work.execute(
                """
                UPDATE sandbox.user_group
                   SET affinity_group = $2, agent_id = $3, agent_code = $4, agent_friendly_name = $5,
                       suspended_regimes = $6
                 WHERE group_id = $1
                """,
                group.group_id,
                group.affinity_group.value,
                group.agent_id,
                group.agent_code,
                group.agent_friendly_name,
                list(group.suspended_regimes),
            )
        except asyncpg.UniqueViolationError as violation:
            raise _duplicate_group(violation, group) from None
        return status != "UPDATE 0"

    async def delete_group(self, work: UnitOfWork, group_id: str) -> bool:
        status: str = await work.execute("DELETE FROM sandbox.user_group WHERE group_id = $1", group_id)
        return status != "DELETE 0"

    async def set_suspended_regimes(self, work: UnitOfWork, group_id: str, regimes: Iterable[str]) -> None:
        await work.execute(
            "UPDATE sandbox.user_group SET suspended_regimes = $2 WHERE group_id = $1", group_id, list(regimes)
        )

    async def add_person(self, work: UnitOfWork, person: Person, *, now: datetime) -> None:
        """Raises Duplicate when the id or the NINO is taken."""
        try:
            await work.execute(
                """
                INSERT INTO sandbox.person
                       (user_id, group_id, credential_role, credential_strength, confidence_level, nino,
                        nino_without_suffix, utr, name, email, date_of_birth, address, deceased,
                        vat_registration_date, stride_roles, compliance_issues, in_cast, password_hash, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
                """,
                *_values(person),
                now,
            )
        except asyncpg.UniqueViolationError as violation:
            raise _duplicate_person(violation, person) from None

    async def replace_person(self, work: UnitOfWork, person: Person) -> bool:
        """Whether there was such a person. Raises Duplicate when the NINO is somebody else's."""
        try:
            status = await work.execute(
                """
                UPDATE sandbox.person
                   SET group_id = $2, credential_role = $3, credential_strength = $4, confidence_level = $5, nino = $6,
                       nino_without_suffix = $7, utr = $8, name = $9, email = $10, date_of_birth = $11, address = $12,
                       deceased = $13, vat_registration_date = $14, stride_roles = $15, compliance_issues = $16,
                       in_cast = $17, password_hash = $18
                 WHERE user_id = $1
                """,
                *_values(person),
            )
        except asyncpg.UniqueViolationError as violation:
            raise _duplicate_person(violation, person) from None
        return status != "UPDATE 0"

    async def delete_person(self, work: UnitOfWork, user_id: str) -> bool:
        status: str = await work.execute("DELETE FROM sandbox.person WHERE user_id = $1", user_id)
        await work.execute("DELETE FROM sandbox.assignment WHERE user_id = $1", user_id)
        await work.execute("DELETE FROM sandbox.session WHERE user_id = $1", user_id)
        return status != "DELETE 0"


def _values(person: Person) -> tuple[object, ...]:
    return (
        person.user_id,
        person.group_id,
        person.credential_role.value if person.credential_role else None,
        person.credential_strength,
        person.confidence_level,
        person.nino,
        person.nino_without_suffix,
        person.utr,
        person.name,
        person.email,
        person.date_of_birth,
        person.address.as_document() if person.address else None,
        person.deceased,
        person.vat_registration_date,
        list(person.stride_roles),
        list(person.compliance_issues) if person.compliance_issues is not None else None,
        person.in_cast,
        person.password_hash,
    )


def person_of(row: asyncpg.Record) -> Person:
    address = row["address"]
    issues = row["compliance_issues"]
    return Person(
        user_id=row["user_id"],
        group_id=row["group_id"],
        credential_role=CredentialRole(row["credential_role"]) if row["credential_role"] else None,
        credential_strength=row["credential_strength"],
        confidence_level=row["confidence_level"],
        nino=row["nino"],
        utr=row["utr"],
        name=row["name"],
        email=row["email"],
        date_of_birth=row["date_of_birth"],
        address=Address.from_document(address) if address is not None else None,
        deceased=row["deceased"],
        vat_registration_date=row["vat_registration_date"],
        stride_roles=tuple(row["stride_roles"]),
        compliance_issues=tuple(issues) if issues is not None else None,
        in_cast=row["in_cast"],
        password_hash=row["password_hash"],
    )


def group_of(row: asyncpg.Record) -> Group:
    return Group(
        group_id=row["group_id"],
        affinity_group=AffinityGroup(row["affinity_group"]),
        agent_id=row["agent_id"],
        agent_code=row["agent_code"],
        agent_friendly_name=row["agent_friendly_name"],
        suspended_regimes=tuple(row["suspended_regimes"]),
    )


def _duplicate_person(violation: asyncpg.UniqueViolationError, person: Person) -> Duplicate:
    if violation.constraint_name == "person_nino":
        return Duplicate(
            f"Existing user already has this NINO {person.nino}. "
            "Two individuals cannot have the same NINO on the same hmrc planet."
        )
    return Duplicate(f"Duplicated user {person.user_id} on hmrc")


def _duplicate_group(violation: asyncpg.UniqueViolationError, group: Group) -> Duplicate:
    if violation.constraint_name == "user_group_agent_code":
        return Duplicate(f"Existing group already has this agentCode {group.agent_code} on hmrc")
    return Duplicate(f"Duplicated group {group.group_id} on hmrc")
