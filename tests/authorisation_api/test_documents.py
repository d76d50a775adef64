"""The documentation routes need neither token nor Accept header. Spec: authorisation-api 5, test-support 1."""

import pytest

from tests.platform_app import Platform

TEST_SUPPORT = "/agent-authorisation-test-support"


async def test_definition(platform: Platform) -> None:
    reply = await platform.nobody().get("/api/definition")

    assert reply.status == 200
    assert [scope["key"] for scope in reply.json["scopes"]] == [
        "read:sent-invitations",
        "write:sent-invitations",
        "write:cancel-invitations",
        "read:check-relationship",
        "write:relationships",
    ]
    access = {"type": "PRIVATE", "whitelistedApplicationIds": []}
    assert reply.json["api"]["versions"] == [
        {"version": version, "status": "BETA", "endpointsEnabled": True, "access": access} for version in ("1.0", "2.0")
    ]
    assert (reply.json["api"]["name"], reply.json["api"]["context"]) == ("Agent Authorisation", "agents")


async def test_definition_of_test_support(platform: Platform) -> None:
    reply = await platform.nobody().get(f"{TEST_SUPPORT}/api/definition")

    assert reply.status == 200
    assert reply.json["scopes"] == []
    assert reply.json["api"]["isTestSupport"] is True
    assert reply.json["api"]["versions"] == [
        {"version": "1.0", "status": "BETA", "endpointsEnabled": True, "access": {"type": "PUBLIC"}}
    ]


@pytest.mark.parametrize(
    ("path", "first_line", "holds"),
    [
        ("/api/conf/1.0/application.yaml", "openapi: 3.0.3", "version: '1.0'"),
        ("/api/conf/2.0/application.yaml", "openapi: 3.0.3", "version: '2.0'"),
        ("/api/conf/1.0/application.raml", "#%RAML 1.0", "title: Agent Authorisation"),
        (f"{TEST_SUPPORT}/api/conf/1.0/application.yaml", "openapi: 3.0.3", "title: Agent Authorisation Test Support"),
        ("/api/conf/common/errors.md", "# Errors", "INVITATION_NOT_FOUND"),
    ],
)
async def test_documents(platform: Platform, path: str, first_line: str, holds: str) -> None:
    reply = await platform.nobody().get(path)

    assert reply.status == 200
    assert reply.text.splitlines()[0] == first_line
    assert holds in reply.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/conf/1.0/nothing.yaml",
        "/api/conf/9.9/application.yaml",
        "/api/conf/1.0/..%2F..%2Fapi.py",
        "/api/conf/..%2F1.0/application.yaml",
        "/api/documentation/1.0/create-invitation",
    ],
)
async def test_unknown_documents(platform: Platform, path: str) -> None:
    reply = await platform.nobody().get(path)

    assert (reply.status, reply.json) == (404, {"code": "NOT_FOUND", "message": "Resource was not found."})


async def test_ping(platform: Platform) -> None:
    reply = await platform.nobody().get("/ping/ping")

    assert (reply.status, reply.text) == (200, "")
