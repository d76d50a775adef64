"""GET /oauth/authorize and the pages after it. Spec: authorisation-api 8.2."""

from datetime import timedelta
from html import unescape

import pytest
from tests.sandbox.gateway.running import CALLBACK, Browser, Running, csrf_token, new_name

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"client_id": None}, "invalid_request", "client_id is required"),
        ({"client_id": ""}, "invalid_request", "client_id is required"),
        ({"client_id": "nobody"}, "invalid_request", "client_id is invalid"),
        ({"client_id": "no\0body"}, "invalid_request", "client_id is invalid"),
        ({"redirect_uri": None}, "invalid_request", "redirect_uri is required"),
        ({"redirect_uri": "https://elsewhere.example/"}, "invalid_request", "redirect_uri is invalid"),
        ({"redirect_uri": "http://localhost@elsewhere.example/"}, "invalid_request", "redirect_uri is invalid"),
        ({"redirect_uri": "http://localhost/#part"}, "invalid_request", "redirect_uri is invalid"),
        ({"redirect_uri": "javascript:alert(1)"}, "invalid_request", "redirect_uri is invalid"),
        ({"response_type": None}, "invalid_request", "response_type is required"),
        ({"response_type": "token"}, "unsupported_response_type", "response_type must be 'code'"),
        ({"scope": None}, "invalid_request", "scope is required"),
        ({"scope": " "}, "invalid_request", "scope is required"),
        ({"scope": "read:everything"}, "invalid_scope", "scope is invalid"),
        ({"scope": "read:sent-invitations read:everything"}, "invalid_scope", "scope is invalid"),
        ({"client_secret": "x"}, "invalid_request", "client_secret should NOT be present"),
        ({"client_secret": ""}, "invalid_request", "client_secret should NOT be present"),
        (
            {"code_challenge": "", "code_challenge_method": "S256"},
            "invalid_request",
            "code_challenge if present, cannot be empty",
        ),
        (
            {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
            "invalid_request",
            "code_challenge_method, if present, must be S256",
        ),
        (
            {"code_challenge": CHALLENGE},
            "invalid_request",
            "code_challenge_method should be present when code_challenge is present",
        ),
        (
            {"code_challenge_method": "S256"},
            "invalid_request",
            "code_challenge should be present when code_challenge_method is present",
        ),
        (
            {"code_challenge": "short", "code_challenge_method": "S256"},
            "invalid_request",
            "code_challenge is invalid",
        ),
        ({"state": "a\0b"}, "invalid_request", "state is invalid"),
    ],
)
def test_problem_is_shown_in_the_browser(
    browser: Browser, changes: dict[str, str | None], error: str, message: str
) -> None:
    answer = browser.authorize(**changes)

    assert answer.status == 400
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    shown = [part.split("</dd>")[0] for part in answer.text.split('app-code">')[1:]]
    assert [unescape(value) for value in shown] == [error, message]


def test_repeated_parameter_is_refused(running: Running) -> None:
    answer = running.call("GET", "/oauth/authorize?client_id=a&client_id=b")

    assert (answer.status, "client_id must not be repeated" in answer.text) == (400, True)


def test_grant_leads_back_with_code_and_state(browser: Browser) -> None:
    answer = browser.authorised(state="a b&c=é")

    assert answer.status == 303
    assert answer.location.startswith(CALLBACK + "?code=")
    assert answer.parameters.keys() == {"code", "state"}
    assert answer.parameters["state"] == "a b&c=é"


def test_without_state_none_comes_back(browser: Browser) -> None:
    assert browser.authorised().parameters.keys() == {"code"}


def test_query_of_the_redirect_address_is_kept(browser: Browser) -> None:
    answer = browser.authorised(redirect_uri=CALLBACK + "?tenant=7")

    assert answer.location.startswith(CALLBACK + "?tenant=7&code=")


def test_refusal_leads_back_with_its_parameters(browser: Browser) -> None:
    journey = browser.begin(state="xyz")
    browser.sign_in(journey)

    answer = browser.decide(journey, "deny")

    assert answer.location == (
        CALLBACK + "?error=access_denied&error_description=user+denied+the+authorization"
        "&error_code=USER_DENIED_AUTHORIZATION&state=xyz"
    )


@pytest.mark.parametrize("address", ["urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"])
def test_out_of_band_code_stands_in_the_title(running: Running, browser: Browser, address: str) -> None:
    page = browser.authorised(redirect_uri=address)

    code = page.text.split("<title>Success code=")[1].split("</title>")[0]
    answer = running.token(grant_type="authorization_code", redirect_uri=address, code=code)
    assert (page.status, answer.status) == (200, 200)


def test_out_of_band_refusal_stands_in_the_title(browser: Browser) -> None:
    journey = browser.begin(redirect_uri="urn:ietf:wg:oauth:2.0:oob")
    browser.sign_in(journey)

    page = browser.decide(journey, "deny")

    assert "<title>Denied error=access_denied</title>" in page.text


def test_consent_page_says_who_and_what(browser: Browser) -> None:
    journey = browser.begin()
    browser.sign_in(journey)

    page = browser.get(f"/oauth/grant?auth_id={journey}")

    assert "Give authority to Sandbox application" in page.text
    assert "Signed in as Amelia Brightwater (amelia)" in page.text
    assert "see the authorisation requests that your agent business has sent" in page.text
    assert "form-action 'self' http://localhost:9;" in page.headers["content-security-policy"]


def test_consent_needs_sign_in(browser: Browser) -> None:
    journey = browser.begin()

    answer = browser.get(f"/oauth/grant?auth_id={journey}")

    assert (answer.status, answer.location) == (303, f"/oauth/sign-in?auth_id={journey}")


def test_grant_without_sign_in_is_refused(browser: Browser) -> None:
    journey = browser.begin()
    token = csrf_token(browser.get(f"/oauth/sign-in?auth_id={journey}"))

    answer = browser.post(f"/oauth/grant?auth_id={journey}", {"csrf_token": token, "decision": "grant"})

    assert (answer.status, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    ("user_id", "password", "messages"),
    [
        ("", "", ["Enter your user ID", "Enter your password"]),
        ("amelia", "", ["Enter your password"]),
        ("amelia", "wrong", ["The user ID or password is not right"]),
        ("nobody", "password", ["The user ID or password is not right"]),
        ("no\0body", "password", ["The user ID or password is not right"]),
    ],
)
def test_sign_in_says_what_is_wrong(browser: Browser, user_id: str, password: str, messages: list[str]) -> None:
    page = browser.sign_in(browser.begin(), user_id, password)

    assert page.status == 400
    assert "<title>Error: Sign in" in page.text
    assert [message for message in messages if page.text.count(message) == 2] == messages


@pytest.mark.parametrize("path", ["/oauth/sign-in", "/oauth/grant"])
def test_form_without_its_token_is_refused(browser: Browser, path: str) -> None:
    journey = browser.begin()
    browser.sign_in(journey)

    answer = browser.post(
        f"{path}?auth_id={journey}",
        {"csrf_token": "forged", "user_id": "amelia", "password": "password", "decision": "grant"},
    )

    assert (answer.status, "You need to start again" in answer.text) == (400, True)


def test_journey_is_one_browsers_alone(running: Running, browser: Browser) -> None:
    journey = browser.begin()

    answer = Browser(running).get(f"/oauth/start?auth_id={journey}")

    assert (answer.status, "You need to start again" in answer.text) == (400, True)


@pytest.mark.parametrize("journey", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_unknown_journey_has_to_start_again(browser: Browser, journey: str) -> None:
    browser.begin()

    assert browser.get(f"/oauth/start?auth_id={journey}").status == 400


def test_signing_in_changes_the_cookie(browser: Browser) -> None:
    journey = browser.begin()
    before = browser.session.cookies.get_dict()

    browser.sign_in(journey)

    assert browser.session.cookies.get_dict() != before


def test_cookie_from_before_signing_in_is_worth_nothing_after_it(running: Running, browser: Browser) -> None:
    journey = browser.begin()
    thief = Browser(running)
    thief.session.cookies.update(browser.session.cookies)
    browser.sign_in(journey)

    assert thief.get(f"/oauth/grant?auth_id={journey}").status == 400


def test_two_journeys_in_one_browser_do_not_disturb_each_other(browser: Browser) -> None:
    first, second = browser.begin(), browser.begin()
    browser.sign_in(first)
    browser.sign_in(second)

    assert [browser.decide(journey, "grant").status for journey in (first, second)] == [303, 303]


def test_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    cookie = browser.authorize().headers["set-cookie"]

    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/oauth", "SameSite=lax"}


def test_journey_is_decided_once(browser: Browser) -> None:
    journey = browser.begin()
    browser.sign_in(journey)
    token = csrf_token(browser.get(f"/oauth/grant?auth_id={journey}"))
    form = {"csrf_token": token, "decision": "grant"}

    answers = [browser.post(f"/oauth/grant?auth_id={journey}", form).status for _ in range(2)]

    assert answers == [303, 400]


def test_registered_application_redirects_to_its_own_addresses_alone(running: Running, browser: Browser) -> None:
    registered = running.do(running.gateway.applications.register(new_name(), ["https://shop.example/back"]))
    client_id = registered.application.client_id

    assert browser.authorize(client_id=client_id, redirect_uri="https://shop.example/back/7").status == 303
    assert browser.authorize(client_id=client_id, redirect_uri="https://shop.example.evil.test/back").status == 400
    assert browser.authorize(client_id=client_id, redirect_uri=CALLBACK).status == 400


@pytest.mark.parametrize("path", ["start", "sign-in"])
def test_pages_may_not_be_framed(browser: Browser, path: str) -> None:
    page = browser.get(f"/oauth/{path}?auth_id={browser.begin()}")

    assert page.status == 200
    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_journey_ends_after_an_hour(running: Running, browser: Browser) -> None:
    journey = browser.begin()

    running.clock.advance(timedelta(hours=1))

    assert browser.get(f"/oauth/start?auth_id={journey}").status == 400
