"""The failures of this room and what callers are told. Spec: relationships 2.1, 2.2, 4.1, 6."""

from agent_services.identifiers import Arn
from agent_services.platform.http.errors import FrameworkError


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
