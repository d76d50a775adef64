"""The gateway as a whole: what `app.py` composes, starts and resets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox.gateway.apis import ApiTable, GatewayApi
from agent_services.sandbox.gateway.applications import Applications, BoxApplication
from agent_services.sandbox.gateway.authorising import Authorising
from agent_services.sandbox.gateway.bearers import Bearers
from agent_services.sandbox.gateway.layer import GatewayDoor
from agent_services.sandbox.gateway.people import People, Sessions
from agent_services.sandbox.gateway.settings import GatewaySettings
from agent_services.sandbox.gateway.store import ApplicationStore, JourneyStore, TokenStore
from agent_services.sandbox.gateway.test_users import UserMaker
from agent_services.sandbox.gateway.tokens import Tokens
from agent_services.web import Pages

_KEPT_AFTER_THE_END = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gateway:
    """Sign-in, consent, tokens, applications, test users, and the door before the APIs."""

    database: Database
    clock: Clock
    applications: Applications
    authorising: Authorising
    tokens: Tokens
    bearers: Bearers
    door: GatewayDoor
    people: People
    sessions: Sessions
    test_users: UserMaker
    pages: Pages

    async def start(self) -> None:
        """Makes the application that comes with the box exist. May run in several processes at once."""
        await self.applications.ensure_box_application()

    async def reset(self) -> None:
        """The first day: every journey, code and token is over. Registered applications stay."""
        async with self.database.unit_of_work() as work:
            await JourneyStore(self.database.pool).forget(work)
            await self.sessions.end_all(await TokenStore(self.database.pool).forget(work), work=work)

    async def sweep(self) -> None:
        """Removes what has been over for a day; a scheduled job."""
        before = self.clock.now() - _KEPT_AFTER_THE_END
        await JourneyStore(self.database.pool).sweep(now=before)
        await TokenStore(self.database.pool).sweep(now=before)

    def announcement(self) -> list[str]:
        """What is printed at start: how software signs in here."""
        box = self.applications.box
        return [
            f"Application for software under test: client id {box.client_id}, client secret {box.client_secret}",
            "Redirect addresses: any on http://localhost or http://127.0.0.1; scopes: all",
        ]


def build_gateway(
    *,
    database: Database,
    real_clock: Clock,
    sessions: Sessions,
    people: People,
    test_users: UserMaker,
    apis: Iterable[GatewayApi],
    settings: GatewaySettings,
) -> Gateway:
    """`real_clock` is real time: sign-in and tokens do not follow a moved clock (design)."""
    table = ApiTable(apis)
    box = BoxApplication(settings.client_id, settings.client_secret)
    applications = Applications(database, real_clock, table, box)
    bearers = Bearers(database.pool, real_clock, table, sessions, box)
    return Gateway(
        database=database,
        clock=real_clock,
        applications=applications,
        authorising=Authorising(database, real_clock, applications, table, people),
        tokens=Tokens(database, real_clock, applications, table, people, sessions),
        bearers=bearers,
        door=GatewayDoor(
            table,
            bearers,
            ApplicationStore(database.pool),
            real_clock,
            requests_per_second=settings.requests_per_second,
        ),
        people=people,
        sessions=sessions,
        test_users=test_users,
        pages=Pages("agent_services.sandbox.gateway"),
    )


def gateway_of(request: Request) -> Gateway:
    """The application's."""
    gateway: Gateway = request.app.state.gateway
    return gateway
