"""Puts the house together: database, platform, upstreams and rooms, started in order and stopped in reverse.

The only place, with `cli.py`, that knows the sandbox and the HTTP adapters.
"""

from agent_services.composition.platform import Platform, composed, work_until
from agent_services.composition.upstreams import check_upstreams, register_internal_auth_token, upstream_problems

__all__ = [
    "Platform",
    "check_upstreams",
    "composed",
    "register_internal_auth_token",
    "upstream_problems",
    "work_until",
]
