"""Further legs for calls that live: a phone is rung, and let in when it answers, if the call is still there.

Everything may end while a phone rings: the call, the one that it is to replace, the server. Whatever happens,
no leg stays up that nobody talks to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from mediaserver import logs
from mediaserver.calls.call import Call
from mediaserver.calls.live import LiveCall
from mediaserver.calls.means import Means
from mediaserver.calls.protocols import Behalf, Carrier
from mediaserver.calls.targets import Targets, number_of
from mediaserver.calls.transfer_steps import told
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, CallFailedError, CapacityError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Leg, Termination, Why

NOBODY_KNOWN = "anonymous"
"""Who pays for calls of callers that have proven nothing (`Invitation.payer`)."""
RING_TIMEOUT_S = 60.0
BUSY = frozenset({486, 600})
"""SIP codes of somebody who is there and does not want to."""

CIRCLES = frozenset({482, 483})
"""SIP codes of a call that comes back to where it was."""


@contextmanager
def transferring(live: LiveCall) -> Iterator[None]:
    """One transfer at a time. Raises CallError."""
    if live.transferring:
        raise CallError("the call is being transferred already")
    live.transferring = True
    try:
        yield
    finally:
        live.transferring = False


def _nothing() -> None: ...


class Joining:
    """Rings for the calls of one switchboard. `way_out`: who calls a target for a call; raises CallError
    for nobody."""

    def __init__(self, targets: Targets, means: Means, way_out: Callable[[str, Call], Carrier]) -> None:
        self._targets = targets
        self._means = means
        self._way_out = way_out

    async def bridge(self, live: LiveCall, to: str) -> Leg | None:
        """Whom the caller dialled, by a route of ours. None when the call ended meanwhile. Raises
        CallError."""
        try:
            return await self.ring(live, to)
        except CallError:
            if live.over or live.draining:
                return None
            raise

    async def transfer(self, live: LiveCall, to: str) -> None:
        """Connect the first leg to `to` instead of whom it talks to. Raises CallError, CapacityError."""
        with transferring(live):
            self.check(to)
            told(live.call, "begun", to, warm=False)
            try:
                await self.let_in(live, to, replaces=True, on_ringing=lambda: told(live.call, "ringing", to))
            except VoiceForgeError as error:
                if not live.over:
                    told(live.call, "failed", to, reason=str(error))
                raise
            told(live.call, "accepted", to)

    async def add(self, live: LiveCall, to: str) -> None:
        """Let `to` in as one more party. Raises CallError, CapacityError."""
        await self.let_in(live, to)

    async def monitor(self, live: LiveCall, to: str, heard_by: Mapping[str, float]) -> None:
        """Let `to` listen. Raises CallError, CapacityError."""
        live.seating.check_gains(heard_by)
        self._targets.check(to)
        leg = await self.ring(live, to, listens=True)
        with self.hung_up_on_error(leg):  # whom it was to whisper to may have left meanwhile
            live.listen(leg, heard_by)

    async def let_in(
        self,
        live: LiveCall,
        to: str,
        *,
        replaces: bool = False,
        on_ringing: Callable[[], object] = _nothing,
        trunk: str = "",
    ) -> None:
        """Ring `to` and let it in; `replaces` whom the first leg talks to. `trunk`: by this one alone.
        Raises CallError, CapacityError."""
        self._targets.check(to)
        try:
            leg = await self.ring(live, to, on_ringing=on_ringing, trunk=trunk)
            with self.hung_up_on_error(leg):
                live.let_in(leg, "callee" if replaces else to, replaces=replaces)
        except VoiceForgeError as error:
            # Whom the caller talked to may have left in the hope of the other one.
            live.end_if_alone(unanswered(error))
            raise

    def check(self, to: str) -> None:
        """Raises CallError (403) when nobody may be called there."""
        self._targets.check(to)

    async def ring(
        self,
        live: LiveCall,
        to: str,
        *,
        listens: bool = False,
        unheard: bool = False,
        ring_s: float = RING_TIMEOUT_S,
        on_ringing: Callable[[], object] = _nothing,
        behalf: Behalf | None = None,
        trunk: str = "",
    ) -> Leg:
        """An answered leg. `listens`: it is to listen only. `unheard`: what it plays before is for nobody.
        `on_ringing`: it rings; told at most once. `behalf`: who had it called. `trunk`:
        by this one alone. Raises CallError (also when the call ended meanwhile), CapacityError."""
        live.check_seat()
        if live.hops_left < 1:
            raise CallError("the call has gone over too many servers, maybe in a circle", 483)
        early: list[Leg] = []

        def heard(leg: Leg) -> None:
            early.append(leg)
            live.overhear(leg)

        placing = self._way_out(to, live.call).place(
            to,
            self._caller(live, to),
            timeout_s=ring_s,
            on_ringing=on_ringing,
            on_early=_not_heard if listens or unheard else heard,
            hops=live.hops_left - 1,
            about=live.call.about,
            behalf=behalf,
            trunk=trunk,
            wishes=self._wishes(live, to),
        )
        with logs.in_call(live.call.id):  # whoever asked for it: what is said of it belongs to the call
            task = asyncio.create_task(placing)
        live.ringing[task] = listens
        live.ring_back()
        try:
            leg = await task
        except asyncio.CancelledError:
            if _has_leg(task):  # it was answered as we were told to stop
                self._means.spawn(task.result().hangup(Termination(EndedBy.SERVER, Why.CANCELLED)))
            if _told_to_stop():
                raise
            raise CallError("the call ended meanwhile") from None
        finally:
            del live.ringing[task]
            for each in early:
                live.overheard(each)
            live.ring_back()
            del task  # it has the error that has this frame: the garbage collector would have to part them
        if live.over or live.draining:
            self._means.spawn(leg.hangup(Termination(EndedBy.SERVER, Why.CANCELLED)))
            raise CallError("the call ended meanwhile")
        return leg

    def _caller(self, live: LiveCall, to: str) -> str:
        """As whose call it goes out. A number that nobody vouches for is shown to our own phones, and never
        to the network, where it would be our word: anybody may write what he likes into his From."""
        call = live.call
        if self._targets.is_extension(to) or not number_of(to):
            return call.from_uri
        return "" if call.payer == NOBODY_KNOWN else call.shown_as or call.from_uri

    def _wishes(self, live: LiveCall, to: str) -> Wishes:
        """By what the call came in or went out, where a number is called for it."""
        call = live.call
        if self._targets.is_extension(to) or not number_of(to):
            return NO_WISHES
        ours = call.from_uri if call.direction == "outbound" else call.to_uri
        return Wishes(live.way, number_of(ours))

    @contextmanager
    def hung_up_on_error(self, leg: Leg) -> Iterator[None]:
        """No leg stays up that nobody talks to."""
        try:
            yield
        except BaseException:
            self._means.spawn(leg.hangup(Termination(EndedBy.SERVER, Why.FAILED)))
            raise


def _not_heard(leg: Leg) -> None:
    """Who is rung to listen plays nothing to the call."""


def unanswered(error: VoiceForgeError) -> Termination:
    """How a call ends of which the other side did not answer."""
    code = error.code if isinstance(error, CallError) else 503 if isinstance(error, CapacityError) else None
    why = Why.BUSY if code in BUSY else Why.UNREACHABLE if code in CIRCLES else Why.NO_ANSWER
    if isinstance(error, CallFailedError):
        why = Why.FAILED
    return Termination(EndedBy.NETWORK, why, code or 480, str(error))


def _has_leg(task: asyncio.Task[Leg]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _told_to_stop() -> bool:
    """Whether it is this task that was cancelled, not what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
