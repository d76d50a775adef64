"""A code and who holds it. Spec: mapping 6."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from agent_services.identifiers import Arn, Utr
from agent_services.mapping.legacy_services import LegacyIdentifier


class HowMapped(Enum):
    """Who found the codes."""

    BY_CALLER = False
    """The log-in that holds them, or a journey."""
    AUTOMATICALLY = True
    """Looked up in the agent's own group."""


@dataclass(frozen=True, slots=True)
class ByArn:
    """Held by a subscribed agent, for ever."""

    arn: Arn
    how: HowMapped


@dataclass(frozen=True, slots=True)
class ByUtr:
    """Held for somebody who is about to subscribe, until 24 hours after `pre_created`."""

    utr: Utr
    pre_created: datetime


@dataclass(frozen=True, slots=True)
class StoredMapping:
    """One code and its holder. `created` is UTC."""

    identifier: LegacyIdentifier
    holder: ByArn | ByUtr
    created: datetime
