"""The services that ours call: for each a port, its value types, and an adapter that speaks HTTP.

Rooms know the ports alone. Behind them stands either the embedded sandbox or the HTTP adapter; `app.py` decides.
Spec: upstreams.
"""

from agent_services.upstreams.errors import FailureKind, UpstreamFailed
from agent_services.upstreams.names import Upstream

__all__ = ["FailureKind", "Upstream", "UpstreamFailed"]
