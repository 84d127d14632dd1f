"""A leg's events on their way to whoever owns its call.

Owners come late: what happens before is kept, and told in order once somebody wants it. Nothing is told after
the end, and the owner is let go of with it, so that neither waits for the garbage collector.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from mediaserver.media.leg import Ended, LegEvent, Termination

MOST_EARLY = 256
"""Events that wait for an owner; the oldest go first."""


class LegEvents:
    """The events' part of a leg, for legs to inherit."""

    termination: Termination | None

    def __init__(self) -> None:
        self._on_event: Callable[[LegEvent], None] | None = None
        self._early: deque[LegEvent] = deque(maxlen=MOST_EARLY)

    @property
    def on_event(self) -> Callable[[LegEvent], None] | None:
        return self._on_event

    @on_event.setter
    def on_event(self, deliver: Callable[[LegEvent], None] | None) -> None:
        self._on_event = deliver
        while self._early and (wanted := self._on_event) is not None:
            self._tell(wanted, self._early.popleft())

    def _deliver(self, event: LegEvent) -> None:
        """Tells it, now or once somebody wants it. Of a leg that is over, its end alone."""
        if self.termination is not None and not isinstance(event, Ended):
            return
        if (wanted := self._on_event) is None:
            self._early.append(event)
        else:
            self._tell(wanted, event)

    def _tell(self, wanted: Callable[[LegEvent], None], event: LegEvent) -> None:
        if isinstance(event, Ended):
            self._on_event = None
        wanted(event)
