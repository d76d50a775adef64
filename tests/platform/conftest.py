"""What the platform's own tests share."""

import pytest

from agent_services.platform.encryption import EncryptionKey, FieldCipher, Keys


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher(Keys(encryption=(EncryptionKey("test", b"k" * 32),), lookup=b"l" * 32))
