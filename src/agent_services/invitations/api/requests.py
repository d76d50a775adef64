"""Reading this room's requests: path and query texts, bodies, and the caller where the spec has them late."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request

from agent_services.auth import USER, Principal, authorisation_of
from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.errors import (
    BadCreationBody,
    MissingParameter,
    ParameterNotANumber,
    ParameterOutOfRange,
)
from agent_services.invitations.outcomes import Authorise
from agent_services.invitations.room import Invitations
from agent_services.platform.http.body import json_body
from agent_services.platform.http.errors import CannotBind, FrameworkError, UnsupportedMediaType

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_LARGEST_INT = 2**31 - 1


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a character that cannot be stored")
    return text


StorableText = Annotated[str, AfterValidator(_without_nul)]
"""A text without NUL, which no column can hold."""


class Body(BaseModel):
    """The members of a body, camel case on the wire. Members that we do not know are ignored."""

    model_config = ConfigDict(alias_generator=to_camel)


class CreationBody(Body):
    """Spec: invitations 5."""

    client_id: StorableText
    supplied_client_id_type: StorableText
    client_name: str
    service: StorableText
    client_type: StorableText | None = None


class RemovalBody(Body):
    """Spec: invitations 10."""

    client_id: StorableText = Field(examples=["101000573"])
    service: StorableText = Field(examples=["HMRC-MTD-VAT"])


class ValidationBody(Body):
    """Spec: invitations 12."""

    uid: StorableText
    service_keys: list[StorableText]


class TrustBody(Body):
    """Spec: invitations 13."""

    utr: StorableText


class ApiCreationBody(Body):
    """Spec: invitations 15.1."""

    service: StorableText
    supplied_client_id: StorableText
    known_fact: StorableText
    client_type: StorableText | None = None


class ApiCheckBody(Body):
    """Spec: invitations 15.4."""

    service: StorableText
    supplied_client_id: StorableText
    known_fact: StorableText


_read_creation = json_body(CreationBody)


async def creation_body(request: Request) -> CreationBody:
    """The body of a creation; 400 without a body for no JSON and for the wrong shape (README, settled)."""
    try:
        return await _read_creation(request)
    except UnsupportedMediaType:
        raise
    except FrameworkError:
        raise BadCreationBody() from None


def room_of(request: Request) -> Invitations:
    """The application's."""
    room: Invitations = request.app.state.invitations
    return room


def user_of(request: Request) -> Authorise:
    """The caller under the rule USER, asked for when the domain has come so far."""

    async def ask() -> Principal:
        return await authorisation_of(request).require(USER)

    return ask


def path_text(request: Request, name: str) -> str:
    """A path parameter as it came. Raises CannotBind for one that nothing can be stored under."""
    text: str = request.path_params[name]
    if "\0" in text:
        raise CannotBind()
    return text


def path_arn(request: Request) -> Arn:
    """The ARN of the path; any text will do (1.5)."""
    return Arn.as_given(path_text(request, "arn"))


def path_invitation_id(request: Request) -> InvitationId:
    """The id of the path; no endpoint here checks its form (3.3)."""
    return InvitationId.as_given(path_text(request, "invitationId"))


def query_number(request: Request, name: str) -> int:
    """A number that must be given. Raises the 400s of 1.2."""
    text = request.query_params.get(name)
    if text is None:
        raise MissingParameter(name)
    if _WHOLE_NUMBER.fullmatch(text) is None or abs(int(text[:20])) > _LARGEST_INT:
        raise ParameterNotANumber(name)
    return int(text)


def check_is_positive(name: str, number: int) -> None:
    """Raises ParameterOutOfRange below 1 (6.3)."""
    if number < 1:
        raise ParameterOutOfRange(name)


def optional_query_text(request: Request, name: str) -> str | None:
    """An optional filter; the empty text is none."""
    text = request.query_params.get(name) or None
    if text is not None and "\0" in text:
        raise CannotBind()
    return text
