"""Streams whose packets come as they should, as rows of arrays: their headers, jitter and audio in one batch.

Nearly every packet is the next one of a stream that plays. For such a stream this keeps what its RtpReceiver
and JitterBuffer would change; `RtpStream.receiver` and `.jitter` hand it back before anybody looks, so each
figure has one owner at a time. Nothing here decides anything: what is not regular goes to those two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import FRAME_NS, NARROW_SAMPLE_NS, NARROW_SAMPLES, SECOND_NS, WRAP_16, WRAP_32
from mediaserver.rtp.jitter import MAX_DELAY
from mediaserver.rtp.packets import HEADER, MAX_TRANSIT_JUMP, Address

if TYPE_CHECKING:
    from mediaserver.rtp.jitter import JitterBuffer
    from mediaserver.rtp.packets import RtpReceiver
    from mediaserver.rtp.stream import RtpStream

Ints = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.intp]

PACKET = HEADER.size + NARROW_SAMPLES
"""Octets of a regular packet: a bare header and 20 ms."""
MAX_AGE_NS = SECOND_NS
"""The kernel's arrival time counts when it is no older than this."""

_WORD = np.dtype(">u4")
_MOST = MAX_DELAY // NARROW_SAMPLES
"""Frames that may wait."""
_PAST = 3
"""Played frames kept for a concealment (RtpStream.past)."""
_RING = 16  # a power of two, at least _MOST + _PAST
_LAPS = _RING - 1
_NOT_HERE = _RING
"""`_DEPTH` of a row whose stream is not here: no packet fits in."""
_STEP = np.array((1, NARROW_SAMPLES, 0), np.uint32)
# Columns of the state.
_DEPTH, _NEXT, _SLACK, _LAST_POP, _UNTIL, _TRANSIT, _HEARD, _PUSHED = range(8)
_COLUMNS = 8


class SteadyStreams:
    """Rows by `RtpStream.slot`."""

    def __init__(self, rows: int = 64) -> None:
        self.sources: list[Address | None] = []
        """By row: where regular packets come from; None while the stream is not here."""
        self._streams: list[RtpStream | None] = []
        self._expected = np.zeros((0, 3), _WORD)
        """The next packet's header, octet for octet."""
        self._state: Ints = np.zeros((0, _COLUMNS), np.int64)
        self._jitter = np.zeros(0, np.float64)
        self._frames: Octets = np.zeros((0, _RING, NARROW_SAMPLES), np.uint8)
        self._grow(rows)

    def _grow(self, rows: int) -> None:
        more = rows - len(self.sources)
        self.sources += [None] * more
        self._streams += [None] * more
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

    def last_heard(self, slot: int) -> int:
        """When the last packet came, ns."""
        return int(self._state[slot, _HEARD])

    # -- coming and going

    def enter(self, stream: RtpStream, receiver: RtpReceiver, jitter: JitterBuffer) -> None:
        """Take the stream over, if nothing about it is special. It has just played a whole frame."""
        past, ssrc, lock = stream.past, receiver.ssrc, receiver.locked
        if past is None or ssrc is None or lock is None or lock != stream.remote or not stream.receiving:
            return
        transit, following = receiver.steady_transit(), receiver.sequence + 1 & WRAP_16
        if transit is None or not following or receiver.payload_type != stream.payload_type:
            return
        lent = jitter.lend(receiver.timestamp + NARROW_SAMPLES & WRAP_32)
        if lent is None:
            return
        slot, depth = stream.slot, len(lent.audio) // NARROW_SAMPLES
        frames = np.frombuffer(b"".join(reversed(past)) + lent.audio, np.uint8).reshape(-1, NARROW_SAMPLES)
        self._frames[slot, : len(frames)] = frames
        self._expected[slot] = (
            0x80000000 | stream.payload_type << 16 | following,
            receiver.timestamp + NARROW_SAMPLES & WRAP_32,
            ssrc,
        )
        self._state[slot] = (
            depth,
            _PAST,
            lent.least_slack,
            lent.last_pop,
            lent.window_until,
            transit,
            stream.heard_at,
            0,
        )
        self._jitter[slot] = receiver.jitter
        self.sources[slot] = lock
        self._streams[slot] = stream
        stream.steady = True

    def leave(self, stream: RtpStream, receiver: RtpReceiver, jitter: JitterBuffer) -> None:
        """Give the stream back to its own two."""
        slot = stream.slot
        depth, at, slack, last_pop, _, transit, heard, pushed = self._state[slot].tolist()
        stream.steady = False
        self.sources[slot] = None
        self._streams[slot] = None
        self._state[slot, _DEPTH] = _NOT_HERE
        self._state[slot, _UNTIL] = 0
        ring = self._frames[slot]
        one, two, three = (ring[(at - back) & _LAPS].tobytes() for back in (1, 2, 3))
        stream.past = (one, two, three)
        played = at - _PAST
        stream.frames_read_before += played
        estimate = float(self._jitter[slot])
        if pushed:
            stream.heard_at = heard
            receiver.resume(pushed, pushed * NARROW_SAMPLES, heard, transit, estimate)
        audio = ring[(at + np.arange(depth)) & _LAPS].tobytes()
        jitter.restore(played, audio, slack, last_pop, int(estimate * NARROW_SAMPLE_NS) if pushed else None)

    # -- batches

    def take(
        self, slots: list[int], packets: list[bytes], stamps: list[bytes], now_ns: int, wall_ns: int
    ) -> list[int]:
        """Packets of PACKET octets for different rows, with the kernel's time stamps (two native 64-bit
        numbers: s, ns). Returns which of them (indexes) are not regular and were not taken."""
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
                return odd
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
        if wrapped.any():  # counting laps of sequence numbers is RtpReceiver's business
            for row in rows[wrapped].tolist():
                stream = self._streams[row]
                if stream is not None:
                    stream.leave_steady()
        return odd

    def play(self, rows: Rows, now_ns: int) -> tuple[Octets, list[int]]:
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
