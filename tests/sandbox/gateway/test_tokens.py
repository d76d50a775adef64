"""POST /oauth/token, /oauth/revoke and /sandbox/tokens. Spec: authorisation-api 8.3; RFC 7009."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sandbox.gateway.running import CALLBACK, SCOPES, Answer, Running, new_name

from agent_services.sandbox.gateway.credentials import digest_of, s256
from agent_services.sandbox.gateway.store import TokenStore
from agent_services.sandbox.gateway.tokens import months_later

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CODE = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}


def assert_refused(answer: Answer, status: int, error: str, description: str) -> None:
    assert answer.json == {"error": error, "error_description": description}
    assert answer.status == status
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["client_id", "client_secret", "grant_type"])
def test_missing_parameter(running: Running, name: str) -> None:
    answer = running.token(**{"grant_type": "client_credentials", name: ""})

    assert_refused(answer, 400, "invalid_request", f"{name} is required")


def test_missing_redirect_uri(running: Running) -> None:
    answer = running.token(grant_type="authorization_code", code="x")

    assert_refused(answer, 400, "invalid_request", "redirect_uri is required")


def test_nothing_at_all(running: Running) -> None:
    assert_refused(running.call("POST", "/oauth/token"), 400, "invalid_request", "client_id is required")


def test_json_is_no_form(running: Running) -> None:
    answer = running.call("POST", "/oauth/token", json={"grant_type": "client_credentials"})

    assert_refused(answer, 400, "invalid_request", "client_id is required")


def test_repeated_parameter(running: Running) -> None:
    answer = running.call("POST", "/oauth/token", data=[("client_id", "a"), ("client_id", "b")])

    assert_refused(answer, 400, "invalid_request", "client_id must not be repeated")


@pytest.mark.parametrize("data", ["&".join(f"f{n}=1" for n in range(101)), "scope=" + "x" * 70000])
def test_endless_form(running: Running, data: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = running.call("POST", "/oauth/token", data=data, headers=headers)

    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("wrong", [{"client_id": "nobody"}, {"client_id": "\0"}, {"client_secret": "wrong"}])
def test_wrong_client(running: Running, wrong: dict[str, str]) -> None:
    answer = running.token(**{"grant_type": "client_credentials", **wrong})

    assert_refused(answer, 401, "invalid_client", "invalid client id or secret")
    assert "www-authenticate" not in answer.headers


def test_wrong_client_comes_before_unknown_grant(running: Running) -> None:
    answer = running.token(grant_type="password", client_secret="wrong")

    assert_refused(answer, 401, "invalid_client", "invalid client id or secret")


def test_unknown_grant(running: Running) -> None:
    assert_refused(running.token(grant_type="password"), 400, "invalid_request", "unsupported grant_type")


def test_client_names_itself_by_basic(running: Running) -> None:
    box = running.gateway.applications.box

    answer = running.token_by_basic((box.client_id, box.client_secret), grant_type="client_credentials")

    assert answer.status == 200


def test_wrong_client_by_basic_is_challenged(running: Running) -> None:
    answer = running.token_by_basic(("sandbox-application", "wrong"), grant_type="client_credentials")

    assert_refused(answer, 401, "invalid_client", "invalid client id or secret")
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Basic /w=="])
def test_unreadable_basic(running: Running, header: str) -> None:
    answer = running.call(
        "POST", "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header}
    )

    assert_refused(answer, 401, "invalid_client", "invalid client id or secret")


def test_secret_in_two_ways(running: Running) -> None:
    answer = running.token_by_basic(("a", "b"), grant_type="client_credentials", client_secret="b")

    assert_refused(answer, 400, "invalid_request", "client_secret must be sent in one way")


def test_two_different_client_ids(running: Running) -> None:
    box = running.gateway.applications.box
    answer = running.token_by_basic(
        (box.client_id, box.client_secret), grant_type="client_credentials", client_id="another"
    )

    assert_refused(answer, 401, "invalid_client", "invalid client id or secret")


def test_code_is_redeemed(running: Running) -> None:
    answer = running.token(**CODE, code=running.code())

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    assert body == {
        "access_token": body["access_token"],
        "token_type": "bearer",
        "expires_in": 14400,
        "refresh_token": body["refresh_token"],
        "scope": SCOPES,
    }
    assert running.agents_get(body["access_token"]).status == 200


def test_missing_code(running: Running) -> None:
    assert_refused(running.token(**CODE), 400, "invalid_request", "code is required for given grant_type")


def test_wrong_code(running: Running) -> None:
    assert_refused(running.token(**CODE, code="wrong"), 400, "invalid_request", "code is invalid")


def test_used_code(running: Running) -> None:
    code = running.code()
    running.token(**CODE, code=code)

    assert_refused(running.token(**CODE, code=code), 400, "invalid_request", "code is invalid")


def test_expired_code(running: Running) -> None:
    code = running.code()
    running.clock.advance(timedelta(minutes=10))

    assert_refused(running.token(**CODE, code=code), 400, "invalid_request", "code is invalid")


def test_code_of_another_application(running: Running) -> None:
    other = running.do(running.gateway.applications.register(new_name(), [CALLBACK]))

    answer = running.token(
        **CODE, code=running.code(), client_id=other.application.client_id, client_secret=other.client_secret
    )

    assert_refused(answer, 400, "invalid_request", "code is invalid")


@pytest.mark.parametrize("address", ["http://localhost:9/other", "https://elsewhere.example/"])
def test_another_redirect_uri(running: Running, address: str) -> None:
    answer = running.token(grant_type="authorization_code", redirect_uri=address, code=running.code())

    assert_refused(answer, 400, "invalid_request", "redirect_uri is invalid")


def challenged_code(running: Running) -> str:
    return running.code(code_challenge=s256(VERIFIER), code_challenge_method="S256")


def test_right_verifier(running: Running) -> None:
    assert running.token(**CODE, code=challenged_code(running), code_verifier=VERIFIER).status == 200


def test_unexpected_verifier(running: Running) -> None:
    answer = running.token(**CODE, code=running.code(), code_verifier=VERIFIER)

    assert_refused(answer, 400, "invalid_request", "code_verifier is not expected")


def test_missing_verifier(running: Running) -> None:
    answer = running.token(**CODE, code=challenged_code(running))

    expected = "code_verifier is expected when code_challenge was supplied"
    assert_refused(answer, 400, "invalid_request", expected)


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "é" * 43])
def test_malformed_verifier(running: Running, verifier: str) -> None:
    answer = running.token(**CODE, code=challenged_code(running), code_verifier=verifier)

    expected = "code_verifier must contain valid characters of length between 43 and 128"
    assert_refused(answer, 400, "invalid_request", expected)


def test_wrong_verifier_leaves_the_code_as_it_is(running: Running) -> None:
    code = challenged_code(running)

    refused = running.token(**CODE, code=code, code_verifier="a" * 43)

    assert_refused(refused, 400, "invalid_grant", "code_verifier is invalid")
    assert running.token(**CODE, code=code, code_verifier=VERIFIER).status == 200


def test_of_many_attempts_at_once_one_redeems_the_code(running: Running) -> None:
    code = running.code()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: running.token(**CODE, code=code), range(24)))

    assert Counter(answer.status for answer in answers) == {200: 1, 400: 23}
    winner = next(answer for answer in answers if answer.status == 200)
    assert running.agents_get(winner.json["access_token"]).status == 200


def refreshed(running: Running, refresh_token: str) -> Answer:
    return running.token(grant_type="refresh_token", refresh_token=refresh_token)


def test_refresh_replaces_both_tokens_at_once(running: Running) -> None:
    old = running.tokens_of()

    answer = refreshed(running, old["refresh_token"])

    body = answer.json
    assert body.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 14400)
    assert running.agents_get(old["access_token"]).json["code"] == "INVALID_CREDENTIALS"
    assert running.agents_get(body["access_token"]).status == 200
    assert_refused(refreshed(running, old["refresh_token"]), 400, "invalid_grant", "refresh_token is invalid")
    assert refreshed(running, body["refresh_token"]).status == 200


def test_missing_refresh_token(running: Running) -> None:
    answer = running.token(grant_type="refresh_token")

    assert_refused(answer, 400, "invalid_request", "refresh_token is required for given grant_type")


def test_refresh_token_of_another_application(running: Running) -> None:
    other = running.do(running.gateway.applications.register(new_name(), [CALLBACK]))
    tokens = running.tokens_of()

    answer = running.token(
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
        client_id=other.application.client_id,
        client_secret=other.client_secret,
    )

    assert_refused(answer, 400, "invalid_grant", "refresh_token is invalid")
    assert running.agents_get(tokens["access_token"]).status == 200


def test_refresh_token_in_use(running: Running) -> None:
    refresh_token = running.tokens_of()["refresh_token"]

    async def while_another_request_holds_it() -> Answer:
        store = TokenStore(running.gateway.database.pool)
        async with running.gateway.database.unit_of_work() as work:
            await store.authority_to_refresh(work, digest_of(refresh_token), now=running.clock.now())
            loop = asyncio.get_running_loop()
            answer: Answer = await loop.run_in_executor(None, refreshed, running, refresh_token)
            return answer

    answer = running.do(while_another_request_holds_it())

    assert_refused(answer, 400, "invalid_request", "refresh_token is being used")
    assert refreshed(running, refresh_token).status == 200


def test_of_many_refreshes_at_once_one_succeeds(running: Running) -> None:
    refresh_token = running.tokens_of()["refresh_token"]

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: refreshed(running, refresh_token), range(24)))

    assert Counter(answer.status for answer in answers) == {200: 1, 400: 23}


def test_authority_ends_after_18_months(running: Running) -> None:
    """Refreshing does not make it longer."""
    tokens = running.tokens_of()
    running.clock.advance(timedelta(days=540))
    renewed = refreshed(running, tokens["refresh_token"]).json

    running.clock.advance(timedelta(days=10))

    assert_refused(refreshed(running, renewed["refresh_token"]), 400, "invalid_grant", "refresh_token is invalid")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2027, 7, 31, 9, tzinfo=UTC)),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 6, 30, 9, tzinfo=UTC), datetime(2027, 12, 30, 9, tzinfo=UTC)),
    ],
)
def test_18_months_are_counted_in_the_calendar(start: datetime, end: datetime) -> None:
    assert months_later(start, 18) == end


def test_access_token_lives_four_hours(running: Running) -> None:
    token = running.tokens_of()["access_token"]

    running.clock.advance(timedelta(seconds=14399))
    before = running.agents_get(token).status
    running.clock.advance(timedelta(seconds=2))

    assert (before, running.agents_get(token).json["code"]) == (200, "INVALID_CREDENTIALS")


@pytest.mark.parametrize(
    ("asked", "scope"),
    [("", "default"), (SCOPES, SCOPES), ("read:sent-invitations " * 2, "read:sent-invitations")],
)
def test_client_credentials(running: Running, asked: str, scope: str) -> None:
    body = running.token(grant_type="client_credentials", scope=asked).json

    assert body == {
        "access_token": body["access_token"],
        "token_type": "bearer",
        "expires_in": 14400,
        "scope": scope,
    }


def test_client_credentials_with_unknown_scope(running: Running) -> None:
    answer = running.token(grant_type="client_credentials", scope="read:everything")

    assert_refused(answer, 400, "invalid_scope", "scope is invalid")


def revoke(running: Running, token: str, **other: str) -> Answer:
    box = running.gateway.applications.box
    form = {"client_id": box.client_id, "client_secret": box.client_secret, "token": token, **other}
    return running.call("POST", "/oauth/revoke", data=form)


def test_revoked_access_token_is_over(running: Running) -> None:
    tokens = running.tokens_of()

    answer = revoke(running, tokens["access_token"])

    assert (answer.status, answer.text) == (200, "")
    assert running.agents_get(tokens["access_token"]).json["code"] == "INVALID_CREDENTIALS"
    assert refreshed(running, tokens["refresh_token"]).status == 200


def test_revoked_refresh_token_takes_everything_along(running: Running) -> None:
    tokens = running.tokens_of()

    answer = revoke(running, tokens["refresh_token"], token_type_hint="access_token")

    assert answer.status == 200
    assert running.agents_get(tokens["access_token"]).json["code"] == "INVALID_CREDENTIALS"
    assert_refused(refreshed(running, tokens["refresh_token"]), 400, "invalid_grant", "refresh_token is invalid")


def test_revoking_an_unknown_token_is_no_failure(running: Running) -> None:
    assert revoke(running, "unknown").status == 200


def test_revoking_without_token(running: Running) -> None:
    assert_refused(revoke(running, ""), 400, "invalid_request", "token is required")


def test_revoking_as_nobody(running: Running) -> None:
    answer = revoke(running, "unknown", client_secret="wrong")

    assert_refused(answer, 401, "invalid_client", "invalid client id or secret")


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_token_of_another_application_is_not_revoked(running: Running, kind: str) -> None:
    other = running.do(running.gateway.applications.register(new_name(), [CALLBACK]))
    tokens = running.tokens_of()

    answer = revoke(running, tokens[kind], client_id=other.application.client_id, client_secret=other.client_secret)

    assert (answer.status, answer.json["error"]) == (400, "invalid_grant")
    assert running.agents_get(tokens["access_token"]).status == 200


def test_token_without_a_browser(running: Running) -> None:
    answer = running.call("POST", "/sandbox/tokens", json={"userId": "amelia", "scope": "read:sent-invitations"})

    assert answer.status == 200
    assert answer.json.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert answer.json["scope"] == "read:sent-invitations"


def test_token_without_a_browser_and_scope_holds_every_scope(running: Running) -> None:
    body = running.call("POST", "/sandbox/tokens", json={"userId": "amelia"}).json

    assert set(body["scope"].split()) == running.gateway.door.table.scopes


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"userId": "nobody"}, {"error": "invalid_request", "error_description": "userId is invalid"}),
        ({"userId": "no\0body"}, {"error": "invalid_request", "error_description": "userId is invalid"}),
        ({"userId": "amelia", "scope": "x"}, {"error": "invalid_scope", "error_description": "scope is invalid"}),
        (
            {"userId": 7},
            {
                "statusCode": 400,
                "message": "Json validation error at /userId: missing or not of the expected form",
            },
        ),
    ],
)
def test_token_without_a_browser_refused(running: Running, body: Any, expected: dict[str, Any]) -> None:
    answer = running.call("POST", "/sandbox/tokens", json=body)

    assert (answer.status, answer.json) == (400, expected)


def test_token_stands_for_its_person_in_a_session_of_the_sandbox(running: Running) -> None:
    token = running.tokens_of("iris")["access_token"]

    session = running.do(running.gateway.sessions.find(token))
    grant = running.do(running.gateway.bearers.resolve(token))

    assert (session.user_id, session.provider_type) == ("iris", "GovernmentGateway")
    assert (grant.user_id, grant.session_id) == ("iris", session.session_id)


def test_staff_sign_in_with_their_own_provider(running: Running) -> None:
    session = running.do(running.gateway.sessions.find(running.tokens_of("stride-sam")["access_token"]))

    assert session.provider_type == "PrivilegedApplication"


def test_session_ends_with_its_token(running: Running) -> None:
    refreshed_away, revoked = running.tokens_of(), running.tokens_of()

    refreshed(running, refreshed_away["refresh_token"])
    revoke(running, revoked["access_token"])

    for tokens in (refreshed_away, revoked):
        assert running.do(running.gateway.sessions.find(tokens["access_token"])) is None


def test_nothing_is_stored_in_clear(running: Running) -> None:
    tokens = running.tokens_of()

    async def everything() -> str:
        pool = running.gateway.database.pool
        tables = ("gateway_access_token", "gateway_refresh_token", "gateway_client_secret", "session")
        rows = [str(row) for table in tables for row in await pool.fetch(f"SELECT t::text FROM sandbox.{table} t")]
        return "\n".join(rows)

    stored = running.do(everything())

    secrets = (tokens["access_token"], tokens["refresh_token"], running.gateway.applications.box.client_secret)
    assert [secret for secret in secrets if secret in stored] == []


def test_stored_digest_is_no_token(running: Running) -> None:
    digest = "sha256:" + digest_of(running.tokens_of()["access_token"]).hex()

    assert running.do(running.gateway.sessions.find(digest)) is None
    assert running.agents_get(digest).json["code"] == "INVALID_CREDENTIALS"


def test_sweeping_removes_what_is_over_and_nothing_else(running: Running) -> None:
    running.tokens_of()
    running.code()
    running.clock.advance(timedelta(days=5))
    living = running.tokens_of()

    async def swept() -> list[int]:
        await running.gateway.sweep()
        pool = running.gateway.database.pool
        tables = ("gateway_access_token", "gateway_journey", "gateway_code")
        return [await pool.fetchval(f"SELECT count(*) FROM sandbox.{table}") for table in tables]

    assert running.do(swept()) == [1, 0, 0]
    assert running.agents_get(living["access_token"]).status == 200


def test_reset_ends_every_token_and_keeps_applications(running: Running) -> None:
    other = running.do(running.gateway.applications.register(new_name(), [CALLBACK]))
    tokens = running.tokens_of()

    running.do(running.gateway.reset())

    assert running.agents_get(tokens["access_token"]).json["code"] == "INVALID_CREDENTIALS"
    assert running.do(running.gateway.sessions.find(tokens["access_token"])) is None
    assert running.do(running.gateway.applications.find(other.application.client_id)).name == other.application.name
