"""Registering applications, their secrets, and where they may redirect. Spec: authorisation-api 8.2, 8.3."""

from collections.abc import AsyncIterator

import pytest
from tests.sandbox.gateway.running import AGENTS, CALLBACK, Running

from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.sandbox.gateway import (
    GatewaySettings,
    InvalidApplication,
    add_application,
    add_client_secret,
    list_applications,
)
from agent_services.sandbox.gateway.apis import ApiTable
from agent_services.sandbox.gateway.applications import Applications, BoxApplication
from agent_services.sandbox.gateway.redirects import check_registrable, is_on_this_machine, matches_registered

APIS = (AGENTS,)
SETTINGS = GatewaySettings()


@pytest.fixture
async def database(module_database_url: str) -> AsyncIterator[Database]:
    """One for all tests of the file: nothing here minds what else is registered."""
    opened = await Database.connect(module_database_url, min_size=1, max_size=4)
    yield opened
    await opened.close()


@pytest.fixture
def applications(database: Database) -> Applications:
    return Applications(database, SystemClock(), ApiTable(APIS), BoxApplication("box", "secret"))


async def test_command_prints_id_and_secret_that_work(database: Database, applications: Applications) -> None:
    lines = await add_application(
        database,
        APIS,
        SETTINGS,
        name="Ledger",
        redirect_uris=["https://ledger.example/back"],
        subscriptions=["agents:1.0"],
    )

    client_id, secret = lines[1].split()[-1], lines[2].split()[-1]
    found = await applications.authenticate(client_id, secret)
    assert found is not None
    assert (found.name, found.redirect_uris) == ("Ledger", ("https://ledger.example/back",))
    assert found.subscribed_to_everything is False


async def test_application_has_at_most_five_secrets_and_each_works(
    database: Database, applications: Applications
) -> None:
    first = await applications.register("Ledger", [CALLBACK])
    client_id = first.application.client_id

    lines = [await add_client_secret(database, APIS, SETTINGS, client_id=client_id) for _ in range(4)]

    secrets = [first.client_secret, *(line[0].split()[-1] for line in lines)]
    assert [await applications.authenticate(client_id, secret) is not None for secret in secrets] == [True] * 5
    with pytest.raises(InvalidApplication, match="five secrets"):
        await applications.add_secret(client_id)


async def test_unknown_application_gets_no_secret(applications: Applications) -> None:
    with pytest.raises(InvalidApplication, match="there is no application"):
        await applications.add_secret("nobody")


@pytest.mark.parametrize(
    ("name", "redirect_uris", "subscriptions", "why"),
    [
        (" ", [CALLBACK], [], "the name needs"),
        ("a\nb", [CALLBACK], [], "the name needs"),
        ("Ledger", [f"http://localhost/{n}" for n in range(6)], [], "at most 5 redirect addresses"),
        ("Ledger", ["http://ledger.example"], [], "must be https"),
        ("Ledger", [CALLBACK], ["agents:9.0"], "no API agents:9.0; there are agents:1.0, agents:2.0"),
        ("Ledger", [CALLBACK], ["agents"], "reads like agents:1.0"),
    ],
)
async def test_what_cannot_be_registered(
    database: Database, name: str, redirect_uris: list[str], subscriptions: list[str], why: str
) -> None:
    with pytest.raises(InvalidApplication, match=why):
        await add_application(
            database, APIS, SETTINGS, name=name, redirect_uris=redirect_uris, subscriptions=subscriptions
        )


async def test_box_application_follows_the_settings(database: Database, applications: Applications) -> None:
    await applications.ensure_box_application()
    renamed = Applications(database, SystemClock(), ApiTable(APIS), BoxApplication("other", "changed"))
    await renamed.ensure_box_application()
    await renamed.ensure_box_application()

    assert await renamed.authenticate("other", "changed") is not None
    assert await renamed.authenticate("other", "secret") is None
    assert await renamed.find("box") is None
    listed = await list_applications(database, APIS, SETTINGS)
    assert [line for line in listed if "any localhost" in line] == [
        "other  Sandbox application  1 secret(s)  any localhost redirect"
    ]


def test_start_tells_how_software_signs_in(running: Running) -> None:
    told = "\n".join(running.gateway.announcement())

    assert "client id sandbox-application, client secret sandbox-client-secret" in told


@pytest.mark.parametrize(
    "address",
    [
        "https://ledger.example",
        "https://ledger.example:8443/back?x=1",
        "http://localhost:80/x",
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_registrable(address: str) -> None:
    check_registrable(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://ledger.example/",
        "https://10.0.0.1/back",
        "http://127.0.0.1/back",
        "https://ledger.example/back#part",
        "https://user@ledger.example/",
        "https://ledger.example/a b",
        "https://ledger.example\\@evil.test/",
        "https://ledger.example:99999/",
        "https://[::1]/",
        "javascript:alert(1)",
        "//ledger.example",
        "",
        "https://ledger.example/" + "x" * 2000,
    ],
)
def test_not_registrable(address: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_registrable(address)


@pytest.mark.parametrize(
    ("address", "is_match"),
    [
        ("https://ledger.example/back", True),
        ("https://LEDGER.example:443/back/7?x=1", True),
        ("https://ledger.example/backwards", True),
        ("https://ledger.example/", False),
        ("http://ledger.example/back", False),
        ("https://ledger.example:444/back", False),
        ("https://ledger.example.evil.test/back", False),
        ("https://ledger.example@evil.test/back", False),
        ("https://ledger.example/back/../evil", False),
        ("https://ledger.example/back/%2e%2e/evil", False),
        ("https://ledger.example/back#x", False),
        ("https://ledger.example/back\r\nX: y", False),
    ],
)
def test_matching_a_registered_address(address: str, is_match: bool) -> None:
    assert matches_registered(address, ["https://ledger.example/back"]) is is_match


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("http://localhost", True),
        ("http://localhost:3000/a/b?c=d", True),
        ("https://localhost/back", True),
        ("http://127.0.0.1:9/back", True),
        ("http://127.0.0.2/", False),
        ("http://localhost.evil.test/", False),
        ("http://localhost:3000@evil.test/", False),
        ("http://localhost:99999/", False),
        ("ftp://localhost/", False),
    ],
)
def test_addresses_on_this_machine(address: str, is_here: bool) -> None:
    assert is_on_this_machine(address) is is_here
