"""`agent-services demo`: the whole story over HTTP, as a vendor's software would tell it. Imports no room."""

from agent_services.demo.instance import tell

__all__ = ["tell"]
