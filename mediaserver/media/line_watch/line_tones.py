"""Names the tones of a line by pitch and cadence: faxes, modems, and what a network plays.

Voices whistle and flutes hold notes, so that a short tone of any pitch is nothing; what ends calls needs its
cadence, or seconds. Pure: windows of 64 ms in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mediaserver.media.line_watch.block import WINDOW_MS
from mediaserver.media.line_watch.figures import ToneKind
from mediaserver.media.line_watch.pitches import Pitch

SAME_HZ = 14.0
"""Windows that differ by less hold the same tone."""
RINGING_HZ = (436.0, 484.0)
STEADY_MS = 6_000
"""So long no one holds a note."""
DIAL_MS = 3_500
ANSWER_MS = 1_200
"""Of an answer tone; CED lasts at least 1.8 s (T.30 4.2)."""
V21_MS = 700
"""Of V.21 flags; a fax sends a second of them (T.30 5.3.1)."""
CYCLES = 4
"""Of a busy or congestion tone, before it is believed."""
MELODY_MS = 500
"""What follows another tone so soon belongs to it: chimes, lifts."""
KEPT = 12
"""Bursts that are remembered."""
GAP_WINDOWS = 1
"""Windows without the tone that do not end it: where 2,100 Hz turns its phase round there is one."""


@dataclass(slots=True)
class Burst:
    """One tone from its beginning to its end, in ms since the watch began."""

    low: float
    high: float
    began: int
    ended: int
    v21: bool = False

    @property
    def ms(self) -> int:
        return self.ended - self.began

    def like(self, low: float, high: float) -> bool:
        if RINGING_HZ[0] <= min(self.low, low) and max(self.low, low) <= RINGING_HZ[1] and not self.high:
            return not high  # 440 and 480 Hz beat, so that one or the other seems to be there
        return abs(self.low - low) <= SAME_HZ and abs(self.high - high) <= SAME_HZ


class ToneWatch:
    """Of one line. `kinds`: what was made out so far, with its lowest pitch and when."""

    def __init__(self) -> None:
        self.kinds: dict[ToneKind, tuple[int, int]] = {}
        """(ms since the watch began, Hz)."""
        self.last: dict[ToneKind, int] = {}
        """When each was there last."""
        self._at = 0
        self._on: Burst | None = None
        self._gap = 0
        self._past: list[Burst] = []

    def skip(self, windows: int) -> None:
        """So many windows have no tone."""
        if self._on is not None:
            self._end()
        self._at += windows * WINDOW_MS

    def look(self, windows: Sequence[Pitch | None]) -> None:
        for pitch in windows:
            self._window(pitch)

    @property
    def sounding(self) -> bool:
        """A tone goes on."""
        return self._on is not None

    def _window(self, pitch: Pitch | None) -> None:
        on, began = self._on, self._at
        self._at += WINDOW_MS
        if on is not None:
            if pitch is not None and on.v21 == pitch.v21 and on.like(pitch.low, pitch.high):
                on.ended, self._gap = self._at, 0
                self._lasting(on)
                return
            self._gap += 1
            if self._gap <= GAP_WINDOWS and self._bridges(on):
                return
            self._end()
        if pitch is not None:
            self._on = Burst(pitch.low, pitch.high, began, self._at, pitch.v21)
            self._gap = 0

    def _bridges(self, on: Burst) -> bool:
        """A window without it may be a part of this tone."""
        return on.v21 or _near(on, 2_100, 20)

    def _end(self) -> None:
        ended, self._on, self._gap = self._on, None, 0
        if ended is not None:
            self._past = [*self._past[1 - KEPT :], ended]
            self._cadence()

    # ---- by how long it lasts

    def _lasting(self, on: Burst) -> None:
        if on.v21:
            if on.ms >= V21_MS:
                self._found(ToneKind.FAX_SIGNAL, 1_650)
            return
        if on.ms >= ANSWER_MS:
            if _near(on, 2_100, 20):
                self._found(ToneKind.ANSWER_TONE, 2_100)
            elif _near(on, 2_225, 12) or _near(on, 2_250, 12):
                self._found(ToneKind.MODEM_ANSWER, on.low)
        if on.ms >= DIAL_MS and _of_network(on):
            self._found(ToneKind.DIAL, on.low)
        elif on.ms >= STEADY_MS and not _near(on, 2_100, 20) and not _is_key(on):
            self._found(ToneKind.STEADY, on.low)

    # ---- by its cadence

    def _cadence(self) -> None:
        last = self._past[-1]
        if _near(last, 1_100, 38) and 380 <= last.ms <= 640:
            self._repeats(ToneKind.FAX_CALLING, 38, 3_500, 550)
        elif _near(last, 1_300, 20) and 400 <= last.ms <= 800:
            self._repeats(ToneKind.MODEM_CALLING, 20, 2_350, 550)
        elif _of_network(last):
            self._of_network()
        elif _near(last, 1_800, 50):
            self._special()

    def _repeats(self, kind: ToneKind, tolerance: int, period: int, off_by: int) -> None:
        """The last tone and the one like it before began a period apart, and it is no part of a melody. Beeps
        that come more often (a lorry that backs, a till) are a period apart here and there, too."""
        *others, last = self._past
        before = next((other for other in reversed(others) if _near(other, last.low, tolerance)), None)
        if before is None or abs(last.began - before.began - period) > off_by:
            return
        if others[-1] is before or last.began - others[-1].ended > MELODY_MS:
            self._found(kind, last.low)

    def _of_network(self) -> None:
        last = self._past[-1]
        alike = [burst for burst in self._past if burst.like(last.low, last.high)]
        if len(alike) >= 2 and 800 <= last.ms <= 2_400:
            pause = last.began - alike[-2].ended
            if 1_800 <= pause <= 5_500 and 800 <= alike[-2].ms <= 2_400:
                self._found(ToneKind.RINGING, last.low)
        if len(alike) < CYCLES:
            return
        run = alike[-CYCLES:]
        pauses = [after.began - before.ended for before, after in zip(run, run[1:], strict=False)]
        # A window is 64 ms: each edge may be off by one.
        even = max(pauses) - min(pauses) <= 130 and max(b.ms for b in run) - min(b.ms for b in run) <= 130
        # ITU-T E.180 section 7: the tone lasts 0.67 to 1.5 times as long as its pause.
        share = sum(burst.ms for burst in run) / len(run) / (sum(pauses) / len(pauses))
        if even and 0.5 <= share <= 2.0 and 120 <= last.ms <= 900 and 120 <= pauses[-1] <= 900:
            quick = last.ms + pauses[-1] < 640
            self._found(ToneKind.CONGESTION if quick else ToneKind.BUSY, last.low)

    def _special(self) -> None:
        # Between two of its tones there is a window with both.
        tones = [burst for burst in self._past if burst.ms > 2 * WINDOW_MS]
        if len(tones) < 3:
            return
        first, second, third = tones[-3:]
        close = second.began - first.ended <= 130 and third.began - second.ended <= 130
        if close and _near(first, 950, 50) and _near(second, 1_400, 50) and third.ms <= 520:
            self._found(ToneKind.SPECIAL, first.low)

    def _found(self, kind: ToneKind, hz: float) -> None:
        self.kinds.setdefault(kind, (self._at, round(hz)))
        self.last[kind] = self._at


def _near(burst: Burst, hz: float, tolerance: float) -> bool:
    return not burst.high and abs(burst.low - hz) <= tolerance


def _is_key(burst: Burst) -> bool:
    """Somebody leans on a key that comes as a sound (ITU-T Q.23)."""
    return 680 <= burst.low <= 960 and 1_180 <= burst.high <= 1_670


def _of_network(burst: Burst) -> bool:
    """Its pitches are such as networks play (ITU-T E.180 supplement 2): 350 to 490 Hz, alone or with another
    up to 630 Hz."""
    return 340 <= burst.low <= 500 and (burst.high == 0.0 or burst.high <= 640)
