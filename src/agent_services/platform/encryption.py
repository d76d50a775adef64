"""Personal data at rest: fields encrypted and authenticated, look-ups by keyed hash.

A sealed field reads `v1.<key id>.<base64url of nonce and ciphertext>`. The key id lets keys rotate:
the first key of the list writes, every key of the list reads. Spec: design, Personal data.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ENCRYPTION_KEYS_VARIABLE = "AGENT_SERVICES_ENCRYPTION_KEYS"
LOOKUP_KEY_VARIABLE = "AGENT_SERVICES_LOOKUP_KEY"
KEY_FILE_NAME = "keys.env"

_FORMAT = "v1"
_NONCE_BYTES = 12
_ENCRYPTION_KEY_BYTES = 32
_LOOKUP_KEY_MINIMUM_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class KeysInvalid(Exception):
    """The keys given at start cannot be used. The text names the variable and never its value."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable}: {reason}")
        self.variable = variable
        self.reason = reason


class DecryptionFailed(Exception):
    """A stored value is no sealed field, was altered, serves another purpose, or its key is gone."""


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """One AES-256 key and the id under which stored values name it."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of an installation: the first of `encryption` writes, all of them read."""

    encryption: tuple[EncryptionKey, ...]
    lookup: bytes = field(repr=False)

    @classmethod
    def parse(cls, encryption_keys: str, lookup_key: str) -> "Keys":
        """From the two variables' texts: `id:base64,…` and base64. Raises KeysInvalid."""
        return cls(encryption=_parse_encryption_keys(encryption_keys), lookup=_parse_lookup_key(lookup_key))

    @classmethod
    def kept_in(cls, data_dir: Path) -> "Keys":
        """The keys of a data directory, made on the first call (the sandbox's way).

        Two processes that start at once agree: a complete file is put in place by a hard link, which
        fails for the second one, and both read what is there. Raises KeysInvalid for a damaged file.
        """
        path = data_dir / KEY_FILE_NAME
        if not path.exists():
            _put_new_key_file(path)
        return _read_key_file(path)


class FieldCipher:
    """Seals and opens single values. Safe to share between tasks and threads."""

    def __init__(self, keys: Keys) -> None:
        self._writing_id = keys.encryption[0].id
        # Key schedules are computed once; a field then costs microseconds.
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys.encryption}
        self._lookup_key = keys.lookup

    def encrypt(self, text: str, *, purpose: str = "") -> str:
        """Sealed with the writing key; different each time. `purpose` must be given again to open it."""
        return self._seal(text.encode(), purpose)

    def decrypt(self, sealed: str, *, purpose: str = "") -> str:
        """What `encrypt` was given. Raises DecryptionFailed."""
        return self._open(sealed, purpose).decode()

    def encrypt_bytes(self, content: bytes, *, purpose: str = "") -> bytes:
        """As `encrypt`, for columns of bytes."""
        return self._seal(content, purpose).encode("ascii")

    def decrypt_bytes(self, sealed: bytes, *, purpose: str = "") -> bytes:
        """What `encrypt_bytes` was given. Raises DecryptionFailed."""
        try:
            text = sealed.decode("ascii")
        except UnicodeDecodeError:
            raise DecryptionFailed("not a sealed field") from None
        return self._open(text, purpose)

    def lookup_hash(self, text: str, *, purpose: str) -> bytes:
        """32 bytes, equal for equal text and purpose: what look-ups and unique indexes compare.

        Keyed, so that a NINO cannot be found by hashing all of them. Case and blanks count: normalise first.
        """
        return hmac.digest(self._lookup_key, f"{purpose}\0{text}".encode(), hashlib.sha256)

    def _seal(self, content: bytes, purpose: str) -> str:
        # 96 random bits: safe for 2^32 values per key, after which a new key should write.
        nonce = os.urandom(_NONCE_BYTES)
        ciphertext = self._ciphers[self._writing_id].encrypt(nonce, content, purpose.encode())
        return f"{_FORMAT}.{self._writing_id}.{base64.urlsafe_b64encode(nonce + ciphertext).decode()}"

    def _open(self, sealed: str, purpose: str) -> bytes:
        parts = sealed.split(".")
        if len(parts) != 3 or parts[0] != _FORMAT:
            raise DecryptionFailed("not a sealed field")
        cipher = self._ciphers.get(parts[1])
        if cipher is None:
            raise DecryptionFailed(f"no key {parts[1]!r} in {ENCRYPTION_KEYS_VARIABLE}")
        try:
            raw = base64.b64decode(parts[2], altchars=b"-_", validate=True)
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
        except (binascii.Error, ValueError, InvalidTag):
            # Without the cause: its frames hold the value.
            raise DecryptionFailed(f"altered, or sealed for another purpose than {purpose!r}") from None


def _parse_encryption_keys(text: str) -> tuple[EncryptionKey, ...]:
    keys: list[EncryptionKey] = []
    for position, entry in enumerate(text.split(","), start=1):
        key_id, colon, encoded = entry.strip().partition(":")
        where = f"key {position} of the list"
        if not colon:
            raise KeysInvalid(ENCRYPTION_KEYS_VARIABLE, f"{where} is not of the form id:base64")
        if not _KEY_ID.fullmatch(key_id):
            reason = f"{where} has an id that is not 1 to 32 letters, digits, dashes and underscores"
            raise KeysInvalid(ENCRYPTION_KEYS_VARIABLE, reason)
        if key_id in {key.id for key in keys}:
            raise KeysInvalid(ENCRYPTION_KEYS_VARIABLE, f"{where} repeats an earlier id")
        secret = _base64_secret(ENCRYPTION_KEYS_VARIABLE, where, encoded)
        if len(secret) != _ENCRYPTION_KEY_BYTES:
            reason = f"{where} has {len(secret)} bytes, {_ENCRYPTION_KEY_BYTES} are needed"
            raise KeysInvalid(ENCRYPTION_KEYS_VARIABLE, reason)
        keys.append(EncryptionKey(key_id, secret))
    return tuple(keys)


def _parse_lookup_key(text: str) -> bytes:
    secret = _base64_secret(LOOKUP_KEY_VARIABLE, "the key", text.strip())
    if len(secret) < _LOOKUP_KEY_MINIMUM_BYTES:
        reason = f"the key has {len(secret)} bytes, at least {_LOOKUP_KEY_MINIMUM_BYTES} are needed"
        raise KeysInvalid(LOOKUP_KEY_VARIABLE, reason)
    return secret


def _base64_secret(variable: str, where: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise KeysInvalid(variable, f"{where} is not base64") from None


def _put_new_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(8)}")
    lines = f"{ENCRYPTION_KEYS_VARIABLE}=local-1:{_new_secret()}\n{LOOKUP_KEY_VARIABLE}={_new_secret()}\n"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            # Another process was quicker; its keys are the ones. Overwriting them would make what it
            # has encrypted unreadable.
            return
    finally:
        draft.unlink()


def _read_key_file(path: Path) -> Keys:
    entries = {name: value for name, _, value in (line.partition("=") for line in path.read_text().splitlines())}
    for variable in (ENCRYPTION_KEYS_VARIABLE, LOOKUP_KEY_VARIABLE):
        if variable not in entries:
            raise KeysInvalid(variable, f"missing in the key file {path.name} of the data directory")
    return Keys.parse(entries[ENCRYPTION_KEYS_VARIABLE], entries[LOOKUP_KEY_VARIABLE])


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(_ENCRYPTION_KEY_BYTES)).decode()
