"""What the public API refuses, and in which words. Spec: authorisation-api 1.4, 7.3.

Clients key on `code`. The texts come in two styles: those that the documents print and those that the
reference puts on the wire; the setting `authorisation-api.messages` chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from starlette.responses import JSONResponse, Response

from agent_services.platform.http.accept import AcceptProblem
from agent_services.platform.http.errors import ServiceError


class MessageStyle(StrEnum):
    DOCUMENTED = "documented"
    EMITTED = "emitted"


class ApiCode(StrEnum):
    """Every code of the public API."""

    SERVICE_NOT_SUPPORTED = "SERVICE_NOT_SUPPORTED"
    CLIENT_TYPE_NOT_SUPPORTED = "CLIENT_TYPE_NOT_SUPPORTED"
    AGENT_TYPE_NOT_SUPPORTED = "AGENT_TYPE_NOT_SUPPORTED"
    CLIENT_ID_FORMAT_INVALID = "CLIENT_ID_FORMAT_INVALID"
    CLIENT_ID_DOES_NOT_MATCH_SERVICE = "CLIENT_ID_DOES_NOT_MATCH_SERVICE"
    POSTCODE_FORMAT_INVALID = "POSTCODE_FORMAT_INVALID"
    VAT_REG_DATE_FORMAT_INVALID = "VAT_REG_DATE_FORMAT_INVALID"
    INVALID_PAYLOAD = "INVALID_PAYLOAD"
    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHORIZED = "UNAUTHORIZED"
    CLIENT_REGISTRATION_NOT_FOUND = "CLIENT_REGISTRATION_NOT_FOUND"
    POSTCODE_DOES_NOT_MATCH = "POSTCODE_DOES_NOT_MATCH"
    VAT_REG_DATE_DOES_NOT_MATCH = "VAT_REG_DATE_DOES_NOT_MATCH"
    NOT_AN_AGENT = "NOT_AN_AGENT"
    AGENT_NOT_SUBSCRIBED = "AGENT_NOT_SUBSCRIBED"
    NO_PERMISSION_ON_AGENCY = "NO_PERMISSION_ON_AGENCY"
    INVALID_INVITATION_STATUS = "INVALID_INVITATION_STATUS"
    DUPLICATE_AUTHORISATION_REQUEST = "DUPLICATE_AUTHORISATION_REQUEST"
    ALREADY_AUTHORISED = "ALREADY_AUTHORISED"
    VAT_CLIENT_INSOLVENT = "VAT_CLIENT_INSOLVENT"
    ALREADY_BEING_PROCESSED = "ALREADY_BEING_PROCESSED"
    NO_RELATIONSHIP = "NO_RELATIONSHIP"
    INVITATION_NOT_FOUND = "INVITATION_NOT_FOUND"
    RELATIONSHIP_NOT_FOUND = "RELATIONSHIP_NOT_FOUND"
    NOT_FOUND = "NOT_FOUND"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


_STATUS: Mapping[ApiCode, int] = MappingProxyType(
    {
        ApiCode.UNAUTHORIZED: 401,
        ApiCode.INVITATION_NOT_FOUND: 404,
        ApiCode.RELATIONSHIP_NOT_FOUND: 404,
        ApiCode.NOT_FOUND: 404,
        ApiCode.INTERNAL_SERVER_ERROR: 500,
    }
    | dict.fromkeys(
        (
            ApiCode.SERVICE_NOT_SUPPORTED,
            ApiCode.CLIENT_TYPE_NOT_SUPPORTED,
            ApiCode.AGENT_TYPE_NOT_SUPPORTED,
            ApiCode.CLIENT_ID_FORMAT_INVALID,
            ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE,
            ApiCode.POSTCODE_FORMAT_INVALID,
            ApiCode.VAT_REG_DATE_FORMAT_INVALID,
            ApiCode.INVALID_PAYLOAD,
            ApiCode.BAD_REQUEST,
        ),
        400,
    )
)
_FORBIDDEN = 403
_CHALLENGE = 'Bearer realm="HMRC API Platform"'

_DOCUMENTED: Mapping[ApiCode, str] = MappingProxyType(
    {
        ApiCode.SERVICE_NOT_SUPPORTED: "The service requested is not supported. Check the API documentation to find "
        "which services are supported.",
        ApiCode.CLIENT_TYPE_NOT_SUPPORTED: "The client type requested is not supported. Check the API documentation "
        "to find which client types are supported.",
        ApiCode.AGENT_TYPE_NOT_SUPPORTED: "The agent type requested is not supported. Check the API documentation to "
        "find which agent types are supported.",
        ApiCode.CLIENT_ID_FORMAT_INVALID: "Client identifier must be in the correct format. Check the API "
        "documentation to find the correct format.",
        ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE: "The type of client Identifier provided cannot be used with the "
        "requested service. Check the API documentation for details of the correct client identifiers to use.",
        ApiCode.POSTCODE_FORMAT_INVALID: "Postcode must be in the correct format. Check the API documentation to find "
        "the correct format.",
        ApiCode.VAT_REG_DATE_FORMAT_INVALID: "VAT registration date must be in the correct format. Check the API "
        "documentation to find the correct format.",
        ApiCode.INVALID_PAYLOAD: "The payload is invalid.",
        ApiCode.BAD_REQUEST: "Bad Request",
        ApiCode.UNAUTHORIZED: "Bearer token is missing or not authorized.",
        ApiCode.CLIENT_REGISTRATION_NOT_FOUND: "The details provided for this client do not match HMRC's records.",
        ApiCode.POSTCODE_DOES_NOT_MATCH: "The postcode provided does not match HMRC's record for the client.",
        ApiCode.VAT_REG_DATE_DOES_NOT_MATCH: "The VAT registration date provided does not match HMRC's record for the "
        "client.",
        ApiCode.NOT_AN_AGENT: "This user does not have a Government Gateway agent account. They need to create an "
        "Government Gateway agent account before they can use this service.",
        ApiCode.AGENT_NOT_SUBSCRIBED: "This agent needs to create an agent services account before they can use this "
        "service.",
        ApiCode.NO_PERMISSION_ON_AGENCY: "The user that is signed in cannot access this authorisation request. Their "
        "details do not match the agent business that created the authorisation request.",
        ApiCode.INVALID_INVITATION_STATUS: "This authorisation request cannot be cancelled as the client has already "
        "responded to the request, or the request has expired.",
        ApiCode.DUPLICATE_AUTHORISATION_REQUEST: "An authorisation request for this service has already been created "
        "and is awaiting the client\N{RIGHT SINGLE QUOTATION MARK}s response.",
        ApiCode.ALREADY_AUTHORISED: "The client has already authorised the agent for this service. The agent does not "
        "need ask the client for this authorisation again.",
        ApiCode.VAT_CLIENT_INSOLVENT: "The VAT registration number belongs to a customer that is insolvent.",
        ApiCode.ALREADY_BEING_PROCESSED: "More than one request received to create the same invitation.",
        ApiCode.NO_RELATIONSHIP: "The specified relationship does not exist.",
        ApiCode.INVITATION_NOT_FOUND: "The authorisation request cannot be found.",
        ApiCode.RELATIONSHIP_NOT_FOUND: "Relationship is inactive. Agent is not authorised to act for this client.",
        ApiCode.NOT_FOUND: "Resource was not found.",
        ApiCode.INTERNAL_SERVER_ERROR: "Internal server error.",
    }
)
_EMITTED: Mapping[ApiCode, str] = MappingProxyType(
    {
        **_DOCUMENTED,
        ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE: "The specified client identifier does not match the requested "
        "service. Check the API documentation to find the correct format.",
        ApiCode.POSTCODE_DOES_NOT_MATCH: "The postcode provided does not match HMRC's record for this client.",
        ApiCode.VAT_REG_DATE_DOES_NOT_MATCH: "The VAT registration date provided does not match HMRC's record for "
        "this client.",
        ApiCode.DUPLICATE_AUTHORISATION_REQUEST: "The authorisation request is a duplicate of a previous request.",
        ApiCode.VAT_CLIENT_INSOLVENT: "The Vat registration number belongs to a customer that is insolvent.",
    }
)
_SEED_NO_PERMISSION = (
    "The account that is signed in cannot access this authorisation request. Their details do not match the agent "
    "business that created the authorisation request."
)


class Refusal(ServiceError):
    """A refusal of the public API. It gets its words when it is answered, by the version asked for."""

    def __init__(self, code: ApiCode, *, location: str | None = None) -> None:
        super().__init__(headers={} if location is None else {"Location": location})
        self.code = code
        self.status = _STATUS.get(code, _FORBIDDEN)
        if code is ApiCode.UNAUTHORIZED:
            self.headers["WWW-Authenticate"] = _CHALLENGE


@dataclass(frozen=True, slots=True)
class Messages:
    """The texts of one installation."""

    style: MessageStyle

    def text(self, code: ApiCode, version: str | None) -> str:
        """The text of a code for a caller of this version of the API."""
        if self.style is MessageStyle.EMITTED:
            return _EMITTED[code]
        if code is ApiCode.NO_PERMISSION_ON_AGENCY and version == "1.0":
            return _SEED_NO_PERMISSION
        return _DOCUMENTED[code]

    def refused(self, refusal: Refusal, version: str | None) -> Response:
        """The answer to a refused request."""
        return JSONResponse(
            {"code": refusal.code.value, "message": self.text(refusal.code, version)},
            status_code=refusal.status,
            headers=refusal.headers,
        )

    def accept_refused(self, problem: AcceptProblem) -> Response:
        """The answer to an `Accept` header that does not fit. Spec: authorisation-api 2, test-support 2."""
        stop = "." if self.style is MessageStyle.EMITTED else ""
        status, code, message = {
            AcceptProblem.MISSING: (406, "ACCEPT_HEADER_INVALID", "Missing 'Accept' header."),
            AcceptProblem.INVALID: (406, "ACCEPT_HEADER_INVALID", f"Invalid 'Accept' header{stop}"),
            AcceptProblem.UNSUPPORTED_VERSION: (
                400,
                "BAD_REQUEST",
                f"Missing or unsupported version number{stop}",
            ),
            AcceptProblem.UNSUPPORTED_CONTENT_TYPE: (400, "BAD_REQUEST", "Missing or unsupported content-type."),
        }[problem]
        return JSONResponse({"code": code, "message": message}, status_code=status)
