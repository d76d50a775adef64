"""The headers of the platform gateways DES and IFS, which know services and not people. Spec: upstreams 5.1, 6."""

from collections.abc import Mapping
from uuid import uuid4


def bearer_headers(token: str, environment: str) -> Mapping[str, str]:
    """What DES and IFS want on every call."""
    return {
        "Authorization": f"Bearer {token}",
        "Environment": environment,
        "CorrelationId": str(uuid4()),
    }
