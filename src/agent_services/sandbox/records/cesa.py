"""CESA: the older agents of a self assessment client. Spec: sandbox 2.6, appendix A.7."""

from agent_services.sandbox import generators
from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.records.kinds import RecordKind
from agent_services.sandbox.records.store import RecordStore
from agent_services.sandbox.refusals import Refusal
from agent_services.sandbox.users.people import compact_nino
from agent_services.sandbox.users.store import PeopleStore

_NINO_LENGTH = 8


class Cesa:
    """Legacy relationships with their agents."""

    def __init__(self, records: RecordStore, people: PeopleStore) -> None:
        self._records = records
        self._people = people

    async def agents_by_nino(self, nino: str) -> list[Document]:
        """Nine characters match exactly, eight match every suffix. Raises Refusal 404 for an unknown taxpayer."""
        rows = await self._records.find_all(RecordKind.LEGACY_RELATIONSHIP, "nino", nino)
        if not rows and not await self._is_known(nino):
            raise Refusal(404, "NOT_FOUND_NINO", "The remote endpoint has indicated that no data can be found")
        return await self._agents(rows)

    async def agents_by_utr(self, utr: str) -> list[Document]:
        """Raises Refusal 404 for an unknown taxpayer."""
        rows = await self._records.find_all(RecordKind.LEGACY_RELATIONSHIP, "utr", utr)
        if not rows and await self._people.person_by_utr(utr) is None:
            raise Refusal(404, "NOT_FOUND_UTR", "The remote endpoint has indicated that no data can be found")
        return await self._agents(rows)

    async def authorisation(self, agent_id: str, utr: str) -> Document | None:
        """The 64-8 flags of the agent for the client."""
        rows = await self._records.find_all(RecordKind.LEGACY_RELATIONSHIP, "utr", utr)
        return next((row for row in rows if row.get("agentId") == agent_id), None)

    async def _is_known(self, nino: str) -> bool:
        compact = compact_nino(nino)
        person = await self._people.person_by_nino(compact[:_NINO_LENGTH])
        if person is None or person.utr is None or person.nino is None:
            return False
        return len(compact) == _NINO_LENGTH or compact_nino(person.nino) == compact

    async def _agents(self, rows: list[Document]) -> list[Document]:
        by_agent = {row["agentId"]: row for row in rows}
        if not by_agent:
            return []
        stored = await self._records.find_many(RecordKind.LEGACY_AGENT, "agentId", list(by_agent))
        agents = {agent["agentId"]: agent for agent in stored}
        return [_shown(row, agents.get(agent_id) or _invented(agent_id)) for agent_id, row in by_agent.items()]


def _shown(row: Document, agent: Document) -> Document:
    return without_absent(
        {
            "id": "",
            "nino": row.get("nino") or generators.nino(row["agentId"]),
            "agentId": agent["agentId"],
            "agentOwnRef": agent.get("agentOwnRef"),
            "hasAgent": True,
            "isRegisteredAgent": agent.get("isRegisteredAgent", True),
            "govAgentId": agent.get("govAgentId"),
            "agentName": agent.get("agentName"),
            "agentPhoneNo": agent.get("agentPhoneNo"),
            "address1": agent.get("address1"),
            "address2": agent.get("address2"),
            "address3": agent.get("address3"),
            "address4": agent.get("address4"),
            "postcode": agent.get("postcode"),
            "isAgentAbroad": agent.get("isAgentAbroad", False),
            "agentCeasedDate": agent.get("agentCeasedDate"),
        }
    )


def _invented(agent_id: str) -> Document:
    line1, town, postcode = generators.address_lines(agent_id)
    return {
        "agentId": agent_id,
        "agentName": generators.company_name(agent_id),
        "address1": line1,
        "address2": town,
        "postcode": postcode,
        "isAgentAbroad": False,
    }
