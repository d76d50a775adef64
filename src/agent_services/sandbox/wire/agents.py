"""users-groups-search and what is known about agencies, over the wire. Spec: sandbox 2.4, 2.10."""

from datetime import datetime

from starlette.responses import Response

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.store import Allocation, Kind
from agent_services.sandbox.http.callers import Family
from agent_services.sandbox.income_records.store import IncomeRecord
from agent_services.sandbox.refusals import NotAuthorised, Refusal, Shape
from agent_services.sandbox.sessions.authorising import Authenticated
from agent_services.sandbox.sessions.store import Caller, HeldEnrolment
from agent_services.sandbox.users.documents import person_document
from agent_services.sandbox.users.people import AffinityGroup, Group, Person, compact_nino
from agent_services.sandbox.wire.serving import Asked, empty_answer, json_answer, served
from agent_services.upstreams.names import Upstream

_AGENT_SERVICE, _PERSON_SERVICE = "HMRC-AS-AGENT", "HMRC-NI"
_STAFF_ROLES = frozenset({"maintain_agent_relationships", "maintain agent relationships"})
_NO_SUCH_GROUP = "wrongGroupId"
_FOUND = 203


async def user(asked: Asked) -> Response:
    person = await asked.sandbox.people.find(asked.path("user"))
    if person is None:
        raise Refusal(404, "USER_NOT_FOUND")
    group = await asked.sandbox.people.group_of(person)
    return json_answer(
        without_absent(
            {
                "userId": person.user_id,
                "name": person.name,
                "email": person.email_address,
                "affinityGroup": group.affinity_group.value if group else None,
                "agentCode": group.agent_code if group else None,
                "agentFriendlyName": group.agent_friendly_name if group else None,
                "agentId": group.agent_id if group else None,
                "credentialRole": person.credential_role.value if person.credential_role else None,
                "groupId": person.group_id,
                "owningUserId": person.user_id,
            }
        ),
        _FOUND,
    )


async def group(asked: Asked) -> Response:
    return _group(await asked.sandbox.people_store.group(asked.path("group")))


async def group_by_agent_code(asked: Asked) -> Response:
    return _group(await asked.sandbox.people_store.group_by_agent_code(asked.query("agentCode") or ""))


async def users_of_group(asked: Asked) -> Response:
    group_id = asked.path("group")
    members = [] if group_id == _NO_SUCH_GROUP else await asked.sandbox.people_store.members(group_id)
    if not members:
        raise Refusal(404, "GROUP_NOT_FOUND")
    return json_answer([_member(person) for person in members], _FOUND)


async def agent_record(asked: Asked) -> Response:
    return json_answer(await asked.sandbox.agents.record_with_checks(asked.path("arn")))


async def access_groups(asked: Asked) -> Response:
    key = asked.key
    found = await asked.sandbox.access_groups.of_client(asked.path("arn"), key.lookup_key, key.service)
    if not found:
        return empty_answer(404)
    return json_answer([each.summary() for each in found])


async def refresh_cache(asked: Asked) -> Response:
    return empty_answer(204)


async def income_records(asked: Asked) -> Response:
    """This agent's living authority."""
    await _demand_able(asked, arn=asked.path("arn"), nino=asked.path("client"), is_reading=True)
    rows = await asked.sandbox.income_records.active(asked.path("arn"), asked.path("service"), asked.path("client"))
    return _listed(rows)


async def create_income_record(asked: Asked) -> Response:
    await _demand_able(asked, arn=asked.path("arn"), nino=asked.path("client"), is_reading=False)
    body = asked.body if isinstance(asked.body, dict) else {}
    try:
        started_at = datetime.fromisoformat(str(body["startDate"]))
    except (KeyError, ValueError):
        raise Refusal(400, "Invalid startDate", shape=Shape.FRAMEWORK) from None
    await asked.sandbox.income_records.create(
        asked.path("arn"), asked.path("service"), asked.path("client"), started_at
    )
    return empty_answer(201)


async def end_income_record(asked: Asked) -> Response:
    await _demand_able(asked, arn=asked.path("arn"), nino=asked.path("client"), is_reading=False)
    await asked.sandbox.income_records.end(asked.path("arn"), asked.path("service"), asked.path("client"))
    return empty_answer(200)


async def income_records_of_client(asked: Asked) -> Response:
    await _demand_able(asked, arn=None, nino=None, is_reading=True)
    return _listed(await asked.sandbox.income_records.active_of_client(asked.path("service"), asked.path("client")))


async def active_of_caller(asked: Asked) -> Response:
    """By what the caller is: agent or person."""
    records = asked.sandbox.income_records
    arn, nino = await _own(asked)
    return _listed(await (records.active_of_agent(arn) if arn else records.active_of_client(None, nino)))


async def inactive_of_caller(asked: Asked) -> Response:
    """As `active_of_caller`; an agent sees those that began within the last 30 days."""
    records = asked.sandbox.income_records
    arn, nino = await _own(asked)
    return _listed(await (records.inactive_of_agent(arn) if arn else records.inactive_of_client(nino)))


async def _own(asked: Asked) -> tuple[str | None, str]:
    """The caller's ARN, or NINO. Raises Refusal 403 for who has neither."""
    who = await _caller(asked)
    arn, nino = _arn_of(who), who.person.nino_without_suffix
    if arn is None and nino is None:
        raise Refusal(403, shape=Shape.EMPTY)
    return arn, nino or ""


async def terminate_agent(asked: Asked) -> Response:
    count = await asked.sandbox.income_records.delete_of_agent(asked.path("arn"))
    return json_answer({"counts": [{"service": "agent-fi-relationship", "store": "fi-relationship", "count": count}]})


async def _caller(asked: Asked) -> Authenticated:
    """Raises NotAuthorised when the session's person is gone."""
    session, sandbox = asked.session, asked.sandbox
    person = await sandbox.people.find(session.user_id)
    if person is None:
        raise NotAuthorised("UserRecordNotFound")
    group = await sandbox.people.group_of(person)
    held: list[Allocation] = []
    if group is not None:
        held = await sandbox.enrolments.held_by_group(group.group_id, Kind.PRINCIPAL, service=None, start=1, count=1000)
    enrolments = tuple(HeldEnrolment(each.enrolment_key, each.state, each.friendly_name) for each in held)
    return Authenticated(Caller(session, person, group, enrolments), person, group)


async def _demand_able(asked: Asked, *, arn: str | None, nino: str | None, is_reading: bool) -> None:
    """Raises Refusal 403 for who may not read, or may not change what is another's."""
    who = await _caller(asked)
    if who.is_staff:
        if not _STAFF_ROLES & set(who.person.stride_roles):
            raise Refusal(403, shape=Shape.EMPTY)
        return
    own_arn, own_nino = _arn_of(who), who.person.nino_without_suffix
    is_person = any(held.service == _PERSON_SERVICE for held in who.all_enrolments())
    if own_arn is None and not is_person:
        raise Refusal(403, shape=Shape.EMPTY)
    if is_reading or arn is None:
        return
    is_own = own_arn == arn if own_arn is not None else own_nino == compact_nino(nino or "")[:8]
    if not is_own:
        raise Refusal(403, shape=Shape.EMPTY)


def _arn_of(who: Authenticated) -> str | None:
    if who.affinity_group is not AffinityGroup.AGENT:
        return None
    for held in who.principal_enrolments():
        if held.service == _AGENT_SERVICE:
            return held.identifiers[0][1]
    return None


def _group(found: Group | None) -> Response:
    # The groups of individuals are hidden.
    if found is None or found.affinity_group is AffinityGroup.INDIVIDUAL:
        raise Refusal(404, "GROUP_NOT_FOUND")
    return json_answer(
        without_absent(
            {
                "groupId": found.group_id,
                "affinityGroup": found.affinity_group.value,
                "agentCode": found.agent_code,
                "agentFriendlyName": found.agent_friendly_name,
                "agentId": found.agent_id,
                "_links": [{"rel": "users", "href": f"/users-groups-search/groups/{found.group_id}/users"}],
            }
        ),
        _FOUND,
    )


def _member(person: Person) -> Document:
    shown = person_document(person, [], [])
    return {name: value for name, value in shown.items() if not name.startswith("assigned")}


def _listed(rows: list[IncomeRecord]) -> Response:
    return json_answer([row.as_document() for row in rows])


_UGS, _AFI = Upstream.USERS_GROUPS_SEARCH, Upstream.AGENT_FI_RELATIONSHIP
_PAIR = "/agent-fi-relationship/relationships/agent/{arn}/service/{service}/client/{client}"
routes = [
    served(_UGS, "user", "GET", "/users-groups-search/users/{user}", user),
    served(_UGS, "group by agent code", "GET", "/users-groups-search/groups", group_by_agent_code),
    served(_UGS, "group", "GET", "/users-groups-search/groups/{group}", group),
    served(_UGS, "users of group", "GET", "/users-groups-search/groups/{group}/users", users_of_group),
    served(
        Upstream.AGENT_SERVICES_ACCOUNT,
        "agent record",
        "GET",
        "/agent-services-account/agent-record-with-checks/arn/{arn}",
        agent_record,
        family=Family.OPEN,
    ),
    served(
        Upstream.AGENT_SERVICES_ACCOUNT,
        "agent record",
        "GET",
        "/agent-assurance/agent-record-with-checks/arn/{arn}",
        agent_record,
        family=Family.OPEN,
    ),
    served(
        Upstream.AGENT_PERMISSIONS,
        "access groups of client",
        "GET",
        "/agent-permissions/arn/{arn}/client/{key}/groups",
        access_groups,
    ),
    served(
        Upstream.AGENT_USER_CLIENT_DETAILS,
        "cache refresh",
        "GET",
        "/agent-user-client-details/arn/{arn}/cache-refresh",
        refresh_cache,
        family=Family.OPEN,
    ),
    served(_AFI, "AFI get", "GET", _PAIR, income_records),
    served(_AFI, "AFI create", "PUT", _PAIR, create_income_record),
    served(_AFI, "AFI delete", "DELETE", _PAIR, end_income_record),
    served(
        _AFI,
        "AFI active",
        "GET",
        "/agent-fi-relationship/relationships/service/{service}/clientId/{client}",
        income_records_of_client,
    ),
    served(_AFI, "AFI active", "GET", "/agent-fi-relationship/relationships/active", active_of_caller),
    served(_AFI, "AFI inactive", "GET", "/agent-fi-relationship/relationships/inactive", inactive_of_caller),
    served(
        _AFI,
        "AFI terminate",
        "DELETE",
        "/agent-fi-relationship/agent/{arn}/terminate",
        terminate_agent,
        family=Family.OPEN,
    ),
]
