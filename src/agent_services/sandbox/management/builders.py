"""`POST /sandbox/agents`, `/sandbox/clients`, `/sandbox/relationships`: whole people in one call. Spec: sandbox 6.7."""

import secrets
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent_services.auth import SANDBOX, called_by
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.http.routes import SteeringRoute, sandbox_of, strict_json
from agent_services.sandbox.management.paths import SANDBOX_PATH
from agent_services.sandbox.management.schemas import FAILURES, body_of
from agent_services.sandbox.population.agents import NewAgent, agent_party_of, filled_agent
from agent_services.sandbox.population.clients import NewClient, filled, party_of
from agent_services.sandbox.population.relating import Face, WantedRelationship
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.sessions.sessions import GOVERNMENT_GATEWAY
from agent_services.sandbox.users import passwords
from agent_services.sandbox.users.people import Address, AffinityGroup

router = APIRouter(prefix=SANDBOX_PATH, route_class=SteeringRoute, tags=["sandbox"])

_CAMEL_CASE = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)
_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,80}$")]
_Postcode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 ]{1,10}$")]
_Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_Email = Annotated[str, StringConstraints(pattern=r"^[^\s\x00@]{1,64}@[^\s\x00@]{1,64}$")]
_UserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
_Nino = Annotated[str, StringConstraints(pattern=r"^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]$")]
_Vrn = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
_Utr = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
_MtdItId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")]
_Arn = Annotated[str, StringConstraints(pattern=r"^[A-Z]ARN[0-9]{7}$")]
_Password = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,100}$")]


class ClientService(StrEnum):
    """What a client may be signed up for."""

    INCOME_TAX = "HMRC-MTD-IT"
    VAT = "HMRC-MTD-VAT"
    INCOME_RECORD = "PERSONAL-INCOME-RECORD"
    TRUST = "HMRC-TERS-ORG"
    NON_TAXABLE_TRUST = "HMRC-TERSNT-ORG"
    CAPITAL_GAINS = "HMRC-CGT-PD"
    PLASTIC_PACKAGING = "HMRC-PPT-ORG"
    COUNTRY_BY_COUNTRY = "HMRC-CBC-ORG"
    COUNTRY_BY_COUNTRY_OVERSEAS = "HMRC-CBC-NONUK-ORG"
    PILLAR2 = "HMRC-PILLAR2-ORG"

    @property
    def is_for_individuals_first(self) -> bool:
        return self in (ClientService.INCOME_TAX, ClientService.INCOME_RECORD)


class WantedAgent(BaseModel):
    """An agency. What is left out is made up; the same `seed` gives the same agency."""

    model_config = _CAMEL_CASE

    seed: _Text | None = None
    user_id: _UserId | None = None
    arn: _Arn | None = None
    agency_name: _Text | None = None
    email: _Email | None = None
    password: _Password | None = None
    postcode: _Postcode | None = None
    country_code: _Country = "GB"
    is_subscribed: bool = Field(default=True, alias="subscribed")
    suspended_regimes: list[Literal["ALL", "ITSA", "VATC", "TRS", "CGT", "PPT", "PIR", "AGSV"]] = Field(
        default_factory=list, max_length=8
    )
    assistants: int = Field(default=0, ge=0, le=20)


class WantedClient(BaseModel):
    """A client. `"postcode": null` and `"vatRegistrationDate": null` mean that there is none."""

    model_config = _CAMEL_CASE

    service: ClientService = ClientService.VAT
    affinity: Literal["Individual", "Organisation"] | None = None
    seed: _Text | None = None
    user_id: _UserId | None = None
    name: _Text | None = None
    email: _Email | None = None
    password: _Password | None = None
    is_overseas: bool = Field(default=False, alias="overseas")
    country_code: _Country | None = None
    postcode: _Postcode | None = None
    nino: _Nino | None = None
    utr: _Utr | None = None
    vrn: _Vrn | None = None
    mtd_it_id: _MtdItId | None = None
    vat_registration_date: date | None = None
    date_of_birth: date | None = None


class RelationshipWish(BaseModel):
    """Authority of an agent for a client. `faces` can leave one side out, to make a broken half on purpose."""

    model_config = _CAMEL_CASE

    arn: _Arn
    service: ClientService
    client_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,15}$")]
    role: Literal["main", "supporting"] = "main"
    state: Literal["active", "ended"] = "active"
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    faces: list[Literal["etmp", "eacd", "afi"]] | None = Field(default=None, max_length=3)


@router.post("/agents", responses=FAILURES, status_code=201, openapi_extra=body_of(WantedAgent, is_required=False))
@called_by(SANDBOX)
async def create_agent(
    request: Request, wanted: Annotated[WantedAgent, Depends(strict_json(WantedAgent, or_empty=True))]
) -> Response:
    """201 an agency with administrator, group, enrolment, known facts and record, and a bearer for it."""
    sandbox = sandbox_of(request)
    password = wanted.password or secrets.token_urlsafe(9)
    is_overseas = wanted.country_code != "GB"
    seed = f"agent:{wanted.seed or secrets.token_hex(8)}"
    made = filled_agent(
        NewAgent(
            seed=seed,
            user_id=wanted.user_id,
            arn=wanted.arn,
            is_subscribed=wanted.is_subscribed,
            agency_name=wanted.agency_name,
            email=wanted.email,
            password_hash=passwords.hashed(password),
            suspended_regimes=tuple(wanted.suspended_regimes),
            assistants=wanted.assistants,
            address=Address("1 Agency Street", "Town", postcode=wanted.postcode, country_code=wanted.country_code)
            if is_overseas or wanted.postcode
            else None,
        )
    )
    party = agent_party_of(made)
    await sandbox.entry.enter(party)
    token = await _bearer(request, made.user_id or "")
    assistants = [person.user_id for person in party.people if not person.is_administrator]
    address = made.address
    return JSONResponse(
        without_absent(
            {
                "userId": made.user_id,
                "password": password,
                "token": token,
                "groupId": made.group_id,
                "agentCode": made.agent_code,
                "arn": made.arn,
                "utr": made.utr,
                "agencyName": made.agency_name,
                "email": made.email,
                "postcode": address.postcode if address else None,
                "countryCode": address.country_code if address else None,
                "assistants": assistants or None,
            }
        ),
        status_code=201,
    )


@router.post("/clients", responses=FAILURES, status_code=201, openapi_extra=body_of(WantedClient, is_required=False))
@called_by(SANDBOX)
async def create_client(
    request: Request, wanted: Annotated[WantedClient, Depends(strict_json(WantedClient, or_empty=True))]
) -> Response:
    """201 a client with enrolments, known facts and records that agree, and a bearer for it."""
    sandbox = sandbox_of(request)
    password = wanted.password or secrets.token_urlsafe(9)
    made = filled(_new_client(wanted, passwords.hashed(password)))
    await sandbox.entry.enter(party_of(made))
    token = await _bearer(request, made.user_id or "")
    return JSONResponse(_client_document(made, password, token), status_code=201)


@router.post("/relationships", responses=FAILURES, status_code=201, openapi_extra=body_of(RelationshipWish))
@called_by(SANDBOX)
async def create_relationship(
    request: Request, wanted: Annotated[RelationshipWish, Depends(strict_json(RelationshipWish))]
) -> Response:
    """201: the agent has, or once had, authority for the client in ETMP and the enrolment store, as they stand.

    Nothing is checked or replaced. 404 for an unknown agent.
    """
    faces = None if wanted.faces is None else frozenset(Face(each) for each in wanted.faces)
    made = await sandbox_of(request).relating.relate(
        WantedRelationship(
            arn=wanted.arn,
            service=wanted.service.value,
            client_id=wanted.client_id,
            is_supporting=wanted.role == "supporting",
            is_active=wanted.state == "active",
            start=wanted.from_,
            end=wanted.to,
            faces=faces,
        )
    )
    return JSONResponse(made, status_code=201)


def _new_client(wanted: WantedClient, password_hash: str) -> NewClient:
    given = wanted.model_fields_set
    affinity = AffinityGroup(
        wanted.affinity or ("Individual" if wanted.service.is_for_individuals_first else "Organisation")
    )
    country = wanted.country_code or ("FR" if wanted.is_overseas else "GB")
    has_no_postcode = country != "GB" or ("postcode" in given and wanted.postcode is None)
    seed = f"client:{wanted.seed or secrets.token_hex(8)}"
    address = None
    if has_no_postcode or wanted.postcode:
        address = Address("1 Client Street", "Town", postcode=wanted.postcode, country_code=country)
    services = {wanted.service.value} - {ClientService.INCOME_RECORD.value}
    if wanted.service is ClientService.INCOME_TAX:
        services.add("IR-SA")
    if wanted.service in (ClientService.TRUST, ClientService.NON_TAXABLE_TRUST) and affinity is not (
        AffinityGroup.ORGANISATION
    ):
        raise Refusal(400, "BAD_REQUEST", "trusts are organisations")
    return NewClient(
        seed=seed,
        affinity_group=affinity,
        services=frozenset(services),
        user_id=wanted.user_id,
        name=wanted.name,
        email=wanted.email,
        password_hash=password_hash,
        date_of_birth=wanted.date_of_birth,
        address=address,
        nino=wanted.nino,
        utr=wanted.utr,
        mtd_it_id=wanted.mtd_it_id,
        vrn=wanted.vrn,
        vat_registration_date=wanted.vat_registration_date,
        has_vat_registration_date=not ("vat_registration_date" in given and wanted.vat_registration_date is None),
    )


def _client_document(made: NewClient, password: str, token: str) -> Document:
    address, registered, born = made.address, made.vat_registration_date, made.date_of_birth
    return without_absent(
        {
            "userId": made.user_id,
            "password": password,
            "token": token,
            "groupId": made.group_id,
            "affinityGroup": made.affinity_group.value,
            "name": made.name,
            "email": made.email,
            "nino": made.nino,
            "utr": made.utr,
            "mtdItId": made.mtd_it_id,
            "vrn": made.vrn,
            "vatRegistrationDate": registered.isoformat() if registered else None,
            "dateOfBirth": born.isoformat() if born else None,
            "postcode": address.postcode if address else None,
            "countryCode": address.country_code if address else None,
            "identifiers": dict(made.identifiers) or None,
        }
    )


async def _bearer(request: Request, user_id: str) -> str:
    """A bearer of the same kind as the cast's: `sandbox-<userId>`, for ever."""
    token = f"sandbox-{user_id}"
    session = await sandbox_of(request).sessions.open(
        user_id, provider_type=GOVERNMENT_GATEWAY, token=token, expires_at=None
    )
    return session.token
