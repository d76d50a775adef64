"""Runs one operation and compares what it gave with what the table says."""

from tests.upstreams import operations_clients, operations_relationships, operations_sessions_and_enrolments
from tests.upstreams.conftest import Outside
from tests.upstreams.operations import Fails, Operation

from agent_services.upstreams.errors import UpstreamFailed

ALL = (
    *operations_sessions_and_enrolments.OPERATIONS,
    *operations_relationships.OPERATIONS,
    *operations_clients.OPERATIONS,
)


async def outcome_of(operation: Operation, outside: Outside) -> object:
    """The value, or the failure as the tables write it."""
    try:
        return await operation.call(outside.ports)
    except UpstreamFailed as failure:
        if failure.upstream is not operation.upstream:
            raise
        return Fails(failure.surfaces_as, failure.status, failure.public_message)
