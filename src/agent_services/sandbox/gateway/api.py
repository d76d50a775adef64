"""`/oauth/token`, `/oauth/revoke` and `/sandbox/tokens`. Spec: authorisation-api 8.3; design, programs' sign-in."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StrictStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import GATEWAY, SANDBOX, called_by
from agent_services.platform.http.body import json_body
from agent_services.platform.http.documents import json_request
from agent_services.sandbox.gateway.errors import NOT_KEPT, InvalidClient, InvalidRequest
from agent_services.sandbox.gateway.forms import client_credentials, read_form, required
from agent_services.sandbox.gateway.gateway import gateway_of
from agent_services.sandbox.gateway.openapi import FAILURES_OF_A_BODY, FORM_OF_REVOKE, FORM_OF_TOKEN, OAUTH_FAILURES
from agent_services.sandbox.gateway.tokens import GrantType

router = APIRouter()

_TAGS: Final[list[Any]] = ["gateway"]


class TokenAnswer(BaseModel):
    """What a client is given. A refreshed token comes without `scope`, an application's own without refresh token."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str | None = None
    scope: str | None = None


class WantedToken(BaseModel):
    """Whose token, and which scopes, separated by blanks; absent: all."""

    model_config = ConfigDict(populate_by_name=True)

    user_id: StrictStr = Field(alias="userId", examples=["amelia"])
    scope: StrictStr | None = Field(default=None, examples=["write:sent-invitations read:sent-invitations"])


@router.post(
    "/oauth/token",
    tags=_TAGS,
    summary="Get an access token",
    response_model=TokenAnswer,
    responses=OAUTH_FAILURES,
    openapi_extra=FORM_OF_TOKEN,
)
@called_by(GATEWAY)
async def post_token(request: Request) -> Response:
    """A code, a refresh token or the application's own credentials for an access token of four hours.

    The client names itself in the body or by HTTP Basic. What is missing is told first, then a wrong client, then
    an unknown grant, then what is wrong with the grant.
    """
    tokens = gateway_of(request).tokens
    form = await read_form(request)
    credentials = client_credentials(request, form)
    grant_type = required(form, "grant_type")
    if grant_type == GrantType.AUTHORIZATION_CODE:
        required(form, "redirect_uri")
    application = await gateway_of(request).applications.authenticate(credentials.client_id, credentials.client_secret)
    if application is None:
        raise InvalidClient(by_basic=credentials.by_basic)
    match grant_type:
        case GrantType.AUTHORIZATION_CODE:
            issued = await tokens.redeem(application, form)
        case GrantType.REFRESH_TOKEN:
            issued = await tokens.refresh(application, form)
        case GrantType.CLIENT_CREDENTIALS:
            issued = await tokens.for_application(application, form)
        case _:
            raise InvalidRequest("unsupported grant_type")
    return JSONResponse(issued.as_json(), headers=NOT_KEPT)


@router.post(
    "/oauth/revoke",
    tags=_TAGS,
    summary="Revoke a token",
    response_class=Response,
    responses=OAUTH_FAILURES,
    openapi_extra=FORM_OF_REVOKE,
)
@called_by(GATEWAY)
async def post_revoke(request: Request) -> Response:
    """Ends an access token; a refresh token ends with all that came of it. 200 for an unknown one too. RFC 7009."""
    form = await read_form(request)
    credentials = client_credentials(request, form)
    token = required(form, "token")
    application = await gateway_of(request).applications.authenticate(credentials.client_id, credentials.client_secret)
    if application is None:
        raise InvalidClient(by_basic=credentials.by_basic)
    await gateway_of(request).tokens.revoke(application, token)
    return Response(headers=NOT_KEPT)


@router.post(
    "/sandbox/tokens",
    tags=["sandbox"],
    summary="Get somebody's access token without a browser",
    response_model=TokenAnswer,
    responses=FAILURES_OF_A_BODY,
    openapi_extra=json_request(WantedToken.model_json_schema()),
)
@called_by(SANDBOX)
async def post_sandbox_token(
    request: Request, wanted: Annotated[WantedToken, Depends(json_body(WantedToken))]
) -> Response:
    """What `/oauth/token` would answer the box's own application, had that person granted these scopes."""
    issued = await gateway_of(request).tokens.for_person(wanted.user_id, wanted.scope)
    return JSONResponse(issued.as_json(), headers=NOT_KEPT)
