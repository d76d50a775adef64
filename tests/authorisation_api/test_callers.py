"""Who may call which route, and in which order a request's checks come. Spec: authorisation-api 1.1, 1.2, 8.4."""

from typing import Any

import pytest

from tests.platform_app import ALL_SCOPES, V1, Platform, Reply

ARN = "XARN1000001"
INVITATION = "CZTW1KY6RTAAT"
ROUTES = [
    ("POST", f"/agents/{ARN}/invitations", "write:sent-invitations"),
    ("GET", f"/agents/{ARN}/invitations", "read:sent-invitations"),
    ("GET", f"/agents/{ARN}/invitations/{INVITATION}", "read:sent-invitations"),
    ("DELETE", f"/agents/{ARN}/invitations/{INVITATION}", "write:cancel-invitations"),
    ("POST", f"/agents/{ARN}/relationships", "read:check-relationship"),
    ("PUT", f"/agents/{ARN}/deauthorise-client", "write:relationships"),
]
BEARER_REALM = 'Bearer realm="HMRC API Platform"'


def refusal(reply: Reply) -> tuple[int, Any]:
    return reply.status, reply.json["code"]


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
class TestEveryRoute:
    async def test_refuses_nobody(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await platform.nobody().having(Accept=V1).call(method, path)

        assert refusal(reply) == (401, "MISSING_CREDENTIALS")
        assert reply.headers["WWW-Authenticate"] == BEARER_REALM

    async def test_refuses_an_unknown_token(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await platform.bearer("no-such-token").having(Accept=V1).call(method, path)

        assert refusal(reply) == (401, "INVALID_CREDENTIALS")

    async def test_refuses_an_application(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await (await platform.application()).call(method, path)

        assert refusal(reply) == (401, "INCORRECT_ACCESS_TOKEN_TYPE")

    async def test_refuses_a_token_without_the_scope(
        self, platform: Platform, method: str, path: str, scope: str
    ) -> None:
        others = " ".join(each for each in ALL_SCOPES.split() if each != scope)
        token = await platform.token_of("amelia", others)

        reply = await platform.bearer(token).having(Accept=V1).call(method, path)

        assert refusal(reply) == (403, "INVALID_SCOPE")

    async def test_refuses_a_client(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await platform.software("iris").call(method, path)

        assert refusal(reply) == (403, "NOT_AN_AGENT")

    async def test_refuses_staff(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await platform.software("stride-sam").call(method, path)

        assert refusal(reply) == (401, "UNAUTHORIZED")
        assert reply.headers["WWW-Authenticate"] == BEARER_REALM

    async def test_refuses_an_agent_who_has_not_subscribed(
        self, platform: Platform, method: str, path: str, scope: str
    ) -> None:
        reply = await platform.software("nell").call(method, path)

        assert refusal(reply) == (403, "AGENT_NOT_SUBSCRIBED")

    async def test_refuses_another_agent(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await platform.software("harriet").call(method, path)

        assert refusal(reply) == (403, "NO_PERMISSION_ON_AGENCY")

    async def test_lets_the_agent_past_every_check_of_callers(
        self, platform: Platform, method: str, path: str, scope: str
    ) -> None:
        reply = await platform.software("amelia").call(method, path)

        assert reply.status in (204, 400, 404)

    async def test_wants_an_accept_header(self, platform: Platform, method: str, path: str, scope: str) -> None:
        reply = await platform.person("amelia").call(method, path, skip_auto_headers=["Accept"])

        assert (reply.status, reply.json) == (
            406,
            {"code": "ACCEPT_HEADER_INVALID", "message": "Missing 'Accept' header."},
        )


@pytest.mark.parametrize(
    ("accept", "status", "code", "message"),
    [
        ("application/json", 406, "ACCEPT_HEADER_INVALID", "Invalid 'Accept' header"),
        ("*/*", 406, "ACCEPT_HEADER_INVALID", "Invalid 'Accept' header"),
        ("application/vnd.hmrc.1.0", 406, "ACCEPT_HEADER_INVALID", "Invalid 'Accept' header"),
        ("application/vnd.hmrc.3.0+json", 400, "BAD_REQUEST", "Missing or unsupported version number"),
        ("application/vnd.hmrc.1.0+xml", 400, "BAD_REQUEST", "Missing or unsupported content-type."),
        ("application/vnd.hmrc.1.0+json;q=1", 400, "BAD_REQUEST", "Missing or unsupported content-type."),
    ],
)
async def test_accept_header_is_refused(platform: Platform, accept: str, status: int, code: str, message: str) -> None:
    """authorisation-api 2"""
    reply = await platform.software("amelia", accept=accept).get(f"/agents/{ARN}/invitations")

    assert (reply.status, reply.json) == (status, {"code": code, "message": message})


@pytest.mark.parametrize("accept", ["application/vnd.hmrc.1.0+JSON", "application/vnd.hmrc.2.0+json"])
async def test_accept_header_passes(platform: Platform, accept: str) -> None:
    reply = await platform.software("quinn", accept=accept).get(f"/agents/{ARN}/invitations")

    assert refusal(reply) == (403, "AGENT_NOT_SUBSCRIBED")


@pytest.mark.parametrize(
    "invitation_id",
    ["CZTW1KY6RTAAA", "ZZTW1KY6RTAAT", "CZTW1KY6RTAA", "cztw1ky6rtaat", "CZTW1KY6RTAATX"],
)
async def test_malformed_id_wins_over_the_callers_rights(platform: Platform, invitation_id: str) -> None:
    """authorisation-api 1.1, step 4"""
    reply = await platform.software("iris").get(f"/agents/{ARN}/invitations/{invitation_id}")

    assert (reply.status, reply.json) == (400, {"code": "BAD_REQUEST", "message": "Bad Request"})


@pytest.mark.parametrize("body", [b"{", b" ", b'{"service":"\xff"}'])
async def test_broken_json_wins_over_the_callers_rights(platform: Platform, body: bytes) -> None:
    """authorisation-api 1.1, step 5"""
    reply = await platform.software("iris").call(
        "POST", f"/agents/{ARN}/invitations", data=body, headers={"Content-Type": "application/json"}
    )

    assert (reply.status, reply.json) == (400, {"code": "BAD_REQUEST", "message": "Bad Request"})


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml"])
async def test_a_body_of_another_content_type_is_no_payload(platform: Platform, content_type: str) -> None:
    reply = await platform.software("amelia").call(
        "POST", f"/agents/{ARN}/invitations", data=b"{", headers={"Content-Type": content_type}
    )

    assert refusal(reply) == (400, "INVALID_PAYLOAD")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"/agents/{ARN}"), ("PATCH", f"/agents/{ARN}/invitations"), ("GET", "/agents/x/y/z")],
)
async def test_unknown_path_below_the_api(platform: Platform, method: str, path: str) -> None:
    """README, settled: below a known API it is the gateway's answer."""
    reply = await platform.software("amelia").call(method, path)

    assert refusal(reply) == (404, "MATCHING_RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("path", ["/no-such-api/x", "/agent-nothing/x"])
async def test_unknown_api(platform: Platform, path: str) -> None:
    """README, settled: the gateway's answer too."""
    reply = await platform.software("amelia").get(path)

    assert (reply.status, reply.json) == (
        404,
        {"code": "NOT_FOUND", "message": "The requested resource could not be found."},
    )


async def test_an_unknown_path_of_a_back_end_is_none_of_an_unknown_api(platform: Platform) -> None:
    reply = await platform.person("amelia").get("/agent-client-relationships/nothing")

    assert (reply.status, reply.json["message"]) == (404, "URI not found")


async def test_the_form_without_context_is_the_same_route(platform: Platform) -> None:
    """authorisation-api 1"""
    reply = await platform.software("harriet").get(f"/{ARN}/invitations")

    assert refusal(reply) == (403, "NO_PERMISSION_ON_AGENCY")


async def test_permission_text_is_the_seeds_under_1_0_and_todays_under_2_0(platform: Platform) -> None:
    """authorisation-api 7.3"""
    path = f"/agents/{ARN}/invitations"

    first = await platform.software("harriet").get(path)
    second = await platform.software("harriet", accept="application/vnd.hmrc.2.0+json").get(path)

    assert first.json["message"].startswith("The account that is signed in cannot access")
    assert second.json["message"].startswith("The user that is signed in cannot access")
