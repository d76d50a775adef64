"""Ends an authority of whatever kind: income record, partial authorisation, relationship. Spec: relationships 6."""

from agent_services.identifiers import Nino
from agent_services.partial_authorisations import PartialAuthorisations
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.platform.locks import Locks
from agent_services.relationships.auditing import partial_authorisation_ended
from agent_services.relationships.removal import RelationshipRemoval
from agent_services.relationships.requests import AuthorisationRequests, EndedAuthority
from agent_services.relationships.wanted import Busy, EndAuthority, NothingToRemove, Removed


class AuthorityEnding:
    def __init__(
        self,
        *,
        database: Database,
        locks: Locks,
        removal: RelationshipRemoval,
        partial_authorisations: PartialAuthorisations,
        requests: AuthorisationRequests,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._database = database
        self._locks = locks
        self._removal = removal
        self._partial_authorisations = partial_authorisations
        self._requests = requests
        self._audit = audit
        self._clock = clock

    async def end(self, asked: EndAuthority) -> Removed | NothingToRemove | Busy:
        """As the key says: with the NINO of an income tax client it is a partial authorisation.

        Raises as `RelationshipRemoval.remove`.
        """
        service = asked.key.service
        if service.allows_partial_authorisation and asked.key.has_nino:
            return await self._end_partial_authorisation(asked)
        return await self._removal.remove(asked)

    async def _end_partial_authorisation(self, asked: EndAuthority) -> Removed | NothingToRemove | Busy:
        service, nino = asked.key.service_key, Nino.as_given(asked.key.client_id)
        async with self._locks.pair(asked.arn.value, str(asked.key)) as hold:
            if not hold:
                return Busy()
            async with self._database.unit_of_work() as work:
                if not await self._partial_authorisations.end(work, asked.arn, service, nino, at=self._clock.now()):
                    return NothingToRemove()
                await self._requests.relationship_ended(
                    work, EndedAuthority(asked.arn, service, nino.value, asked.ended_by)
                )
                await self._audit.record(work, partial_authorisation_ended(asked.arn, service, nino, asked.audited_how))
            return Removed()
