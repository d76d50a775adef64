"""Ends an agent's authority at the word of the client, the agent or staff. Spec: invitations 10."""

from collections.abc import Mapping
from typing import assert_never

from agent_services.auth import Principal
from agent_services.identifiers import Arn
from agent_services.invitations.outcomes import Authorise, DeauthoriseCode, Deauthorised, DeauthoriseRefused
from agent_services.relationships import (
    AuthorityEnding,
    Busy,
    EndAuthority,
    EndedBy,
    EnrolmentKeys,
    ExpandedClient,
    KeyInvalid,
    NothingToRemove,
    Removed,
)
from agent_services.tax_services import NI, tax_service
from agent_services.upstreams.auth import AffinityGroup

_BY_AFFINITY: Mapping[str, EndedBy] = {
    AffinityGroup.AGENT.value: EndedBy.AGENT,
    AffinityGroup.INDIVIDUAL.value: EndedBy.CLIENT,
    AffinityGroup.ORGANISATION.value: EndedBy.CLIENT,
}


class Ending:
    """Ends authority, whatever form it has."""

    def __init__(self, *, keys: EnrolmentKeys, removal: AuthorityEnding) -> None:
        self._keys = keys
        self._removal = removal

    async def deauthorise(
        self, arn: Arn, service: str, client_id: str, *, authorise: Authorise
    ) -> Deauthorised | DeauthoriseRefused:
        """Ends the agent's authority for the client. For income tax a NINO or an MTDITID will do.

        The key is built, and the client's other identifier looked up, before the caller is asked for. The
        accepted request becomes de-authorised with it. Raises the caller's refusal and UpstreamFailed.
        """
        key = await self._keys.key_for(service, client_id, None)
        if isinstance(key, KeyInvalid):
            return _invalid(f"Failed to build enrolment key because: {key.text}")
        if tax_service(key.service_key) is None:
            # Legacy self assessment gives a key and is still no service of ours.
            return _invalid(f"Not a valid service id: {key.service_key}")
        client = await self._keys.expand(key)
        caller = await authorise()
        if not _may(caller, arn, client):
            return DeauthoriseRefused(DeauthoriseCode.NO_PERMISSION)
        return await self._end(arn, client, _ended_by(caller))

    async def _end(self, arn: Arn, client: ExpandedClient, ended_by: EndedBy) -> Deauthorised | DeauthoriseRefused:
        end = EndAuthority(
            arn=arn,
            key=client.key,
            client_id=client.key.client_id if client.nino is None else client.nino.value,
            ended_by=ended_by,
        )
        outcome = await self._removal.end(end)
        match outcome:
            case Removed():
                return Deauthorised()
            case NothingToRemove():
                return DeauthoriseRefused(DeauthoriseCode.RELATIONSHIP_NOT_FOUND)
            case Busy():
                return DeauthoriseRefused(DeauthoriseCode.ALREADY_BEING_PROCESSED)
            case other:
                assert_never(other)


def _invalid(text: str) -> DeauthoriseRefused:
    return DeauthoriseRefused(DeauthoriseCode.INVALID_KEY, text)


def _may(caller: Principal, arn: Arn, client: ExpandedClient) -> bool:
    if client.nino is not None:
        return caller.may_act_for(client_id_key=NI.enrolment_name, client_id=client.nino.value, arn=arn.value)
    return caller.may_act_for(client_id_key=client.key.client_id_type, client_id=client.key.client_id, arn=arn.value)


def _ended_by(caller: Principal) -> EndedBy:
    if caller.is_stride:
        return EndedBy.HMRC
    # Whoever passed USER at the Government Gateway has one of the three.
    return next(
        (ended_by for affinity, ended_by in _BY_AFFINITY.items() if affinity == caller.affinity_group), EndedBy.UNKNOWN
    )
