"""Sealed fields, look-up hashes, and the keys they are made with."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent_services.platform.encryption import DecryptionFailed, FieldCipher, Keys, KeysInvalid

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()
LOOKUP = base64.b64encode(b"l" * 32).decode()


def cipher(encryption_keys: str = f"old:{OLD}", lookup_key: str = LOOKUP) -> FieldCipher:
    return FieldCipher(Keys.parse(encryption_keys, lookup_key))


@pytest.mark.parametrize("text", ["", "AB123456C", "Señor Åse & Søn 漢字", "x" * 100_000])
def test_a_sealed_field_opens_to_what_was_sealed(text: str) -> None:
    sealed = cipher().encrypt(text, purpose="invitation.client_id")

    assert cipher().decrypt(sealed, purpose="invitation.client_id") == text


def test_bytes_are_sealed_alike() -> None:
    sealed = cipher().encrypt_bytes(b"\x00\xff binary", purpose="job")

    assert cipher().decrypt_bytes(sealed, purpose="job") == b"\x00\xff binary"


def test_equal_texts_are_sealed_differently_and_never_in_the_clear() -> None:
    first, second = cipher().encrypt("AB123456C"), cipher().encrypt("AB123456C")

    assert first != second
    assert "AB123456C" not in first


def test_the_first_key_writes_and_every_key_reads() -> None:
    before_rotation = cipher(f"old:{OLD}").encrypt("AB123456C")
    rotated = cipher(f"new:{NEW}, old:{OLD}")

    assert rotated.decrypt(before_rotation) == "AB123456C"
    assert rotated.encrypt("AB123456C").startswith("v1.new.")


def test_a_field_whose_key_is_gone_names_the_key() -> None:
    sealed = cipher(f"old:{OLD}").encrypt("AB123456C")

    with pytest.raises(DecryptionFailed, match="no key 'old' in AGENT_SERVICES_ENCRYPTION_KEYS"):
        cipher(f"new:{NEW}").decrypt(sealed)


def test_a_field_opens_only_for_its_purpose() -> None:
    sealed = cipher().encrypt("AB123456C", purpose="invitation.client_id")

    with pytest.raises(DecryptionFailed):
        cipher().decrypt(sealed, purpose="mapping.identifier")


@pytest.mark.parametrize("damaged", ["", "AB123456C", "v1.old", "v2.old.AAAA", "v1.old.!!!!", "v1.old.AAAA", "v1.old."])
def test_what_is_no_sealed_field_is_refused(damaged: str) -> None:
    with pytest.raises(DecryptionFailed):
        cipher().decrypt(damaged)


def test_an_altered_field_is_refused() -> None:
    head, key_id, body = cipher().encrypt("AB123456C").split(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[-1] ^= 1

    with pytest.raises(DecryptionFailed):
        cipher().decrypt(f"{head}.{key_id}.{base64.urlsafe_b64encode(raw).decode()}")


def test_lookup_hashes_depend_on_text_purpose_and_key_alone() -> None:
    one = cipher().lookup_hash("AB123456C", purpose="nino")

    assert one == cipher(f"new:{NEW}").lookup_hash("AB123456C", purpose="nino")
    assert len(one) == 32
    assert one != cipher().lookup_hash("AB123456D", purpose="nino")
    assert one != cipher().lookup_hash("AB123456C", purpose="vrn")
    assert one != cipher(lookup_key=NEW).lookup_hash("AB123456C", purpose="nino")


@pytest.mark.parametrize(
    ("encryption_keys", "reason"),
    [
        ("", "key 1 of the list is not of the form id:base64"),
        ("secretsecret", "key 1 of the list is not of the form id:base64"),
        (f"a:{OLD},", "key 2 of the list is not of the form id:base64"),
        (f"a b:{OLD}", "key 1 of the list has an id"),
        (f"a:{OLD},a:{NEW}", "key 2 of the list repeats an earlier id"),
        ("a:secret?", "key 1 of the list is not base64"),
        ("a:c2VjcmV0", "key 1 of the list has 6 bytes, 32 are needed"),
    ],
)
def test_malformed_encryption_keys_are_named_and_never_shown(encryption_keys: str, reason: str) -> None:
    with pytest.raises(KeysInvalid, match=reason) as refusal:
        Keys.parse(encryption_keys, LOOKUP)

    assert str(refusal.value).startswith("AGENT_SERVICES_ENCRYPTION_KEYS: ")
    assert "secret" not in str(refusal.value)
    assert OLD not in str(refusal.value)


@pytest.mark.parametrize("lookup_key", ["", "secret?", "c2VjcmV0"])
def test_a_malformed_lookup_key_is_named_and_never_shown(lookup_key: str) -> None:
    with pytest.raises(KeysInvalid, match=r"^AGENT_SERVICES_LOOKUP_KEY: the key") as refusal:
        Keys.parse(f"a:{OLD}", lookup_key)

    assert "secret" not in str(refusal.value)


def test_keys_never_show_in_a_repr() -> None:
    shown = repr(Keys.parse(f"a:{OLD}", LOOKUP))

    assert "oooo" not in shown
    assert "llll" not in shown


def test_a_data_directory_keeps_its_keys_for_its_owner_alone(tmp_path: Path) -> None:
    first = Keys.kept_in(tmp_path / "data")

    assert Keys.kept_in(tmp_path / "data") == first
    assert stat.S_IMODE((tmp_path / "data" / "keys.env").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["keys.env"]


def test_many_starters_agree_on_one_set_of_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as starters:
        seen = list(starters.map(lambda _: Keys.kept_in(tmp_path), range(64)))

    assert len({(keys.encryption, keys.lookup) for keys in seen}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["keys.env"]


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.env").write_text("AGENT_SERVICES_ENCRYPTION_KEYS=\n")

    with pytest.raises(KeysInvalid, match="AGENT_SERVICES_LOOKUP_KEY"):
        Keys.kept_in(tmp_path)
