"""auth over the wire. Spec: sandbox 2.2."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.http.callers import Family
from agent_services.sandbox.refusals import NotAuthorised, Refusal, Shape
from agent_services.sandbox.sessions.authorising import Authenticated, Enrolment
from agent_services.sandbox.sessions.predicates import Demand, demands_from_json
from agent_services.sandbox.sessions.sessions import bearer_token
from agent_services.sandbox.users.people import AffinityGroup
from agent_services.sandbox.wire.serving import Asked, json_answer, served
from agent_services.upstreams.names import Upstream

_PLANET = "hmrc"


async def authorise(asked: Asked) -> Response:
    """Token, session, body, user, predicates, retrievals, in this order."""
    authorization = asked.request.headers.get("authorization")
    token = bearer_token(authorization)
    if token is None:
        raise NotAuthorised("MissingBearerToken" if authorization is None else "InvalidBearerToken")
    authorising = asked.sandbox.authorising
    who = await authorising.authenticate(token)
    body = asked.body
    if not isinstance(body, dict) or "authorise" not in body or not isinstance(body.get("retrieve"), list):
        raise Refusal(400, "Invalid authorise request: authorise and retrieve are required", shape=Shape.TEXT)
    demands = demands_from_json(body["authorise"])
    await authorising.test(who, demands)
    answer: Document = {"authorisedEnrolments": [], "allEnrolments": [], "agentInformation": {}}
    for name in body["retrieve"]:
        answer |= _retrieved(str(name), who, demands)
    return json_answer(answer)


def _retrieved(name: str, who: Authenticated, demands: tuple[Demand, ...]) -> Document:
    match name:
        case "credentials" | "optionalCredentials":
            return {
                name: {
                    "providerId": who.person.user_id,
                    "providerType": who.provider_type,
                    "planetId": _PLANET,
                }
            }
        case "authProviderId":
            return {name: {"ggCredId": who.person.user_id}}
        case "allEnrolments":
            return {name: _enrolments(who.all_enrolments())}
        case "authorisedEnrolments":
            return {name: _enrolments(who.authorised_enrolments(demands))}
        case "name" | "optionalName":
            return {name: _name(who)}
        case "agentInformation":
            return {name: _agent_information(who)}
        case _:
            scalars = _scalars(who)
            if name not in scalars:
                raise NotAuthorised(f"Retrieval of {name} not supported")
            value = scalars[name]
            return {} if value is None else {name: value}


def _scalars(who: Authenticated) -> Mapping[str, Any]:
    person, group = who.person, who.group
    return {
        "affinityGroup": group.affinity_group.value if group else None,
        "credentialRole": person.credential_role.value if person.credential_role else None,
        "credentialStrength": person.credential_strength,
        "nino": person.nino,
        "groupIdentifier": person.group_id,
        "dateOfBirth": person.date_of_birth.isoformat() if person.date_of_birth else None,
        "agentCode": group.agent_code if group else None,
        "confidenceLevel": person.confidence_level or 50,
        "email": person.email_address,
        "internalId": f"{person.user_id}@{_PLANET}",
    }


def _name(who: Authenticated) -> Document:
    if who.affinity_group is AffinityGroup.ORGANISATION:
        return {"name": who.person.name or ""}
    return {"name": who.person.first_name, "lastName": who.person.last_name}


def _agent_information(who: Authenticated) -> Document:
    group = who.group
    if group is None or group.affinity_group is not AffinityGroup.AGENT:
        return {}
    return without_absent(
        {"agentCode": group.agent_code, "agentFriendlyName": group.agent_friendly_name, "agentId": group.agent_id}
    )


def _enrolments(enrolments: tuple[Enrolment, ...]) -> list[Document]:
    return [
        without_absent(
            {
                "key": held.service,
                "identifiers": [{"key": name, "value": value} for name, value in held.identifiers],
                "state": held.state,
                "friendlyName": held.friendly_name,
            }
        )
        for held in enrolments
    ]


routes = [served(Upstream.AUTH, "authorise", "POST", "/auth/authorise", authorise, family=Family.OPEN)]
