"""Streams whose packets come as they should, as rows of arrays: their headers, jitter and audio in one batch.

Nearly every packet is the next one of a stream that plays. For such a stream this keeps what its RtpReceiver
and JitterBuffer would change; `Incoming` hands it over and takes it back, so each figure has one owner at a
time. Nothing here decides anything: what is not regular goes to those two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Codes, Rows
from mediaserver.media.narrowband import PAST
from mediaserver.media.time import FRAME_NS, NARROW_SAMPLE_NS, NARROW_SAMPLES, SECOND_NS, WRAP_16, WRAP_32
from mediaserver.rtp.jitter import MAX_DELAY, LentAudio
from mediaserver.rtp.packets import HEADER, MAX_TRANSIT_JUMP, Address

Ints = npt.NDArray[np.int64]

PACKET = HEADER.size + NARROW_SAMPLES
"""Codes of a regular packet: a bare header and 20 ms."""
MAX_AGE_NS = SECOND_NS
"""The kernel's arrival time counts when it is no older than this."""

_WORD = np.dtype(">u4")
_MOST = MAX_DELAY // NARROW_SAMPLES
"""Frames that may wait."""
_RING = 16  # a power of two, at least _MOST + PAST
_LAPS = _RING - 1
_NOT_HERE = _RING
"""`_DEPTH` of a row whose stream is not here: no packet fits in."""
_STEP = np.array((1, NARROW_SAMPLES, 0), np.uint32)
# Columns of the state.
_DEPTH, _NEXT, _SLACK, _LAST_POP, _UNTIL, _TRANSIT, _HEARD, _PUSHED = range(8)
_COLUMNS = 8


class Entry(NamedTuple):
    """A stream as it comes."""

    source: Address
    """Where its packets come from."""
    payload_type: int
    sequence: int
    timestamp: int
    """Of the next packet."""
    ssrc: int
    transit: int
    """The last packet's, as in RtpReceiver.measure."""
    jitter: float
    heard_at: int
    past: tuple[bytes, bytes, bytes]
    """The last three frames played, newest first."""
    lent: LentAudio


class Left(NamedTuple):
    """A stream as it goes."""

    played: int
    """Frames."""
    pushed: int
    """Packets."""
    heard_at: int
    transit: int
    jitter: float
    past: tuple[bytes, bytes, bytes]
    audio: bytes
    """What waits to be played."""
    least_slack: int
    last_pop: int


class Progress(NamedTuple):
    """A stream's figures since it came."""

    played: int
    pushed: int
    waiting: int
    """Frames."""
    heard_at: int
    """When the last packet came, ns."""
    jitter: float
    least_slack: int
    """As in JitterBuffer, ns."""


class SteadyStreams:
    """Rows by the slots of their voices."""

    def __init__(self, rows: int = 64) -> None:
        self.sources: list[Address | None] = []
        """By row: where regular packets come from; None while the stream is not here."""
        self._expected = np.zeros((0, 3), _WORD)
        """The next packet's header, octet for octet."""
        self._state: Ints = np.zeros((0, _COLUMNS), np.int64)
        self._jitter = np.zeros(0, np.float64)
        self._frames: Codes = np.zeros((0, _RING, NARROW_SAMPLES), np.uint8)
        self._grow(rows)

    def _grow(self, rows: int) -> None:
        more = rows - len(self.sources)
        self.sources += [None] * more
        self._expected = np.concatenate(
            (self._expected, np.zeros((more, 3), _WORD)),
            dtype=_WORD,  # else it would be native
        )
        state = np.zeros((more, _COLUMNS), np.int64)
        state[:, _DEPTH] = _NOT_HERE
        self._state = np.concatenate((self._state, state))
        self._jitter = np.concatenate((self._jitter, np.zeros(more)))
        self._frames = np.concatenate((self._frames, np.zeros((more, _RING, NARROW_SAMPLES), np.uint8)))

    def open(self, slot: int) -> None:
        """A stream may come to this row."""
        if slot >= len(self.sources):
            self._grow(2 * slot + 1)

    def progress(self, slot: int) -> Progress:
        """Of a stream that is here. Disturbs nothing."""
        depth, at, slack, _, _, _, heard, pushed = self._state[slot].tolist()
        return Progress(at - PAST, pushed, depth, heard, float(self._jitter[slot]), slack)

    # -- coming and going

    def enter(self, slot: int, entry: Entry) -> None:
        """Take a stream over that has just played a whole frame."""
        lent = entry.lent
        frames = np.frombuffer(b"".join(reversed(entry.past)) + lent.audio, np.uint8)
        frames = frames.reshape(-1, NARROW_SAMPLES)
        self._frames[slot, : len(frames)] = frames
        self._expected[slot] = (
            0x80000000 | entry.payload_type << 16 | entry.sequence,
            entry.timestamp,
            entry.ssrc,
        )
        self._state[slot] = (
            len(frames) - PAST,
            PAST,
            lent.least_slack,
            lent.last_pop,
            lent.window_until,
            entry.transit,
            entry.heard_at,
            0,
        )
        self._jitter[slot] = entry.jitter
        self.sources[slot] = entry.source

    def leave(self, slot: int) -> Left:
        """Give a stream back to its own two."""
        depth, at, slack, last_pop, _, transit, heard, pushed = self._state[slot].tolist()
        self.sources[slot] = None
        self._state[slot, _DEPTH] = _NOT_HERE
        self._state[slot, _UNTIL] = 0
        ring = self._frames[slot]
        one, two, three = (ring[(at - back) & _LAPS].tobytes() for back in (1, 2, 3))
        audio = ring[(at + np.arange(depth)) & _LAPS].tobytes()
        jitter = float(self._jitter[slot])
        return Left(at - PAST, pushed, heard, transit, jitter, (one, two, three), audio, slack, last_pop)

    # -- batches

    def take(
        self, slots: list[int], packets: list[bytes], stamps: list[bytes], now_ns: int, wall_ns: int
    ) -> tuple[list[int], list[int]]:
        """Packets of PACKET octets for different rows, with the kernel's time stamps (two native 64-bit
        numbers: s, ns). Returns which of them (indexes) are not regular and were not taken; and the rows
        whose next sequence number is 0, which must leave: counting laps is RtpReceiver's business."""
        data = b"".join(packets)
        octets = np.frombuffer(data, np.uint8).reshape(-1, PACKET)
        headers, octets = octets[:, : HEADER.size], octets[:, HEADER.size :]
        times = np.frombuffer(b"".join(stamps), np.int64).reshape(-1, 2)
        rows = np.array(slots, np.intp)
        # Questions to the whole batch come first; single rows are looked at when the answer is not the usual.
        state, expected = self._state.take(rows, 0), self._expected[rows]
        odd: list[int] = []
        if headers.tobytes() != expected.tobytes() or state[:, _DEPTH].max() >= _MOST:
            same = (headers == expected.view(np.uint8)).all(axis=1)
            regular = same & (state[:, _DEPTH] < _MOST)
            odd = np.flatnonzero(~regular).tolist()
            rows, state, expected = rows[regular], state[regular], expected[regular]
            octets, times = octets[regular], times[regular]
            if not len(rows):
                return odd, []
        age = (wall_ns - times[:, 1]) - times[:, 0] * SECOND_NS
        if age.min() <= 0 or age.max() >= MAX_AGE_NS:
            age = np.where((age > 0) & (age < MAX_AGE_NS), age, 0)
        arrived = now_ns - age
        depth = state[:, _DEPTH]
        self._frames[rows, (state[:, _NEXT] + depth) & _LAPS] = octets
        slack = state[:, _LAST_POP] + FRAME_NS * (1 + depth) - arrived
        # As RtpReceiver.measure has it.
        transit = (arrived // NARROW_SAMPLE_NS - expected[:, 1]) & WRAP_32
        change = np.abs(transit - state[:, _TRANSIT])
        change = np.minimum(change, WRAP_32 + 1 - change)
        before = self._jitter.take(rows)
        more = change - before
        if change.max() >= MAX_TRANSIT_JUMP:
            more[change >= MAX_TRANSIT_JUMP] = 0.0
        self._jitter[rows] = before + more / 16
        depth += 1
        state[:, _SLACK] = np.minimum(state[:, _SLACK], slack)
        state[:, _TRANSIT] = transit
        state[:, _HEARD] = arrived
        state[:, _PUSHED] += 1
        self._state[rows] = state
        expected += _STEP  # time stamps wrap, as the field does
        self._expected[rows] = expected
        wrapped = expected[:, 0] & WRAP_16 == 0
        return odd, rows[wrapped].tolist() if wrapped.any() else []

    def play(self, rows: Rows, now_ns: int) -> tuple[Codes, list[int]]:
        """The next frame of each row, [N, 160], and the indexes of those that are not for us to give."""
        state = self._state.take(rows, 0)
        odd: list[int] = []
        if state[:, _DEPTH].min() > 0 and now_ns < state[:, _UNTIL].min():
            codes = self._frames[rows, state[:, _NEXT] & _LAPS]
        else:
            ready = (state[:, _DEPTH] > 0) & (now_ns < state[:, _UNTIL])
            odd = np.flatnonzero(~ready).tolist()
            codes = np.empty((len(rows), NARROW_SAMPLES), np.uint8)
            rows, state = rows[ready], state[ready]
            codes[ready] = self._frames[rows, state[:, _NEXT] & _LAPS]
        state[:, _DEPTH] -= 1
        state[:, _NEXT] += 1
        state[:, _LAST_POP] = now_ns
        self._state[rows] = state
        return codes, odd
