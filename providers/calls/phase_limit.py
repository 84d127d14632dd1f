"""How long a call may stay in a phase that must not last (`machine.LIMITS_S`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from providers.calls.machine import LIMITS_S, Phase


class PhaseLimit:
    """Of one call."""

    def __init__(
        self,
        later: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
        late: Callable[[Phase], None],
    ) -> None:
        """`later`: has something done after so many seconds. `late`: told of a phase that lasts too long."""
        self._later = later
        self._late = late
        self._timer: asyncio.TimerHandle | None = None
        self._phase: Phase | None = None

    def watch(self, phase: Phase) -> None:
        """The call is in this one. It counts from when that began: what is only told again gives it no more
        time."""
        if phase is self._phase:
            return
        self.cancel()
        limit = LIMITS_S.get(phase)
        self._phase = phase
        self._timer = None if limit is None else self._later(limit, lambda: self._reached(phase))

    def cancel(self) -> None:
        """Nothing is watched any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _reached(self, phase: Phase) -> None:
        self._timer = self._phase = None
        self._late(phase)
