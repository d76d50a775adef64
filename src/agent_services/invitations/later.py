"""What follows an answered request and need not be waited for: the e-mail, the enrolment's friendly name.

Each is a job enqueued in the transaction that makes it necessary. Spec: invitations 9.3 (e), 9.7.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.emails import answer_email
from agent_services.invitations.lifecycle import Invitation, InvitationStatus
from agent_services.invitations.store import RequestStore
from agent_services.platform.database import UnitOfWork
from agent_services.platform.jobs import Jobs
from agent_services.tax_services import EnrolmentKey
from agent_services.upstreams.email import Email
from agent_services.upstreams.enrolment_store_proxy import EnrolmentStoreProxy
from agent_services.upstreams.errors import FailureKind, UpstreamFailed

log = structlog.get_logger(__name__)

TELL_AGENT = "tell-agent-of-answer"
NAME_ENROLMENT = "name-enrolment"


class LaterWork:
    """Orders the jobs and does them."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        store: RequestStore,
        email: Email,
        enrolments: EnrolmentStoreProxy,
    ) -> None:
        self._jobs = jobs
        self._store = store
        self._email = email
        self._enrolments = enrolments
        jobs.register(TELL_AGENT, self._do_tell_agent)
        jobs.register(NAME_ENROLMENT, self._do_name_enrolment)

    async def tell_agent(self, work: UnitOfWork, invitation_id: InvitationId, outcome: InvitationStatus) -> None:
        """Orders the e-mail that tells the agent of the client's answer, or that none came in time."""
        await self._jobs.enqueue(work, TELL_AGENT, {"invitationId": invitation_id.value, "outcome": outcome.value})

    async def name_enrolment(self, work: UnitOfWork, accepted: Invitation, key: EnrolmentKey) -> None:
        """Orders the client's name on the enrolment in the agent's group (ES19)."""
        await self._jobs.enqueue(
            work,
            NAME_ENROLMENT,
            {"invitationId": accepted.invitation_id.value, "key": str(key)},
        )

    async def _do_tell_agent(self, payload: Mapping[str, Any]) -> None:
        """Sends the e-mail. A refusal is not repeated (17); that nobody can be reached raises UpstreamFailed."""
        invitation = await self._store.find(InvitationId.as_given(payload["invitationId"]))
        if invitation is None:
            # Swept, or emptied by a test: there is nobody left to tell.
            return
        outcome = InvitationStatus(payload["outcome"])
        is_sent = await self._email.send(answer_email(invitation, outcome))
        if is_sent and outcome is InvitationStatus.EXPIRED:
            await self._store.note_expiry_mailed(invitation.invitation_id)

    async def _do_name_enrolment(self, payload: Mapping[str, Any]) -> None:
        """Names the enrolment. All failure answers are only noted; silence raises UpstreamFailed."""
        invitation = await self._store.find(InvitationId.as_given(payload["invitationId"]))
        if invitation is None:
            return
        key = EnrolmentKey.parse(payload["key"])
        try:
            await self._name(invitation.arn, key, invitation.client_name)
        except UpstreamFailed as failure:
            if failure.kind is not FailureKind.ANSWERED:
                raise
            log.warning("friendly_name_refused", service=key.service_key, status=failure.status)

    async def _name(self, arn: Arn, key: EnrolmentKey, name: str) -> None:
        group = await self._enrolments.principal_group(arn)
        if group is None:
            log.warning("friendly_name_skipped", service=key.service_key, reason="agent has no group")
            return
        await self._enrolments.set_friendly_name(group, key, name)
