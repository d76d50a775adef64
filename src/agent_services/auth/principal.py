"""The caller as the platform's auth service describes them."""

import re
from dataclasses import dataclass, field

from agent_services.upstreams.auth import AffinityGroup, Authorised, AuthProvider, SessionEnrolment

AGENT_ENROLMENT = "HMRC-AS-AGENT"
AGENT_REFERENCE_NUMBER = "AgentReferenceNumber"
_NINO_KEY = "NINO"
_WHITE_SPACE = re.compile(r"\s")
_NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?")


@dataclass(frozen=True, slots=True)
class StrideRoles:
    """The roles of staff, as configured. Spec: relationships 15."""

    old: str = "maintain agent relationships"
    new: str = "maintain_agent_relationships"
    partial_authorisations: str = "maintain_agent_manually_assure"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody signed in. What the requirement did not retrieve is absent here."""

    authorised: Authorised
    stride_roles: StrideRoles = field(default_factory=StrideRoles)

    @property
    def is_stride(self) -> bool:
        """Staff, for audit: the provider is `PrivilegedApplication`. Spec: relationships 0.2."""
        return self.provider_type == AuthProvider.PRIVILEGED_APPLICATION

    @property
    def provider_type(self) -> str | None:
        credentials = self.authorised.credentials
        return None if credentials is None else credentials.provider_type

    @property
    def provider_id(self) -> str | None:
        """The credential id."""
        credentials = self.authorised.credentials
        return None if credentials is None else credentials.provider_id

    @property
    def affinity_group(self) -> str | None:
        return self.authorised.affinity_group

    @property
    def is_agent(self) -> bool:
        return self.affinity_group == AffinityGroup.AGENT

    @property
    def arn(self) -> str | None:
        """The ARN of the session's `HMRC-AS-AGENT` enrolment, as it stands; None without one."""
        for enrolment in (*self.authorised.authorised_enrolments, *self.authorised.all_enrolments):
            if enrolment.key == AGENT_ENROLMENT:
                return enrolment.identifier(AGENT_REFERENCE_NUMBER)
        return None

    def may_act_for(self, *, client_id_key: str, client_id: str, arn: str | None) -> bool:
        """The rule USER(arn, client): the agent of `arn`, the client, or staff with one of the two roles.

        `client_id_key` is the identifier's key in enrolments (`NINO`, `MTDITID`, `VRN` …). Without `arn` no
        agent passes. Spec: relationships 0.2, invitations 1.3.
        """
        match self.provider_type:
            case AuthProvider.GOVERNMENT_GATEWAY:
                if self.affinity_group is None:
                    return False
                if self.is_agent:
                    return arn is not None and self._holds_arn(arn)
                return self.holds_identifier(client_id_key, client_id)
            case AuthProvider.PRIVILEGED_APPLICATION:
                return self.has_role(self.stride_roles.old) or self.has_role(self.stride_roles.new)
            case _:
                return False

    def has_role(self, role: str) -> bool:
        """Whether staff hold this role."""
        return any(enrolment.key == role for enrolment in self.authorised.all_enrolments)

    def holds_identifier(self, key: str, value: str) -> bool:
        """Whether any enrolment has this identifier; spaces do not count, nor does the suffix of a NINO."""
        return any(
            identifier.key == key and _is_same(key, identifier.value, value)
            for enrolment in self.authorised.all_enrolments
            for identifier in enrolment.identifiers
        )

    def enrolment(self, key: str) -> SessionEnrolment | None:
        """The first enrolment of exactly this key."""
        return next((each for each in self.authorised.all_enrolments if each.key == key), None)

    def _holds_arn(self, arn: str) -> bool:
        return any(
            enrolment.key == AGENT_ENROLMENT and enrolment.identifier(AGENT_REFERENCE_NUMBER) == arn
            for enrolment in self.authorised.all_enrolments
        )


def _is_same(key: str, one: str, other: str) -> bool:
    one, other = _WHITE_SPACE.sub("", one), _WHITE_SPACE.sub("", other)
    if one == other:
        return True
    return key == _NINO_KEY and one[:8] == other[:8] and bool(_NINO.fullmatch(one) and _NINO.fullmatch(other))
