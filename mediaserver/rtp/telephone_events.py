"""DTMF as telephone events (RFC 4733), both ways, without I/O.

A digit is reported once: when its end arrives, when the next one begins, or when its updates stop coming.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass

from mediaserver.errors import CapacityError
from mediaserver.media.time import FRAME_MS, NARROW_PER_MS, NARROW_SAMPLES, WRAP_16, ahead_32, is_behind_32

DIGITS = "0123456789*#ABCD"
"""By event code (:rfc:`4733`, section 3.2)."""
EVENT = struct.Struct("!BBH")
"""Event code; end bit, reserved bit and volume; duration in timestamp units (section 2.3)."""
TIMEOUT_NS = 180_000_000
"""Silence after which a key counts as released although no end packet came: over three 50 ms updates."""

MOST_WAITING = 128
"""Digits of one stream that are not begun: half a minute of them."""

_END = 0x80
_VOLUME = 10  # dBm0 below zero
_SEGMENT = WRAP_16
_STEP = NARROW_SAMPLES  # units in a tick
_END_PACKETS = 3
_PAUSE_TICKS = 3
_LEAST_MS, _MOST_MS = 40, 6_000


@dataclass(frozen=True, slots=True)
class DigitHeard:
    digit: str
    began: int
    """The `now` of its first packet, ns."""
    duration_ms: int


@dataclass(slots=True)
class _KeyDown:
    code: int
    timestamp: int
    began: int
    seen: int
    past: int = 0
    """Units in earlier segments of a long event."""
    duration: int = 0
    per_ms: int = NARROW_PER_MS
    """Units."""


class DigitReceiver:
    """Events of one stream. Marker bits are not needed, and losses only cost accuracy of the duration."""

    __slots__ = ("_finished", "_pressed")

    def __init__(self) -> None:
        self._pressed: _KeyDown | None = None
        self._finished: deque[int] = deque(maxlen=32)
        """Timestamps of events that were reported; their late and repeated packets are ignored."""

    @property
    def pressed(self) -> bool:
        """A key is down: `poll` is to be called."""
        return self._pressed is not None

    def push(self, timestamp: int, payload: bytes, now: int, clock_factor: int = 1) -> tuple[DigitHeard, ...]:
        """One telephone-event packet -> the digits that are complete now. `clock_factor`: units of its time
        in 1/8 ms."""
        per_ms = clock_factor * NARROW_PER_MS
        if len(payload) < EVENT.size or timestamp in self._finished:
            return ()
        code, flags, duration = EVENT.unpack_from(payload)
        if code >= len(DIGITS):
            return ()
        pressed = self._pressed
        done: tuple[DigitHeard, ...] = ()
        if pressed is None:
            pressed = self._pressed = _KeyDown(code, timestamp, now, now, per_ms=per_ms)
        elif timestamp != pressed.timestamp:
            if code == pressed.code and ahead_32(timestamp, of=pressed.timestamp) == _SEGMENT:
                # Section 2.5.1.3: an event longer than the duration field goes on in a new segment.
                self._finished.append(pressed.timestamp)
                pressed.past += _SEGMENT
                pressed.timestamp, pressed.duration = timestamp, 0
            elif is_behind_32(timestamp, of=pressed.timestamp):
                # All that is left of an earlier digit overtook nothing that was reported yet.
                self._finished.append(timestamp)
                return (DigitHeard(DIGITS[code], now, duration // per_ms),)
            else:
                done = self._finish()
                pressed = self._pressed = _KeyDown(code, timestamp, now, now, per_ms=per_ms)
        elif code != pressed.code:
            return ()
        pressed.seen = now
        if duration > pressed.duration:
            if duration - pressed.duration < 0x8000 or not pressed.duration:
                pressed.duration = duration
        elif pressed.duration - duration > 0x8000:  # a sender that lets the field wrap
            pressed.past += WRAP_16 + 1
            pressed.duration = duration
        return done + self._finish() if flags & _END else done

    def poll(self, now: int) -> tuple[DigitHeard, ...]:
        """The digit whose packets stopped coming, if its time is up."""
        if self._pressed is not None and now - self._pressed.seen >= TIMEOUT_NS:
            return self._finish()
        return ()

    def _finish(self) -> tuple[DigitHeard, ...]:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return ()
        self._finished.append(pressed.timestamp)
        length = (pressed.past + pressed.duration) // pressed.per_ms
        return (DigitHeard(DIGITS[pressed.code], pressed.began, length),)


@dataclass(frozen=True, slots=True)
class EventPacket:
    payload: bytes
    marker: bool
    timestamp: int
    """Of the event's beginning, the same in all its packets; in steps of 1/8 ms."""


class DigitSender:
    """Turns queued digits into one event packet per 20 ms tick: updates, then the end three times."""

    __slots__ = (
        "_code",
        "_ends",
        "_pause",
        "_queue",
        "_sent",
        "_timestamp",
        "_total",
        "active",
        "clock_factor",
    )

    def __init__(self) -> None:
        self._queue: deque[tuple[int, int]] = deque()
        self._code: int | None = None
        self._total = self._sent = self._ends = self._pause = self._timestamp = 0
        self.active = False
        """`tick` may have something to send, or a pause between digits lasts."""
        self.clock_factor = 1
        """Units in 1/8 ms of the time that durations are sent in."""

    def put(self, digit: str, duration_ms: int = 100) -> None:
        """Queue a digit; lengths outside 40..6000 ms are brought inside, and within what one event can say
        where its clock is faster (1,360 ms at 48 kHz). Raises ValueError for no digit, and CapacityError
        when too many wait."""
        code = DIGITS.find(digit.upper()) if len(digit) == 1 else -1
        if code < 0:
            raise ValueError(f"{digit!r} is no DTMF digit; use one of {DIGITS}")
        if len(self._queue) >= MOST_WAITING:
            raise CapacityError(f"{MOST_WAITING} digits wait to be sent already")
        longest_ms = min(_MOST_MS, WRAP_16 // (self.clock_factor * _STEP) * FRAME_MS)
        ticks = -(-min(max(duration_ms, _LEAST_MS), longest_ms) * NARROW_PER_MS // _STEP)
        self._queue.append((code, ticks * _STEP))
        self.active = True

    def tick(self, timestamp: int) -> EventPacket | None:
        """What replaces this tick's audio; None when audio is to be sent. `timestamp`: of this tick's
        first sample, so the audio's time line goes on beneath the event."""
        if self._code is None:
            if self._pause:
                self._pause -= 1
                self.active = self._pause > 0 or bool(self._queue)
                return None
            if not self._queue:
                return None
            self._code, self._total = self._queue.popleft()
            self._timestamp, self._sent, self._ends = timestamp, 0, 0
        first = self._sent == 0
        if self._sent < self._total:
            self._sent += _STEP
        flags = _VOLUME
        if self._sent >= self._total:
            flags |= _END
            self._ends += 1
        duration = min(self._sent * self.clock_factor, WRAP_16)
        packet = EventPacket(EVENT.pack(self._code, flags, duration), first, self._timestamp)
        if self._ends == _END_PACKETS:
            self._code, self._pause = None, _PAUSE_TICKS
        return packet
