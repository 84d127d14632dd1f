"""Calling all phones of an extension at once: one of them becomes the call.

What happens when is `sip.calls.forking`'s to say; this lets each phone be called, and tells. Each branch
cancels itself, acknowledges and ends what answers too late, and gives its RTP ports back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.forking import ForkAction, ForkMachine, ForkState, Steps, best
from sip.calls.leg import SipLeg
from sip.calls.outgoing import OutgoingCall

log = logging.getLogger(__name__)

ELSEWHERE = Termination(EndedBy.SERVER, Why.COMPLETED, 200, "another phone answered")
CANCELLED = Termination(EndedBy.SERVER, Why.CANCELLED, 487)
NO_ROOM = 503

Prepare = Callable[[float, Callable[[], object]], Coroutine[Any, Any, OutgoingCall]]
"""Make the call to one phone: how many seconds it may ring, and whom to tell that it does."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One phone of an extension."""

    prepare: Prepare
    q: float


class ForkedCall:
    """From the first INVITE to a leg, or to an error."""

    def __init__(
        self, contacts: Sequence[Contact], timeout_s: float, on_ringing: Callable[[], object]
    ) -> None:
        """`contacts`: the most wanted first. `on_ringing`: one of them rings; called at most once."""
        self._contacts = contacts
        self._on_ringing = on_ringing
        self._loop = asyncio.get_running_loop()
        self.machine = ForkMachine([contact.q for contact in contacts], self._loop.time() + timeout_s)
        self._branches: dict[int, asyncio.Task[SipLeg]] = {}
        self._calls: dict[int, OutgoingCall] = {}
        """Of the branches that have not said yet."""
        self._unwanted: dict[int, Termination] = {}
        self._errors: dict[int, VoiceForgeError] = {}
        self._decided = asyncio.Event()
        self._outcome: SipLeg | VoiceForgeError | None = None

    async def place(self) -> SipLeg:
        """Call and wait for an answer. Raises CallError or CapacityError: what the best of the refusals says.
        Cancelling the task cancels all calls."""
        try:
            self._do(self.machine.begin(self._loop.time()))
            await self._decided.wait()
        except BaseException:
            self._do(self.machine.give_up(self._loop.time()))
            if isinstance(self._outcome, SipLeg):  # it was answered as we were told to stop
                await self._outcome.hangup(CANCELLED)
            raise
        if isinstance(self._outcome, SipLeg):
            return self._outcome
        raise self._error()

    def _error(self) -> BaseException:
        """To be raised; not kept here, or it and we would wait for the garbage collector together."""
        error, self._outcome = self._outcome, None
        assert isinstance(error, VoiceForgeError)
        return error

    def _do(self, steps: Steps) -> None:
        for step in steps:
            match step.action:
                case ForkAction.ASK:
                    for branch in step.branches:
                        self._ask(branch, step.patience_s)
                case ForkAction.RANG:
                    self._on_ringing()
                case ForkAction.STOP | ForkAction.DROP:
                    for branch in step.branches:
                        self._give_up(branch)
                case ForkAction.TAKE:
                    self._decided.set()
                case ForkAction.END:
                    self._outcome = self._errors[best(self.machine.refusals)]
                    self._errors.clear()
                    self._decided.set()

    def _ask(self, branch: int, patience_s: float) -> None:
        task = self._branches[branch] = self._loop.create_task(self._call(branch, patience_s))
        task.add_done_callback(lambda done: self._said(branch, done))

    async def _call(self, branch: int, patience_s: float) -> SipLeg:
        def rang() -> None:
            self._do(self.machine.rang(branch, self._loop.time()))

        call = await self._contacts[branch].prepare(patience_s, rang)
        if (why := self._unwanted.get(branch)) is not None:
            call.give_up(why)  # meanwhile; nothing was sent
            raise CallError("the call was cancelled", 487)
        self._calls[branch] = call
        return await call.place()

    def _give_up(self, branch: int) -> None:
        """Cancel, or hang up."""
        why = ELSEWHERE if self.machine.state is ForkState.ANSWERED else CANCELLED
        self._unwanted[branch] = why
        if (call := self._calls.get(branch)) is not None:
            call.give_up(why)

    def _said(self, branch: int, task: asyncio.Task[SipLeg]) -> None:
        """A branch came to its end, or to a leg."""
        now = self._loop.time()
        error = CallError("the call was cancelled", 487) if task.cancelled() else task.exception()
        if error is None:
            if self._outcome is None and self.machine.state is not ForkState.OVER:
                self._outcome = task.result()
            self._do(self.machine.answered(branch, now))
        else:
            if not isinstance(error, VoiceForgeError):
                log.error("an extension's phone could not be called", exc_info=error)
                error = CallError("the phone could not be called", 500)
            self._errors[branch] = error.with_traceback(None)
            status = error.code if isinstance(error, CallError) else None
            self._do(self.machine.refused(branch, status or NO_ROOM, now))
            if self.machine.state is ForkState.OVER:
                self._errors.clear()
        del self._branches[branch]
        self._calls.pop(branch, None)
