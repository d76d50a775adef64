"""Who may act for whom: checking, creating, ending and recovering relationships. Spec: relationships."""

from agent_services.relationships.errors import NoAdminUser, UnknownAgent, UnknownNinoOfMtdItId
from agent_services.relationships.questions import (
    NotRelated,
    NotRelatedCode,
    Related,
    RelationshipQuestion,
    Unanswerable,
)
from agent_services.relationships.requests import (
    AuthorisationRequests,
    ConvertedPartialAuthorisation,
    EndedAuthority,
    FinishedCreation,
    LateBoundRequests,
)
from agent_services.relationships.wanted import (
    Busy,
    Created,
    EndAuthority,
    EndedBy,
    HowCreated,
    HowEnded,
    NewRelationship,
    NothingOpen,
    NothingToRemove,
    OriginRefused,
    Removed,
    RoleChange,
    Undone,
)

__all__ = [
    "AuthorisationRequests",
    "Busy",
    "ConvertedPartialAuthorisation",
    "Created",
    "EndAuthority",
    "EndedAuthority",
    "EndedBy",
    "FinishedCreation",
    "HowCreated",
    "HowEnded",
    "LateBoundRequests",
    "NewRelationship",
    "NoAdminUser",
    "NotRelated",
    "NotRelatedCode",
    "NothingOpen",
    "NothingToRemove",
    "OriginRefused",
    "Related",
    "RelationshipQuestion",
    "Removed",
    "RoleChange",
    "Unanswerable",
    "Undone",
    "UnknownAgent",
    "UnknownNinoOfMtdItId",
]
