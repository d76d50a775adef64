"""Software that may ask for tokens: registering it, and recognising it. Spec: authorisation-api 8.2, 8.3."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from agent_services.platform.clock import Clock
from agent_services.platform.database import Database
from agent_services.sandbox.gateway.apis import ApiTable
from agent_services.sandbox.gateway.credentials import digest_of, is_one_of, new_client_secret
from agent_services.sandbox.gateway.redirects import (
    MOST_REDIRECTS,
    OUT_OF_BAND,
    InvalidRedirect,
    check_registrable,
    is_on_this_machine,
    matches_registered,
)
from agent_services.sandbox.gateway.store import ApplicationStore
from agent_services.sandbox.gateway.store.applications import Application

BOX_NAME = "Sandbox application"


class InvalidApplication(ValueError):
    """What was to be registered cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class BoxApplication:
    """The application that comes with the box, as the settings have it."""

    client_id: str
    client_secret: str = field(repr=False)

    @property
    def application_id(self) -> UUID:
        """The same in every process, without asking the database."""
        return uuid5(NAMESPACE_URL, f"urn:agent-services:application:{self.client_id}")


@dataclass(frozen=True, slots=True)
class Registered:
    """A new application. The secret is shown this once; only its digest is stored."""

    application: Application
    client_secret: str = field(repr=False)


class Applications:
    """Registers applications, finds them, and checks their secrets and redirect addresses."""

    def __init__(self, database: Database, clock: Clock, table: ApiTable, box: BoxApplication) -> None:
        self._database = database
        self._store = ApplicationStore(database.pool)
        self._clock = clock
        self._table = table
        self.box = box

    async def ensure_box_application(self) -> None:
        """Makes the application of the settings exist, with the secret of the settings."""
        application = Application(
            self.box.client_id, self.box.application_id, BOX_NAME, (), True, True, secret_digests=()
        )
        async with self._database.unit_of_work() as work:
            await self._store.put_box_application(work, application, now=self._clock.now())
            await self._store.put_box_secret(
                work, self.box.client_id, digest_of(self.box.client_secret), now=self._clock.now()
            )

    async def register(
        self, name: str, redirect_uris: Sequence[str], *, subscriptions: Sequence[tuple[str, str]] | None = None
    ) -> Registered:
        """A new application with one secret, subscribed to these (context, version); None: to everything.

        Raises InvalidApplication.
        """
        _check_name(name)
        _check_redirects(redirect_uris)
        self._check_subscriptions(subscriptions or ())
        secret = new_client_secret()
        application = Application(
            client_id=new_client_secret()[:28],
            application_id=uuid4(),
            name=name.strip(),
            redirect_uris=tuple(redirect_uris),
            comes_with_the_box=False,
            subscribed_to_everything=subscriptions is None,
            secret_digests=(digest_of(secret),),
        )
        now = self._clock.now()
        async with self._database.unit_of_work() as work:
            await self._store.add(work, application, now=now)
            await self._store.add_secret(work, application.client_id, digest_of(secret), now=now)
            await self._store.subscribe(work, application.client_id, subscriptions or ())
        return Registered(application, secret)

    async def add_secret(self, client_id: str) -> str:
        """A further secret, up to five. Raises InvalidApplication for an unknown client id and for a sixth."""
        if await self.find(client_id) is None:
            raise InvalidApplication(f"there is no application {client_id!r}")
        secret = new_client_secret()
        async with self._database.unit_of_work() as work:
            if not await self._store.add_secret(work, client_id, digest_of(secret), now=self._clock.now()):
                raise InvalidApplication("an application can have five secrets, and this one has")
        return secret

    async def all(self) -> list[Application]:
        return await self._store.all()

    async def find(self, client_id: str) -> Application | None:
        # What cannot be a client id is not looked up; PostgreSQL would refuse some of it as text.
        if not (client_id.isascii() and client_id.isprintable() and len(client_id) <= 200):
            return None
        return await self._store.find(client_id)

    async def authenticate(self, client_id: str, client_secret: str) -> Application | None:
        """The application whose secret this is. An unknown client id takes as long as a wrong secret."""
        application = await self.find(client_id)
        digests = application.secret_digests if application else (digest_of(""),)
        return application if is_one_of(client_secret, digests) and application else None

    def may_redirect(self, application: Application, address: str) -> bool:
        """Whether a browser may be sent there. The box's own application may use any address on this machine."""
        if application.comes_with_the_box:
            return address in OUT_OF_BAND or is_on_this_machine(address)
        return matches_registered(address, application.redirect_uris)

    def _check_subscriptions(self, subscriptions: Sequence[tuple[str, str]]) -> None:
        published = {(api.context, version) for api in self._table.apis for version in api.versions}
        for subscription in subscriptions:
            if subscription not in published:
                known = ", ".join(sorted(f"{context}:{version}" for context, version in published))
                raise InvalidApplication(f"no API {':'.join(subscription)}; there are {known}")


def _check_name(name: str) -> None:
    if not (name.strip() and name.isprintable() and len(name) <= 100):
        raise InvalidApplication("the name needs 1 to 100 printable characters")


def _check_redirects(redirect_uris: Sequence[str]) -> None:
    if len(redirect_uris) > MOST_REDIRECTS:
        raise InvalidApplication(f"an application can have at most {MOST_REDIRECTS} redirect addresses")
    for address in redirect_uris:
        try:
            check_registrable(address)
        except InvalidRedirect as reason:
            raise InvalidApplication(f"redirect address {address!r}: {reason}") from None
