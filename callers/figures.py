"""Latency and barge-in arithmetic on what passed the wire: pure functions of tracks and send times.

Definitions (the same as those of the project's independent probe):

- voice to voice: from the caller's last voiced sample to the far end's next first voiced sample;
- stop: from the caller's first voiced sample to the last of what the far end was then saying, when at least
  500 ms without voice follow;
- stale: the far end speaks again before the caller has finished, or what it says after the stop is the cut
  line going on (found in a reference of the same line uninterrupted). Other lines of the reference are what
  the far end rightly says next: to find one of them proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from callers.reception import percentile
from callers.sound import PACKET, RATE, Samples, clipped
from callers.voiced import (
    PER_MS,
    STOP_BRIDGE_MS,
    Segment,
    first_after,
    locate,
    match,
    segments,
)

STALE_MATCH = 0.7
"""A correlation from which two stretches of speech are the same audio."""
SAME_LINE_MATCH = 0.5
"""Enough to tell which of a few lines was cut, where jitter has shifted parts of it."""
PIECE = RATE // 2
"""Half a second of audio is compared."""
ECHO_PIECE, ECHO_WITHIN = RATE // 10, RATE
"""An echo is looked for 100 ms by 100 ms, up to 900 ms later."""
ECHO_MATCH = 0.7


@dataclass(frozen=True, slots=True)
class LineSpan:
    """One line of ours, in samples on the tracks: its first and last voiced sample."""

    name: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class MeasuredReply:
    name: str
    voice_to_voice_ms: float | None
    """None when nobody answered or when the far end was speaking when we ended."""
    overlapped: bool
    """The far end was speaking when we ended: no latency can be read from this turn."""


def replies(said: Sequence[LineSpan], onsets: Sequence[Segment]) -> list[MeasuredReply]:
    """`onsets`: segments of the far track as `segments()` finds them by default."""
    found = []
    for index, line in enumerate(said):
        until = said[index + 1].first if index + 1 < len(said) else float("inf")
        answer = next((s for s in onsets if s.last >= line.last - 2 * PER_MS and s.first < until), None)
        if answer is None:
            found.append(MeasuredReply(line.name, None, False))
        elif answer.first <= line.last:
            found.append(MeasuredReply(line.name, None, True))
        else:
            found.append(MeasuredReply(line.name, round((answer.first - line.last) / PER_MS, 3), False))
    return found


@dataclass(frozen=True, slots=True)
class Interruption:
    at_ms: float
    far_was_speaking: bool
    stop_ms: float | None
    """None when the far end was not speaking, or did not stop before the call's end."""
    resumed_after_ms: float | None
    resumed_before_caller_ended: bool
    stale_match: float | None
    """How well the first half second after the stop fits the rest of the cut line; None without reference,
    and when the line is not found in it."""
    stale: bool


def interruptions(
    said: Sequence[LineSpan], far: Samples, reference: Samples | None = None
) -> list[Interruption]:
    """`reference`: the far track of a call that said the same lines uninterrupted."""
    spoken = segments(far, bridge_ms=STOP_BRIDGE_MS)
    found = []
    for index, line in enumerate(said):
        until = said[index + 1].first if index + 1 < len(said) else float("inf")
        at_ms = round(line.first / PER_MS, 3)
        cut = next((s for s in spoken if s.first <= line.first <= s.last), None)
        if cut is None:
            found.append(Interruption(at_ms, False, None, None, False, None, False))
            continue
        stopped = cut.last + STOP_BRIDGE_MS * PER_MS <= len(far)
        again = first_after(spoken, cut.last)
        if again is not None and again.first >= until:
            again = None
        early = again is not None and again.first < line.last
        score = None
        if again is not None and reference is not None:
            score = _goes_on(far, cut, again, reference)
        found.append(
            Interruption(
                at_ms,
                True,
                round((cut.last - line.first) / PER_MS, 3) if stopped else None,
                None if again is None else round((again.first - cut.last) / PER_MS, 3),
                early,
                None if score is None else round(score, 3),
                early or (score is not None and score >= STALE_MATCH),
            )
        )
    return found


def _goes_on(far: Samples, cut: Segment, again: Segment, reference: Samples) -> float | None:
    """Does the audio after the stop match the reference after the place where the line was cut?

    A line asked anew from its beginning is a legitimate answer; only the rest of the cut line is stale. None
    where the line is not found.
    """
    place = _where_cut(far, cut, reference)
    if place is None:
        return None
    line_end = next((s.last for s in segments(reference, bridge_ms=STOP_BRIDGE_MS) if s.last > place), place)
    piece = far[again.first : again.first + min(PIECE, line_end - place)]
    return match(piece, reference[max(0, place - PACKET) : line_end + PACKET])


def _where_cut(far: Samples, cut: Segment, reference: Samples) -> int | None:
    """The place in the reference up to which the cut line was said, by its last half second or its first,
    whichever is found better."""
    last = max(cut.first, cut.last - PIECE)
    ended, at_end = locate(far[last : cut.last], reference)
    began, at_beginning = locate(far[cut.first : cut.first + PIECE], reference)
    if max(ended, began) < SAME_LINE_MATCH:
        return None
    return at_end + cut.last - last if ended >= began else at_beginning + cut.last - cut.first


def echo_delays_ms(near: Samples, far: Samples, said: LineSpan) -> list[float]:
    """How much later each 100 ms of a line came back, in ms; pieces that did not come back are left out.

    Pieces, not the whole line: a jitter buffer that changes its depth in the middle shifts what follows.
    """
    delays = []
    for first in range(int(said.first), int(said.last) - ECHO_PIECE, ECHO_PIECE):
        score, lag = locate(near[first : first + ECHO_PIECE], far[first : first + ECHO_WITHIN])
        if score >= ECHO_MATCH:
            delays.append(lag / PER_MS)
    return delays


def noise(seconds: float = 1.0, level: float = 4000.0) -> Samples:
    """Noise of the telephone band with hard edges, always the same: every piece of it is like no other."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(0.0, level, count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    return clipped(np.fft.irfft(spectrum, count))


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of a figure over its measurements."""

    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        p50, p95, p99, top = (percentile(values, q) for q in (50, 95, 99, 100))
        return cls(p50, p95, p99, top, len(values))

    def as_dict(self) -> dict[str, float | int | None]:
        return asdict(self)
