"""Auth over HTTP. Spec: upstreams 19."""

from functools import lru_cache

from agent_services.platform.http.context import current_request
from agent_services.upstreams.auth import (
    AnyOf,
    Authorised,
    Credentials,
    HasAffinity,
    HoldsEnrolment,
    Predicate,
    RefusalReason,
    Refused,
    Retrieval,
    SessionEnrolment,
    SessionIdentifier,
    SignedInWith,
)
from agent_services.upstreams.http_client import UpstreamCaller, json_body
from agent_services.upstreams.reading import as_object, each, optional, optional_text, text

_CLIENT_VERSION = {"Auth-Client-Version": "auth-client-8.8.0"}


class AuthOverHttp:
    """The port `Auth` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def authorise(
        self, predicates: tuple[Predicate, ...], retrievals: tuple[Retrieval, ...]
    ) -> Authorised | Refused:
        if current_request().authorization is None:
            return Refused.because(RefusalReason.MISSING_BEARER_TOKEN)
        answer = await self._caller.call(
            "authorise",
            "POST",
            "/auth/authorise",
            body=_question(predicates, retrievals),
            headers=_CLIENT_VERSION,
        )
        if answer.status == 401:
            return Refused.told_by(answer.headers)
        if answer.is_failure:
            raise answer.failed()
        return answer.read(lambda document: _authorised(document, retrievals))


# A handful of constant questions is asked over and over.
@lru_cache(maxsize=128)
def _question(predicates: tuple[Predicate, ...], retrievals: tuple[Retrieval, ...]) -> bytes:
    return json_body({"authorise": [_written(each) for each in predicates], "retrieve": [*retrievals]})


def _written(predicate: Predicate) -> dict[str, object]:
    match predicate:
        case HoldsEnrolment(enrolment):
            return {"identifiers": [], "state": "Activated", "enrolment": enrolment}
        case HasAffinity(affinity_group):
            return {"affinityGroup": affinity_group.value}
        case SignedInWith(providers):
            return {"authProviders": [provider.value for provider in providers]}
        case AnyOf(alternatives):
            return {"$or": [_written(each) for each in alternatives]}


def _authorised(document: object, retrievals: tuple[Retrieval, ...]) -> Authorised:
    found = as_object(document)

    def enrolments(retrieval: Retrieval) -> tuple[SessionEnrolment, ...]:
        return each(found, retrieval.value, _enrolment) if retrieval in retrievals else ()

    def scalar(retrieval: Retrieval) -> str | None:
        return optional_text(found, retrieval.value) if retrieval in retrievals else None

    return Authorised(
        credentials=optional(found, Retrieval.CREDENTIALS.value, _credentials)
        if Retrieval.CREDENTIALS in retrievals
        else None,
        all_enrolments=enrolments(Retrieval.ALL_ENROLMENTS),
        authorised_enrolments=enrolments(Retrieval.AUTHORISED_ENROLMENTS),
        affinity_group=scalar(Retrieval.AFFINITY_GROUP),
        agent_code=scalar(Retrieval.AGENT_CODE),
        group_identifier=scalar(Retrieval.GROUP_IDENTIFIER),
        nino=scalar(Retrieval.NINO),
    )


def _credentials(document: object) -> Credentials:
    found = as_object(document)
    return Credentials(text(found, "providerId"), text(found, "providerType"))


def _enrolment(document: object) -> SessionEnrolment:
    found = as_object(document)
    state = optional_text(found, "state")
    return SessionEnrolment(
        key=text(found, "key"),
        identifiers=each(found, "identifiers", _identifier) if found.get("identifiers") is not None else (),
        state="Activated" if state is None else state,
    )


def _identifier(document: object) -> SessionIdentifier:
    found = as_object(document)
    return SessionIdentifier(text(found, "key"), text(found, "value"))
