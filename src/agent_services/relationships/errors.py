"""The failures of this room and what callers are told. Spec: relationships 2.1, 2.2, 4.1, 6."""

from enum import StrEnum

from agent_services.identifiers import Arn
from agent_services.platform.http.errors import CodeError, EmptyError, FrameworkError, PlainTextError


class UnknownAgent(FrameworkError):
    """The ARN has no principal group in the enrolment store. Spec: relationships 3 (ES1-principal)."""

    status = 500
    message = "UNKNOWN_ARN"


class NoAdminUser(FrameworkError):
    """The agency has no admin user, no group record or no agent code. Spec: relationships 3.4."""

    status = 500

    def __init__(self, arn: Arn) -> None:
        super().__init__(f"[CreateRelationshipsService] No admin agent user found for Arn Arn({arn})")


class UnknownNinoOfMtdItId(FrameworkError):
    """An income tax client whose NINO the register does not give. Spec: relationships 6 step 2."""

    status = 500

    def __init__(self, mtd_it_id: str) -> None:
        super().__init__(f"NINO not found for MTDITID: {mtd_it_id}")


class RemovalNotRecorded(FrameworkError):
    """The removal could not be written down, so nothing was done. Spec: relationships 5.2 step 3."""

    status = 500
    message = "RELATIONSHIP_DELETE_FAILED_DB"


class InvalidKey(PlainTextError):
    """The path names no relationship that there can be. Spec: relationships 1.1.1."""

    status = 400


class ChangeCode(StrEnum):
    """Why PUT or DELETE of a relationship failed. Spec: relationships 2.1, 2.2."""

    NOT_FOUND = "RELATIONSHIP_NOT_FOUND"
    UNKNOWN_ARN = "UNKNOWN_ARN"
    CREATE_FAILED_ES = "RELATIONSHIP_CREATE_FAILED_ES"
    CREATE_FAILED_IF = "RELATIONSHIP_CREATE_FAILED_IF"
    DELETE_FAILED_DB = "RELATIONSHIP_DELETE_FAILED_DB"
    DELETE_FAILED_ES = "RELATIONSHIP_DELETE_FAILED_ES"
    DELETE_FAILED_IF = "RELATIONSHIP_DELETE_FAILED_IF"


class ChangeFailed(CodeError):
    """Any failure of PUT or DELETE after authorisation: 404 with its code. Spec: relationships 2.1, 2.2."""

    status = 404

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = str(code)


class RelationshipBusy(EmptyError):
    """Another change of the same relationship is under way. Spec: relationships 2.1, 2.2."""

    status = 423


class BasicCredentialsRefused(EmptyError):
    """Spec: relationships 7."""

    status = 401


class NothingBroughtOver(PlainTextError):
    """No relationship came about after sign-up. Spec: relationships 10.1."""

    status = 404


class NothingRemoved(PlainTextError):
    """There was no copy record. Spec: relationships 14."""

    status = 404
    text = "Nothing has been removed from db."
