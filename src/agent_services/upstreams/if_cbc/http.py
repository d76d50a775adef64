"""IF over HTTP. Spec: upstreams 6."""

from datetime import datetime, timedelta, tzinfo
from uuid import uuid4

from agent_services.identifiers import CbcId
from agent_services.platform.clock import Clock
from agent_services.platform.http.context import current_request
from agent_services.upstreams.http_client import UpstreamCaller, json_body
from agent_services.upstreams.if_cbc import CbcContact, CbcSubscription
from agent_services.upstreams.reading import (
    as_object,
    boolean,
    each,
    full_name,
    optional,
    optional_text,
    text,
    within,
)
from agent_services.upstreams.settings import PlatformCredential

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SESSION_ID_PREFIX = len("session-")


class IfOverHttp:
    """The port `If` over HTTP."""

    def __init__(
        self, caller: UpstreamCaller, credential: PlatformCredential, *, clock: Clock, server_zone: tzinfo | None
    ) -> None:
        self._caller = caller
        self._credential = credential
        self._clock = clock
        self._server_zone = server_zone

    async def cbc_subscription(self, cbc_id: CbcId) -> CbcSubscription | None:
        now = self._clock.now().astimezone(self._server_zone)
        conversation_id = _conversation_id()
        answer = await self._caller.call(
            "CBC subscription",
            "POST",
            "/dac6/dct50d/v1",
            body=json_body(_question(cbc_id, now, conversation_id)),
            headers={
                "Authorization": f"Bearer {self._credential.token}",
                "x-forwarded-host": "mdtp",
                "x-correlation-id": str(uuid4()),
                "x-conversation-id": conversation_id,
                "date": _http_date(now),
                "accept": "application/json",
                "Environment": self._credential.environment,
            },
        )
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise answer.failed_raw()
        return answer.read(_subscription)


def _question(cbc_id: CbcId, now: datetime, conversation_id: str) -> dict[str, object]:
    return {
        "displaySubscriptionForCBCRequest": {
            "requestCommon": {
                "regime": "CBC",
                # Local time with a literal Z: that is what the upstream has always been sent.
                "receiptDate": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "acknowledgementReference": uuid4().hex,
                "originatingSystem": "MDTP",
                "conversationID": conversation_id,
            },
            "requestDetail": {"IDType": "CBC", "IDNumber": cbc_id.value},
        }
    }


def _conversation_id() -> str:
    session_id = current_request().session_id
    return str(uuid4()) if session_id is None else session_id[_SESSION_ID_PREFIX:]


def _http_date(now: datetime) -> str:
    """`Fri, 20 Nov 2026 21:33:16 GMT`, in summer `GMT+1`."""
    hours = int((now.utcoffset() or timedelta()) / timedelta(hours=1))
    zone = f"GMT{hours:+d}" if hours else "GMT"
    return f"{_DAYS[now.weekday()]}, {now:%d} {_MONTHS[now.month - 1]} {now:%Y %H:%M:%S} {zone}"


def _subscription(document: object) -> CbcSubscription:
    found = within(document, "displaySubscriptionForCBCResponse", "responseDetail")
    primary = each(found, "primaryContact", _contact)
    secondary = each(found, "secondaryContact", _contact) if found.get("secondaryContact") is not None else ()
    return CbcSubscription(
        is_gb_user=boolean(found, "isGBUser"),
        trading_name=optional_text(found, "tradingName"),
        contacts=primary + secondary,
    )


def _contact(document: object) -> CbcContact:
    found = as_object(document)
    individual = optional(found, "individual", lambda person: full_name(as_object(person)))
    organisation = optional(found, "organisation", lambda firm: text(as_object(firm), "organisationName"))
    return CbcContact(email=text(found, "email"), name=individual if individual is not None else organisation)
