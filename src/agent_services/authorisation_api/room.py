"""The public API as one object, as `app.py` composes it."""

from dataclasses import dataclass

from agent_services.authorisation_api.answers import AnswerSettings
from agent_services.authorisation_api.errors import Messages, MessageStyle
from agent_services.authorisation_api.requests import AgentRequests
from agent_services.invitations import Invitations
from agent_services.platform.audit import Audit
from agent_services.platform.clock import Clock


@dataclass(frozen=True, slots=True)
class AuthorisationApiSettings:
    """Spec: authorisation-api 2, 4.3, 5, 7."""

    supported_versions: tuple[str, ...]
    messages: MessageStyle
    shown_days: int
    answers: AnswerSettings
    checks_vrn_digits: bool
    access_type: str
    allowed_application_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthorisationApi:
    """`app.state.authorisation_api`."""

    requests: AgentRequests
    messages: Messages
    answers: AnswerSettings
    checks_vrn_digits: bool
    settings: AuthorisationApiSettings


def build_authorisation_api(
    *, invitations: Invitations, audit: Audit, clock: Clock, settings: AuthorisationApiSettings
) -> AuthorisationApi:
    """Puts the room together."""
    return AuthorisationApi(
        requests=AgentRequests(invitations, audit, clock, settings.shown_days),
        messages=Messages(settings.messages),
        answers=settings.answers,
        checks_vrn_digits=settings.checks_vrn_digits,
        settings=settings,
    )
