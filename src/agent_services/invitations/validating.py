"""Finds the request that a client who followed an agent's link is to answer. Spec: invitations 12."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_services.auth import NoPermission, Principal
from agent_services.identifiers import Arn, MtdItId, Nino, without_whitespace
from agent_services.invitations.errors import NoServiceKey, NotFound, SuspendedAgent, UnknownIdentifier
from agent_services.invitations.lifecycle import Invitation
from agent_services.invitations.links import AgentLinks
from agent_services.invitations.store import RequestLists
from agent_services.partial_authorisations import PartialAuthorisations
from agent_services.platform.clock import Clock
from agent_services.tax_services import (
    NATIONAL_INSURANCE_SERVICE_KEY,
    NI,
    PERSONAL_TAX_SERVICE_KEY,
    EnrolmentKey,
    TaxService,
    client_id_type_in_enrolment,
    tax_service,
)
from agent_services.upstreams.agent_fi_relationship import AgentFiRelationship
from agent_services.upstreams.agent_services_account import AgentServicesAccount
from agent_services.upstreams.auth import SessionEnrolment
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.hip import Hip

_INCOME_TAX = "HMRC-MTD-IT"
_INCOME_RECORD = "PERSONAL-INCOME-RECORD"
_PERSON_KEYS = frozenset({NATIONAL_INSURANCE_SERVICE_KEY, PERSONAL_TAX_SERVICE_KEY})


@dataclass(frozen=True, slots=True)
class MainAgent:
    """Who acts for the client now."""

    agency_name: str
    is_same_agent: bool


@dataclass(frozen=True, slots=True)
class RequestFound:
    """The request to answer, who asks, and who would be replaced; None when nobody acts."""

    invitation: Invitation
    agency_name: str
    existing_main_agent: MainAgent | None


@dataclass(frozen=True, slots=True)
class _MatchedEnrolment:
    requested_key: str
    enrolment: SessionEnrolment


class Validating:
    """Matches a client's enrolments with an agent's requests."""

    def __init__(
        self,
        *,
        clock: Clock,
        lists: RequestLists,
        links: AgentLinks,
        agents: AgentServicesAccount,
        partial_authorisations: PartialAuthorisations,
        hip: Hip,
        enrolments: EnrolmentStoreProxy,
        agent_fi: AgentFiRelationship,
    ) -> None:
        self._clock = clock
        self._lists = lists
        self._links = links
        self._agents = agents
        self._partial_authorisations = partial_authorisations
        self._hip = hip
        self._enrolments = enrolments
        self._agent_fi = agent_fi

    async def find(self, client: Principal, uid: str, service_keys: Sequence[str]) -> RequestFound:
        """The pending request, the first in store order, else the most recently created one.

        Raises NoPermission when the client holds none of the enrolments, NotFound for an unknown link or no
        request, SuspendedAgent, NoServiceKey, UnknownIdentifier and UpstreamFailed.
        """
        matched = _matched(client, service_keys)
        if not matched:
            raise NoPermission()
        reference = await self._links.reference_of_uid(uid)
        if reference is None:
            raise NotFound()
        agent = await self._agents.agent_record(reference.arn)
        if agent.is_suspended:
            raise SuspendedAgent()
        found = await self._lists.matching(
            reference.arn, _services(matched, service_keys), [_client_id(each.enrolment) for each in matched]
        )
        today = self._clock.today()
        chosen = _chosen([invitation.as_of(today) for invitation in found])
        if chosen is None:
            raise NotFound()
        return RequestFound(chosen, agent.agency_name, await self._main_agent(chosen, matched))

    async def _main_agent(self, invitation: Invitation, matched: Sequence[_MatchedEnrolment]) -> MainAgent | None:
        arn = await self._main_arn(invitation, matched)
        if arn is None:
            return None
        agent = await self._agents.agent_record(arn)
        return MainAgent(agent.agency_name, is_same_agent=arn == invitation.arn)

    async def _main_arn(self, invitation: Invitation, matched: Sequence[_MatchedEnrolment]) -> Arn | None:
        service = tax_service(invitation.service)
        if service is None:
            return None
        if service.is_kept_by_agent_fi:
            return await self._agent_of_income_record(Nino.as_given(invitation.supplied_client_id))
        if service.has_agent_roles:
            return await self._main_agent_for_income_tax(service, Nino.as_given(invitation.supplied_client_id))
        return await self._agent_holding(_key_held(service, invitation, matched))

    async def _main_agent_for_income_tax(self, service: TaxService, nino: Nino) -> Arn | None:
        main = service if service.has_one_main_agent else service.counterpart
        partially = await self._partial_authorisations.main_of(nino)
        if partially is not None:
            return partially.arn
        mtd_it_id: MtdItId | None = await self._hip.mtd_it_id_of(nino)
        if mtd_it_id is None or main is None:
            return None
        return await self._agent_holding(main.enrolment_key(mtd_it_id.value))

    async def _agent_holding(self, key: EnrolmentKey) -> Arn | None:
        groups = await self._enrolments.delegated_groups(key)
        return await self._enrolments.agent_of_group(groups[0]) if groups else None

    async def _agent_of_income_record(self, nino: Nino) -> Arn | None:
        try:
            active = await self._agent_fi.active_relationships_of(nino)
        except UpstreamFailed as failure:
            # An error answer leaves the main agent out (12).
            if failure.kind is FailureKind.ANSWERED:
                return None
            raise
        return active[0].arn if active else None


def _matched(client: Principal, service_keys: Sequence[str]) -> list[_MatchedEnrolment]:
    """In the order in which the services were asked for. Keys are compared without regard to letter case."""
    held = client.authorised.all_enrolments
    matched: list[_MatchedEnrolment] = []
    for key in service_keys:
        enrolment = next((each for each in held if each.key.casefold() == key.casefold()), None)
        if enrolment is not None:
            matched.append(_MatchedEnrolment(key, enrolment))
    return matched


def _services(matched: Sequence[_MatchedEnrolment], service_keys: Sequence[str]) -> list[str]:
    asks_for_income_tax = _INCOME_TAX in service_keys
    of_person = _INCOME_TAX if asks_for_income_tax else _INCOME_RECORD
    services = [of_person if each.requested_key in _PERSON_KEYS else each.requested_key for each in matched]
    income_tax = tax_service(_INCOME_TAX)
    if asks_for_income_tax and income_tax is not None and income_tax.counterpart_key is not None:
        services.append(income_tax.counterpart_key)
    return services


def _client_id(enrolment: SessionEnrolment) -> str:
    # By key, falling back to the first (README, settled questions).
    service = tax_service(enrolment.key)
    wanted = NI.enrolment_name if service is None else service.client_id_type.enrolment_name
    identifier = next((each for each in enrolment.identifiers if each.key == wanted), None)
    if identifier is None and enrolment.identifiers:
        identifier = enrolment.identifiers[0]
    if identifier is None or client_id_type_in_enrolment(identifier.key) is None:
        raise NoServiceKey() if service is None and enrolment.key not in _PERSON_KEYS else UnknownIdentifier()
    if identifier.key == NI.enrolment_name:
        return NI.value_of(identifier.value)
    return without_whitespace(identifier.value)


def _chosen(found: Sequence[Invitation]) -> Invitation | None:
    pending = next((invitation for invitation in found if invitation.is_pending), None)
    if pending is not None or not found:
        return pending
    return max(found, key=lambda invitation: invitation.created)


def _key_held(service: TaxService, invitation: Invitation, matched: Sequence[_MatchedEnrolment]) -> EnrolmentKey:
    if len(service.enrolment_identifier_names) > 1:
        # The enrolment store knows these clients by all their identifiers together, in the enrolment's order.
        own = next((each.enrolment for each in matched if each.enrolment.key == service.enrolment_service_key), None)
        if own is not None:
            pairs = tuple((identifier.key, identifier.value) for identifier in own.identifiers)
            return EnrolmentKey(service.service_key, pairs)
    return service.supplied_key(invitation.supplied_client_id)
