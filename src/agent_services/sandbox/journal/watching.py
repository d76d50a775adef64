"""Every call to an upstream passes here: it may meet a fault, and it is noted. Spec: sandbox 6.2, 6.5."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

from agent_services.platform.clock import Clock
from agent_services.platform.http.context import current_request_or_none
from agent_services.sandbox.calls import Call
from agent_services.sandbox.faults.definitions import Action, DelayRange
from agent_services.sandbox.faults.faults import Faults
from agent_services.sandbox.faults.store import Fault
from agent_services.sandbox.journal.journal import Journal, Noted
from agent_services.sandbox.refusals import Refusal

Answer = TypeVar("Answer")


class FaultyAnswer(Refusal):
    """A fault's answer in place of the upstream's."""

    def __init__(self, fault_id: str, action: Action) -> None:
        super().__init__(action.status or 500, reason=f"fault {fault_id}")
        self.fault_id = fault_id
        self.action = action


class ConnectionDropped(Exception):
    """A fault hangs up."""

    def __init__(self, fault_id: str) -> None:
        super().__init__(fault_id)
        self.fault_id = fault_id


class AnswerSpoilt(Exception):
    """A fault truncates or garbles a successful answer."""

    def __init__(self, fault_id: str, action: Action) -> None:
        super().__init__(fault_id)
        self.fault_id = fault_id
        self.action = action


class Watch:
    """Faults before and after, a note in the journal at the end."""

    def __init__(self, faults: Faults, journal: Journal, clock: Clock) -> None:
        self._faults = faults
        self._journal = journal
        self._clock = clock

    async def over(
        self, call: Call, act: Callable[[], Awaitable[Answer]], status: int | Callable[[Answer], int] = 200
    ) -> Answer:
        """What `act` answers. `status` is how a success is noted, or what reads it off the answer.

        Raises whatever `act` raises, and FaultyAnswer, ConnectionDropped or AnswerSpoilt for a fault.
        """
        started = perf_counter()
        fault = await self._faults.meets(call)
        try:
            answer = await (act() if fault is None else _with(fault, act))
        except Refusal as refusal:
            self._note(call, refusal.status, fault, _words(refusal), started)
            raise
        except (ConnectionDropped, AnswerSpoilt):
            self._note(call, None, fault, "the fault spoilt the answer", started)
            raise
        self._note(call, status if isinstance(status, int) else status(answer), fault, None, started)
        return answer

    def _note(self, call: Call, status: int | None, fault: Fault | None, refusal: str | None, started: float) -> None:
        context = current_request_or_none()
        # A bare tuple: under load most notes are overtaken by newer ones before anybody makes an entry of them.
        self._journal.note(
            Noted(
                self._clock.now(),
                call,
                status,
                context.request_id if context else None,
                fault.id if fault else None,
                refusal,
                (perf_counter() - started) * 1000,
            )
        )


async def _with(fault: Fault, act: Callable[[], Awaitable[Answer]]) -> Answer:
    action = fault.definition.action
    if fault.definition.apply == "after":
        answer = await act()
        await _delay(action)
        _spoil(fault)
        return answer
    await _delay(action)
    _spoil(fault)
    return await act()


async def _delay(action: Action) -> None:
    match action.delay_ms:
        case None:
            return
        case DelayRange(min=least, max=most):
            await asyncio.sleep(random.uniform(least, most) / 1000)  # noqa: S311  # a delay, no secret
        case milliseconds:
            await asyncio.sleep(milliseconds / 1000)


def _spoil(fault: Fault) -> None:
    action = fault.definition.action
    if action.drop == "connection":
        raise ConnectionDropped(fault.id)
    if action.drop is not None:
        raise AnswerSpoilt(fault.id, action)
    if action.status is not None:
        raise FaultyAnswer(fault.id, action)


def _words(refusal: Refusal) -> str:
    return " ".join(filter(None, (refusal.code, refusal.reason))) or f"status {refusal.status}"
