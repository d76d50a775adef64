"""Fills what a user leaves out, always the same for the same user id. Spec: sandbox 1.3."""

from agent_services.sandbox import generators
from agent_services.sandbox.enrolments.catalogue import POSTCODE_PATTERN
from agent_services.sandbox.enrolments.keys import StoredKey
from agent_services.sandbox.users.documents import AddressData, UserData
from agent_services.sandbox.users.people import AffinityGroup

_DEFAULT_CONFIDENCE = 600
_LONGEST_LINE = 35


def sanitised(user: UserData, affinity: AffinityGroup | None) -> UserData:
    """The user with everything that can be made up, in the spec's order; identifiers of keys come later."""
    seed = user.user_id or ""
    if affinity is None or user.stride_roles:
        # Staff, or nobody in particular: no group, no enrolments, nothing personal (3).
        return UserData(user_id=user.user_id, name=user.name or _person_name(seed), stride_roles=user.stride_roles)
    is_organisation = affinity is AffinityGroup.ORGANISATION
    is_individual = affinity is AffinityGroup.INDIVIDUAL
    group_id = user.group_id or generators.group_id(seed)
    made_name = generators.company_name(seed) if is_organisation else _person_name(seed)
    if affinity is AffinityGroup.AGENT:
        # Colleagues share their surname (2).
        made_name = f"{generators.first_name(seed)} {generators.last_name(group_id)}"
    return user.model_copy(
        update={
            "group_id": group_id,
            "name": user.name or made_name,
            "nino": user.nino or (None if is_organisation else generators.nino(seed)),
            "confidence_level": (user.confidence_level or _DEFAULT_CONFIDENCE) if is_individual else None,
            "credential_role": user.credential_role or "User",
            "date_of_birth": user.date_of_birth or (None if is_organisation else generators.birth_date(seed)),
            "address": _address(user.address, seed),
        }
    )


def tax_reference(user: UserData, affinity: AffinityGroup | None, principal: list[StoredKey]) -> str | None:
    """The UTR: agents get one; individuals copy it from IR-SA, or get one with HMRC-MTD-IT (12)."""
    if user.utr is not None:
        return user.utr
    seed = user.user_id or ""
    if affinity is AffinityGroup.AGENT:
        is_uk = user.address is None or user.address.country_code in (None, "GB")
        return generators.utr(seed) if is_uk else None
    for key in principal:
        if key.service == "IR-SA":
            return key.identifiers[0][1]
    if affinity is AffinityGroup.INDIVIDUAL and any(key.service == "HMRC-MTD-IT" for key in principal):
        return generators.utr(seed)
    return None


def _person_name(seed: str) -> str:
    return f"{generators.first_name(seed)} {generators.last_name(seed)}"


def _address(address: AddressData | None, seed: str) -> AddressData:
    line1, town, postcode = generators.address_lines(seed)
    if address is None:
        return AddressData(line1=line1, line2=town, postcode=postcode, country_code="GB")
    country = address.country_code if address.country_code and len(address.country_code) == 2 else "GB"
    wanted_none = "postcode" in address.model_fields_set and address.postcode is None
    kept = address.postcode
    # A foreign address, and one without postcode on purpose, stay without (ours; 8).
    if country == "GB" and not wanted_none and (kept is None or POSTCODE_PATTERN.fullmatch(kept) is None):
        kept = postcode
    return AddressData(
        line1=(address.line1 or line1)[:_LONGEST_LINE],
        line2=address.line2[:_LONGEST_LINE] if address.line2 else None,
        line3=address.line3[:_LONGEST_LINE] if address.line3 else None,
        line4=address.line4[:_LONGEST_LINE] if address.line4 else None,
        postcode=kept,
        country_code=country,
    )
