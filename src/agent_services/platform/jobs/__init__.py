"""Everything that must happen later, be retried, or come round by the clock: PgQueuer behind one thin wall.

Nothing else in the house knows PgQueuer. Its times are real time; due times that matter to the domain are
columns of the rooms, which their jobs compare with our clock.
Spec: design, Load-bearing choices. Why: docs/decisions/0003-jobs-pgqueuer.md.
"""

from agent_services.platform.jobs.jobs import Jobs, UnknownJob
from agent_services.platform.jobs.retrying import JobGivenUp, RetryLater, RetryPolicy
from agent_services.platform.jobs.schedule import InvalidCron
from agent_services.platform.jobs.store import HeldJob

__all__ = ["HeldJob", "InvalidCron", "JobGivenUp", "Jobs", "RetryLater", "RetryPolicy", "UnknownJob"]
