"""What must be so before services in http mode start. Spec: upstreams 17."""

import asyncio
from typing import Any

import pytest

from agent_services.composition import register_internal_auth_token
from agent_services.settings import load_settings
from agent_services.upstreams.internal_auth import InternalAuthUnavailable
from tests.http_mode.two_processes import House

TOKEN = "agent-client-relationships"  # the default, which every stub takes


@pytest.fixture
def internal_auth_of(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_SERVICES_UPSTREAM_INTERNAL_AUTH_URL", house.doors.url("INTERNAL_AUTH"))


async def calls_of(house: House) -> list[dict[str, Any]]:
    return await house.calls_matching(upstream="internal-auth", limit="2000")


@pytest.mark.usefixtures("internal_auth_of")
async def test_a_token_that_is_known_is_not_registered_again(house: House) -> None:
    await register_internal_auth_token(load_settings(upstreams="http"))
    before = len(await calls_of(house))

    await register_internal_auth_token(load_settings(upstreams="http"))

    assert [each["method"] for each in (await calls_of(house))[before:]] == ["GET"]


@pytest.mark.usefixtures("internal_auth_of")
async def test_an_unknown_token_is_registered_with_its_permissions(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_SERVICES_INTERNAL_AUTH_TOKEN", "another-token")

    await register_internal_auth_token(load_settings(upstreams="http"))

    registration = (await calls_of(house))[-1]
    assert (registration["method"], registration["path"], registration["status"]) == ("POST", "/test-only/token", 201)
    assert registration["request"]["body"] == {
        "token": "another-token",
        "principal": "agent-client-relationships",
        "permissions": [
            {"resourceType": name, "resourceLocation": "agent-record-with-checks/arn", "actions": ["WRITE"]}
            for name in ("agent-assurance", "agent-services-account")
        ],
    }


@pytest.mark.usefixtures("internal_auth_of")
async def test_a_refusal_is_no_start(house: House) -> None:
    async with house.fault({"upstream": "internal-auth"}, {"status": 403}):
        with pytest.raises(InternalAuthUnavailable, match="AGENT_SERVICES_UPSTREAM_INTERNAL_AUTH_URL") as refused:
            await register_internal_auth_token(load_settings(upstreams="http"))

    assert TOKEN not in str(refused.value)


@pytest.mark.usefixtures("internal_auth_of")
async def test_an_upstream_that_starts_later_is_waited_for(house: House) -> None:
    with house.doors.down("INTERNAL_AUTH"):
        registering = asyncio.create_task(register_internal_auth_token(load_settings(upstreams="http")))
        await asyncio.sleep(0.3)
        assert not registering.done()

    async with asyncio.timeout(20):
        await registering


@pytest.mark.parametrize(
    ("given", "registers"),
    [
        ({"upstreams": "sandbox"}, False),
        ({"upstreams": "http"}, True),
        ({"upstreams": "http", "internal_auth_token_enabled_on_start": False}, False),
    ],
)
def test_the_token_is_registered_with_real_upstreams_alone(given: dict[str, Any], *, registers: bool) -> None:
    assert load_settings(**given).registers_internal_auth_token is registers
