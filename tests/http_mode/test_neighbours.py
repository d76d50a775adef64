"""A neighbour left where it is: relationships read mappings of another installation. Spec: README, Neighbours."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.database import TestServer
from tests.http_mode.test_story import services_besides
from tests.http_mode.two_processes import House, Traced

A1 = "XARN1000001"
LEGACY_CLIENT = "AB100005A"
CHECK = f"/agent-client-relationships/agent/{A1}/service/IR-SA/client/ni/{LEGACY_CLIENT}"


@pytest.fixture
async def mapping_elsewhere(house: House) -> str:
    """The base URL of an installation whose mapping service knows A1's legacy code."""
    record = {"arn": A1, "service": "IR-SA-AGENT", "identifier": "BW100A"}
    reply = await house.services.nobody().put("/test-only/records/mapping", [record])
    assert reply.status == 204, reply
    return house.services.base_url


@contextmanager
def relationships_service(
    house: House, database_server: TestServer, monkeypatch: pytest.MonkeyPatch, *, mapping_url: str | None
) -> Iterator[str]:
    """An installation that asks for mappings at this address, or itself."""
    if mapping_url is not None:
        monkeypatch.setenv("AGENT_SERVICES_UPSTREAM_AGENT_MAPPING_URL", mapping_url)
    with database_server.new_database() as database_url:
        with services_besides(house, database_url) as base_url:
            yield base_url


async def checked(house: House, base_url: str) -> Traced:
    amelia = house.services.person("amelia")
    return await house.traced(type(amelia)(amelia.session, base_url, amelia.headers), "GET", CHECK)


async def test_mappings_are_read_from_the_neighbour(
    house: House, database_server: TestServer, monkeypatch: pytest.MonkeyPatch, mapping_elsewhere: str
) -> None:
    with relationships_service(house, database_server, monkeypatch, mapping_url=mapping_elsewhere) as base_url:
        traced = await checked(house, base_url)

    assert traced.reply.status == 200
    # The neighbour has auth asked a second time, in the same name.
    assert traced.calls == [
        "POST /auth/authorise",
        f"GET /agent-services-account/agent-record-with-checks/arn/{A1}",
        f"GET /registration/relationship/nino/{LEGACY_CLIENT}",
        "POST /auth/authorise",
    ]


async def test_without_a_neighbour_our_own_mapping_is_asked(
    house: House, database_server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relationships_service(house, database_server, monkeypatch, mapping_url=None) as base_url:
        traced = await checked(house, base_url)

    assert traced.reply.status == 404


async def test_a_neighbour_that_is_out_of_reach_is_a_failure(
    house: House, database_server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """upstreams 11"""
    nowhere = "http://127.0.0.1:1"

    with relationships_service(house, database_server, monkeypatch, mapping_url=nowhere) as base_url:
        traced = await checked(house, base_url)

    assert traced.reply.status == 502
