"""One run of a creation: what it has done so far, and whether anything may have happened outside."""

from collections.abc import Iterator
from contextlib import contextmanager

from agent_services.platform.locks import LockHold, LockLost
from agent_services.relationships.intents import CreationIntent, Step
from agent_services.upstreams.errors import UpstreamFailed


class OtherPairIsBusy(Exception):
    """Another relationship that belongs to this change (the same agent's other role, a previous agent's) is being
    changed just now."""


class CreationRun:
    """Lives as long as one task works on the intent, under the lock that `hold` stands for."""

    def __init__(self, intent: CreationIntent, hold: LockHold) -> None:
        self.intent = intent
        self.wanted = intent.wanted
        self.done: set[Step] = set(intent.done)
        self.audit: dict[str, str] = dict(intent.progress.audit)
        # A resumed intent may have taken effect in a run of which nobody knows the end.
        self.may_have_had_effect = intent.is_resumed or bool(intent.done)
        self._hold = hold

    @contextmanager
    def outside_effect(self) -> Iterator[None]:
        """Around a call that changes an upstream. Raises LockLost instead of a call that two could make.

        A refusal leaves everything as it was; an unknown outcome counts as an effect.
        """
        if not self._hold.still():
            raise LockLost
        try:
            yield
        except UpstreamFailed as failure:
            self.may_have_had_effect = self.may_have_had_effect or failure.outcome_is_unknown
            raise
        self.may_have_had_effect = True
