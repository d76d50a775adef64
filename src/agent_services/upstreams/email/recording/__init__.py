"""Remembers which e-mails were sent, whoever sends them; every process on the database knows of all."""

from agent_services.upstreams.email.recording.recording import RecordingEmail, SentEmails
from agent_services.upstreams.email.recording.store import SentEmailStore

__all__ = ["RecordingEmail", "SentEmailStore", "SentEmails"]
