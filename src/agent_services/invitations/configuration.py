"""What an operator can set about authorisation requests. Spec: invitations 21."""

from dataclasses import dataclass
from datetime import timedelta

_EVERY_FIVE_MINUTES = "*/5 * * * *"


@dataclass(frozen=True, slots=True)
class InvitationsSettings:
    """The configuration keys of this room, by the name in each comment, with their defaults.

    Schedules are five-field cron in Europe/London's time.
    """

    # invitation.expiryDuration; must stay below the time to live
    expiry_duration: timedelta = timedelta(days=21)
    # mongodb.invitations.expireAfterDays
    expire_after: timedelta = timedelta(days=30)
    # emailScheduler.enabled
    schedules_enabled: bool = True
    # emailScheduler.warningEmailCronExpression
    warning_email_schedule: str = _EVERY_FIVE_MINUTES
    # emailScheduler.expiredEmailCronExpression
    expired_email_schedule: str = _EVERY_FIVE_MINUTES
    # features.overseas-itsa-enabled
    overseas_itsa_enabled: bool = True
    # alt-itsa (AGENT_SERVICES_ALT_ITSA)
    alt_itsa: bool = True
