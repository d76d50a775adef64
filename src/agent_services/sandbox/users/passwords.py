"""Passwords of test people: kept as salted hashes, compared in constant time."""

import hashlib
import hmac
import secrets

# Small on purpose: these are passwords of invented people, and a whole cast is entered at the first start.
_COST, _BLOCK, _PARALLEL = 2**12, 8, 1


def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_digest(password, salt).hex()}"


def is_right(password: str, password_hash: str | None) -> bool:
    """False for somebody without a password, too."""
    if password_hash is None:
        return False
    salt, _, digest = password_hash.partition("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL)
