"""The id of an authorisation request: computed from what it asks for, with two check symbols."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from agent_services.identifiers.base import Identifier

ALPHABET = "ABCDEFGHJKLMNOPRSTUWXYZ123456789"
"""32 symbols: no I, Q, V or 0, which are easily misread."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BITS_PER_SYMBOL = 5
_HASHED_BYTES = 7
_HASH_SYMBOLS = 10
_CRC_WIDTH = 10
_CRC_POLYNOMIAL = 0x233
_CRC_MASK = (1 << _CRC_WIDTH) - 1
_CRC_TOP_BIT = 1 << (_CRC_WIDTH - 1)

ANY_13_CHARACTERS = re.compile(r"[A-Z0-9]{13}")
"""The looser form that the test-only reading of requests asks for. Spec: invitations 6.5."""


@dataclass(frozen=True, slots=True)
class InvitationId(Identifier):
    """Such as ABERULMHCKKW3: the service's prefix, ten symbols, two check symbols. Spec: identifiers 17.

    Requests are found by any text (`as_given`): ids of earlier generators are stored as they are.
    """

    PATTERN: ClassVar[re.Pattern[str]] = re.compile(f"[{ALPHABET}]{{13}}")

    @classmethod
    def _check_holds(cls, text: str) -> bool:
        return text[-2:] == check_symbols(text[:-2])

    @property
    def prefix(self) -> str:
        """The letter that tells the service; empty for an empty text."""
        return self.value[:1]

    def to_json(self) -> dict[str, str]:
        """`{"value": …}`: the only identifier that is written as an object. Spec: identifiers 0, 4."""
        return {"value": self.value}


def new_invitation_id(*, arn: str, client_id: str, service_key: str, prefix: str, now: datetime) -> InvitationId:
    """The id of a request made at `now` (an aware time; what is below a millisecond is dropped).

    The same request in the same millisecond has the same id. `client_id` is the id as it is stored.
    Spec: invitations 3.3.
    """
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    text = f"{arn}.{client_id},{service_key}-{milliseconds}"
    start = prefix + _symbols(sha256(text.encode()).digest()[:_HASHED_BYTES])
    return InvitationId(start + check_symbols(start))


def _symbols(hashed: bytes) -> str:
    # Least significant bit first, byte by byte and symbol by symbol, is a little-endian number taken five bits
    # at a time from its low end.
    stream = int.from_bytes(hashed, "little")
    return "".join(ALPHABET[(stream >> (index * _BITS_PER_SYMBOL)) & 31] for index in range(_HASH_SYMBOLS))


def check_symbols(start: str) -> str:
    """The two symbols that close an id which begins with `start`: low five bits first."""
    crc = crc_10(start.encode())
    return ALPHABET[crc & 31] + ALPHABET[crc >> _BITS_PER_SYMBOL]


def crc_10(data: bytes) -> int:
    """CRC-10, polynomial 0x233, starting from 0, nothing reflected, nothing added at the end."""
    crc = 0
    for byte in data:
        crc ^= byte << (_CRC_WIDTH - 8)
        for _ in range(8):
            crc = (crc << 1) ^ _CRC_POLYNOMIAL if crc & _CRC_TOP_BIT else crc << 1
        crc &= _CRC_MASK
    return crc
