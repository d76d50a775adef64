"""auth in the same process. Spec: sandbox 2.2, upstreams 19."""

from functools import lru_cache
from typing import assert_never

from multidict import CIMultiDict

from agent_services.platform.http.context import current_request
from agent_services.sandbox.journal.watching import FaultyAnswer
from agent_services.sandbox.ports.door import Door, Surfacing
from agent_services.sandbox.refusals import NotAuthorised
from agent_services.sandbox.sessions.authorising import Authenticated, Authorising, Enrolment
from agent_services.sandbox.sessions.predicates import Demand, Enrolled, OfAffinity, OneOf, ProvidedBy
from agent_services.sandbox.sessions.sessions import bearer_token
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
from agent_services.upstreams.names import Upstream


class SandboxAuth:
    """The port `Auth` on the sandbox's sessions: one query for each question."""

    def __init__(self, door: Door, authorising: Authorising) -> None:
        self._door = door
        self._authorising = authorising

    async def authorise(
        self, predicates: tuple[Predicate, ...], retrievals: tuple[Retrieval, ...]
    ) -> Authorised | Refused:
        authorization = current_request().authorization
        if authorization is None:
            return Refused.because(RefusalReason.MISSING_BEARER_TOKEN)
        token = bearer_token(authorization)
        if token is None:
            return Refused.because(RefusalReason.INVALID_BEARER_TOKEN)
        demands = _demands(predicates)

        async def meet() -> Authenticated:
            who = await self._authorising.authenticate(token)
            await self._authorising.test(who, demands)
            return who

        try:
            who = await self._door.ask(
                Upstream.AUTH,
                "authorise",
                meet,
                path="/auth/authorise",
                method="POST",
                surfacing=Surfacing.AUTO,
                known=(401,),
            )
        except NotAuthorised as refusal:
            return Refused.with_detail(refusal.detail)
        except FaultyAnswer as fault:
            return Refused.told_by(CIMultiDict(fault.action.headers or {}))
        return _told(who, demands, retrievals)


# A handful of constant questions is asked over and over.
@lru_cache(maxsize=128)
def _demands(predicates: tuple[Predicate, ...]) -> tuple[Demand, ...]:
    return tuple(_demand(each) for each in predicates)


def _demand(predicate: Predicate) -> Demand:
    match predicate:
        case HoldsEnrolment(enrolment):
            return Enrolled(enrolment)
        case HasAffinity(affinity_group):
            return OfAffinity(affinity_group.value)
        case SignedInWith(providers):
            return ProvidedBy(tuple(provider.value for provider in providers))
        case AnyOf(alternatives):
            return OneOf(tuple(_demand(each) for each in alternatives))
        case other:
            assert_never(other)


def _told(who: Authenticated, demands: tuple[Demand, ...], retrievals: tuple[Retrieval, ...]) -> Authorised:
    group = who.group
    return Authorised(
        credentials=Credentials(who.person.user_id, who.provider_type) if Retrieval.CREDENTIALS in retrievals else None,
        all_enrolments=_written(who.all_enrolments()) if Retrieval.ALL_ENROLMENTS in retrievals else (),
        authorised_enrolments=_written(who.authorised_enrolments(demands))
        if Retrieval.AUTHORISED_ENROLMENTS in retrievals
        else (),
        affinity_group=group.affinity_group.value if group and Retrieval.AFFINITY_GROUP in retrievals else None,
        agent_code=group.agent_code if group and Retrieval.AGENT_CODE in retrievals else None,
        group_identifier=who.person.group_id if Retrieval.GROUP_IDENTIFIER in retrievals else None,
        nino=who.person.nino if Retrieval.NINO in retrievals else None,
    )


def _written(enrolments: tuple[Enrolment, ...]) -> tuple[SessionEnrolment, ...]:
    return tuple(
        SessionEnrolment(
            held.service, tuple(SessionIdentifier(name, value) for name, value in held.identifiers), held.state
        )
        for held in enrolments
    )
