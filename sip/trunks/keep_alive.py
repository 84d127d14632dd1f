"""Whether a trunk's server is there: asked now and then (OPTIONS). Two silences say no, one answer says yes.

One that has just stayed silent for the first time is asked again sooner, so that calls go elsewhere soon.
Pure: outcomes and `now` (seconds) in, the next time to ask out.
"""

from __future__ import annotations

from collections.abc import Callable

DOWN_AFTER = 2
"""Questions in a row without an answer that counts."""
SOONER = 0.25
"""Share of the period after which one that stayed silent once is asked again."""
SPREAD = 0.1
"""Share of the period by which questions are moved, so that all servers are not asked at once."""
NOT_THERE = frozenset({408, 503})
"""Final responses of somebody before the server, or of one that takes no calls. Any other is of one that is
alive, whatever it thinks of OPTIONS."""


class OptionsPings:
    """Of one trunk."""

    def __init__(self, period_s: float, draw: Callable[[], float]) -> None:
        """`period_s`: > 0. `draw`: evenly from [0, 1)."""
        self.reachable: bool | None = None
        """None: nothing was heard yet, and too little was asked."""
        self._period_s = period_s
        self._draw = draw
        self._silences = 0
        self._at: float | None = None

    @property
    def patience_s(self) -> float:
        """So long one question is waited for."""
        return min(self._period_s, 4.0)

    def begin(self, now: float) -> None:
        """Soon, but not all at once when a server with many trunks starts."""
        self._at = now + min(1.0, self._period_s) * self._draw()

    @property
    def deadline(self) -> float | None:
        """When to ask next; None: a question is out, or nothing has begun."""
        return self._at

    def asked(self) -> None:
        self._at = None

    def answered(self, status: int | None, now: float) -> None:
        """`status`: of the final response; None: none came."""
        if status is not None and status not in NOT_THERE:
            self._silences, self.reachable = 0, True
        else:
            self._silences += 1
            if self._silences >= DOWN_AFTER:
                self.reachable = False
        doubted = 0 < self._silences < DOWN_AFTER
        share = SOONER if doubted else 1 + SPREAD * (2 * self._draw() - 1)
        self._at = now + self._period_s * share
