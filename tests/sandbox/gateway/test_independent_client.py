"""Authlib's client, which knows nothing of ours, goes the whole way. RFC 6749, 7009, 7636."""

from urllib.parse import urlsplit

import pytest
from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from tests.sandbox.gateway.running import CALLBACK, SCOPES, Browser, Running

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXkdBjftJeZ4CVP"


@pytest.fixture(params=["client_secret_post", "client_secret_basic"])
def client(request: pytest.FixtureRequest, running: Running) -> OAuth2Session:
    box = running.gateway.applications.box
    return OAuth2Session(
        box.client_id,
        box.client_secret,
        token_endpoint_auth_method=request.param,
        revocation_endpoint_auth_method=request.param,
        scope=SCOPES,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint=running.url + "/oauth/token",
    )


def callback_after_consent(running: Running, address: str) -> str:
    """What a person does in a browser."""
    browser = Browser(running)
    parts = urlsplit(address)
    start = browser.get(f"{parts.path}?{parts.query}")
    journey = start.parameters["auth_id"]
    browser.sign_in(journey)
    return browser.decide(journey, "grant").location


def test_code_flow_with_pkce_refresh_and_revocation(running: Running, client: OAuth2Session) -> None:
    invitations = running.url + "/agents/XARN1000001/invitations"
    address, state = client.create_authorization_url(running.url + "/oauth/authorize", code_verifier=VERIFIER)
    callback = callback_after_consent(running, address)

    token = client.fetch_token(authorization_response=callback, state=state, code_verifier=VERIFIER)
    first = client.get(invitations).status_code
    renewed = client.refresh_token(refresh_token=token["refresh_token"])
    second = client.get(invitations).status_code
    client.revoke_token(running.url + "/oauth/revoke", token=renewed["refresh_token"], token_type_hint="refresh_token")
    third = client.get(invitations).status_code

    assert (first, second, third) == (200, 200, 401)
    assert token["scope"] == SCOPES


def test_replayed_callback_is_refused(running: Running, client: OAuth2Session) -> None:
    address, state = client.create_authorization_url(running.url + "/oauth/authorize", code_verifier=VERIFIER)
    callback = callback_after_consent(running, address)
    client.fetch_token(authorization_response=callback, state=state, code_verifier=VERIFIER)

    with pytest.raises(OAuthError, match="invalid_request: code is invalid"):
        client.fetch_token(authorization_response=callback, state=state, code_verifier=VERIFIER)


def test_stolen_code_is_worth_nothing_without_its_verifier(running: Running, client: OAuth2Session) -> None:
    address, state = client.create_authorization_url(running.url + "/oauth/authorize", code_verifier=VERIFIER)
    callback = callback_after_consent(running, address)

    with pytest.raises(OAuthError, match="invalid_grant: code_verifier is invalid"):
        client.fetch_token(authorization_response=callback, state=state, code_verifier="x" * 43)


def test_client_credentials(running: Running, client: OAuth2Session) -> None:
    client.fetch_token(grant_type="client_credentials")

    assert client.get(running.url + "/create-test-user/services").status_code == 200
