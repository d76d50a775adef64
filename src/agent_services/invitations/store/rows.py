"""How a request's row is sealed and opened. The columns are those of `invitation`."""

from collections.abc import Iterable

import asyncpg

from agent_services.identifiers import Arn, InvitationId
from agent_services.invitations.lifecycle import Invitation, InvitationStatus
from agent_services.platform.encryption import FieldCipher

_CLIENT_ID = "invitation.supplied_client_id"
_CLIENT_NAME = "invitation.client_name"
_AGENCY_NAME = "invitation.agency_name"
_AGENCY_EMAIL = "invitation.agency_email"
_AGENT_LINK_NAME = "agent_reference.name"


class RowSealing:
    """Seals the personal fields of this room, opens them, and makes the hashes that look-ups compare."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    def client_id_hash(self, client_id: str) -> bytes:
        return self._cipher.lookup_hash(client_id, purpose=_CLIENT_ID)

    def seal_client_id(self, client_id: str) -> str:
        return self._cipher.encrypt(client_id, purpose=_CLIENT_ID)

    def client_id_hashes(self, client_ids: Iterable[str]) -> list[bytes]:
        return [self.client_id_hash(client_id) for client_id in client_ids]

    def client_name_hash(self, name: str) -> bytes:
        return self._cipher.lookup_hash(name, purpose=_CLIENT_NAME)

    def link_name_hash(self, name: str) -> bytes:
        return self._cipher.lookup_hash(name, purpose=_AGENT_LINK_NAME)

    def seal_link_name(self, name: str) -> str:
        return self._cipher.encrypt(name, purpose=_AGENT_LINK_NAME)

    def open_link_name(self, sealed: str) -> str:
        return self._cipher.decrypt(sealed, purpose=_AGENT_LINK_NAME)

    def open_client_name(self, sealed: str) -> str:
        return self._cipher.decrypt(sealed, purpose=_CLIENT_NAME)

    def values(self, invitation: Invitation) -> tuple[object, ...]:
        """The parameters of an insertion, in the order of the columns that `store` names."""
        return (
            invitation.invitation_id.value,
            invitation.arn.value,
            invitation.service,
            self.seal_client_id(invitation.supplied_client_id),
            self.client_id_hash(invitation.supplied_client_id),
            invitation.supplied_client_id_type,
            self._cipher.encrypt(invitation.client_name, purpose=_CLIENT_NAME),
            self.client_name_hash(invitation.client_name),
            self._cipher.encrypt(invitation.agency_name, purpose=_AGENCY_NAME),
            self._cipher.encrypt(invitation.agency_email, purpose=_AGENCY_EMAIL),
            invitation.warning_email_sent,
            invitation.expired_email_sent,
            invitation.status.value,
            invitation.relationship_ended_by,
            invitation.client_type,
            invitation.expiry_date,
            invitation.created,
            invitation.last_updated,
        )

    def invitation(self, row: asyncpg.Record) -> Invitation:
        return Invitation(
            invitation_id=InvitationId.as_given(row["invitation_id"]),
            arn=Arn.as_given(row["arn"]),
            service=row["service"],
            supplied_client_id=self._cipher.decrypt(row["supplied_client_id"], purpose=_CLIENT_ID),
            supplied_client_id_type=row["supplied_client_id_type"],
            client_name=self._cipher.decrypt(row["client_name"], purpose=_CLIENT_NAME),
            agency_name=self._cipher.decrypt(row["agency_name"], purpose=_AGENCY_NAME),
            agency_email=self._cipher.decrypt(row["agency_email"], purpose=_AGENCY_EMAIL),
            warning_email_sent=row["warning_email_sent"],
            expired_email_sent=row["expired_email_sent"],
            status=InvitationStatus(row["status"]),
            relationship_ended_by=row["relationship_ended_by"],
            client_type=row["client_type"],
            expiry_date=row["expiry_date"],
            created=row["created"],
            last_updated=row["last_updated"],
        )
