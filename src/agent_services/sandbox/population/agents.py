"""Agencies made to order. Spec: sandbox 5.1 (1), 6.7."""

from dataclasses import dataclass, replace

from agent_services.sandbox import generators
from agent_services.sandbox.population.parties import HeldKey, Party
from agent_services.sandbox.users.people import Address, AffinityGroup, CredentialRole, Group, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """An agency as wanted and, once `filled_agent`, whole. Without enrolment it is ready to subscribe."""

    seed: str
    user_id: str | None = None
    group_id: str | None = None
    agent_code: str | None = None
    arn: str | None = None
    is_subscribed: bool = True
    agency_name: str | None = None
    name: str | None = None
    email: str | None = None
    password_hash: str | None = None
    utr: str | None = None
    address: Address | None = None
    suspended_regimes: tuple[str, ...] = ()
    assistants: int = 0

    @property
    def is_overseas(self) -> bool:
        return self.address is not None and self.address.country_code not in (None, "GB")


def filled_agent(wanted: NewAgent) -> NewAgent:
    """The same agency with everything that was left open, always the same for the same seed."""
    seed = wanted.seed
    name = wanted.name or f"{generators.first_name(seed)} {generators.last_name(seed)}"
    line1, town, postcode = generators.address_lines(seed)
    return replace(
        wanted,
        user_id=wanted.user_id or generators.digits(seed, "user-id", 12),
        group_id=wanted.group_id or generators.group_id(seed),
        agent_code=wanted.agent_code or generators.agent_code(seed),
        arn=wanted.arn or (generators.arn(seed) if wanted.is_subscribed else None),
        agency_name=wanted.agency_name or f"{name.split()[-1]} Accountants",
        name=name,
        email=wanted.email or generators.email(seed, name),
        utr=wanted.utr or (None if wanted.is_overseas else generators.utr(seed)),
        address=wanted.address or Address(line1, town, postcode=postcode, country_code="GB"),
    )


def agent_party_of(agent: NewAgent) -> Party:
    """The party of a filled agency: administrator, assistants, group, enrolment."""
    group_id, user_id = agent.group_id or "", agent.user_id or ""
    group = Group(
        group_id,
        AffinityGroup.AGENT,
        generators.agent_id(agent.seed),
        agent.agent_code,
        agent.agency_name,
        agent.suspended_regimes,
    )
    administrator = Person(
        user_id=user_id,
        group_id=group_id,
        credential_role=CredentialRole.USER,
        credential_strength="strong",
        utr=agent.utr,
        name=agent.name,
        email=agent.email,
        date_of_birth=generators.birth_date(agent.seed),
        address=agent.address,
        password_hash=agent.password_hash,
    )
    colleagues = tuple(_assistant(agent, administrator, number) for number in range(1, agent.assistants + 1))
    held: tuple[HeldKey, ...] = ()
    if agent.arn is not None:
        address = agent.address
        held = (
            HeldKey.of(
                f"HMRC-AS-AGENT~AgentReferenceNumber~{agent.arn}",
                AgencyPostcode=None if agent.is_overseas or address is None else address.postcode,
                CountryCode=(address.country_code if address else None) or "GB",
            ),
        )
    return Party((administrator, *colleagues), group, held)


def _assistant(agent: NewAgent, administrator: Person, number: int) -> Person:
    seed = f"{agent.seed}:assistant-{number}"
    name = f"{generators.first_name(seed)} {administrator.last_name}"
    return replace(
        administrator,
        user_id=f"{administrator.user_id}-{number}",
        credential_role=CredentialRole.ASSISTANT,
        utr=None,
        name=name,
        email=generators.email(seed, name),
        password_hash=agent.password_hash,
    )
