"""The pages of sign-in and consent. Spec: authorisation-api 8.2.

Start → sign in → grant or deny → the application. A journey is known to one browser alone, by a cookie that no
script reads and no other site's form brings along; each form carries the journey's own token besides.
"""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agent_services.auth import GATEWAY, called_by
from agent_services.sandbox.gateway.apis import in_words
from agent_services.sandbox.gateway.authorising import SendTo, ShowCode, ShowRefusal
from agent_services.sandbox.gateway.credentials import is_equal, new_token
from agent_services.sandbox.gateway.errors import AuthorizeProblem, ForgedForm, InvalidRequest, JourneyLost
from agent_services.sandbox.gateway.forms import read_form
from agent_services.sandbox.gateway.gateway import Gateway, gateway_of
from agent_services.sandbox.gateway.openapi import AUTHORIZE_PARAMETERS, JOURNEY_PARAMETER, PAGES
from agent_services.sandbox.gateway.redirects import OUT_OF_BAND
from agent_services.sandbox.gateway.store.journeys import Journey

router = APIRouter(tags=["gateway"], default_response_class=HTMLResponse)

COOKIE: Final = "agent_services_gateway"
_MISSING: Final = {"user_id": "Enter your user ID", "password": "Enter your password"}


@router.get(
    "/oauth/authorize", summary="Ask a person for authority", responses=PAGES, openapi_extra=AUTHORIZE_PARAMETERS
)
@called_by(GATEWAY)
async def get_authorize(request: Request) -> Response:
    """Begins the journey. 400 with a page that says what is wrong; never a redirect to an address in doubt."""
    gateway = gateway_of(request)
    try:
        wanted = await gateway.authorising.check(request.query_params.multi_items())
    except AuthorizeProblem as problem:
        return gateway.pages.render("gateway/problem.html", status=400, error=problem.error, message=problem.message)
    browser = request.cookies.get(COOKIE) or new_token()
    journey_id = await gateway.authorising.begin(wanted, browser)
    answer = RedirectResponse(f"/oauth/start?auth_id={journey_id}", status_code=303)
    _remember(request, answer, browser)
    return answer


@router.get("/oauth/start", summary="Start page", responses=PAGES, openapi_extra=JOURNEY_PARAMETER)
@called_by(GATEWAY)
async def get_start(request: Request) -> Response:
    """Who asks, and what happens next."""
    try:
        journey = await _journey(request)
    except JourneyLost:
        return _lost(gateway_of(request))
    return gateway_of(request).pages.render("gateway/start.html", journey=journey)


@router.get("/oauth/sign-in", summary="Sign-in page", responses=PAGES, openapi_extra=JOURNEY_PARAMETER)
@called_by(GATEWAY)
async def get_sign_in(request: Request) -> Response:
    """Asks for user id and password."""
    try:
        journey = await _journey(request)
    except JourneyLost:
        return _lost(gateway_of(request))
    return await _sign_in_page(gateway_of(request), journey)


@router.post("/oauth/sign-in", summary="Sign in", responses=PAGES, openapi_extra=JOURNEY_PARAMETER)
@called_by(GATEWAY)
async def post_sign_in(request: Request) -> Response:
    """On to the consent page, or the same page saying what is wrong."""
    gateway = gateway_of(request)
    try:
        journey = await _journey(request)
        form = await _form_of(request, journey)
    except (JourneyLost, ForgedForm, InvalidRequest):
        return _lost(gateway)
    user_id, password = form.get("user_id", "").strip(), form.get("password", "")
    given = {"user_id": user_id, "password": password}
    problems = {field: _MISSING[field] for field, value in given.items() if not value}
    if problems:
        return await _sign_in_page(gateway, journey, user_id=user_id, problems=problems)
    browser = request.cookies[COOKIE]
    fresh = await gateway.authorising.sign_in(journey, user_id, password, browser=browser)
    if fresh is None:
        problems = {"user_id": "The user ID or password is not right"}
        return await _sign_in_page(gateway, journey, user_id=user_id, problems=problems)
    answer = RedirectResponse(f"/oauth/grant?auth_id={journey.journey_id}", status_code=303)
    _remember(request, answer, fresh)
    return answer


@router.get("/oauth/grant", summary="Consent page", responses=PAGES, openapi_extra=JOURNEY_PARAMETER)
@called_by(GATEWAY)
async def get_grant(request: Request) -> Response:
    """What the application wants to do, in words. Who is not signed in goes there first."""
    gateway = gateway_of(request)
    try:
        journey = await _journey(request)
    except JourneyLost:
        return _lost(gateway)
    if journey.user_id is None:
        return RedirectResponse(f"/oauth/sign-in?auth_id={journey.journey_id}", status_code=303)
    person = await gateway.people.find(journey.user_id)
    return gateway.pages.render(
        "gateway/grant.html",
        may_lead_to=[] if journey.redirect_uri in OUT_OF_BAND else [journey.redirect_uri],
        journey=journey,
        person_name=(person.name if person else None) or journey.user_id,
        powers=[in_words(scope) for scope in journey.scopes],
    )


@router.post("/oauth/grant", summary="Grant or deny", responses=PAGES, openapi_extra=JOURNEY_PARAMETER)
@called_by(GATEWAY)
async def post_grant(request: Request) -> Response:
    """Back to the application with a code or a refusal. Anything but the grant button is a refusal."""
    gateway = gateway_of(request)
    try:
        journey = await _journey(request)
        form = await _form_of(request, journey)
        outcome: SendTo | ShowCode | ShowRefusal
        if form.get("decision") == "grant":
            outcome = await gateway.authorising.grant(journey)
        else:
            outcome = await gateway.authorising.refuse(journey)
    except (JourneyLost, ForgedForm, InvalidRequest):
        return _lost(gateway)
    match outcome:
        case SendTo(address):
            return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
        case ShowCode(code, application_name):
            return gateway.pages.render("gateway/code.html", code=code, application_name=application_name)
        case ShowRefusal(application_name):
            return gateway.pages.render("gateway/refused.html", application_name=application_name)


async def _journey(request: Request) -> Journey:
    return await gateway_of(request).authorising.journey(
        request.query_params.get("auth_id"), request.cookies.get(COOKIE)
    )


async def _form_of(request: Request, journey: Journey) -> dict[str, str]:
    form = dict(await read_form(request))
    if not is_equal(form.get("csrf_token", ""), journey.csrf_token):
        raise ForgedForm
    return form


async def _sign_in_page(
    gateway: Gateway, journey: Journey, *, user_id: str = "", problems: dict[str, str] | None = None
) -> Response:
    return gateway.pages.render(
        "gateway/sign_in.html",
        status=400 if problems else 200,
        journey=journey,
        user_id=user_id,
        problems=problems or {},
        errors=[{"text": text, "href": f"#{field}"} for field, text in (problems or {}).items()],
        cast=await gateway.people.cast(),
    )


def _lost(gateway: Gateway) -> Response:
    return gateway.pages.render("gateway/lost.html", status=400)


def _remember(request: Request, answer: Response, browser: str) -> None:
    answer.set_cookie(
        COOKIE, browser, path="/oauth", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    answer.headers["Cache-Control"] = "no-store"
