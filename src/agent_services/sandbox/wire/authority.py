"""auth's older look-ups, and user-details. Spec: sandbox 2.2."""

from collections.abc import Sequence

from starlette.responses import Response

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import Kind
from agent_services.sandbox.refusals import NotAuthorised, Refusal
from agent_services.sandbox.users.people import Group, Person
from agent_services.sandbox.wire.serving import Asked, json_answer, served
from agent_services.upstreams.names import Upstream

_LONG_AGO = "2016-06-20T10:44:29.634Z"
_ACCOUNTS = {"IR-SA": ("sa", "utr"), "IR-CT": ("ct", "utr"), "HMRC-MTD-VAT": ("vat", "vrn")}


async def authority(asked: Asked) -> Response:
    """The caller's authority."""
    person, group = await _who(asked, asked.session.user_id)
    held = await _held(asked, group)
    return json_answer(_authority(person, group, held))


async def ids(asked: Asked) -> Response:
    user_id = asked.session.user_id
    return json_answer({"internalId": user_id, "externalId": user_id})


async def enrolments(asked: Asked) -> Response:
    _, group = await _who(asked, asked.session.user_id)
    return json_answer([_enrolment(key) for key in await _held(asked, group)])


async def authority_of(asked: Asked) -> Response:
    """Another user's authority. 404 for an unknown one."""
    person, group = await _other(asked)
    return json_answer(_authority(person, group, await _held(asked, group)))


async def enrolments_of(asked: Asked) -> Response:
    _, group = await _other(asked)
    return json_answer([_enrolment(key) for key in await _held(asked, group)])


async def user_details(asked: Asked) -> Response:
    user_id = asked.path("user")
    person = await asked.sandbox.people.find(user_id)
    if person is None:
        raise Refusal(404, "NOT_FOUND", f"User {user_id} details are not found")
    group = await asked.sandbox.people.group_of(person)
    address = person.address
    return json_answer(
        without_absent(
            {
                "authProviderId": person.user_id,
                "authProviderType": asked.session.provider_type,
                "name": person.first_name,
                "lastName": person.last_name,
                "email": person.email_address,
                "affinityGroup": group.affinity_group.value if group else "none",
                "credentialRole": person.credential_role.value if person.credential_role else None,
                "description": person.name or person.user_id,
                "postCode": address.postcode if address else None,
                "dateOfBirth": person.date_of_birth.isoformat() if person.date_of_birth else None,
                "agentCode": group.agent_code if group else None,
                "agentFriendlyName": group.agent_friendly_name if group else None,
                "agentId": group.agent_id if group else None,
                "utr": person.utr,
                "deceased": person.deceased or None,
            }
        )
    )


async def _who(asked: Asked, user_id: str) -> tuple[Person, Group]:
    person = await asked.sandbox.people.find(user_id)
    group = await asked.sandbox.people.group_of(person) if person is not None else None
    if person is None or group is None:
        raise NotAuthorised("UserRecordNotFound")
    return person, group


async def _other(asked: Asked) -> tuple[Person, Group]:
    user_id = asked.path("user")
    person = await asked.sandbox.people.find(user_id)
    group = await asked.sandbox.people.group_of(person) if person is not None else None
    if person is None or group is None:
        raise Refusal(404, f"User {user_id} not found on a planet hmrc")
    return person, group


async def _held(asked: Asked, group: Group) -> list[StoredKey]:
    return await asked.sandbox.enrolments.keys_of_group(group.group_id, Kind.PRINCIPAL)


def _authority(person: Person, group: Group, held: Sequence[StoredKey]) -> Document:
    accounts: Document = {}
    if person.nino:
        accounts["paye"] = {"link": f"/paye/individual/{person.nino}", "nino": person.nino}
    for key in held:
        if key.service in _ACCOUNTS:
            name, member = _ACCOUNTS[key.service]
            accounts[name] = {"link": f"/{name}/{key.identifiers[0][1]}", member: key.identifiers[0][1]}
    if group.agent_code:
        accounts["agent"] = {"link": f"/agent/{group.agent_code}", "agentCode": group.agent_code}
    return without_absent(
        {
            "uri": f"/auth/oid/{person.user_id}",
            "confidenceLevel": person.confidence_level or 50,
            "credentialStrength": person.credential_strength or "weak",
            "userDetailsLink": f"/user-details/id/{person.user_id}",
            "legacyOid": person.user_id,
            "ids": "/auth/_ids",
            "lastUpdated": _LONG_AGO,
            "loggedInAt": _LONG_AGO,
            "enrolments": "/auth/_enrolments",
            "affinityGroup": group.affinity_group.value,
            "correlationId": "9da194b9490024bae213f18d5b34fedf41f2c3236b434975333a22bdb0df37b3",
            "credId": person.user_id,
            "credentials": {"gatewayId": person.user_id},
            "accounts": accounts,
        }
    )


def _enrolment(key: StoredKey) -> Document:
    return {
        "key": key.service,
        "identifiers": [{"key": name, "value": value} for name, value in key.identifiers],
        "state": "Activated",
    }


routes = [
    served(Upstream.AUTH, "authority", "GET", "/auth/authority", authority),
    served(Upstream.AUTH, "ids", "GET", "/auth/_ids", ids),
    served(Upstream.AUTH, "enrolments", "GET", "/auth/_enrolments", enrolments),
    served(Upstream.AUTH, "authority of user", "GET", "/auth/oid/{user}", authority_of),
    served(Upstream.AUTH, "enrolments of user", "GET", "/auth/oid/{user}/enrolments", enrolments_of),
    served("user-details", "user details", "GET", "/user-details/id/{user}", user_details),
]
