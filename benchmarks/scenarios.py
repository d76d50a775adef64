"""What is measured: the hot questions, as an agent's software asks them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.exchange import Request
from benchmarks.population import AGENTS, REGISTERED_ON, UNRELATED_CLIENTS, Agent, unrelated_vrn_of, vrn_of

_ACCEPT = "application/vnd.hmrc.1.0+json"
SAMPLES = 500
"""Different requests of each scenario, spread over all agents and clients."""


class Scenario(StrEnum):
    AGENCY_CHECK = "agency-check"
    API_CHECK = "api-check"
    GET_INVITATION = "get-invitation"
    CREATE_AND_CANCEL = "create-and-cancel"

    @property
    def heading(self) -> str:
        return _TITLES[self]


_TITLES = {
    Scenario.AGENCY_CHECK: "`GET …/agent/{arn}/service/HMRC-MTD-VAT/client/VRN/{vrn}`",
    Scenario.API_CHECK: "`POST /agents/{arn}/relationships`",
    Scenario.GET_INVITATION: "`GET /agents/{arn}/invitations/{id}`",
    Scenario.CREATE_AND_CANCEL: "create + cancel an invitation",
}


@dataclass(frozen=True, slots=True)
class Ask:
    """One unit of a scenario: a request, and for a created invitation the one that cancels it again.

    The second one's path is that which the first one's `Location` gives.
    """

    first: Request
    then: Request | None = None


def agency_check(agent: Agent, vrn: str) -> Ask:
    path = f"/agent-client-relationships/agent/{agent.arn}/service/HMRC-MTD-VAT/client/VRN/{vrn}"
    return Ask(Request(Scenario.AGENCY_CHECK, "GET", path, {"Authorization": f"Bearer {agent.token}"}, 200))


def api_check(agent: Agent, vrn: str) -> Ask:
    body = {"service": ["MTD-VAT"], "clientIdType": "vrn", "clientId": vrn, "knownFact": REGISTERED_ON}
    path = f"/agents/{agent.arn}/relationships"
    return Ask(Request(Scenario.API_CHECK, "POST", path, _headers(agent), 204, json.dumps(body).encode()))


def get_invitation(agent: Agent, invitation_id: str) -> Ask:
    path = f"/agents/{agent.arn}/invitations/{invitation_id}"
    return Ask(Request(Scenario.GET_INVITATION, "GET", path, _headers(agent), 200))


def create_and_cancel(agent: Agent, vrn: str) -> Ask:
    return Ask(create(agent, vrn), Request("cancel", "DELETE", "", _headers(agent), 204))


def create(agent: Agent, vrn: str) -> Request:
    body = {
        "service": ["MTD-VAT"],
        "clientType": "business",
        "clientIdType": "vrn",
        "clientId": vrn,
        "knownFact": REGISTERED_ON,
    }
    path = f"/agents/{agent.arn}/invitations"
    return Request("create", "POST", path, _headers(agent), 204, json.dumps(body).encode())


def asks_of(scenario: Scenario, agents: list[Agent], invitations: list[Ask], size: int) -> list[Ask]:
    """The scenario's units on a database of so many relationships; `invitations` ask for such as exist."""
    match scenario:
        case Scenario.AGENCY_CHECK:
            return [agency_check(agents[client % AGENTS], vrn_of(client)) for client in _spread(size)]
        case Scenario.API_CHECK:
            return [api_check(agents[client % AGENTS], vrn_of(client)) for client in _spread(size)]
        case Scenario.GET_INVITATION:
            return invitations
        case Scenario.CREATE_AND_CANCEL:
            clients = range(SAMPLES, min(2 * SAMPLES, UNRELATED_CLIENTS))
            return [create_and_cancel(agents[client % AGENTS], unrelated_vrn_of(client)) for client in clients]


def _spread(size: int) -> Iterator[int]:
    """Clients from all over, in no order that a cache would like."""
    step = 7_919
    return (number * step % size for number in range(min(SAMPLES, size)))


def _headers(agent: Agent) -> dict[str, str]:
    return {"Authorization": f"Bearer {agent.token}", "Accept": _ACCEPT}
