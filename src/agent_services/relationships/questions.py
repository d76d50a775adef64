"""What is asked of the relationship check, and its answers. Spec: relationships 1."""

from dataclasses import dataclass
from enum import StrEnum

from agent_services.identifiers import Arn


@dataclass(frozen=True, slots=True)
class RelationshipQuestion:
    """May this agent act for this client? Every text is as the caller wrote it.

    `user_id` asks about one user of the agency instead of the agency (1.4).
    """

    arn: Arn
    service: str
    client_id_type: str
    client_id: str
    user_id: str | None = None


class NotRelatedCode(StrEnum):
    """Why there is no relationship. Spec: relationships 1.7."""

    NOT_FOUND = "RELATIONSHIP_NOT_FOUND"
    ALREADY_COPIED = "RELATIONSHIP_NOT_FOUND_ALREADY_COPIED"
    DELETE_PENDING = "RELATIONSHIP_DELETE_PENDING"
    UNKNOWN_ARN = "UNKNOWN_ARN"


@dataclass(frozen=True, slots=True)
class Related:
    """The agent may act."""


@dataclass(frozen=True, slots=True)
class NotRelated:
    """The agent may not act."""

    code: NotRelatedCode


@dataclass(frozen=True, slots=True)
class Unanswerable:
    """No such service, identifier type or identifier; or the agent of a legacy check is suspended."""
