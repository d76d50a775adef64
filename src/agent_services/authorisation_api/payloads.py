"""What third-party software sends, read and checked in the order that decides which error wins.

Spec: authorisation-api 3.1 (a caller of the seed's time), 4.2, 4.5, 4.6, 7.1, 7.4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic_core import from_json
from starlette.requests import Request

from agent_services.authorisation_api.errors import ApiCode, Refusal
from agent_services.identifiers import Nino, Postcode, Vrn, without_whitespace
from agent_services.platform.http.body import is_json

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

NO_JSON = None
"""The payload of a request without a JSON body: another content type, or an empty one."""


class ApiService(StrEnum):
    """The services under the names of the public API."""

    MTD_IT = "MTD-IT"
    MTD_VAT = "MTD-VAT"


class AgentType(StrEnum):
    MAIN = "main"
    SUPPORTING = "supporting"


_CLIENT_ID_TYPE = {ApiService.MTD_IT: "ni", ApiService.MTD_VAT: "vrn"}
_CLIENT_TYPES = {
    ApiService.MTD_IT: frozenset({"personal"}),
    ApiService.MTD_VAT: frozenset({"personal", "business"}),
}
_INTERNAL = {
    (ApiService.MTD_IT, None): "HMRC-MTD-IT",
    (ApiService.MTD_IT, AgentType.MAIN): "HMRC-MTD-IT",
    (ApiService.MTD_IT, AgentType.SUPPORTING): "HMRC-MTD-IT-SUPP",
    (ApiService.MTD_VAT, None): "HMRC-MTD-VAT",
}
EXTERNAL: Mapping[str, tuple[ApiService, AgentType | None]] = {
    "HMRC-MTD-IT": (ApiService.MTD_IT, AgentType.MAIN),
    "HMRC-MTD-IT-SUPP": (ApiService.MTD_IT, AgentType.SUPPORTING),
    "HMRC-MTD-VAT": (ApiService.MTD_VAT, None),
}
"""The services of the public API by their internal ids."""


@dataclass(frozen=True, slots=True)
class ClientInPayload:
    """The client that a payload names, checked. `client_id_type` is as sent."""

    service: str
    """The internal id, such as `HMRC-MTD-IT-SUPP`."""
    client_id_type: str
    client_id: str
    """Without white space."""


@dataclass(frozen=True, slots=True)
class RequestedAuthorisation:
    """Body of a create request."""

    client: ClientInPayload
    client_type: str | None
    known_fact: str


@dataclass(frozen=True, slots=True)
class AskedRelationship:
    """Body of a check."""

    client: ClientInPayload
    known_fact: str


async def read_payload(request: Request) -> Any:
    """The JSON of the body, or NO_JSON. Raises Refusal `BAD_REQUEST` for a JSON body that is not JSON."""
    if not is_json(request):
        return NO_JSON
    body = await request.body()
    if not body:
        return NO_JSON
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Refusal(ApiCode.BAD_REQUEST) from None


def authorisation_from(payload: Any, *, version: str, checks_vrn_digits: bool) -> RequestedAuthorisation:
    """Raises Refusal with the first check of 4.2 that fails; a body of the seed's time is judged by 3.1."""
    members = _members(payload)
    is_of_the_seed = version == "1.0" and "clientType" not in members
    service_names = _service_names(members)
    client_type = None if is_of_the_seed else _text(members, "clientType")
    client_id_type = _text(members, "clientIdType")
    client_id = _text(members, "clientId")
    known_fact = _text(members, "knownFact")
    agent_type = _optional_text(members, "agentType")
    if is_of_the_seed:
        service = _paired_service(service_names, client_id_type)
        client_type = "personal" if service is ApiService.MTD_IT else None
    else:
        service = _one_service(service_names)
    internal = _INTERNAL[service, _agent_type(agent_type, service)]
    if client_type is not None and client_type not in _CLIENT_TYPES[service]:
        raise Refusal(ApiCode.CLIENT_TYPE_NOT_SUPPORTED)
    client = ClientInPayload(internal, client_id_type, without_whitespace(client_id))
    _check_client_id(service, client.client_id, checks_vrn_digits=checks_vrn_digits and is_of_the_seed)
    _check_known_fact(service, known_fact)
    return RequestedAuthorisation(client, client_type, known_fact)


def relationship_from(payload: Any) -> AskedRelationship:
    """Raises Refusal with the first check of 4.5 that fails. A `clientType` is not looked at."""
    members = _members(payload)
    service_names = _service_names(members)
    client_id_type = _text(members, "clientIdType")
    client_id = _text(members, "clientId")
    known_fact = _text(members, "knownFact")
    agent_type = _optional_text(members, "agentType")
    service = _one_service(service_names)
    internal = _INTERNAL[service, _agent_type(agent_type, service)]
    client = ClientInPayload(internal, client_id_type, without_whitespace(client_id))
    _check_client_id(service, client.client_id, checks_vrn_digits=False)
    _check_known_fact(service, known_fact)
    return AskedRelationship(client, known_fact)


def deauthorisation_from(payload: Any) -> ClientInPayload:
    """Raises Refusal with the first check of 4.6 that fails."""
    members = _members(payload)
    service_names = _service_names(members)
    client_type = _text(members, "clientType")
    client_id_type = _text(members, "clientIdType")
    client_id = without_whitespace(_text(members, "clientId"))
    agent_type = _optional_text(members, "agentType")
    service = _one_service(service_names)
    # For VAT the agent type is not looked at, whatever it is.
    role = _agent_type(agent_type, service) if service is ApiService.MTD_IT else None
    if client_type not in _CLIENT_TYPES[service]:
        raise Refusal(ApiCode.CLIENT_TYPE_NOT_SUPPORTED)
    if client_id_type != _CLIENT_ID_TYPE[service]:
        raise Refusal(ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE)
    if not _is_client_id(service, client_id):
        raise Refusal(ApiCode.CLIENT_ID_FORMAT_INVALID)
    return ClientInPayload(_INTERNAL[service, role], client_id_type, client_id)


def _members(payload: Any) -> Mapping[str, Any]:
    if not isinstance(payload, dict):
        raise Refusal(ApiCode.INVALID_PAYLOAD)
    return payload


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise Refusal(ApiCode.INVALID_PAYLOAD)
    return value


def _optional_text(members: Mapping[str, Any], name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name)


def _service_names(members: Mapping[str, Any]) -> list[str]:
    given = members.get("service")
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal(ApiCode.INVALID_PAYLOAD)
    return names


def _one_service(names: list[str]) -> ApiService:
    if len(names) != 1:
        raise Refusal(ApiCode.INVALID_PAYLOAD)
    return _known_service(names[0])


def _paired_service(names: list[str], client_id_type: str) -> ApiService:
    """The seed's rule: exactly one service, with the id type that belongs to it."""
    service = _known_service(names[0]) if len(names) == 1 else None
    if service is None or client_id_type != _CLIENT_ID_TYPE[service]:
        raise Refusal(ApiCode.SERVICE_NOT_SUPPORTED)
    return service


def _known_service(name: str) -> ApiService:
    try:
        return ApiService(name)
    except ValueError:
        raise Refusal(ApiCode.SERVICE_NOT_SUPPORTED) from None


def _agent_type(given: str | None, service: ApiService) -> AgentType | None:
    if given is None:
        return None
    try:
        agent_type = AgentType(given)
    except ValueError:
        raise Refusal(ApiCode.AGENT_TYPE_NOT_SUPPORTED) from None
    if service is ApiService.MTD_VAT:
        raise Refusal(ApiCode.INVALID_PAYLOAD)
    return agent_type


def _check_client_id(service: ApiService, client_id: str, *, checks_vrn_digits: bool) -> None:
    if _is_client_id(service, client_id):
        if checks_vrn_digits and service is ApiService.MTD_VAT and not Vrn.is_valid_with_check_digits(client_id):
            raise Refusal(ApiCode.CLIENT_ID_FORMAT_INVALID)
        return
    if any(_is_client_id(other, client_id) for other in ApiService):
        raise Refusal(ApiCode.CLIENT_ID_DOES_NOT_MATCH_SERVICE)
    raise Refusal(ApiCode.CLIENT_ID_FORMAT_INVALID)


def _is_client_id(service: ApiService, text: str) -> bool:
    match service:
        case ApiService.MTD_IT:
            return Nino.is_valid_with_suffix(text)
        case ApiService.MTD_VAT:
            return Vrn.is_valid(text)


def _check_known_fact(service: ApiService, known_fact: str) -> None:
    match service:
        case ApiService.MTD_IT:
            if not Postcode.is_valid(known_fact):
                raise Refusal(ApiCode.POSTCODE_FORMAT_INVALID)
        case ApiService.MTD_VAT:
            if not _is_iso_date(known_fact):
                raise Refusal(ApiCode.VAT_REG_DATE_FORMAT_INVALID)


def _is_iso_date(text: str) -> bool:
    if not _ISO_DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
