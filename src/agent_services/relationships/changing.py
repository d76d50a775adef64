"""PUT and DELETE of one relationship, by its agent, its client or staff. Spec: relationships 2.1, 2.2."""

from agent_services.auth import NoPermission, Principal
from agent_services.identifiers import Arn, Nino, Vrn
from agent_services.platform.clock import Clock
from agent_services.relationships.creation import RelationshipCreation
from agent_services.relationships.errors import (
    ChangeCode,
    ChangeFailed,
    InvalidKey,
    NoAdminUser,
    RelationshipBusy,
    RemovalNotRecorded,
    UnknownAgent,
)
from agent_services.relationships.keys import EnrolmentKeys, KeyInvalid
from agent_services.relationships.questions import RelationshipQuestion
from agent_services.relationships.removal import RelationshipRemoval
from agent_services.relationships.wanted import (
    Busy,
    EndAuthority,
    EndedBy,
    HowCreated,
    NewRelationship,
    NothingToRemove,
    RoleChange,
)
from agent_services.tax_services import LEGACY_VAT_SERVICE_KEY, MTDITID, VRN, EnrolmentKey, tax_service
from agent_services.upstreams.auth import AffinityGroup
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Hip
from agent_services.upstreams.names import Upstream


class RelationshipChanges:
    """The seed's direct way to a relationship. Every failure after authorisation is a 404 with a code."""

    def __init__(
        self,
        *,
        keys: EnrolmentKeys,
        creation: RelationshipCreation,
        removal: RelationshipRemoval,
        hip: Hip,
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._creation = creation
        self._removal = removal
        self._hip = hip
        self._clock = clock

    async def key_of(self, asked: RelationshipQuestion) -> EnrolmentKey:
        """Comes before authorisation. Raises InvalidKey, and UpstreamFailed from ES20."""
        if (
            asked.service == LEGACY_VAT_SERVICE_KEY
            and asked.client_id_type == VRN.name
            and Vrn.is_valid(asked.client_id)
        ):
            return EnrolmentKey.of(asked.service, VRN.enrolment_name, asked.client_id)
        key = await self._keys.key_for(asked.service, asked.client_id, asked.client_id_type)
        if isinstance(key, KeyInvalid):
            raise InvalidKey(key.text)
        return key

    async def create(self, asked: RelationshipQuestion, key: EnrolmentKey, caller: Principal) -> None:
        """PUT: the creation alone, nothing of what belongs to accepting a request.

        Raises NoPermission, RelationshipBusy and ChangeFailed.
        """
        _permit(caller, asked.arn, key)
        if not _is_kept_in_etmp(key):
            # Nothing in ETMP goes by such a key (2.1, special cases).
            raise ChangeFailed(ChangeCode.CREATE_FAILED_IF)
        refined = await self._with_mtd_it_id(key, ChangeCode.CREATE_FAILED_IF)
        if refined is None:
            raise ChangeFailed(ChangeCode.NOT_FOUND)
        wanted = NewRelationship(
            arn=asked.arn,
            key=refined,
            how=HowCreated.HMRC_ACCEPTED if caller.is_stride else HowCreated.CLIENT_ACCEPTED,
            client_id=asked.client_id,
            client_id_type=asked.client_id_type,
            accepted_at=self._clock.now(),
            role_change=RoleChange.NEVER,
            # The event keeps the values of the path.
            extra_audit={"service": asked.service},
        )
        try:
            outcome = await self._creation.create(wanted)
        except UnknownAgent as failure:
            raise ChangeFailed(ChangeCode.UNKNOWN_ARN) from failure
        except NoAdminUser as failure:
            raise ChangeFailed(f"No admin agent user found for Arn Arn({asked.arn})") from failure
        except UpstreamFailed as failure:
            is_etmp = failure.upstream is Upstream.HIP
            raise ChangeFailed(ChangeCode.CREATE_FAILED_IF if is_etmp else ChangeCode.CREATE_FAILED_ES) from failure
        if isinstance(outcome, Busy):
            raise RelationshipBusy

    async def remove(self, asked: RelationshipQuestion, key: EnrolmentKey, caller: Principal) -> None:
        """DELETE. A NINO without an MTDITID has no relationship, and that is no failure (2.2 step 3).

        Raises NoPermission, RelationshipBusy and ChangeFailed.
        """
        _permit(caller, asked.arn, key)
        if not _is_kept_in_etmp(key):
            raise ChangeFailed(ChangeCode.NOT_FOUND)
        refined = await self._with_mtd_it_id(key, ChangeCode.DELETE_FAILED_IF)
        if refined is None:
            return
        ending = EndAuthority(
            arn=asked.arn,
            key=refined,
            # Of an MTDITID the NINO is found out once all is done (2.2).
            client_id=None if key.client_id_type == MTDITID.enrolment_name else key.client_id,
            ended_by=ended_by(caller),
        )
        try:
            outcome = await self._removal.remove(ending)
        except RemovalNotRecorded as failure:
            raise ChangeFailed(ChangeCode.DELETE_FAILED_DB) from failure
        except UpstreamFailed as failure:
            is_etmp = failure.upstream is Upstream.HIP
            raise ChangeFailed(ChangeCode.DELETE_FAILED_IF if is_etmp else ChangeCode.DELETE_FAILED_ES) from failure
        if isinstance(outcome, Busy):
            raise RelationshipBusy
        if isinstance(outcome, NothingToRemove):
            raise ChangeFailed(ChangeCode.UNKNOWN_ARN if outcome.agent_is_unknown else ChangeCode.NOT_FOUND)

    async def _with_mtd_it_id(self, key: EnrolmentKey, on_failure: ChangeCode) -> EnrolmentKey | None:
        if not key.has_nino:
            return key
        try:
            mtd_it_id = await self._hip.mtd_it_id_of(Nino.as_given(key.client_id))
        except UpstreamFailed as failure:
            raise ChangeFailed(on_failure) from failure
        return None if mtd_it_id is None else key.service.enrolment_key(mtd_it_id.value)


def ended_by(caller: Principal) -> EndedBy:
    """Spec: relationships 5.2 step 1."""
    if caller.is_stride:
        return EndedBy.HMRC
    match caller.affinity_group:
        case AffinityGroup.INDIVIDUAL | AffinityGroup.ORGANISATION:
            return EndedBy.CLIENT
        case AffinityGroup.AGENT:
            return EndedBy.AGENT
        case _:
            return EndedBy.UNKNOWN


def _permit(caller: Principal, arn: Arn, key: EnrolmentKey) -> None:
    if not caller.may_act_for(client_id_key=key.client_id_type, client_id=key.client_id, arn=arn.value):
        raise NoPermission


def _is_kept_in_etmp(key: EnrolmentKey) -> bool:
    service = tax_service(key.service_key)
    return service is not None and service.etmp is not None
