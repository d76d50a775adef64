"""How a creation ends: all that belongs with it, in the one transaction that closes its intent.

Spec: relationships 4.3, 4.6, 1.8 step 3; design, Load-bearing choices (one database transaction).
"""

from agent_services.identifiers import Nino
from agent_services.partial_authorisations import PartialAuthorisations
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock
from agent_services.platform.database import Database, UnitOfWork
from agent_services.relationships.auditing import (
    partial_authorisation_created,
    partial_authorisation_ended,
    relationship_created,
)
from agent_services.relationships.follow_up import FollowUp
from agent_services.relationships.intents import SyncStatus
from agent_services.relationships.requests import (
    AuthorisationRequests,
    ConvertedPartialAuthorisation,
    EndedAuthority,
    FinishedCreation,
)
from agent_services.relationships.running import CreationRun
from agent_services.relationships.store import CopyRecords, CreationIntents, DeleteRecords
from agent_services.relationships.wanted import (
    Created,
    EndedBy,
    HowCreated,
    HowEnded,
    NewRelationship,
    OriginRefused,
    RoleChange,
)


class CreationClosing:
    def __init__(
        self,
        *,
        database: Database,
        intents: CreationIntents,
        copies: CopyRecords,
        removals: DeleteRecords,
        partial_authorisations: PartialAuthorisations,
        requests: AuthorisationRequests,
        follow_up: FollowUp,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._database = database
        self._intents = intents
        self._copies = copies
        self._removals = removals
        self._partial_authorisations = partial_authorisations
        self._requests = requests
        self._follow_up = follow_up
        self._audit = audit
        self._clock = clock

    async def close(self, run: CreationRun) -> None:
        """The relationship exists: its request is answered, what it supersedes ends, the event is written."""
        wanted = run.wanted
        async with self._database.unit_of_work() as work:
            if not await self._intents.close(work, run.intent.id):
                return
            await self._removals.drop_of_pair(work, wanted.arn, wanted.key)
            await self._audit.record(work, relationship_created(run.intent, run.audit))
            await self._convert_partial_authorisation(work, wanted)
            await self._end_superseded(work, wanted)
            await self._tell_origin(work, wanted, partial=False)
            if not wanted.key.service.is_kept_by_agent_fi:
                await self._follow_up.refresh_client_list(work, wanted.arn)

    async def note_copied_without_delegation(self, run: CreationRun) -> None:
        """A copy counts as done although the enrolment store failed, and its event says so (4.1 steps 5, 6)."""
        wanted = run.wanted
        async with self._database.unit_of_work() as work:
            await self._copies.set_es(work, wanted.arn, wanted.key, SyncStatus.FAILED)
            await self._audit.record(work, relationship_created(run.intent, run.audit))

    async def authorise_partially(self, wanted: NewRelationship) -> Created | OriginRefused:
        """A client who has not signed up: all of it is ours, so one transaction and no intent.

        Raises DuplicatePartialAuthorisation.
        """
        service, nino = wanted.key.service_key, Nino.as_given(wanted.key.client_id)
        async with self._database.unit_of_work() as work:
            if wanted.origin is not None and not await self._requests.may_begin(work, wanted.origin):
                return OriginRefused()
            await self._end_superseded(work, wanted)
            await self._partial_authorisations.create(work, wanted.arn, service, nino, at=wanted.accepted_at)
            await self._audit.record(
                work, partial_authorisation_created(wanted.arn, service, nino, wanted.how, wanted.origin)
            )
            await self._tell_origin(work, wanted, partial=True)
        return Created(partial=True)

    async def _convert_partial_authorisation(self, work: UnitOfWork, wanted: NewRelationship) -> None:
        if wanted.how is not HowCreated.PARTIAL_AUTHORISATION or wanted.nino is None:
            return
        service = wanted.key.service_key
        if await self._partial_authorisations.delete_active(work, wanted.arn, service, wanted.nino):
            await self._requests.partial_authorisation_converted(
                work, ConvertedPartialAuthorisation(wanted.arn, service, wanted.nino)
            )

    async def _end_superseded(self, work: UnitOfWork, wanted: NewRelationship) -> None:
        """The same agent's other role (4.6 steps 1, 3), and any main agent from before sign-up (4.3)."""
        service, nino = wanted.key.service, wanted.nino_if_known
        if nino is None or not service.allows_partial_authorisation:
            return
        if service.counterpart is not None and wanted.role_change is not RoleChange.NEVER:
            await self._end_other_role(work, wanted, service.counterpart.service_key, nino)
        # What was copied or converted was this agent's own already (1.8).
        if service.has_one_main_agent and wanted.role_change is not RoleChange.AFTER:
            main = service.service_key
            for arn in await self._partial_authorisations.end_main(work, main, nino, at=wanted.accepted_at):
                await self._audit.record(work, partial_authorisation_ended(arn, main, nino, HowEnded.REPLACED))

    async def _end_other_role(self, work: UnitOfWork, wanted: NewRelationship, other: str, nino: Nino) -> None:
        if await self._partial_authorisations.end(work, wanted.arn, other, nino, at=wanted.accepted_at):
            await self._audit.record(work, partial_authorisation_ended(wanted.arn, other, nino, HowEnded.ROLE_CHANGED))
        # "always Client, even when the agent triggered it" (4.6 step 3)
        await self._requests.relationship_ended(work, EndedAuthority(wanted.arn, other, nino.value, EndedBy.CLIENT))

    async def _tell_origin(self, work: UnitOfWork, wanted: NewRelationship, *, partial: bool) -> None:
        if wanted.origin is None:
            return
        await self._requests.creation_finished(
            work,
            FinishedCreation(
                origin=wanted.origin,
                arn=wanted.arn,
                key=wanted.key,
                partial=partial,
                how=wanted.how,
                client_id_type=wanted.client_id_type,
                nino=wanted.nino,
                accepted_at=wanted.accepted_at,
            ),
        )
