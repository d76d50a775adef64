"""Client details answered from the group that holds an enrolment, not from a record. Spec: sandbox 2.6, 2.7."""

from dataclasses import dataclass

from agent_services.sandbox.documents import Document, without_absent
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.enrolments.store import EnrolmentsStore, Kind
from agent_services.sandbox.users.people import AffinityGroup, Group, Person
from agent_services.sandbox.users.store import PeopleStore


@dataclass(frozen=True, slots=True)
class Holder:
    """The group that holds an enrolment as principal, and its administrator."""

    group: Group
    person: Person

    def named(self) -> Document:
        """`individual` or `organisation`, as ETMP shows a client's name."""
        if self.group.affinity_group is AffinityGroup.ORGANISATION:
            return {"organisation": {"organisationName": self.person.name or self.group.group_id}}
        return {"individual": {"firstName": self.person.first_name, "lastName": self.person.last_name}}


class LiveDetails:
    """Holders of enrolments, trusts and capital gains subscriptions."""

    def __init__(self, enrolments: EnrolmentsStore, people: PeopleStore) -> None:
        self._enrolments = enrolments
        self._people = people

    async def holder(self, enrolment_key: str) -> Holder | None:
        """Whoever holds the key as principal; None without a group or an administrator."""
        groups = await self._enrolments.groups_holding(StoredKey.of(enrolment_key).lookup_key, Kind.PRINCIPAL)
        if not groups:
            return None
        group = await self._people.group(groups[0])
        members = await self._people.members(groups[0])
        person = next((member for member in members if member.is_administrator), None)
        return Holder(group, person) if group is not None and person is not None else None

    async def cgt_subscription(self, cgt_ref: str) -> Document | None:
        holder = await self.holder(f"HMRC-CGT-PD~CGTPDRef~{cgt_ref}")
        if holder is None:
            return None
        address = holder.person.address
        if holder.group.affinity_group is AffinityGroup.ORGANISATION:
            details: Document = {"typeOfPerson": "Trustee", "organisationName": holder.person.name or ""}
        else:
            details = {
                "typeOfPerson": "Individual",
                "firstName": holder.person.first_name,
                "lastName": holder.person.last_name,
            }
        return {
            "regime": "CGT",
            "subscriptionDetails": {
                "typeOfPersonDetails": details,
                "addressDetails": address.in_etmp_form() if address else {"countryCode": "GB"},
            },
        }

    async def trust(self, *, utr: str | None = None, urn: str | None = None) -> Document | None:
        """By UTR or URN, whichever is given."""
        key = f"HMRC-TERS-ORG~SAUTR~{utr}" if utr else f"HMRC-TERSNT-ORG~URN~{urn}"
        holder = await self.holder(key)
        if holder is None:
            return None
        address = holder.person.address
        return {
            "trustDetails": without_absent(
                {
                    "utr": utr,
                    "urn": urn,
                    "trustName": holder.person.name or holder.group.group_id,
                    "address": without_absent(
                        {
                            "line1": (address.line1 if address else None) or "1 High Street",
                            "line2": (address.line2 if address else None) or "Town",
                            "postcode": address.postcode if address else None,
                            "country": (address.country_code if address else None) or "GB",
                        }
                    ),
                    "serviceName": "TERS",
                }
            )
        }
