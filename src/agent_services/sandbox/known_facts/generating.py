"""Known facts that follow from the person who holds an enrolment. Spec: sandbox 1.6."""

from collections.abc import Iterator

from agent_services.sandbox import generators
from agent_services.sandbox.enrolments.catalogue import CATALOGUE, CatalogueService, Term
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.known_facts.store import Pairs
from agent_services.sandbox.refusals import Refusal, Shape
from agent_services.sandbox.users.people import Person, compact_nino

_COUNTRY_ONLY_IN = frozenset({"HMRC-AS-AGENT"})


def verifiers_for(key: StoredKey, person: Person) -> Pairs:
    """Every verifier of the service that the person has an answer to, in the catalogue's order."""
    row = CATALOGUE.get(key.service)
    return tuple(_verifiers(row, key, person)) if row is not None else ()


def _verifiers(row: CatalogueService, key: StoredKey, person: Person) -> Iterator[tuple[str, str]]:
    for term in row.verifiers:
        value = _value(term, key, person)
        if value is not None:
            yield term.name, value


def _value(term: Term, key: StoredKey, person: Person) -> str | None:
    seed = key.lookup_key
    address = person.address
    name = term.name.lower()
    if "postcode" in name or name == "irpcode":
        return address.postcode if address else None
    if name == "countrycode":
        return (address.country_code if address else None) or "GB"
    if name in ("vatregistrationdate", "ireffregdate"):
        return f"{person.vat_registration_date or generators.past_date(seed, 'vat-registration'):%d/%m/%y}"
    if name in ("pptregistrationdate", "registration date"):
        return f"{generators.date_in(2023, seed, 'registration'):%d/%m/%y}"
    if name in ("nino", "nino1"):
        return compact_nino(person.nino) if person.nino else None
    if name in ("sautr1", "urn1", "storn2"):
        return key.identifiers[0][1]
    if name == "email":
        return person.email_address
    if name == "crn":
        return generators.crn(seed)
    if name == "utr":
        return person.utr or generators.utr(seed)
    return None


def completed_key(text: str, seed: str) -> StoredKey:
    """The key with missing identifiers made: the text may be just `HMRC-MTD-VAT` or `HMRC-MTD-IT~`.

    Raises Refusal (400) for a service or identifier that the catalogue does not know.
    """
    service = text.split("~", 1)[0]
    row = CATALOGUE.get(service)
    if row is None:
        raise Refusal(400, f"INVALID_SERVICE {service}", shape=Shape.TEXT)
    given = text.rstrip("~")
    if given == service:
        return StoredKey(
            service, tuple((term.name, generators.identifier(term.name, seed)) for term in row.identifiers)
        )
    return StoredKey.checked(given)
