"""Reliable provisional responses (RFC 3262): those that we repeat until their PRACK, and those that we
acknowledge.

    IDLE ──sent──▶ WAITING ──PRACK──▶ IDLE             one at a time (section 3)
                      ├──final response──▶ LATE          its PRACK may still come
                      └──64*T1 without one──▶ LOST       the INVITE is to be refused

Sans-I/O: `now` (seconds) in, what to do and the next deadline out. It must never see a message.
"""

from __future__ import annotations

import enum
import secrets

from sip.transactions.timing import Timing

HIGHEST_FIRST = 2**31 - 1
"""RSeq of a first response (section 3)."""


class SendingState(enum.Enum):
    IDLE = enum.auto()
    WAITING = enum.auto()
    LATE = enum.auto()
    LOST = enum.auto()


class SendingAction(enum.Enum):
    REPEAT = enum.auto()
    GIVE_UP = enum.auto()
    """Refuse the INVITE with 5xx."""


class ReliableSending:
    """Of one INVITE of theirs. Ask `deadline` after each method."""

    __slots__ = ("_give_up_at", "_period", "_repeat_at", "_timing", "rseq", "state")

    def __init__(self, timing: Timing) -> None:
        self.state = SendingState.IDLE
        self.rseq = secrets.randbelow(HIGHEST_FIRST // 2) + 1
        """Of the response sent last; there is room for more above the first."""
        self._timing = timing
        self._period = self._repeat_at = self._give_up_at = 0.0

    @property
    def deadline(self) -> float | None:
        """When to call `due`; None: never."""
        return self._repeat_at if self.state is SendingState.WAITING else None

    def sent(self, now: float) -> int:
        """One more is sent; its RSeq. Not while another one waits."""
        assert self.state is SendingState.IDLE
        self.state = SendingState.WAITING
        self.rseq += 1
        self._period = self._timing.t1
        self._repeat_at, self._give_up_at = now + self._period, now + self._timing.patience
        return self.rseq

    def acknowledged(self, rseq: int) -> bool:
        """A PRACK came. Whether it is the one that we wait for; any other gets 481."""
        if self.state not in (SendingState.WAITING, SendingState.LATE) or rseq != self.rseq:
            return False
        self.state = SendingState.IDLE
        return True

    def stop(self) -> None:
        """A final response is out: nothing is repeated any more."""
        if self.state is SendingState.WAITING:
            self.state = SendingState.LATE

    def due(self, now: float) -> SendingAction | None:
        """A deadline may have passed."""
        if self.state is not SendingState.WAITING or now < self._repeat_at:
            return None
        if now >= self._give_up_at:
            self.state = SendingState.LOST
            return SendingAction.GIVE_UP
        self._period *= 2  # without the upper limit of other repetitions (section 3)
        self._repeat_at = min(now + self._period, self._give_up_at)
        return SendingAction.REPEAT


class ReliableArrival(enum.Enum):
    """What a reliable provisional response is, by its RSeq (section 4)."""

    NEXT = enum.auto()
    """Take it, and send a PRACK."""
    REPEATED = enum.auto()
    """Its PRACK is under way or was lost; that is repeated by its transaction."""
    AHEAD = enum.auto()
    """One before it is missing: it will come again, and so will this one."""


class ReliableReceiving:
    """Of one early dialog of an INVITE of ours."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: int | None = None

    def arrived(self, rseq: int) -> ReliableArrival:
        if self._last is None or rseq == self._last + 1:
            self._last = rseq
            return ReliableArrival.NEXT
        return ReliableArrival.REPEATED if rseq <= self._last else ReliableArrival.AHEAD
