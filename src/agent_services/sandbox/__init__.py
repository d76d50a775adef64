"""The embedded stand-in for every upstream, for development, CI and demonstrations. Never in production.

Spec: sandbox. Nothing imports this but who composes the house: the services cannot tell what they run on.
"""

from agent_services.sandbox.building import build_sandbox
from agent_services.sandbox.cast.relationships import MAPPED_TO_A1
from agent_services.sandbox.cast.seeding import CastChoice
from agent_services.sandbox.sandbox import Sandbox
from agent_services.sandbox.snapshots.snapshots import Part

__all__ = ["MAPPED_TO_A1", "CastChoice", "Part", "Sandbox", "build_sandbox"]
