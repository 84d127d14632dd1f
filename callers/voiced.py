"""Where the voice is: voiced segments of a track, and the track a phone would play from packets.

The conventions are those of the project's independent probe, so that both measure the same thing; pure
functions on arrays, and they must stay so.

- Wire convention: sample k of a packet that passed the wire at time T happens at T + k / 8 ms.
- Voiced means energy: a sample whose magnitude reaches the threshold (-45 dBFS, 0 dBFS = full-scale square)
  and which lies in some 10 ms window whose RMS reaches it too.
- The far track is what an ideal phone with no buffer of its own would play.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from callers.sound import PACKET, PCMU, RATE, Samples, decode, encode

THRESHOLD_DB = -45.0
WINDOW = RATE // 100
PER_MS = RATE // 1000
NS_PER_MS = 1_000_000

ONSET_BRIDGE_MS, ONSET_MIN_MS = 100, 40
"""Latency and onsets: shorter holes are bridged, shorter bursts are dropped."""
STOP_BRIDGE_MS = 500
"""An interrupted agent has stopped when this long a silence follows."""


class Segment(NamedTuple):
    """First and last voiced sample, both inclusive, on a track."""

    first: int
    last: int


class Arrival(NamedTuple):
    """One audio packet on the wire."""

    at_ns: int
    """Monotonic time it was sent or received."""
    sequence: int
    payload: bytes
    payload_type: int


def threshold(level_db: float) -> float:
    return float(32768 * 10 ** (level_db / 20))


def segments(
    track: Samples,
    level_db: float = THRESHOLD_DB,
    bridge_ms: int = ONSET_BRIDGE_MS,
    min_ms: int = ONSET_MIN_MS,
) -> list[Segment]:
    """The voiced stretches of an 8 kHz track, in order."""
    if len(track) < WINDOW:
        return []
    samples = track.astype(np.int64)
    limit = threshold(level_db)
    energy = np.concatenate([[0], np.cumsum(samples * samples)])
    loud = energy[WINDOW:] - energy[:-WINDOW] >= WINDOW * limit * limit
    edges = np.zeros(len(samples) + 1, np.int64)  # +1 where a loud window begins, -1 where it ends
    edges[: len(loud)] += loud
    edges[WINDOW : WINDOW + len(loud)] -= loud
    voiced = np.flatnonzero((np.cumsum(edges)[:-1] > 0) & (np.abs(samples) >= limit))
    if not len(voiced):
        return []
    runs = np.split(voiced, np.flatnonzero(np.diff(voiced) >= bridge_ms * PER_MS) + 1)
    found = [Segment(int(run[0]), int(run[-1])) for run in runs]
    return [s for s in found if s.last - s.first + 1 >= min_ms * PER_MS]


@dataclass(frozen=True, slots=True)
class Clip:
    """A line to play, and where its voice begins and ends in it."""

    name: str
    samples: Samples
    voice: Segment

    @classmethod
    def of(cls, name: str, samples: Samples, level_db: float = THRESHOLD_DB) -> Clip:
        """Raises ValueError when there is no voice in it. The edges use the higher of `level_db` and 30 dB
        below the loudest frame, so that the room noise of a recording is not taken for voice."""
        frames = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW).astype(float)
        loudest = float(np.sqrt((frames * frames).mean(axis=1)).max()) if len(frames) else 0.0
        level = max(level_db, 20 * log10(max(loudest, 1.0) / 32768) - 30)
        found = segments(decode(encode(samples, PCMU), PCMU), level)
        if not found:
            raise ValueError(f"{name}: no voice above {level_db:g} dBFS in it")
        return cls(name, samples, Segment(found[0].first, found[-1].last))


class PlayedTrack(NamedTuple):
    track: Samples
    queued_ms: float
    """The most that was ever waiting to be played: audio that came faster than it plays."""
    skipped_ms: float
    """Silence left out to shorten such a queue."""


RE_ANCHOR = 60 * PER_MS
NUDGE = 1 * PER_MS


def far_track(
    arrivals: Iterable[Arrival], origin_ns: int, length: int, level_db: float = THRESHOLD_DB
) -> PlayedTrack:
    """Lay packets on `length` samples beginning at `origin_ns`.

    Packets follow one another; the play position is nudged by one sample per packet toward the arrival time
    when it is more than 1 ms off (jitter does not add up), jumps to it when a packet is over 60 ms late, and
    when more than a packet is queued, packets without voice are left out. Late packets go to their own place.
    """
    track = np.zeros(length, np.int16)
    limit = threshold(level_db)
    most_queued = skipped = 0
    cursor = 0
    newest: int | None = None
    for arrival in arrivals:
        samples = decode(arrival.payload, arrival.payload_type)
        size = len(samples)
        at = (arrival.at_ns - origin_ns) * PER_MS // NS_PER_MS
        step = None if newest is None else _signed16(arrival.sequence - newest)
        if step is not None and (step < -100 or step > 1000):
            step = None  # the sender numbers anew
        if step is None:
            place = at
        elif step <= 0:
            _lay(track, samples, cursor + (step - 1) * size)
            continue
        else:
            due = cursor + (step - 1) * size
            behind = at - due
            most_queued = max(most_queued, -behind)
            if -behind > size > 0 and int(np.abs(samples.astype(np.int32)).max()) < limit:
                skipped += size
                newest, cursor = arrival.sequence, due
                continue
            if behind > RE_ANCHOR:
                place = at
            else:
                place = due + (behind > NUDGE) - (-RE_ANCHOR < behind < -NUDGE)
        _lay(track, samples, place)
        newest, cursor = arrival.sequence, place + size
    return PlayedTrack(track, most_queued / PER_MS, skipped / PER_MS)


def steady_track(arrivals: Sequence[Arrival], origin_ns: int, length: int) -> Samples:
    """The same without the network's jitter: packets lie one after the other by their numbers, each stretch
    where the median of its packets came. What was sent the same twice is the same here to the sample."""
    track = np.zeros(length, np.int16)
    stretch: list[Arrival] = []
    offsets: list[int] = []
    for arrival in arrivals:
        step = _signed16(arrival.sequence - stretch[0].sequence) if stretch else 0
        offset = (arrival.at_ns - origin_ns) * PER_MS // NS_PER_MS - step * PACKET
        if stretch and (abs(offset - int(np.median(offsets[-25:]))) > RE_ANCHOR or not -100 < step < 30_000):
            _lay_stretch(track, stretch, offsets)
            stretch, offsets = [], []
            offset = (arrival.at_ns - origin_ns) * PER_MS // NS_PER_MS
        stretch.append(arrival)
        offsets.append(offset)
    _lay_stretch(track, stretch, offsets)
    return track


def _lay_stretch(track: Samples, stretch: Sequence[Arrival], offsets: Sequence[int]) -> None:
    if stretch:
        base = int(np.median(offsets))
        for arrival in stretch:
            place = base + _signed16(arrival.sequence - stretch[0].sequence) * PACKET
            _lay(track, decode(arrival.payload, arrival.payload_type), place)


def _lay(track: Samples, samples: Samples, place: int) -> None:
    first, last = max(0, place), min(len(track), place + len(samples))
    if first < last:
        track[first:last] = samples[first - place : last - place]


def _signed16(difference: int) -> int:
    """The shortest way round the sequence-number circle, RFC 3550 appendix A.1."""
    return (difference + 0x8000 & 0xFFFF) - 0x8000


def first_after(found: Sequence[Segment], sample: float) -> Segment | None:
    return next((s for s in found if s.first > sample), None)


def match(piece: Samples, whole: Samples) -> float:
    """The best normalised cross-correlation of `piece` anywhere in `whole`, 0..1; 0 when under 100 ms."""
    score, _ = locate(piece, whole)
    return score


def locate(piece: Samples, whole: Samples) -> tuple[float, int]:
    """(score, place): where in `whole` the piece fits best, by normalised cross-correlation."""
    size = len(piece)
    if size < 100 * PER_MS or len(whole) < size:
        return 0.0, 0
    needle, hay = piece.astype(float), whole.astype(float)
    power = float((needle * needle).sum())
    if power < 1.0:
        return 0.0, 0
    span = 1 << (size + len(hay)).bit_length()
    product = np.fft.irfft(np.fft.rfft(hay, span) * np.conj(np.fft.rfft(needle, span)), span)
    product = product[: len(hay) - size + 1]
    energy = np.concatenate([[0.0], np.cumsum(hay * hay)])
    floor = 1e-3 * power  # a nearly silent stretch of `whole` is no match
    norm: npt.NDArray[np.float64] = np.sqrt(np.maximum(energy[size:] - energy[:-size], floor) * power)
    scores = np.abs(product) / norm
    best = int(scores.argmax())
    return float(scores[best]), best
