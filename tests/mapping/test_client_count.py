"""How many clients a log-in serves, page by page. Spec: mapping 5.8; upstreams 3.4."""

from tests.mapping.offering import SETTINGS
from tests.mapping.people import legacy_agent, stored
from tests.mapping.running import Running, running

from agent_services.mapping import MappingSettings
from agent_services.platform.database import Database
from agent_services.upstreams.enrolment_store_proxy import StoredEnrolment
from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.names import Upstream


def clients(count: int, *, state: str = "Activated") -> tuple[StoredEnrolment, ...]:
    return (stored("IR-SA", "1100000101", state=state),) * count


async def count_of(platform: Running, held: tuple[StoredEnrolment, ...]) -> int:
    platform.enrolments.delegated_to_users["cred-1"] = held
    reply = await platform.signed_in(legacy_agent(credential_id="cred-1")).get("/client-count")
    assert reply.status == 200
    count: int = reply.json["clientCount"]
    return count


async def test_clients_of_known_or_unknown_state_count(platform: Running) -> None:
    held = (
        clients(1) + clients(1, state="UNKNOWN") + clients(5, state="NotYetActivated") + clients(1, state="activated")
    )

    assert await count_of(platform, held) == 3
    assert platform.enrolments.pages == [("cred-1", "IR-SA", 1, 500)]


async def test_a_full_page_is_followed_by_another(platform: Running) -> None:
    assert await count_of(platform, clients(500)) == 500
    assert platform.enrolments.pages == [("cred-1", "IR-SA", 1, 500), ("cred-1", "IR-SA", 501, 500)]


async def test_counting_stops_at_the_greatest_number(platform: Running) -> None:
    assert await count_of(platform, clients(2500)) == 2000
    assert [page[2] for page in platform.enrolments.pages] == [1, 501, 1001, 1501]


async def test_a_last_short_page_is_not_cut(platform: Running) -> None:
    held = clients(1, state="NotYetActivated") + clients(1999) + clients(499)

    assert await count_of(platform, held) == 2498


async def test_page_size_and_limit_are_settings(database: Database) -> None:
    settings = MappingSettings(
        client_count_batch_size=2,
        client_count_max_records=3,
        agent_termination_username=SETTINGS.agent_termination_username,
        agent_termination_password=SETTINGS.agent_termination_password,
    )
    async with running(database, settings=settings) as platform:
        assert await count_of(platform, clients(9)) == 3
        assert [page[2:] for page in platform.enrolments.pages] == [(1, 2), (3, 2)]


async def test_failure_of_the_enrolment_store_is_a_500(platform: Running) -> None:
    platform.enrolments.failure = UpstreamFailed(
        Upstream.ENROLMENT_STORE_PROXY, "ES2", kind=FailureKind.ANSWERED, status=404, surfaces_as=500
    )

    reply = await platform.signed_in(legacy_agent()).get("/client-count")

    assert reply.status == 500
