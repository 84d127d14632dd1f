"""When we have taken on as much as we can carry: past that, new calls are refused so that those that are up
keep their quality.

Pure; looked at about once a second. Signs are packets that go out late and a media thread without rest; both
must last, for one stall is no load. While it lasts nobody is let in; afterwards as many as were carried well,
and then more bit by bit, or the next wave would end like the last one.
"""

from __future__ import annotations

from dataclasses import dataclass

SUSTAINED = 2
"""Bad looks in a row that are an overload."""
CALM = 3
"""Good ones in a row after which it is over."""
WELL_CARRIED = 0.9
"""Of the calls that were up when it began so many are carried well."""
GROWTH = 1.02
"""With each good look so many more are tried."""
LATE_SHARE = 0.01
"""Of the packets; the target is that 99 of 100 are in time."""
LEAST_SENT = 50
"""Ticks between two looks below which a share says nothing."""
FEW = 10
"""Calls that are no load: what is late with so few is another program's doing, and more are let in."""


@dataclass(frozen=True, slots=True)
class Strain:
    """What was seen since the last look."""

    sent: int
    """Ticks that sent something."""
    late: int
    """Of these, later than the limit."""
    busy: float
    """Share of the time that the media thread spent in ticks, 0 to 1."""
    calls: int
    """Up now."""


class Overload:
    """Whether new calls are refused. `most_busy`: the share of the time from which the media thread has no
    rest."""

    def __init__(self, most_busy: float = 0.85) -> None:
        self._most_busy = most_busy
        self._bad = self._good = 0
        self._room: float | None = None
        """Calls that are carried well, as far as is known; None: no limit was met."""
        self.why = ""
        """What is seen while it lasts; else empty."""
        self.begun = 0
        """How often it began."""

    def look(self, seen: Strain) -> bool:
        """Judge the last second. True when the overload begins, or ends."""
        was, why = bool(self.why), self._fault(seen)
        if why:
            self._bad, self._good = self._bad + 1, 0
            if self._bad >= SUSTAINED:
                if not was:
                    self.begun += 1
                    room = WELL_CARRIED * seen.calls
                    self._room = max(FEW, room if self._room is None else min(room, self._room))
                self.why = why
        else:
            self._bad, self._good = 0, self._good + 1
            if self._good >= CALM:
                self.why = ""
            if not self.why and self._room is not None:
                self._room *= GROWTH
                if self._room > 2 * max(seen.calls, FEW):
                    self._room = None  # it is far from any limit
        return was is not bool(self.why)

    def refuses(self, calls: int) -> bool:
        """Whether one more is refused beside so many. Cheap: asked for each new call."""
        if not self.why and self._room is None:
            return False
        return calls >= FEW and (bool(self.why) or (self._room is not None and calls >= self._room))

    @property
    def room(self) -> int | None:
        """Calls that are let in now; None: as many as the settings say."""
        return None if self._room is None else int(self._room)

    def _fault(self, seen: Strain) -> str:
        if seen.calls < FEW:
            return ""
        if seen.sent >= LEAST_SENT and seen.late > LATE_SHARE * seen.sent:
            return f"{100 * seen.late / seen.sent:.0f} % of the ticks send their packets late"
        if seen.busy > self._most_busy:
            return f"the media thread is busy {100 * seen.busy:.0f} % of the time"
        return ""
