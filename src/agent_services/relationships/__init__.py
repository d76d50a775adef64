"""Who may act for whom: checking, creating, ending and recovering relationships. Spec: relationships."""

from agent_services.relationships.api import PREFIX, hot_paths, hot_routes, router, test_only_router
from agent_services.relationships.changing import ended_by
from agent_services.relationships.checking import RelationshipChecking
from agent_services.relationships.creation import RelationshipCreation
from agent_services.relationships.ending import AuthorityEnding
from agent_services.relationships.errors import NoAdminUser, UnknownAgent, UnknownNinoOfMtdItId
from agent_services.relationships.keys import EnrolmentKeys, ExpandedClient, KeyInvalid
from agent_services.relationships.older_authority import (
    Converted,
    NinoNotKnown,
    OlderAuthorityCopying,
    OlderAuthorityOutcome,
)
from agent_services.relationships.open_work import ChangeKind, OpenChange, open_changes
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
from agent_services.relationships.room import Relationships, RelationshipsSettings, build_relationships
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
    "PREFIX",
    "AuthorisationRequests",
    "AuthorityEnding",
    "Busy",
    "ChangeKind",
    "Converted",
    "ConvertedPartialAuthorisation",
    "Created",
    "EndAuthority",
    "EndedAuthority",
    "EndedBy",
    "EnrolmentKeys",
    "ExpandedClient",
    "FinishedCreation",
    "HowCreated",
    "HowEnded",
    "KeyInvalid",
    "LateBoundRequests",
    "NewRelationship",
    "NinoNotKnown",
    "NoAdminUser",
    "NotRelated",
    "NotRelatedCode",
    "NothingOpen",
    "NothingToRemove",
    "OlderAuthorityCopying",
    "OlderAuthorityOutcome",
    "OpenChange",
    "OriginRefused",
    "Related",
    "RelationshipChecking",
    "RelationshipCreation",
    "RelationshipQuestion",
    "Relationships",
    "RelationshipsSettings",
    "Removed",
    "RoleChange",
    "Unanswerable",
    "Undone",
    "UnknownAgent",
    "UnknownNinoOfMtdItId",
    "build_relationships",
    "ended_by",
    "hot_paths",
    "hot_routes",
    "open_changes",
    "router",
    "test_only_router",
]
