"""DES over HTTP. Spec: upstreams 5."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from agent_services.identifiers import CgtRef, Nino, SaAgentReference, Vrn
from agent_services.upstreams.des import CgtSubscription, VatCustomer, VatIndividual
from agent_services.upstreams.http_client import Answer, Forwarding, UpstreamCaller, path_of
from agent_services.upstreams.platform_headers import bearer_headers
from agent_services.upstreams.reading import (
    Malformed,
    as_object,
    boolean,
    each,
    full_name,
    iso_date,
    optional,
    optional_text,
    text,
    within,
)
from agent_services.upstreams.settings import PlatformCredential


class DesOverHttp:
    """The port `Des` over HTTP."""

    def __init__(
        self, caller: UpstreamCaller, credential: PlatformCredential, *, retry_intervals: tuple[timedelta, ...]
    ) -> None:
        self._caller = caller
        self._credential = credential
        self._retry_intervals = retry_intervals

    async def sa_agent_references(self, nino: Nino) -> tuple[SaAgentReference, ...]:
        for form in dict.fromkeys((nino.with_given_suffix, *nino.suffix_variants())):
            answer = await self._cesa(form)
            if answer.status == 200:
                return answer.read(_active_references)
            if answer.status == 404 and answer.read(_error_code) == "NOT_FOUND_NINO":
                continue
            raise answer.failed_raw()
        return ()

    async def vat_customer(self, vrn: Vrn) -> VatCustomer | None:
        answer = await self._get("VAT customer", path_of("vat", "customer", "vrn", vrn.value, "information"))
        return None if _is_unknown(answer) else answer.read(_vat_customer)

    async def cgt_subscription(self, cgt_ref: CgtRef) -> CgtSubscription | None:
        answer = await self._get("CGT subscription", path_of("subscriptions", "CGT", "ZCGT", cgt_ref.value))
        return None if _is_unknown(answer) else answer.read(_cgt_subscription)

    async def _cesa(self, nino: str) -> Answer:
        """One form of the NINO; 429 and 5xx are tried again after each configured pause. Spec: upstreams 2.4."""
        path = path_of("registration", "relationship", "nino", nino)
        answer = await self._get("CESA", path)
        for interval in self._retry_intervals:
            if answer.status < 500 and answer.status != 429:
                break
            await asyncio.sleep(interval.total_seconds())
            answer = await self._get("CESA", path)
        return answer

    async def _get(self, operation: str, path: str) -> Answer:
        return await self._caller.call(
            operation,
            "GET",
            path,
            headers=bearer_headers(self._credential.token, self._credential.environment),
            forwarding=Forwarding.CALLER_AND_SESSION_IDS,
        )


def _is_unknown(answer: Answer) -> bool:
    if answer.status == 404:
        return True
    if answer.status != 200:
        raise answer.failed_raw()
    return False


def _active_references(document: object) -> tuple[SaAgentReference, ...]:
    found = as_object(document)
    agents = each(found, "agents", _agent) if found.get("agents") is not None else ()
    return tuple(SaAgentReference.as_given(reference) for reference in agents if reference is not None)


def _agent(document: object) -> str | None:
    """The reference of an agent who acts today, else None."""
    found = as_object(document)
    reference = optional_text(found, "agentId")
    acts = boolean(found, "hasAgent") and found.get("agentCeasedDate") is None
    return reference if acts else None


def _error_code(document: object) -> str | None:
    return optional_text(as_object(document), "code")


def _vat_customer(document: object) -> VatCustomer:
    found = within(document, "approvedInformation", "customerDetails")
    return VatCustomer(
        organisation_name=optional_text(found, "organisationName"),
        trading_name=optional_text(found, "tradingName"),
        individual=optional(found, "individual", _vat_individual),
        effective_registration_date=optional(found, "effectiveRegistrationDate", iso_date),
        is_insolvent=boolean(found, "isInsolvent"),
    )


def _vat_individual(document: object) -> VatIndividual:
    found = as_object(document)
    return VatIndividual(
        title=optional_text(found, "title"),
        first_name=optional_text(found, "firstName"),
        middle_name=optional_text(found, "middleName"),
        last_name=optional_text(found, "lastName"),
    )


def _cgt_subscription(document: object) -> CgtSubscription:
    details = within(document, "subscriptionDetails")
    address = within(details, "addressDetails")
    return CgtSubscription(
        name=_cgt_name(within(details, "typeOfPersonDetails")),
        postal_code=optional_text(address, "postalCode"),
        country_code=text(address, "countryCode"),
    )


def _cgt_name(person: Mapping[str, object]) -> str:
    match text(person, "typeOfPerson"):
        case "Individual":
            return full_name(person)
        case "Trustee":
            return text(person, "organisationName")
        case _:
            raise Malformed
