"""The session's time: the samples of the conversation, without those that passed on hold.

Pure arithmetic on three scales, all in 16 kHz samples: the session's positions; the media clock's `t`, which
goes on during holds; and what a leg counts from its first write, which may have been long before the session.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS


class Timeline:
    """One call's, from `begin` on. Holds may come before."""

    def __init__(self) -> None:
        self.t = 0
        """The present position: just after the last frame."""
        self._answered_ms = 0
        """Of position 0, after the answer."""
        self._before = 0
        """Samples that the leg wrote beyond those of the clock's `t`: before the session's clock began."""
        self._heard = 0
        # Of each hold: where it began on the session's scale and on the clock's, and what passed in it and in
        # all before it.
        self._began: list[int] = []
        self._began_at: list[int] = []
        self._passed: list[int] = []

    def begin(self, t: int, written: int, elapsed_ms: int) -> None:
        """The first frame is due at the clock's `t`; the leg has written so many samples before it, and so
        many ms have passed since the answer."""
        self._before = written - t
        self._answered_ms = elapsed_ms - t // SAMPLES_PER_MS

    def frame(self, t: int) -> int:
        """A frame is due at the clock's `t`; returns its position."""
        position = t - self._on_hold
        self.t = position + FRAME_SAMPLES
        return position

    def hold(self) -> None:
        """From now on time stands still."""
        self._began.append(self.t)
        self._began_at.append(self.t + self._on_hold)
        self._passed.append(self._on_hold)

    def stand_still(self) -> None:
        """A frame's time passes on hold."""
        self._passed[-1] += FRAME_SAMPLES

    def heard(self, played: int) -> int:
        """The position up to which the caller has heard all, when its leg has played so many samples since
        its first write. It never goes back."""
        self._heard = max(self._heard, self.of_leg(played))
        return self._heard

    def of_leg(self, samples: int) -> int:
        """The position of what came as the leg's so-manyth sample since its first write."""
        at = samples - self._before
        last = bisect_right(self._began_at, at) - 1
        if last < 0:
            return at
        inside = min(at - self._began_at[last], self._passed[last] - self._passed_before(last))
        return at - self._passed_before(last) - inside

    def began_ms(self, position: int) -> int:
        """When what begins at a position began, in ms since the answer."""
        return self._ms(position, bisect_right(self._began, position) - 1)

    def ended_ms(self, position: int) -> int:
        """When what ends at a position ended, in ms since the answer."""
        return self._ms(position, bisect_left(self._began, position) - 1)

    @property
    def _on_hold(self) -> int:
        return self._passed[-1] if self._passed else 0

    def _passed_before(self, hold: int) -> int:
        return self._passed[hold - 1] if hold else 0

    def _ms(self, position: int, last_hold: int) -> int:
        passed = self._passed[last_hold] if last_hold >= 0 else 0
        return max(0, self._answered_ms + (position + passed) // SAMPLES_PER_MS)
