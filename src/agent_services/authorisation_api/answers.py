"""How an authorisation request reads in the public API. Spec: authorisation-api 3.2, 4.1, 7.2."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from agent_services.authorisation_api.payloads import EXTERNAL, ApiService
from agent_services.invitations import ApiInvitation, InvitationStatus
from agent_services.platform.clock import iso_instant

_LINK = "agent-client-relationships/appoint-someone-to-deal-with-HMRC-for-you"
_LINK_END: Mapping[ApiService, str] = MappingProxyType({ApiService.MTD_IT: "income-tax", ApiService.MTD_VAT: "vat"})


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """Where the client's pages are, and one choice of form."""

    invitations_url: str
    """The seed's links begin with this; ends in `/invitations/`."""
    relationships_url: str
    """Today's links begin with this; without a final slash."""
    service_as_string: bool
    """Under 2.0 `service` is a text instead of a list of one."""


def invitation_json(
    arn: str, invitation: ApiInvitation, *, version: str | None, settings: AnswerSettings
) -> dict[str, Any]:
    """One request, members in the documented order. The version picks the form of the client's link."""
    service, agent_type = EXTERNAL[invitation.service]
    is_pending = invitation.status is InvitationStatus.PENDING
    is_newest = version == "2.0"
    answer: dict[str, Any] = {
        "_links": {"self": {"href": location(arn, str(invitation.invitation_id))}},
        "created": iso_instant(invitation.created),
    }
    if is_pending:
        # A date at midnight without a zone, as every deployed release has sent it.
        answer["expiresOn"] = f"{invitation.expires_on.isoformat()}T00:00:00.000"
    else:
        answer["updated"] = iso_instant(invitation.last_updated)
    answer["arn"] = arn
    answer["service"] = service.value if is_newest and settings.service_as_string else [service.value]
    answer["status"] = invitation.status.value
    if is_pending:
        answer["clientActionUrl"] = (
            f"{settings.relationships_url}/{_LINK}/{invitation.uid}/{invitation.normalised_agent_name}"
            f"/{_LINK_END[service]}"
            if is_newest
            else f"{settings.invitations_url}{invitation.invitation_id}"
        )
    if agent_type is not None:
        answer["agentType"] = agent_type.value
    return answer


def location(arn: str, invitation_id: str) -> str:
    """The path of a request, as `Location` and self link have it."""
    return f"/agents/{arn}/invitations/{invitation_id}"
