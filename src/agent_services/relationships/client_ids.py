"""Under which id requests for a client are stored, when only the enrolment key is known. Spec: relationships 2.2."""

import structlog

from agent_services.identifiers import MtdItId
from agent_services.tax_services import MTDITID, EnrolmentKey
from agent_services.upstreams.errors import UpstreamFailed
from agent_services.upstreams.hip import Hip

log = structlog.get_logger(__name__)


async def requests_client_id(hip: Hip, key: EnrolmentKey) -> str:
    """For income tax the NINO; the key's own id where that is not found or cannot be asked, and for all others."""
    service = key.service
    if service.supplied_id_type is service.client_id_type or key.client_id_type != MTDITID.enrolment_name:
        return key.client_id
    try:
        nino = await hip.nino_of(MtdItId.as_given(key.client_id))
    except UpstreamFailed as failure:
        # "not found or failing, the MTDITID itself is used and the answer does not change" (2.2).
        log.warning("nino_not_found_out", operation=failure.operation, status=failure.status)
        return key.client_id
    return key.client_id if nino is None else nino.value
