"""From the authorise request in the browser to the code. Spec: authorisation-api 8.2."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox.gateway.apis import ApiTable
from agent_services.sandbox.gateway.applications import Applications
from agent_services.sandbox.gateway.credentials import digest_of, new_token
from agent_services.sandbox.gateway.errors import AuthorizeProblem, JourneyLost
from agent_services.sandbox.gateway.forms import RepeatedParameter, single_values
from agent_services.sandbox.gateway.people import People
from agent_services.sandbox.gateway.redirects import OUT_OF_BAND, with_parameters
from agent_services.sandbox.gateway.store import JourneyStore
from agent_services.sandbox.gateway.store.applications import Application
from agent_services.sandbox.gateway.store.journeys import Code, Journey

CODE_LIFE = timedelta(minutes=10)
JOURNEY_LIFE = timedelta(hours=1)

_PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "state",
)
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """A request without fault."""

    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str | None


@dataclass(frozen=True, slots=True)
class SendTo:
    """The browser goes to the application."""

    address: str


@dataclass(frozen=True, slots=True)
class ShowCode:
    """Out of band: the code stands in the title of a page."""

    code: str
    application_name: str


@dataclass(frozen=True, slots=True)
class ShowRefusal:
    """Out of band: so does the refusal."""

    application_name: str


class Authorising:
    """Checks requests, and takes a browser through sign-in and consent."""

    def __init__(
        self, database: Database, clock: Clock, applications: Applications, table: ApiTable, people: People
    ) -> None:
        self._database = database
        self._store = JourneyStore(database.pool)
        self._clock = clock
        self._applications = applications
        self._table = table
        self._people = people

    async def check(self, query: Iterable[tuple[str, str]]) -> AuthorizeRequest:
        """The rows of the table in 8.2, from the top. Raises AuthorizeProblem for the first that fails."""
        try:
            given = single_values(query, once=_PARAMETERS)
        except RepeatedParameter as repeated:
            raise AuthorizeProblem("invalid_request", f"{repeated} must not be repeated") from None
        application = await self._applications.find(_given(given, "client_id"))
        if application is None:
            raise AuthorizeProblem("invalid_request", "client_id is invalid")
        redirect_uri = _given(given, "redirect_uri")
        if not self._applications.may_redirect(application, redirect_uri):
            raise AuthorizeProblem("invalid_request", "redirect_uri is invalid")
        if _given(given, "response_type") != "code":
            raise AuthorizeProblem("unsupported_response_type", "response_type must be 'code'")
        scopes = scopes_in(_given(given, "scope"))
        if not set(scopes) <= self._table.scopes:
            raise AuthorizeProblem("invalid_scope", "scope is invalid")
        if "client_secret" in given:
            raise AuthorizeProblem("invalid_request", "client_secret should NOT be present")
        challenge = _checked_challenge(given)
        state = given.get("state")
        if state is not None and not state.isprintable():
            raise AuthorizeProblem("invalid_request", "state is invalid")
        return AuthorizeRequest(application, redirect_uri, scopes, state, challenge)

    async def begin(self, wanted: AuthorizeRequest, browser: str) -> UUID:
        """A new journey that only the browser with this secret can go; its id."""
        journey = Journey(
            journey_id=uuid4(),
            csrf_token=new_token(),
            client_id=wanted.application.client_id,
            application_name=wanted.application.name,
            redirect_uri=wanted.redirect_uri,
            scopes=wanted.scopes,
            state=wanted.state,
            code_challenge=wanted.code_challenge,
            user_id=None,
        )
        now = self._clock.now()
        await self._store.begin(journey, digest_of(browser), now=now, ends_at=now + JOURNEY_LIFE)
        return journey.journey_id

    async def journey(self, journey_id: str | None, browser: str | None) -> Journey:
        """The journey of that browser. Raises JourneyLost."""
        try:
            known_id = UUID(journey_id or "")
        except ValueError:
            raise JourneyLost from None
        journey = None
        if browser:
            journey = await self._store.find(known_id, digest_of(browser), now=self._clock.now())
        if journey is None:
            raise JourneyLost
        return journey

    async def sign_in(self, journey: Journey, user_id: str, password: str, *, browser: str) -> str | None:
        """Checks the password. The browser's new secret, or None for a wrong user id or password.

        The secret changes, so that one known from before signing in is worth nothing after it.
        """
        # What PostgreSQL cannot hold as text is nobody's user id.
        if "\0" in user_id or not await self._people.password_is_right(user_id, password):
            return None
        fresh = new_token()
        await self._store.note_sign_in(
            journey.journey_id, user_id, old_browser=digest_of(browser), new_browser=digest_of(fresh)
        )
        return fresh

    async def grant(self, journey: Journey) -> SendTo | ShowCode:
        """The person agrees. A second answer to the same journey raises JourneyLost."""
        if journey.user_id is None:
            raise JourneyLost
        code = new_token()
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            if not await self._store.decide(work, journey.journey_id, now=now):
                raise JourneyLost
            await self._store.add_code(
                work,
                digest_of(code),
                Code(journey.client_id, journey.redirect_uri, journey.scopes, journey.user_id, journey.code_challenge),
                ends_at=now + CODE_LIFE,
            )
        if journey.redirect_uri in OUT_OF_BAND:
            return ShowCode(code, journey.application_name)
        return SendTo(_with_state(journey, {"code": code}))

    async def refuse(self, journey: Journey) -> SendTo | ShowRefusal:
        """The person does not agree. Raises JourneyLost as `grant`."""
        async with self._database.unit_of_work() as work:
            if not await self._store.decide(work, journey.journey_id, now=self._clock.now()):
                raise JourneyLost
        if journey.redirect_uri in OUT_OF_BAND:
            return ShowRefusal(journey.application_name)
        refusal = {
            "error": "access_denied",
            "error_description": "user denied the authorization",
            "error_code": "USER_DENIED_AUTHORIZATION",
        }
        return SendTo(_with_state(journey, refusal))


def scopes_in(text: str) -> tuple[str, ...]:
    """The scopes of a list with blanks between, each once, in their order."""
    return tuple(dict.fromkeys(text.split()))


def _given(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "")
    if not value.strip():
        raise AuthorizeProblem("invalid_request", f"{name} is required")
    return value


def _checked_challenge(given: Mapping[str, str]) -> str | None:
    challenge, method = given.get("code_challenge"), given.get("code_challenge_method")
    if challenge == "":
        raise AuthorizeProblem("invalid_request", "code_challenge if present, cannot be empty")
    if method is not None and method != "S256":
        raise AuthorizeProblem("invalid_request", "code_challenge_method, if present, must be S256")
    if challenge is not None and method is None:
        raise AuthorizeProblem(
            "invalid_request", "code_challenge_method should be present when code_challenge is present"
        )
    if challenge is None and method is not None:
        raise AuthorizeProblem(
            "invalid_request", "code_challenge should be present when code_challenge_method is present"
        )
    if challenge is not None and not _CHALLENGE.fullmatch(challenge):
        raise AuthorizeProblem("invalid_request", "code_challenge is invalid")
    return challenge


def _with_state(journey: Journey, parameters: Mapping[str, str]) -> str:
    state = {} if journey.state is None else {"state": journey.state}
    return with_parameters(journey.redirect_uri, urlencode({**parameters, **state}))
