"""`agent-services applications …`: registers software by hand. Each returns what is to be printed."""

from collections.abc import Sequence

from agent_services.platform.clock import SystemClock
from agent_services.platform.database import Database
from agent_services.sandbox.gateway.apis import ApiTable, GatewayApi
from agent_services.sandbox.gateway.applications import Applications, BoxApplication, InvalidApplication
from agent_services.sandbox.gateway.settings import GatewaySettings


async def add_application(
    database: Database,
    apis: Sequence[GatewayApi],
    settings: GatewaySettings,
    *,
    name: str,
    redirect_uris: Sequence[str],
    subscriptions: Sequence[str] = (),
) -> list[str]:
    """Registers an application; `subscriptions` read `agents:1.0`, none means every API.

    Raises InvalidApplication, whose text says what to mend.
    """
    registered = await _applications(database, apis, settings).register(
        name, redirect_uris, subscriptions=[_subscription(each) for each in subscriptions] or None
    )
    return [
        f"name           {registered.application.name}",
        f"client id      {registered.application.client_id}",
        f"client secret  {registered.client_secret}",
        "Keep the secret: it is not shown again.",
    ]


async def add_client_secret(
    database: Database, apis: Sequence[GatewayApi], settings: GatewaySettings, *, client_id: str
) -> list[str]:
    """A further secret for an application, up to five. Raises InvalidApplication."""
    secret = await _applications(database, apis, settings).add_secret(client_id)
    return [f"client secret  {secret}", "Keep the secret: it is not shown again."]


async def list_applications(database: Database, apis: Sequence[GatewayApi], settings: GatewaySettings) -> list[str]:
    """One line for each application, oldest first."""
    return [
        f"{each.client_id}  {each.name}  {len(each.secret_digests)} secret(s)  "
        + ("any localhost redirect" if each.comes_with_the_box else " ".join(each.redirect_uris))
        for each in await _applications(database, apis, settings).all()
    ]


def _applications(database: Database, apis: Sequence[GatewayApi], settings: GatewaySettings) -> Applications:
    box = BoxApplication(settings.client_id, settings.client_secret)
    return Applications(database, SystemClock(), ApiTable(apis), box)


def _subscription(text: str) -> tuple[str, str]:
    context, colon, version = text.rpartition(":")
    if not colon:
        raise InvalidApplication(f"a subscription reads like agents:1.0, not {text!r}")
    return context, version
