"""Which enrolment key a service and a client's identifier stand for. Spec: relationships 1.1.1, 6 step 2."""

from dataclasses import dataclass

from agent_services.identifiers import MtdItId, Nino
from agent_services.relationships.errors import UnknownNinoOfMtdItId
from agent_services.tax_services import (
    CBC_ID,
    LEGACY_SA_SERVICE_KEY,
    NI,
    NINO_TYPE_NAMES,
    EnrolmentKey,
    TaxService,
    tax_service,
)
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy, StoredIdentifier
from agent_services.upstreams.hip import Hip


@dataclass(frozen=True, slots=True)
class KeyInvalid:
    """There is no such key; `text` says why in the contract's words. It holds the caller's own input."""

    text: str


@dataclass(frozen=True, slots=True)
class ExpandedClient:
    """The refined key, and for an income tax client the NINO."""

    key: EnrolmentKey
    nino: Nino | None


class EnrolmentKeys:
    """Makes keys from what callers name clients by."""

    def __init__(self, enrolments: EnrolmentStoreProxy, hip: Hip) -> None:
        self._enrolments = enrolments
        self._hip = hip

    async def key_for(self, service_key: str, client_id: str, id_type: str | None) -> EnrolmentKey | KeyInvalid:
        """The key, once all is valid; for `HMRC-CBC-ORG` as the enrolment store knows it (ES20).

        `id_type` None: the service's own. Raises UpstreamFailed with the store's status.
        """
        service = tax_service(service_key)
        if _takes_nino(service_key, service) and id_type in (None, *NINO_TYPE_NAMES) and Nino.is_valid(client_id):
            return EnrolmentKey.of(service_key, NI.enrolment_name, Nino.as_given(client_id).value)
        if service is not None and service.overseas is not None and id_type in (None, CBC_ID.enrolment_name):
            return await self._known_key(service, service.overseas, client_id)
        if service is None or service.is_kept_by_agent_fi:
            return KeyInvalid(f"Unknown service {service_key}")
        if id_type not in (None, service.client_id_type.enrolment_name):
            return KeyInvalid(
                f"Identifier {client_id} of stated type Some({id_type}) cannot be used for service {service_key}"
            )
        if not service.client_id_type.is_valid(client_id):
            return KeyInvalid(
                f"Identifier {client_id} of type {service.client_id_type.spec_name} "
                f"provided for service {service_key} failed validation"
            )
        return EnrolmentKey.of(service_key, service.client_id_type.enrolment_name, client_id)

    async def expand(self, key: EnrolmentKey) -> ExpandedClient:
        """Both identifiers of an income tax client, as far as the register has them; other keys as they are.

        Raises UnknownNinoOfMtdItId, and UpstreamFailed (surfacing as 500).
        """
        service = tax_service(key.service_key)
        if service is None or not service.allows_partial_authorisation:
            return ExpandedClient(key, None)
        if key.has_nino:
            nino = Nino.as_given(key.client_id)
            mtd_it_id = await self._hip.mtd_it_id_of(nino)
            return ExpandedClient(key if mtd_it_id is None else service.enrolment_key(mtd_it_id.value), nino)
        found = await self._hip.nino_of(MtdItId.as_given(key.client_id))
        if found is None:
            raise UnknownNinoOfMtdItId(key.client_id)
        return ExpandedClient(key, found)

    async def _known_key(self, service: TaxService, overseas: TaxService, client_id: str) -> EnrolmentKey | KeyInvalid:
        fact = StoredIdentifier(CBC_ID.enrolment_name, client_id)
        known = await self._enrolments.identifiers_by_known_fact(service.service_key, fact)
        if known is not None:
            return known
        if await self._enrolments.identifiers_by_known_fact(overseas.service_key, fact) is not None:
            return EnrolmentKey.of(overseas.service_key, CBC_ID.enrolment_name, client_id)
        return KeyInvalid(
            f"CbcId {client_id}: tried as both {service.service_key} and {overseas.service_key}, not found."
        )


def _takes_nino(service_key: str, service: TaxService | None) -> bool:
    if service is None:
        return service_key == LEGACY_SA_SERVICE_KEY
    return service.supplied_id_type is NI
