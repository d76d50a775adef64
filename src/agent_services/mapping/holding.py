"""Mapping legacy codes to an agent, or to a UTR until its owner subscribes. Spec: mapping 5.2 to 5.6."""

from collections.abc import Sequence
from enum import Enum, auto

import structlog

from agent_services.identifiers import Arn, Utr
from agent_services.mapping.auditing import mapping_created
from agent_services.mapping.errors import NoMappings, UnknownLookupKey
from agent_services.mapping.holders import HowMapped, StoredMapping
from agent_services.mapping.legacy_services import LegacyIdentifier, LegacyService
from agent_services.mapping.store import MappingStore
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork

log = structlog.get_logger(__name__)


class Mapped(Enum):
    """What became of the codes offered."""

    SOME_NEW = auto()
    ALL_KNOWN = auto()
    """The holder has every one of them already."""
    NOTHING_OFFERED = auto()


class Mappings:
    """Who holds which legacy code. One code may belong to several agents."""

    def __init__(self, *, database: Database, store: MappingStore, audit: Audit, clock: Clock) -> None:
        self._database = database
        self._store = store
        self._audit = audit
        self._clock = clock

    async def map_to_arn(self, arn: Arn, codes: Sequence[LegacyIdentifier], *, auth_provider_id: str) -> Mapped:
        """Maps all codes or none; audits each, the known ones too. `auth_provider_id` is who offered them.

        Of concurrent requests with one code exactly one finds it new.
        """
        return await self._map(arn, codes, HowMapped.BY_CALLER, auth_provider_id)

    async def map_automatically(self, arn: Arn, codes: Sequence[LegacyIdentifier], *, auth_provider_id: str) -> Mapped:
        """As `map_to_arn`, but audits the new ones alone. Spec: mapping 5.7."""
        return await self._map(arn, codes, HowMapped.AUTOMATICALLY, auth_provider_id)

    async def map_to_utr(self, utr: Utr, codes: Sequence[LegacyIdentifier]) -> Mapped:
        """Keeps the codes for 24 hours; mapping them again does not prolong that. Not audited. Spec: mapping 5.3."""
        new = await self._store.add_for_utr(utr, codes, now=self._clock.now())
        return _outcome(codes, new_count=len(new))

    async def move_to_arn(self, utr: Utr, arn: Arn) -> None:
        """Gives the agent everything that waits for the UTR; what the agent has already is dropped. Not audited.

        May be repeated. Spec: mapping 5.4.
        """
        async with self._database.unit_of_work() as work:
            await self.move_within(work, utr, arn)

    async def move_within(self, work: UnitOfWork, utr: Utr, arn: Arn) -> None:
        """As `move_to_arn`, as part of the caller's transaction."""
        moved = await self._store.move(work, utr, arn, now=self._clock.now())
        log.info("mappings_moved_after_subscription", count=moved)

    async def forget_utr(self, utr: Utr) -> None:
        """Drops everything that waits for the UTR. Spec: mapping 5.5."""
        await self._store.remove_of_utr(utr)

    async def of(self, arn: Arn, service: LegacyService) -> list[StoredMapping]:
        """The agent's codes of one service, in the order of mapping. Raises NoMappings. Spec: mapping 5.6."""
        found = await self._store.of_arn(arn, service)
        if not found:
            raise NoMappings()
        return found

    async def of_lookup_key(self, arn: Arn, lookup_key: str) -> list[StoredMapping]:
        """As `of`, by the service's short name. Raises UnknownLookupKey before the store is asked."""
        service = LegacyService.of_lookup_key(lookup_key)
        if service is None:
            raise UnknownLookupKey(lookup_key)
        return await self.of(arn, service)

    async def forget_arn(self, arn: Arn) -> None:
        """Drops all codes of the agent. Spec: mapping 5.12."""
        async with self._database.unit_of_work() as work:
            await self._store.remove_of_arn(work, arn)

    async def purge(self) -> int:
        """Removes what has waited 24 hours for its agent; says how much."""
        return await self._store.purge(now=self._clock.now())

    async def _map(self, arn: Arn, codes: Sequence[LegacyIdentifier], how: HowMapped, auth_provider_id: str) -> Mapped:
        if not codes:
            return Mapped.NOTHING_OFFERED
        async with self._database.unit_of_work() as work:
            new = await self._store.add_for_arn(work, arn, codes, how, now=self._clock.now())
            audited = codes if how is HowMapped.BY_CALLER else [code for code in codes if code in new]
            await self._audit.record(
                work,
                *(
                    mapping_created(arn, code, auth_provider_id=auth_provider_id, was_known=code not in new, how=how)
                    for code in audited
                ),
            )
        log.info("codes_mapped", new=len(new), known=len(codes) - len(new), how=how.name)
        return _outcome(codes, new_count=len(new))


def _outcome(codes: Sequence[LegacyIdentifier], *, new_count: int) -> Mapped:
    if not codes:
        return Mapped.NOTHING_OFFERED
    return Mapped.SOME_NEW if new_count else Mapped.ALL_KNOWN
