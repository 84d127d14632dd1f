"""Between whoever places calls and the ways out: each leg that costs money is counted before it is placed,
and charged until it is over.

The driver of `mediaserver.outbound.ledger`: it reads the clock and hangs up what has to end. It must never
place a call, nor hold a leg that is over for longer than half a second.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Behalf, Carrier
from mediaserver.calls.targets import Targets, number_of
from mediaserver.errors import OutboundCapError
from mediaserver.media.leg import EndedBy, Leg, Termination, Why
from mediaserver.outbound.ledger import OutboundLedger, OutboundTicket

log = logging.getLogger(__name__)

EVERY_S = 0.5
NO_MORE = Termination(EndedBy.SERVER, Why.TIME_LIMIT, detail="a limit on calls out (outbound)")
API = "api"
"""Whose calls these are that nobody called in for."""
REDIRECTED = "redirected"
"""Whose those are that somebody sends on (3xx), beside what the first call counts for."""


_placing: ContextVar[OutboundTicket | None] = ContextVar("the call out that is being placed", default=None)
"""For the carrier's questions about a trunk, which knows the number and not whose call it is."""


def _warn_nobody(call_id: UUID) -> None:
    return None


def steady_clock() -> Callable[[], float]:
    """Seconds since 1970 that neither jump nor go back."""
    ahead = time.time() - time.monotonic()
    return lambda: ahead + time.monotonic()


class OutboundMeter:
    """One for a server."""

    def __init__(
        self, ledger: OutboundLedger, targets: Targets, now: Callable[[], float] | None = None
    ) -> None:
        self.ledger = ledger
        self._targets = targets
        self.now = now or steady_clock()
        self.warn: Callable[[UUID], None] = _warn_nobody
        """Let a call hear that it will be ended."""
        self._ending: set[asyncio.Task[None]] = set()

    def check(self, payer: str, to: str) -> None:
        """Raises OutboundCapError when a call there would be refused now. Counts nothing."""
        if not self._targets.is_extension(to):
            self.ledger.check(payer, number_of(to), self.now())

    def metered(self, carrier: Carrier, to: str, call: Call | None) -> Carrier:
        """The carrier, with calls to there counted where they cost money."""
        return carrier if self._targets.is_extension(to) else _MeteredCarrier(carrier, self, call)

    def against_trunk(self, trunk: str, number: str, dialled: str) -> str:
        """Why a trunk is not asked for a number that it dials so; else empty, and one more is counted."""
        why = self._targets.policy.against_rewritten(number, dialled, self._targets.granted(number))
        return why or self.ledger.against_trunk(trunk, number, self.now(), _placing.get())

    def count(self, payer: str, to: str) -> None:
        """Somebody else calls there for a call of ours, maybe at our cost: it is one call more, of no length.
        Raises OutboundCapError."""
        if not self._targets.is_extension(to):
            now = self.now()
            self.ledger.over(self.ledger.take(payer, number_of(to), now), now)

    def followed(self, to: str) -> bool:
        """Whether a call of ours may be sent on there (3xx) by the limits, which count it."""
        try:
            self.count(REDIRECTED, to)
        except OutboundCapError:
            return False  # the log has said it
        return True

    def look(self) -> None:
        """Let go of legs that are over, charge the others, warn, and hang up; every half second."""
        now = self.now()
        for ticket in list(self.ledger.tickets):
            if ticket.leg is not None and ticket.leg.termination is not None:
                self.ledger.over(ticket, now)
        for ticket, verdict in self.ledger.tick(now):
            if verdict == "warn" and ticket.call_id is not None:
                self.warn(ticket.call_id)
            elif verdict == "end" and ticket.leg is not None:
                self.hang_up(ticket.leg)

    def hang_up(self, leg: Leg) -> None:
        """In a task of its own: its goodbye may take long."""
        task = asyncio.create_task(leg.hangup(NO_MORE))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                self.look()
            except Exception:  # a limit that is not looked at any more would be none
                log.exception("the limits of calls out could not be looked at")
            await asyncio.sleep(EVERY_S)


class _MeteredCarrier:
    """Implements mediaserver.calls.protocols.Carrier for one call."""

    def __init__(self, carrier: Carrier, meter: OutboundMeter, call: Call | None) -> None:
        self._carrier = carrier
        self._meter = meter
        self._call = call

    @property
    def name(self) -> str:
        return self._carrier.name

    def serves(self, to: str) -> bool:
        return self._carrier.serves(to)

    async def place(self, to: str, caller: str, **options: Any) -> Leg:
        """As the carrier does, with all that it takes. Raises OutboundCapError before anybody is called."""
        meter, call = self._meter, self._call
        ledger = meter.ledger
        payer, call_id = (call.payer, call.id) if call is not None else (API, None)
        behalf = options.get("behalf")
        if isinstance(behalf, Behalf) and behalf.payer:
            payer = behalf.payer
        ticket = ledger.take(payer, number_of(to), meter.now(), call_id)
        placing = _placing.set(ticket)
        try:
            leg = await self._carrier.place(to, caller, **options)
        except BaseException:
            ledger.over(ticket, meter.now())
            raise
        finally:
            _placing.reset(placing)
        ledger.answered(ticket, leg, str(leg.stats().detail.get("trunk", "")), meter.now())
        return leg
