"""Authorisation requests for tests, with everything that a test does not care about filled in."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.lifecycle import Invitation, InvitationStatus

NOW = datetime(2026, 1, 10, 9, 30, 15, 123000, tzinfo=UTC)
_numbers = count(1)


def an_invitation(**changes: Any) -> Invitation:
    """A pending VAT request made at NOW, of its own id; `changes` are fields by name."""
    fields: dict[str, Any] = {
        "invitation_id": InvitationId.as_given(f"C{next(_numbers):012d}"),
        "arn": Arn.as_given("TARN0000001"),
        "service": "HMRC-MTD-VAT",
        "supplied_client_id": "101747696",
        "supplied_client_id_type": "vrn",
        "client_name": "Mrs Client",
        "agency_name": "My Agency",
        "agency_email": "agency@example.com",
        "warning_email_sent": False,
        "expired_email_sent": False,
        "status": InvitationStatus.PENDING,
        "relationship_ended_by": None,
        "client_type": "business",
        "expiry_date": (NOW + timedelta(days=21)).date(),
        "created": NOW,
        "last_updated": NOW,
        **changes,
    }
    return Invitation(**fields)


TODAY: date = NOW.date()
