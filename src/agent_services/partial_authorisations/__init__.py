"""Authority for income tax clients who have not signed up yet. Spec: relationships 11.1."""

from agent_services.partial_authorisations.errors import DuplicatePartialAuthorisation, NotPartiallyAuthorisable
from agent_services.partial_authorisations.holding import PartialAuthorisations
from agent_services.partial_authorisations.records import record_kind
from agent_services.partial_authorisations.store import PartialAuthorisation, PartialAuthorisationStore

__all__ = [
    "DuplicatePartialAuthorisation",
    "NotPartiallyAuthorisable",
    "PartialAuthorisation",
    "PartialAuthorisationStore",
    "PartialAuthorisations",
    "record_kind",
]
