"""The test support API's routes: open, in test installations alone. Spec: test-support 1, 5."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import TEST_SUPPORT, Authorisation, called_by
from agent_services.identifiers import InvitationId, Nino, Vrn
from agent_services.invitations import Invitations
from agent_services.platform.http.documents import Body, answers
from agent_services.test_support.answering import Answering
from agent_services.test_support.errors import BadPath
from agent_services.test_support.known_facts import KnownFacts
from agent_services.upstreams.agents_external_stubs import AgentsExternalStubs

CONTEXT = "/agent-authorisation-test-support"

router = APIRouter(prefix=CONTEXT, tags=["test-support"])

_ACCEPT: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "Accept",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "enum": ["application/vnd.hmrc.1.0+json"]},
        }
    ]
}
_REQUEST: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "service": {"type": "array", "items": {"type": "string"}},
        "clientType": {"type": "string"},
        "clientIdType": {"type": "string"},
        "clientId": {"type": "string"},
        "knownFact": {"type": "string"},
    },
    "required": ["service", "clientType", "clientIdType", "clientId", "knownFact"],
}
_KNOWN_FACT: Final = answers({200: (_REQUEST,), 406: (Body.ENVELOPE,), 500: (Body.TEXT, Body.ENVELOPE)})
_ANSWERED: Final = answers({403: (), 404: (), 406: (Body.ENVELOPE,), 409: (), 500: ()})


@dataclass(frozen=True, slots=True)
class TestSupport:
    """`app.state.test_support`."""

    __test__ = False  # not a test class, whatever its name suggests to a test runner

    known_facts: KnownFacts
    answering: Answering


def build_test_support(
    *, invitations: Invitations, stubs: AgentsExternalStubs, authorisation: Authorisation
) -> TestSupport:
    """Puts the room together."""
    return TestSupport(KnownFacts(stubs), Answering(invitations, stubs, authorisation))


def _room_of(request: Request) -> TestSupport:
    room: TestSupport = request.app.state.test_support
    return room


@router.get("/known-facts/mtd-vat/vrn/{vrn}", response_class=JSONResponse, responses=_KNOWN_FACT, openapi_extra=_ACCEPT)
@called_by(TEST_SUPPORT)
async def get_vat_known_fact(request: Request, vrn: str) -> Response:
    """Makes the VAT client where there is none; answers a body for `POST /agents/{arn}/invitations`. Spec: 3.1."""
    if not Vrn.is_valid(vrn):
        raise BadPath()
    known_fact = await _room_of(request).known_facts.vat_registration_date(Vrn.as_given(vrn))
    return JSONResponse(
        {
            "service": ["MTD-VAT"],
            "clientType": "business",
            "clientIdType": "vrn",
            "clientId": vrn,
            "knownFact": known_fact,
        }
    )


@router.get(
    "/known-facts/mtd-it/nino/{nino}", response_class=JSONResponse, responses=_KNOWN_FACT, openapi_extra=_ACCEPT
)
@called_by(TEST_SUPPORT)
async def get_income_tax_known_fact(request: Request, nino: str) -> Response:
    """Makes the income tax client where there is none; answers a body as above. Spec: 3.2."""
    if not Nino.is_valid_with_suffix(nino):
        raise BadPath()
    known_fact = await _room_of(request).known_facts.postcode(Nino.as_given(nino))
    return JSONResponse(
        {
            "service": ["MTD-IT"],
            "clientType": "personal",
            "clientIdType": "ni",
            "clientId": nino,
            "knownFact": known_fact,
        }
    )


# Documents of the seed's time nest the resource under /known-facts; both forms are served. Spec: 1.
@router.put("/invitations/{id}", status_code=204, response_class=Response, responses=_ANSWERED, openapi_extra=_ACCEPT)
@router.put(
    "/known-facts/invitations/{id}",
    status_code=204,
    response_class=Response,
    responses=_ANSWERED,
    openapi_extra=_ACCEPT,
)
@called_by(TEST_SUPPORT)
async def accept_invitation(request: Request, invitation_id: Annotated[str, Path(alias="id")]) -> Response:
    """Accepts the request as its client: 204. Spec: 4."""
    await _room_of(request).answering.accept(InvitationId.as_given(invitation_id))
    return Response(status_code=204)


@router.delete(
    "/invitations/{id}", status_code=204, response_class=Response, responses=_ANSWERED, openapi_extra=_ACCEPT
)
@router.delete(
    "/known-facts/invitations/{id}",
    status_code=204,
    response_class=Response,
    responses=_ANSWERED,
    openapi_extra=_ACCEPT,
)
@called_by(TEST_SUPPORT)
async def reject_invitation(request: Request, invitation_id: Annotated[str, Path(alias="id")]) -> Response:
    """Declines the request as its client: 204. Spec: 4."""
    await _room_of(request).answering.reject(InvitationId.as_given(invitation_id))
    return Response(status_code=204)
