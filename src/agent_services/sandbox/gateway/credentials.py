"""Secrets that only their holder knows: how they are made, stored and compared.

Stored is a SHA-256 digest. Everything made here has at least 160 random bits, so nothing is gained by a slow hash;
a client secret that an operator chose for the sandbox's own application is printed at start anyway.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence


def new_token() -> str:
    """An access token, refresh token, code or cookie: 160 random bits in hexadecimal."""
    return secrets.token_hex(20)


def new_client_secret() -> str:
    return str(secrets.token_urlsafe(32))


def digest_of(secret: str) -> bytes:
    """What is stored of a secret, and what it is looked up by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def is_one_of(secret: str, digests: Sequence[bytes]) -> bool:
    """Compares with every digest, in a time that tells nothing about any."""
    given = digest_of(secret)
    found = False
    for digest in digests:
        found |= hmac.compare_digest(given, digest)
    return found


def is_equal(given: str, expected: str) -> bool:
    """Compares two short secrets in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def s256(code_verifier: str) -> str:
    """The code challenge that belongs to a verifier. RFC 7636 4.2."""
    return urlsafe_b64encode(digest_of(code_verifier)).rstrip(b"=").decode()
