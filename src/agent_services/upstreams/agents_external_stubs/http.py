"""The stub's test users over HTTP. Spec: test-support 3, 4."""

import json
from collections.abc import Callable, Mapping

from agent_services.identifiers import Nino, Vrn
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.agents_external_stubs import StubSession
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.http_client import Answer, Forwarding, UpstreamCaller, json_body, path_of, query_of
from agent_services.upstreams.reading import Malformed, as_list, as_object, optional_text, text, within

_STUBS = "/agents-external-stubs"
_PLANET = "hmrc"
_VAT_SERVICE, _INCOME_TAX_SERVICE = "HMRC-MTD-VAT", "HMRC-MTD-IT"
# What the stub wants of DES and citizen-details callers: any bearer; the session id says who asks.
_RECORD_HEADERS = {"Authorization": "Bearer 123", "Environment": "test"}


class AgentsExternalStubsOverHttp:
    """The port `AgentsExternalStubs` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def sign_in(self, user_id: str) -> StubSession:
        answer = await self._call(
            "stub sign in", "POST", _STUBS + "/sign-in", {}, {"planetId": _PLANET, "userId": user_id}
        )
        if not answer.is_success:
            raise _failed(answer)
        authorization, session_id, location = (
            answer.headers.get(name) for name in ("Authorization", "X-Session-ID", "Location")
        )
        if authorization is None or session_id is None or location is None:
            raise UpstreamFailed.unreadable(answer.upstream, answer.operation)
        return StubSession(authorization, session_id, location)

    async def create_vat_client(self, session: StubSession, vrn: Vrn) -> None:
        enrolment = f"{_VAT_SERVICE}~VRN~{vrn.value}"
        await self._create_user(session, "Organisation", {"userId": None, "assignedPrincipalEnrolments": [enrolment]})

    async def create_income_tax_client(self, session: StubSession, nino: Nino) -> None:
        user = {
            "userId": None,
            "assignedPrincipalEnrolments": [f"{_INCOME_TAX_SERVICE}~"],
            "nino": nino.with_given_suffix,
            "confidenceLevel": 250,
        }
        await self._create_user(session, "Individual", user)

    async def vat_registration_date(self, session: StubSession, vrn: Vrn) -> str | None:
        path = path_of("vat", "customer", "vrn", vrn.value, "information")
        return _fact(await self._record("stub VAT customer", path, session), _registration_date)

    async def business_postcode(self, session: StubSession, nino: Nino) -> str | None:
        path = path_of("registration", "business-details", "nino", nino.with_given_suffix)
        answer = await self._record("stub business details", path, session)
        if answer.status != 404:
            return _fact(answer, _business_postcode)
        path = path_of("citizen-details", nino.with_given_suffix, "designatory-details")
        return _fact(await self._record("stub designatory details", path, session), _home_postcode)

    async def user_of_enrolment(self, session: StubSession, key: EnrolmentKey) -> str | None:
        answer = await self._call(
            "stub known facts", "GET", _STUBS + path_of("known-facts", str(key)), _session_headers(session)
        )
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise _failed(answer)
        return answer.read(lambda document: text(within(document, "user"), "userId"))

    async def user_of_nino(self, session: StubSession, nino: Nino) -> str | None:
        answer = await self._call(
            "stub user by NINO",
            "GET",
            _STUBS + path_of("users", "nino", nino.with_given_suffix),
            _session_headers(session),
        )
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise _failed(answer)
        return answer.read(lambda document: text(as_object(document), "userId"))

    async def _create_user(self, session: StubSession, affinity_group: str, user: Mapping[str, object]) -> None:
        path = _STUBS + "/users" + query_of(("affinityGroup", affinity_group))
        # Whatever it answers, 409 for a user that is there already above all: the read that follows decides.
        await self._call("stub create user", "POST", path, _session_headers(session), user)

    async def _record(self, operation: str, path: str, session: StubSession) -> Answer:
        return await self._call(operation, "GET", path, {**_RECORD_HEADERS, "X-Session-ID": session.session_id})

    async def _call(
        self, operation: str, method: str, path: str, headers: Mapping[str, str], body: object = None
    ) -> Answer:
        return await self._caller.call(
            operation,
            method,
            path,
            body=None if body is None else json_body(body),
            headers=headers,
            forwarding=Forwarding.NOTHING,
        )


def _session_headers(session: StubSession) -> Mapping[str, str]:
    return {"Authorization": session.authorization, "X-Session-ID": session.session_id}


def _failed(answer: Answer) -> UpstreamFailed:
    return UpstreamFailed(
        answer.upstream, answer.operation, kind=answer.failed().kind, status=answer.status, surfaces_as=500
    )


def _fact(answer: Answer, read: Callable[[object], str | None]) -> str | None:
    """The fact in a record; a record that is not there, or cannot be read, names none."""
    if answer.status != 200:
        return None
    try:
        return read(json.loads(answer.body_text))
    except (ValueError, RecursionError, Malformed):
        return None


def _registration_date(document: object) -> str | None:
    return optional_text(within(document, "approvedInformation", "customerDetails"), "effectiveRegistrationDate")


def _business_postcode(document: object) -> str | None:
    businesses = as_list(as_object(document).get("businessData"))
    if not businesses:
        return None
    return optional_text(within(businesses[0], "businessAddressDetails"), "postalCode")


def _home_postcode(document: object) -> str | None:
    return optional_text(within(document, "address"), "postcode")
