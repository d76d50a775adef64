"""IFS over HTTP. Spec: upstreams 6."""

import re
from collections.abc import Callable
from typing import TypeVar

from agent_services.identifiers import PlrId, PptRef, Urn, Utr
from agent_services.upstreams.http_client import Forwarding, UpstreamCaller, path_of
from agent_services.upstreams.ifs import Pillar2Subscription, PptSubscription
from agent_services.upstreams.platform_headers import bearer_headers
from agent_services.upstreams.reading import (
    Malformed,
    as_boolean,
    as_object,
    full_name,
    iso_date,
    optional,
    text,
    within,
)
from agent_services.upstreams.settings import IfsTokens

Read = TypeVar("Read")

_TEN_DIGITS = re.compile(r"[0-9]{10}")


class IfsOverHttp:
    """The port `Ifs` over HTTP."""

    def __init__(self, caller: UpstreamCaller, tokens: IfsTokens, *, environment: str) -> None:
        self._caller = caller
        self._tokens = tokens
        self._environment = environment

    async def trust_name(self, trust: Utr | Urn) -> str | None:
        kind = "UTR" if _TEN_DIGITS.fullmatch(trust.value) else "URN"
        path = path_of("trusts", "agent-known-fact-check", kind, trust.value)
        return await self._get("trust", path, self._tokens.trusts, _trust_name)

    async def ppt_subscription(self, ppt_ref: PptRef) -> PptSubscription | None:
        path = path_of("plastic-packaging-tax", "subscriptions", "PPT", ppt_ref.value, "display")
        return await self._get("PPT subscription", path, self._tokens.plastic_packaging_tax, _ppt_subscription)

    async def pillar2_subscription(self, plr_id: PlrId) -> Pillar2Subscription | None:
        path = path_of("pillar2", "subscription", plr_id.value)
        return await self._get("Pillar 2 subscription", path, self._tokens.pillar2, _pillar2_subscription)

    async def _get(self, operation: str, path: str, token: str, read: Callable[[object], Read]) -> Read | None:
        answer = await self._caller.call(
            operation,
            "GET",
            path,
            headers=bearer_headers(token, self._environment),
            forwarding=Forwarding.CALLER_AND_SESSION_IDS,
        )
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise answer.failed_raw()
        return answer.read(read)


def _trust_name(document: object) -> str:
    return text(within(document, "trustDetails"), "trustName")


def _ppt_subscription(document: object) -> PptSubscription:
    found = as_object(document)
    entity = within(found, "legalEntityDetails")
    customer = within(entity, "customerDetails")
    match text(customer, "customerType"):
        case "Individual":
            name = full_name(within(customer, "individualDetails"))
        case "Organisation":
            name = text(within(customer, "organisationDetails"), "organisationName")
        case _:
            raise Malformed
    change = optional(found, "changeOfCircumstanceDetails", as_object) or {}
    deregistration = optional(change, "deregistrationDetails", as_object) or {}
    return PptSubscription(
        name=name,
        date_of_application=iso_date(entity.get("dateOfApplication")),
        deregistration_date=optional(deregistration, "deregistrationDate", iso_date),
    )


def _pillar2_subscription(document: object) -> Pillar2Subscription:
    success = within(document, "success")
    entity = within(success, "upeDetails")
    status = optional(success, "accountStatus", as_object) or {}
    return Pillar2Subscription(
        organisation_name=text(entity, "organisationName"),
        registration_date=text(entity, "registrationDate"),
        country_code=text(within(success, "upeCorrespAddressDetails"), "countryCode"),
        is_inactive=optional(status, "inactive", as_boolean) or False,
    )
