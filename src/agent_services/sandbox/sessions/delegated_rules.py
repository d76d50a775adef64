"""The delegated rules of auth, which the platform asks agent-access-control about. Spec: sandbox 2.2, 2.10."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from agent_services.sandbox.enrolments.store import EnrolmentsStore
from agent_services.sandbox.users.people import AffinityGroup, Group

# Rule, enrolments of which one must be delegated to the caller's group: (service, identifier name) each.
_RULES: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType(
    {
        "epaye-auth": (("IR-PAYE", "EmpRef"),),
        "sa-auth": (("IR-SA", "UTR"),),
        "mtd-it-auth": (("HMRC-MTD-IT", "MTDITID"), ("HMRC-MTD-IT-SUPP", "MTDITID")),
        "mtd-vat-auth": (("HMRC-MTD-VAT", "VRN"),),
        "afi-auth": (),
        "trust-auth": (("HMRC-TERS-ORG", "SAUTR"), ("HMRC-TERSNT-ORG", "URN")),
        "cgt-auth": (("HMRC-CGT-PD", "CGTPDRef"),),
    }
)


class DelegatedAuthority:
    """Answers from the enrolment store; an unknown rule passes for nobody."""

    def __init__(self, enrolments: EnrolmentsStore) -> None:
        self._enrolments = enrolments

    async def holds(self, group: Group | None, rule: str, identifiers: Sequence[tuple[str, str]]) -> bool:
        """Whether the client named by the identifiers has delegated what the rule wants to this agent group."""
        if group is None or group.affinity_group is not AffinityGroup.AGENT:
            return False
        value = identifiers[0][1]
        keys = [f"{service}~{name}~{value}" for service, name in _RULES.get(rule, ())]
        return await self._enrolments.holds_any_delegated(group.group_id, keys)
