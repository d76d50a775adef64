"""The door before the APIs. Spec: authorisation-api 8.4; README, "Order of checks before the public API"."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.database import TestServer
from tests.sandbox.gateway.running import CALLBACK, Answer, Running, new_name, running_gateway

from agent_services.sandbox.gateway import GatewaySettings

V1 = "application/vnd.hmrc.1.0+json"
INVITATIONS = "/agents/XARN1000001/invitations"
CHALLENGE = 'Bearer realm="HMRC API Platform"'


def ask(running: Running, path: str = INVITATIONS, *, method: str = "GET", **headers: str) -> Answer:
    given = {"Accept": V1, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return running.call(method, path, headers={name: value for name, value in given.items() if value})


def bearer(running: Running, scope: str = "read:sent-invitations") -> str:
    return f"Bearer {running.tokens_of(scope=scope)['access_token']}"


def application_bearer(running: Running, **form: str) -> str:
    return f"Bearer {running.token(grant_type='client_credentials', **form).json['access_token']}"


def assert_refused(answer: Answer, status: int, code: str, message: str) -> None:
    assert answer.json == {"code": code, "message": message}
    assert answer.status == status
    assert answer.headers.get("www-authenticate") == (CHALLENGE if status in (401, 403) else None)


def test_good_token_is_let_in(running: Running) -> None:
    assert ask(running, Authorization=bearer(running)).status == 200


def test_no_token(running: Running) -> None:
    assert_refused(ask(running), 401, "MISSING_CREDENTIALS", "Authentication information is not provided")


@pytest.mark.parametrize("header", ["Bearer unknown", "Bearer", "Bearer ", "Basic YTpi", "sandbox-amelia", "Bearer é"])
def test_unknown_token(running: Running, header: str) -> None:
    answer = ask(running, Authorization=header.encode().decode("latin-1"))

    assert_refused(answer, 401, "INVALID_CREDENTIALS", "Invalid Authentication information provided")


def test_application_token_for_a_users_resource(running: Running) -> None:
    answer = ask(running, Authorization=application_bearer(running))

    message = "The access token type used is not supported when invoking the API"
    assert_refused(answer, 401, "INCORRECT_ACCESS_TOKEN_TYPE", message)


def test_application_without_subscription(running: Running) -> None:
    applications = running.gateway.applications
    other = running.do(applications.register(new_name(), [CALLBACK], subscriptions=[("agents", "1.0")]))
    form = {"client_id": other.application.client_id, "client_secret": other.client_secret}
    token = application_bearer(running, **form)

    answer = ask(running, "/create-test-user/services", Authorization=token)

    message = "The application is not subscribed to the API which it is attempting to invoke"
    assert_refused(answer, 403, "RESOURCE_FORBIDDEN", message)


def test_subscription_is_to_a_version(running: Running) -> None:
    applications = running.gateway.applications
    other = running.do(applications.register(new_name(), [CALLBACK], subscriptions=[("agents", "1.0")]))
    token = user_token_of(running, other.application.client_id, other.client_secret)

    answers = [
        ask(running, Authorization=token, Accept=f"application/vnd.hmrc.{version}+json").status
        for version in ("1.0", "2.0")
    ]

    assert answers == [200, 403]


def user_token_of(running: Running, client_id: str, client_secret: str) -> str:
    answer = running.token(
        grant_type="authorization_code",
        redirect_uri=CALLBACK,
        code=running.code(client_id=client_id),
        client_id=client_id,
        client_secret=client_secret,
    )
    return f"Bearer {answer.json['access_token']}"


def test_missing_scope(running: Running) -> None:
    answer = ask(running, Authorization=bearer(running, "write:sent-invitations"))

    message = "Cannot access the required resource. Ensure this token has all the required scopes."
    assert_refused(answer, 403, "INVALID_SCOPE", message)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/agents"),
        ("GET", "/agents/XARN1000001"),
        ("GET", "/agents/XARN1000001/invitations/"),
        ("GET", "/agents//invitations"),
        ("GET", "/agents/XARN1000001/invitations/A/B"),
        ("GET", "/agents/XARN1000001/nothing"),
        ("PUT", INVITATIONS),
        ("OPTIONS", INVITATIONS),
        ("GET", "/create-test-user"),
        ("GET", "/create-test-user/agents"),
    ],
)
def test_unknown_resource(running: Running, method: str, path: str) -> None:
    answer = ask(running, path, method=method)

    message = "A resource with the name in the request can not be found in the API"
    assert_refused(answer, 404, "MATCHING_RESOURCE_NOT_FOUND", message)


@pytest.mark.parametrize("version", ["3.0", "1", "", "x"])
def test_unpublished_version(running: Running, version: str) -> None:
    answer = ask(running, Accept=f"application/vnd.hmrc.{version}+json")

    assert_refused(answer, 404, "NOT_FOUND", "The requested resource could not be found.")


@pytest.mark.parametrize("accept", ["", "application/json", "*/*", "application/vnd.hmrc.1.0"])
def test_missing_or_malformed_accept_is_left_to_the_api(running: Running, accept: str) -> None:
    good = running.call("GET", INVITATIONS, headers={"Accept": accept, "Authorization": bearer(running)})
    nobody = running.call("GET", INVITATIONS, headers={"Accept": accept})

    assert (good.status, nobody.json["code"]) == (200, "MISSING_CREDENTIALS")


@pytest.mark.parametrize("method", ["HEAD", "TRACE", "LINK"])
def test_other_verbs(running: Running, method: str) -> None:
    assert ask(running, method=method).status == 405


def test_version_is_looked_at_before_the_resource_and_that_before_the_token(running: Running) -> None:
    answers = [
        ask(running, "/agents/x/nothing", Accept="application/vnd.hmrc.9.0+json"),
        ask(running, "/agents/x/nothing"),
        ask(running),
        ask(running, Authorization="Bearer unknown"),
    ]

    expected = ["NOT_FOUND", "MATCHING_RESOURCE_NOT_FOUND", "MISSING_CREDENTIALS", "INVALID_CREDENTIALS"]
    assert [answer.json["code"] for answer in answers] == expected


def test_api_is_told_the_application_and_believes_nobody_else(running: Running) -> None:
    token = bearer(running)

    told = ask(
        running, Authorization=token, X_Client_ID="forged", x_application_id="forged", X_Client_Authorization_Token="f"
    ).json

    box = running.gateway.applications.box
    assert told["x-client-id"] == [box.client_id]
    assert told["x-application-id"] == [str(box.application_id)]
    assert told["x-client-authorization-token"] == [token.removeprefix("Bearer ")]
    assert told["authorization"] == [token]


def test_static_bearer_holds_every_scope(running: Running) -> None:
    resources = [("GET", INVITATIONS), ("DELETE", INVITATIONS + "/A"), ("PUT", "/agents/X/deauthorise-client")]

    answers = [ask(running, path, method=m, Authorization="Bearer sandbox-amelia").status for m, path in resources]

    assert answers == [200, 200, 200]


def test_static_bearer_of_nobody(running: Running) -> None:
    assert ask(running, Authorization="Bearer sandbox-nobody").json["code"] == "INVALID_CREDENTIALS"


def test_first_bearer_of_several_credentials_counts(running: Running) -> None:
    assert ask(running, Authorization="GNAP abc, Bearer sandbox-amelia").status == 200


def test_open_api_needs_no_token(running: Running) -> None:
    told = ask(running, "/hello/world", X_Client_ID="forged")

    assert (told.status, "x-client-id" in told.json) == (200, False)


def test_open_api_still_has_resources_and_versions(running: Running) -> None:
    assert ask(running, "/hello/moon").json["code"] == "MATCHING_RESOURCE_NOT_FOUND"
    assert ask(running, "/hello/world", Accept="application/vnd.hmrc.2.0+json").json["code"] == "NOT_FOUND"


def test_other_paths_pass_untouched(running: Running) -> None:
    assert running.call("GET", "/agents-external-stubs/anything").status == 404
    assert running.call("GET", "/assets/start.js").status == 200


def test_good_request_costs_one_query(running: Running) -> None:
    token = bearer(running)

    async def queries() -> list[str]:
        seen: list[str] = []
        pool = running.gateway.database.pool
        connections = [await pool.acquire() for _ in range(pool.get_max_size())]
        for connection in connections:
            connection.add_query_logger(lambda record: seen.append(record.query))
            await pool.release(connection)
        table = running.gateway.door.table
        api: Any = table.api_of(INVITATIONS)
        await running.gateway.door.admit(api, "GET", INVITATIONS, accept=V1, authorization=token)
        return seen

    assert len(running.do(queries())) == 1


def test_token_is_found_by_its_index(running: Running) -> None:
    async def plan() -> str:
        pool = running.gateway.database.pool
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL enable_seqscan = off")
            rows = await connection.fetch(
                "EXPLAIN SELECT client_id FROM sandbox.gateway_access_token WHERE digest = '\\x00' AND ends_at > now()"
            )
        return "\n".join(row[0] for row in rows)

    assert "gateway_access_token_pkey" in running.do(plan())


@pytest.fixture(scope="module")
def limited(database_server: TestServer) -> Iterator[Running]:
    """With the reference's default of three requests a second."""
    with (
        database_server.new_database() as url,
        running_gateway(url, settings=GatewaySettings(requests_per_second=3)) as served,
    ):
        yield served


def test_rate_is_limited_by_application_and_second(limited: Running) -> None:
    token = bearer(limited)
    limited.clock.stand_at_a_new_second()
    answers = [ask(limited, Authorization=token) for _ in range(4)]
    limited.clock.stand_at_a_new_second()
    later = ask(limited, Authorization=token)

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert later.status == 200
    message = "The request for the API is throttled as you have exceeded your quota."
    assert_refused(answers[3], 429, "MESSAGE_THROTTLED_OUT", message)


def test_rate_comes_before_scope_and_after_the_token(limited: Running) -> None:
    token = bearer(limited, "write:sent-invitations")
    limited.clock.stand_at_a_new_second()

    codes = [ask(limited, Authorization=token).json["code"] for _ in range(4)]

    assert codes == ["INVALID_SCOPE"] * 3 + ["MESSAGE_THROTTLED_OUT"]
    assert ask(limited).json["code"] == "MISSING_CREDENTIALS"
