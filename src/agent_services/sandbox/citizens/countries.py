"""Country names as citizen-details writes them: capitals, `GREAT BRITAIN` for GB. Spec: sandbox 2.5."""

from collections.abc import Mapping
from types import MappingProxyType

COUNTRY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AE": "UNITED ARAB EMIRATES", "AR": "ARGENTINA", "AT": "AUSTRIA", "AU": "AUSTRALIA", "BE": "BELGIUM",
        "BG": "BULGARIA", "BR": "BRAZIL", "CA": "CANADA", "CH": "SWITZERLAND", "CL": "CHILE", "CN": "CHINA",
        "CY": "CYPRUS", "CZ": "CZECH REPUBLIC", "DE": "GERMANY", "DK": "DENMARK", "EE": "ESTONIA", "EG": "EGYPT",
        "ES": "SPAIN", "FI": "FINLAND", "FR": "FRANCE", "GB": "GREAT BRITAIN", "GG": "GUERNSEY", "GH": "GHANA",
        "GI": "GIBRALTAR", "GR": "GREECE", "HK": "HONG KONG", "HR": "CROATIA", "HU": "HUNGARY", "IE": "IRELAND",
        "IL": "ISRAEL", "IM": "ISLE OF MAN", "IN": "INDIA", "IS": "ICELAND", "IT": "ITALY", "JE": "JERSEY",
        "JM": "JAMAICA", "JP": "JAPAN", "KE": "KENYA", "KR": "SOUTH KOREA", "LI": "LIECHTENSTEIN",
        "LT": "LITHUANIA", "LU": "LUXEMBOURG", "LV": "LATVIA", "MC": "MONACO", "MT": "MALTA", "MX": "MEXICO",
        "MY": "MALAYSIA", "NG": "NIGERIA", "NL": "NETHERLANDS", "NO": "NORWAY", "NZ": "NEW ZEALAND",
        "PG": "PAPUA NEW GUINEA", "PH": "PHILIPPINES", "PK": "PAKISTAN", "PL": "POLAND", "PT": "PORTUGAL",
        "RO": "ROMANIA", "RS": "SERBIA", "SA": "SAUDI ARABIA", "SE": "SWEDEN", "SG": "SINGAPORE",
        "SI": "SLOVENIA", "SK": "SLOVAKIA", "TH": "THAILAND", "TR": "TURKEY", "TW": "TAIWAN", "UA": "UKRAINE",
        "US": "UNITED STATES OF AMERICA", "VN": "VIETNAM", "ZA": "SOUTH AFRICA",
    }
)  # fmt: skip


def country_name(code: str | None) -> str | None:
    """The name; a code without a name here is answered bare, as upstream does."""
    if code is None:
        return None
    return COUNTRY_NAMES.get(code.upper(), code.upper())
