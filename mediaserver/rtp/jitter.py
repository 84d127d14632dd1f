"""The jitter buffer: packets of any length in, 20 ms of encoded audio out per tick, as early as is safe.

Pure: every call takes `now`; it reads no clock, decodes nothing and never raises on what a peer sends.

What waits lies in a ring indexed by RTP timestamp. Playout runs on by 160 samples per `pop`, whatever
arrives.

    IDLE --packet--> WAITING --first-packet time + target reached--> PLAYING --long underrun--> IDLE

The distance between a packet's arrival and its playing is its slack. A packet that comes too late moves
playout back (delay grows by whole frames); when even the least slack of the last seconds exceeds the
target by a frame, playout skips a frame, in a pause if one comes soon (delay shrinks). Clock drift needs
nothing else: it shows as growing or falling slack.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import NamedTuple

from mediaserver.media.narrowband import CONCEAL
from mediaserver.media.time import (
    FRAME_NS,
    NARROW_PER_MS,
    NARROW_SAMPLE_NS,
    NARROW_SAMPLES,
    WRAP_32,
    ahead_32,
    unwrap_32,
)
from mediaserver.rtp.octet_ring import LAST_START, MASK, NONE, RING, WHOLE, OctetRing

MARGIN_NS = 10_000_000
"""Least delay between a packet's expected arrival and its playing."""
MAX_DELAY = 1_600
"""Samples (200 ms) that may wait; more is thrown away."""
IDLE_AFTER = 5
"""Empty pops in a row after which the next packet starts playout afresh: the sender paused, or much was lost,
and the numbers of the packets will tell which."""
WINDOW_NS = 2_000_000_000
"""How long slack is watched before delay shrinks."""
PATIENCE_NS = 3_000_000_000
"""How long a skip waits for a pause in the speech (less when several frames are to go)."""
STRAYS = 3
"""Packets per window that come behind their successors before delay grows for them."""

_FAR = 1 << 62
_FIRST_HOLD_NS, _LAST_HOLD_NS = 4_000_000_000, 60_000_000_000


class _State(enum.Enum):
    IDLE = enum.auto()
    WAITING = enum.auto()
    PLAYING = enum.auto()


class LentAudio(NamedTuple):
    """What a buffer in its steady state would change with every packet and pop."""

    audio: bytes
    """What waits: whole frames without a hole, the next to play first."""
    least_slack: int
    last_pop: int
    window_until: int
    """When `pop` has more to do than to give the next frame."""


def target_for(jitter_ns: int) -> int:
    """The delay that is safe with so much interarrival jitter, ns."""
    return min(max(MARGIN_NS, 3 * jitter_ns), MAX_DELAY * NARROW_SAMPLE_NS)


class JitterBuffer:
    """One incoming stream. Times are integer nanoseconds of any one clock."""

    __slots__ = (
        "_excess",
        "_hold_ns",
        "_hold_until",
        "_idle_from",
        "_insert",
        "_jitter_ns",
        "_known",
        "_last_pop",
        "_least_slack",
        "_misses",
        "_octets",
        "_pause",
        "_ring",
        "_skip_by",
        "_start_at",
        "_state",
        "_strays",
        "_window_until",
        "concealed",
        "head",
        "inserted",
        "is_quiet",
        "late",
        "missing",
        "position",
        "skipped",
    )

    def __init__(self, is_quiet: Callable[[bytes], bool] | None = None) -> None:
        self._ring = OctetRing()
        self._octets, self._known = self._ring.octets, self._ring.known
        self.is_quiet = is_quiet
        """Whether a frame could be left out without being missed; may be replaced."""
        self.position = 0
        """Extended timestamp of the next sample to play."""
        self.head = 0
        """Extended timestamp just past the newest sample."""
        self.missing: bytes | None = None
        """After a partly filled pop: [160], 1 where audio is known; else None."""
        self.late = self.concealed = self.inserted = self.skipped = 0
        self._last_pop = 0
        self._jitter_ns = 0
        self._least_slack = _FAR
        self._hold_ns = _FIRST_HOLD_NS
        self._hold_until = 0
        self._skip_by = 0
        self.reset()

    def reset(self) -> None:
        """Forget all audio (SSRC change, new negotiation); the next packet starts playout afresh."""
        self._ring.clear()
        self._state = _State.IDLE
        self._misses = 0
        self._idle_from: int | None = None
        """Where playout ran empty: what is missing from there on."""
        self._start_at = 0
        self._pause = False
        self._insert = False
        self._strays = 0
        self._watch_anew(0)

    def translate(self, table: bytes) -> None:
        """What waits means something else from now on: [256], by octet."""
        self._octets[:] = self._octets.translate(table)

    def pause(self) -> None:
        """Nothing is expected until the next packet (a telephone event, comfort noise): do not conceal."""
        self._pause = True

    @property
    def target_ns(self) -> int:
        """The delay aimed at beyond the earliest arrivals: a margin, more on a jittery path."""
        return target_for(self._jitter_ns)

    @property
    def delay_ms(self) -> float:
        """Audio that waits now."""
        return max(0, self.head - self.position) / NARROW_PER_MS if self._state is not _State.IDLE else 0.0

    def early_ns(self) -> int | None:
        """How much earlier this buffer could be popped and still keep its target; None when unknown."""
        return self.early_from(self._least_slack, None) if self._state is _State.PLAYING else None

    def early_from(self, least_slack: int, jitter_ns: int | None) -> int | None:
        """`early_ns` of a buffer whose steady work is lent, by what its borrower saw. `jitter_ns`: None when
        nothing was pushed meanwhile."""
        if least_slack >= _FAR:
            return None
        return least_slack - (self.target_ns if jitter_ns is None else target_for(jitter_ns))

    @property
    def next_octet(self) -> int | None:
        """What is to be played first at the next pop; None when that is missing."""
        at = self.position & MASK
        return self._octets[at] if self._known[at] else None

    def moved(self, now: int) -> None:
        """The ticks were moved: what was seen of slack does not hold any more."""
        self._watch_anew(now)

    def lend(self, timestamp: int) -> LentAudio | None:
        """Hand the steady work to somebody else until `restore`: packets of one frame, the first of them with
        this `timestamp` (32 bits), that follow on what waits; and pops of what is there, before
        `window_until`. None when more than that is to be done now."""
        if self._state is not _State.PLAYING or self._insert or self._excess or self._pause:
            return None
        position, size = self.position, self.head - self.position
        if ahead_32(self.head, of=timestamp) or size % NARROW_SAMPLES or not 0 <= size < MAX_DELAY:
            return None
        audio = self._ring.lend(position, size)
        if audio is None:
            return None
        return LentAudio(audio, self._least_slack, self._last_pop, self._window_until)

    def restore(
        self, played: int, audio: bytes, least_slack: int, last_pop: int, jitter_ns: int | None
    ) -> None:
        """Take the work back: after so many played frames this waits. `jitter_ns`: as in `push`, None when no
        packet came."""
        self.position += played * NARROW_SAMPLES
        self.head = self.position
        self._least_slack, self._last_pop = least_slack, last_pop
        if played:
            self._misses = 0
        if jitter_ns is not None:
            self._jitter_ns = jitter_ns
        self._ring.store(self.position, audio)
        self.head += len(audio)

    def push(
        self, timestamp: int, payload: bytes, arrived: int, jitter_ns: int = 0, skipped: int = 0
    ) -> None:
        """One packet. `timestamp`: 32 bits; `arrived`: ns; `jitter_ns`: RFC 3550 estimate; `skipped`: packets
        that are missing just before it, by their numbers. Duplicates are harmless; packets of more than
        200 ms are cut."""
        size = len(payload)
        if size == NARROW_SAMPLES and self._state is _State.PLAYING:
            # Nearly all packets: next in line or close to it. What follows below does the same for all.
            position = self.position
            ahead = (timestamp - position) & WRAP_32
            at = position + ahead & MASK
            if ahead < MAX_DELAY and at <= LAST_START:
                slack = self._last_pop + FRAME_NS * (1 + ahead // NARROW_SAMPLES) - arrived
                if slack < self._least_slack:
                    self._least_slack = slack
                self._jitter_ns = jitter_ns
                self._pause = False
                self._octets[at : at + NARROW_SAMPLES] = payload
                self._known[at : at + NARROW_SAMPLES] = WHOLE
                end = position + ahead + NARROW_SAMPLES
                if end > self.head:
                    self.head = end
                return
        if size > MAX_DELAY:
            payload, size = payload[:MAX_DELAY], MAX_DELAY
        if not size:
            return
        self._jitter_ns = jitter_ns
        self._pause = False
        position = self.position
        start = unwrap_32(timestamp, near=position)
        state = self._state
        if state is _State.PLAYING:
            ahead = start - position
            if -MAX_DELAY <= ahead <= RING - MAX_DELAY - size:
                # Playing starts one tick after the last pop, then every tick takes 160 samples.
                slack = self._last_pop + FRAME_NS * (1 + ahead // NARROW_SAMPLES) - arrived
                if slack < self._least_slack:
                    self._least_slack = slack
                if ahead < 0 and start + size <= self.head and ahead + size <= 0:
                    self.late += 1
                    self._overtaken(arrived)
                    return
                if ahead < 0:
                    position = self._came_late(start, size, arrived)
                    if start < position:  # what could not be saved must not turn up a lap later
                        payload = payload[position - start :]
                        start, size = position, len(payload)
                        if not size:
                            return
            else:
                self._jump(start, size, arrived)
        elif state is _State.WAITING:
            if start < position:
                if position - start <= MAX_DELAY and self.head - start <= MAX_DELAY:
                    self.position = start  # reordered at the very beginning
                else:
                    self._jump(start, size, arrived)
            elif start - position > RING - MAX_DELAY - size:
                self._jump(start, size, arrived)
        else:
            if skipped and self._idle_from is not None:  # it was no pause
                lost = min(start - self._idle_from, skipped * size)
                self.concealed += max(0, lost) // NARROW_SAMPLES
            self._jump(start, size, arrived)
        self._ring.store(start, payload)
        if start + size > self.head:
            self.head = start + size
            if self.head - self.position > MAX_DELAY + size:
                kept = self.target_ns // FRAME_NS * NARROW_SAMPLES
                self._drop_to(self.head - max(NARROW_SAMPLES, kept), arrived)

    def pop(self, now: int) -> bytes | None:
        """The next 20 ms: 160 octets, or CONCEAL when they should be there and are not (lost or late), or
        None when nothing is expected (not started, or the sender is silent). Octets marked 0 in `missing`
        are to be concealed."""
        self.missing = None
        if self._insert:
            self._insert = False
            self._last_pop = now
            self._watch_anew(now)
            self.inserted += 1
            self.concealed += 1
            return CONCEAL
        if self._state is not _State.PLAYING:
            if self._state is _State.IDLE or now < self._start_at:
                return None
            self._state = _State.PLAYING
            self._watch_anew(now)
        self._last_pop = now
        if now >= self._window_until:
            self._review(now)
        if self._excess:
            self._skip(now)
        position = self.position
        at = position & MASK
        if at <= LAST_START and self._known.startswith(WHOLE, at):
            end = at + NARROW_SAMPLES
            self._known[at:end] = NONE
            self.position = position + NARROW_SAMPLES
            self._misses = 0
            return bytes(self._octets[at:end])
        octets, known = self._ring.take(position)
        return self._pop_holed(octets, known)

    def _pop_holed(self, octets: bytes, known: bytes) -> bytes | None:
        """A frame across the ring's end, or with holes."""
        position = self.position
        self.position = position + NARROW_SAMPLES
        if known == WHOLE:
            self._misses = 0
            return octets
        if 1 in known:
            self._misses = 0
            self.missing = known
            self.concealed += 1
            return octets
        self._misses += 1
        if self._pause:
            self._state = _State.IDLE
            return None
        if self.head <= position and self._misses > IDLE_AFTER:
            self._state = _State.IDLE
            self._idle_from = position - IDLE_AFTER * NARROW_SAMPLES
            self.concealed -= IDLE_AFTER  # a pause of the sender, as far as is known
            return None
        self.concealed += 1
        return CONCEAL

    def _jump(self, start: int, size: int, arrived: int) -> None:
        """Begin at this packet: the first one, a new talk spurt, or a timestamp that leapt."""
        self._ring.clear()
        self._state = _State.WAITING
        self.position = start
        self.head = start
        self._misses = 0
        self._idle_from = None
        # A frame is complete when the packet with its last sample is there: with 10, 30 or 50 ms packets
        # that is half a frame later.
        straddle = NARROW_SAMPLES // 2 if size % NARROW_SAMPLES else 0
        self._start_at = arrived + self.target_ns + straddle * NARROW_SAMPLE_NS

    def _overtaken(self, arrived: int) -> None:
        """A packet came after its successors were played: beyond rescue, but when it happens again and
        again a frame more of delay will save the next ones."""
        self._strays += 1
        if self._strays >= STRAYS and self.head - self.position < MAX_DELAY - NARROW_SAMPLES:
            self._strays = 0
            self._insert = True
            self._hold_until = arrived + self._hold_ns

    def _came_late(self, start: int, size: int, arrived: int) -> int:
        """A packet whose time has passed but after which nothing was played: go back and play it, so that
        its successors, late as well, come in time."""
        self.late += 1
        self._hold_until = arrived + self._hold_ns
        self._hold_ns = min(2 * self._hold_ns, _LAST_HOLD_NS)
        back = -(-(self.position - start) // NARROW_SAMPLES) * NARROW_SAMPLES
        if self.head > start:  # part of it overlaps what was played
            back = (self.position - self.head) // NARROW_SAMPLES * NARROW_SAMPLES
        newest = max(self.head, start + size)
        if back > 0 and newest - (self.position - back) <= MAX_DELAY:
            self.position -= back
            self.inserted += back // NARROW_SAMPLES
            self._watch_anew(arrived)
        return self.position

    def _review(self, now: int) -> None:
        """Once per window: have all packets been whole frames earlier than they had to be?"""
        self._strays = 0
        self._excess = 0
        if now >= self._hold_until:
            self._hold_ns = max(self._hold_ns // 2, _FIRST_HOLD_NS)
            if self._least_slack < _FAR:
                self._excess = max(0, (self._least_slack - self.target_ns) // FRAME_NS)
        self._skip_by = now + PATIENCE_NS // (self._excess + 1)
        self._window_until = now + WINDOW_NS
        self._least_slack = _FAR

    def _skip(self, now: int) -> None:
        """Leave out one frame, in a pause of the speech if one comes soon."""
        if self.head - self.position < 2 * NARROW_SAMPLES:
            return
        if self.is_quiet is not None and now < self._skip_by:
            if not self.is_quiet(self._ring.octets_at(self.position)):
                return
        self._ring.forget(self.position, NARROW_SAMPLES)
        self.position += NARROW_SAMPLES
        self.skipped += 1
        self._excess -= 1
        self._least_slack = _FAR

    def _drop_to(self, position: int, now: int) -> None:
        """Too much is waiting (a stalled network let go): go on near its end."""
        position = self.position + (position - self.position) // NARROW_SAMPLES * NARROW_SAMPLES
        self._ring.forget(self.position, min(position - self.position, RING))
        self.skipped += (position - self.position) // NARROW_SAMPLES
        self.position = position
        self._watch_anew(now)

    def _watch_anew(self, now: int) -> None:
        self._excess = 0
        self._least_slack = _FAR
        self._window_until = now + WINDOW_NS
