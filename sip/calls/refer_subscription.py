"""What whoever sent a REFER is told of it: the subscription that the REFER makes (:rfc:`3515` section 2.4).

    ASKED ──accept──▶ TELLING ──the last NOTIFY is sent──▶ ENDING ──it is answered──▶ OVER
      └──refuse──▶ OVER ◀──a NOTIFY is refused, or nobody answers it──┘

The last one is that of the final status, or the one that follows a SUBSCRIBE with Expires: 0.

One NOTIFY is under way at a time, so that none overtakes another; what happens meanwhile waits, and only the
latest of it is told. Whoever does not take our NOTIFYs gets no more of them, and the transfer goes on.

Sans-I/O: what happened in, the NOTIFY to send out. It must never see a message.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sip.messages.transfer_headers import SubscriptionState

EXPIRES_S = 180
"""A call rings for less long (:rfc:`3515` section 2.4.4 leaves the time to us)."""


class ReferState(enum.Enum):
    ASKED = enum.auto()
    """Nobody has decided yet."""
    TELLING = enum.auto()
    ENDING = enum.auto()
    """The last NOTIFY is under way."""
    OVER = enum.auto()


@dataclass(frozen=True, slots=True)
class Notice:
    """One NOTIFY."""

    status: int
    """Of the call that the REFER asked for."""
    state: SubscriptionState


class ReferSubscription:
    """Of one REFER. What its methods return is to be sent now; None: nothing is."""

    __slots__ = ("_began", "_silent", "_status", "_under_way", "_unwanted", "_waiting", "state")

    def __init__(self, *, silent: bool = False) -> None:
        """`silent`: no subscription is wanted."""
        self.state = ReferState.ASKED
        self._silent = silent
        self._began = 0.0
        self._under_way = False
        self._waiting: int | None = None
        self._status = 100
        """How far it is."""
        self._unwanted = False
        """Its subscriber wants to hear no more."""

    @property
    def over(self) -> bool:
        return self.state is ReferState.OVER

    @property
    def running(self) -> bool:
        """The transfer is under way, as far as its asker is concerned."""
        return self.state is ReferState.TELLING

    def accepted(self, now: float) -> Notice | None:
        """It was taken on: a NOTIFY says so at once (section 2.4.4)."""
        if self.state is not ReferState.ASKED:
            return None
        self.state, self._began = ReferState.TELLING, now
        return self._say(100, now)

    def refused(self) -> None:
        """By the response to the REFER itself."""
        self.state = ReferState.OVER

    def happened(self, status: int, now: float) -> Notice | None:
        """The call that was asked for got so far; a final status is the last that is told."""
        if self.state is not ReferState.TELLING:
            return None
        if self._silent:
            if status >= 200:
                self.state = ReferState.OVER
            return None
        self._status = status
        return self._say(status, now)

    def left(self, now: float) -> int:
        """Seconds that it lasts from now on."""
        return max(1, EXPIRES_S - int(now - self._began))

    def renewed(self, now: float) -> Notice | None:
        """Its subscriber asks how it stands (SUBSCRIBE)."""
        return self._say(self._status, now) if self.state is ReferState.TELLING else None

    def unwanted(self, now: float) -> Notice | None:
        """Its subscriber wants to hear no more (SUBSCRIBE with Expires: 0), and is told that it will not.
        What it asked for goes on."""
        self._unwanted = True
        return self.renewed(now)

    def answered(self, status: int, now: float) -> Notice | None:
        """A NOTIFY got this final response; 408: none came."""
        self._under_way = False
        if self.over:
            return None
        if status >= 300 or self.state is ReferState.ENDING:
            self.state, self._waiting = ReferState.OVER, None
            return None
        waiting, self._waiting = self._waiting, None
        return self._say(waiting, now) if waiting is not None else None

    def dropped(self) -> None:
        """The call is over, and the dialog with it."""
        self.state, self._waiting = ReferState.OVER, None

    def _say(self, status: int, now: float) -> Notice | None:
        if self._silent:
            return None
        if self._under_way:
            if self._waiting is None or self._waiting < 200:
                self._waiting = status
            return None
        self._under_way = True
        if status >= 200 or self._unwanted:
            self.state = ReferState.ENDING
            reason = "noresource" if status >= 200 else "timeout"  # RFC 6665 section 4.1.3
            return Notice(status, SubscriptionState("terminated", reason=reason))
        return Notice(status, SubscriptionState("active", self.left(now)))
