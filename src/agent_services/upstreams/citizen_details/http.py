"""Citizen records over HTTP. Spec: upstreams 12."""

import re
from datetime import date

from agent_services.identifiers import Nino, Utr
from agent_services.upstreams.citizen_details import Citizen, DesignatoryDetails
from agent_services.upstreams.http_client import UpstreamCaller, path_of
from agent_services.upstreams.reading import Malformed, as_object, as_text, optional, optional_text, within

_DAY_MONTH_YEAR = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")


class CitizenDetailsOverHttp:
    """The port `CitizenDetails` over HTTP."""

    def __init__(self, caller: UpstreamCaller) -> None:
        self._caller = caller

    async def citizen(self, nino: Nino) -> Citizen | None:
        answer = await self._caller.call("citizen", "GET", path_of("citizen-details", "nino-no-suffix", nino.value))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise answer.failed()
        return answer.read(_citizen)

    async def designatory_details(self, nino: Nino) -> DesignatoryDetails | None:
        answer = await self._caller.call(
            "designatory details", "GET", path_of("citizen-details", nino.with_any_suffix, "designatory-details")
        )
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise answer.failed()
        return answer.read(_designatory_details)


def _citizen(document: object) -> Citizen:
    found = as_object(document)
    name = within(found, "name", "current")
    ids = optional(found, "ids", as_object) or {}
    sa_utr = optional_text(ids, "sautr")
    return Citizen(
        first_name=optional_text(name, "firstName"),
        last_name=optional_text(name, "lastName"),
        date_of_birth=optional(found, "dateOfBirth", _day_month_year),
        sa_utr=None if sa_utr is None else Utr.as_given(sa_utr),
    )


def _designatory_details(document: object) -> DesignatoryDetails:
    address = optional(as_object(document), "address", as_object) or {}
    return DesignatoryDetails(optional_text(address, "postcode"), optional_text(address, "country"))


def _day_month_year(document: object) -> date:
    parts = _DAY_MONTH_YEAR.fullmatch(as_text(document))
    if parts is None:
        raise Malformed
    try:
        return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        raise Malformed from None
