"""All SQL about the sandbox as a whole: whether its first day has been, and emptying it."""

from agent_services.platform.database import UnitOfWork

_FIRST_DAY = "first-day"


class StateStore:
    """What the sandbox knows about itself."""

    async def claim_first_day(self, work: UnitOfWork) -> bool:
        """True for the one transaction that makes the first day; the others wait for it and get False."""
        status: str = await work.execute(
            "INSERT INTO sandbox.state (name, value) VALUES ($1, 'made') ON CONFLICT DO NOTHING", _FIRST_DAY
        )
        return status == "INSERT 0 1"

    async def empty(self, work: UnitOfWork) -> None:
        """Forgets everything, snapshots excepted. DELETE, not TRUNCATE: readers go on seeing the day before."""
        await work.execute(
            """
            WITH a AS (DELETE FROM sandbox.state), b AS (DELETE FROM sandbox.user_group),
                 c AS (DELETE FROM sandbox.person), d AS (DELETE FROM sandbox.session),
                 e AS (DELETE FROM sandbox.allocation), f AS (DELETE FROM sandbox.assignment),
                 g AS (DELETE FROM sandbox.known_fact), h AS (DELETE FROM sandbox.record),
                 i AS (DELETE FROM sandbox.agent_relationship), j AS (DELETE FROM sandbox.income_record),
                 k AS (DELETE FROM sandbox.access_group), l AS (DELETE FROM sandbox.internal_token),
                 m AS (DELETE FROM sandbox.email), n AS (DELETE FROM sandbox.audit_event),
                 o AS (DELETE FROM sandbox.fault)
            DELETE FROM sandbox.journal
            """
        )
