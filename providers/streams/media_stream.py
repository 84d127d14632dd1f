"""One media stream of a provider: what its socket brings, to the leg, and what the leg says, to its socket.

Sans-I/O: messages and the leg's plain calls in, messages to a `StreamLine` out, all within the tick or the
reader's turn. It keeps the provider's buffer short, asks by marks what was heard of it, and counts what it
had to leave out; nothing here waits or grows.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import Protocol

import numpy as np

from mediaserver.media.g711 import Codec
from mediaserver.media.leg import Termination
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import FRAME_MS, SAMPLE_RATE, SAMPLES_PER_MS
from providers.streams.ahead import Ahead
from providers.streams.dialect import (
    Audio,
    Dialect,
    Marked,
    Opened,
    Other,
    Pressed,
    Started,
    Stopped,
    StreamEvent,
    StreamFault,
)
from providers.streams.leg import ProviderLeg

MARK_MS = 200
"""Of audio that is sent: the provider is asked for each so much, and at the end of what is said."""
FADE_MS = 8
"""From as loud as ever to quiet."""
FILTER_US = 2_000
"""So long what was written before sounds on in the filter of another rate than 16 kHz (µs)."""
KEPT_MS = 300
"""Of what was sent last, to be sent once more, quieter."""
LONGEST_KEY_MS = 60_000
"""What a provider says of a key that is longer, or below zero, is taken for the next that makes sense."""
AGAIN = 100
"""A number that is so far behind the last one begins a new count, and is not late."""


class StreamLine(Protocol):
    """The socket. Plain calls: nothing waits."""

    def send(self, message: str | bytes) -> bool:
        """Audio. False: the far end does not read, and it was dropped."""

    def tell(self, message: str | bytes) -> None:
        """What is no audio: it goes out whatever waits."""

    def finish(self, why: Termination) -> None:
        """The leg is over: close, once what was said is out. Idempotent."""


class MediaStream:
    """Implements providers.streams.leg.StreamPeer."""

    def __init__(self, dialect: Dialect, line: StreamLine) -> None:
        self.dialect = dialect
        self.over_by: Termination | None = None
        """How its leg ended."""
        self._line = line
        self._leg: ProviderLeg | None = None
        self._translation: bytes | None = None
        """From the law that comes to the leg's."""
        fmt = dialect.format
        self._piece = bytearray()
        self._piece_octets = fmt.octets_per_frame * dialect.piece_ms // FRAME_MS
        self._silence = bytes([fmt.law.silence]) if fmt.law is not None else b"\0"
        self._names = itertools.count(1)
        self._sent: deque[bytes] = deque(maxlen=KEPT_MS // FRAME_MS)
        """What was sent last; within one stretch of what is said."""
        self._loud_tail: float | None = None
        """What comes next begins with a rest that is to have this gain: it was in a filter when all else
        became quieter."""
        self._quiet = False
        """Nothing is said."""
        self._unmarked_ms = 0
        self._leave_out_ms = 0
        self._ahead = Ahead()
        self._last: int | None = None
        """The number of the last audio that came."""
        self._late = self._faults = self._undrained_ms = self._left_out_ms = self._sent_ms = 0

    def begin(self, leg: ProviderLeg, started: Started) -> None:
        """This is its leg. Raises StreamFault for audio that cannot be turned into the leg's."""
        came, wanted = started.format or leg.format, leg.format
        if came != wanted:
            if isinstance(came, str) or came.law is None or wanted.law is None:
                raise StreamFault(f"the stream brings {came}, where {wanted} was asked for")
            self._translation = _translation(came.law, wanted.law)
        self._leg = leg

    # -- what the socket brings

    def read(self, message: str | bytes) -> StreamEvent:
        """Raises StreamFault."""
        try:
            return self.dialect.read(message)
        except StreamFault:
            self._faults += 1
            raise

    def happened(self, event: StreamEvent) -> None:
        """Of a stream that has begun. Raises StreamFault for what its leg cannot take."""
        leg = self._leg
        if leg is None:
            return
        match event:
            case Audio():
                self._came(leg, event)
            case Marked(name=name):
                leg.reached(name)
                self._leave_out_ms += self._ahead.reached(name, leg.written() // SAMPLES_PER_MS)
            case Pressed(digit=digit, duration_ms=duration_ms):
                try:
                    leg.press(digit.upper(), min(max(duration_ms, 0), LONGEST_KEY_MS))
                except ValueError as error:
                    self._faults += 1
                    raise StreamFault(str(error)) from None
            case Started():
                raise StreamFault("the stream starts a second time")
            case Stopped():
                self._leg = None  # nothing of it comes any more; its leg may have another
            case Opened() | Other():
                """The driver's."""

    def _came(self, leg: ProviderLeg, audio: Audio) -> None:
        number, last = audio.sequence, self._last
        if number is not None:
            if last is not None and last - AGAIN < number <= last:
                self._late += 1
                return
            self._last = number
        octets = audio.octets
        if self._translation is not None:
            octets = octets.translate(self._translation)
        try:
            leg.push(octets)
        except ValueError as error:
            self._faults += 1
            raise StreamFault(str(error)) from None

    # -- StreamPeer: within the tick

    def audio(self, octets: bytes) -> None:
        if self._quiet and self._leg is not None:
            self._quiet = False
            self._ahead.said(self._leg.written() // SAMPLES_PER_MS)
        if self._loud_tail is not None:
            octets = _quieter(self.dialect.format, octets, self._loud_tail, FILTER_US)
            self._loud_tail = None
        if self._leave_out_ms > 0:
            self._leave_out_ms -= FRAME_MS
            self._left_out_ms += FRAME_MS
            return
        if self._piece_octets > len(octets):
            self._piece += octets
            if len(self._piece) < self._piece_octets:
                return
            octets = bytes(self._piece)
            self._piece.clear()
        self._send(octets)

    def rested(self) -> None:
        if self._piece:
            missing = self._piece_octets - len(self._piece)
            octets = bytes(self._piece) + self._silence * missing
            self._piece.clear()
            self._send(octets)
        self._leave_out_ms = 0  # its buffer runs empty by itself
        if self._unmarked_ms:
            self._ask()
        self._quiet = True
        self._sent.clear()
        if self._leg is not None:
            self._ahead.rested(self._leg.written() // SAMPLES_PER_MS)

    @property
    def can_clear(self) -> bool:
        return self.dialect.clear() is not None

    def cleared(self, heard_ms: int) -> None:
        self._loud_tail = None
        self._piece.clear()
        self._sent.clear()
        self._leave_out_ms = self._unmarked_ms = 0
        self._ahead.forget()
        message = self.dialect.clear()
        if message is not None:
            self._line.tell(message)

    def quieten(self, gain: float) -> bool:
        clear, held_ms, leg = self.dialect.clear(), self._ahead.held_ms, self._leg
        if clear is None or held_ms is None or leg is None or self._leave_out_ms or self._quiet:
            return False
        fmt = self.dialect.format
        sent = b"".join(self._sent)
        count = held_ms * fmt.octets_per_frame // FRAME_MS
        if not 0 < count <= len(sent):  # what is known of as nothing is what its own playing needs
            return False
        held = sent[len(sent) - count :] + bytes(self._piece)
        self._line.tell(clear)
        self._sent.clear()  # what is not heard is sent anew, and only that may be sent once more
        leg.again()
        self._ahead.forget(held_ms)
        self._unmarked_ms = 0
        self._piece.clear()
        self._sent_ms -= held_ms
        size = self._piece_octets
        quiet = _quieter(fmt, held, gain)
        if fmt.rate != SAMPLE_RATE:
            self._loud_tail = gain
        for at in range(0, len(quiet) - size + 1, size):
            self._send(quiet[at : at + size])
        self._piece += quiet[len(quiet) // size * size :]
        if self._unmarked_ms:
            self._ask()
        return True

    def digit(self, digit: str, duration_ms: int) -> None:
        message = self.dialect.digit(digit, duration_ms)
        if message is not None:
            self._line.tell(message)
        elif self._leg is not None:
            self._leg.send_tone(digit, duration_ms)

    def over(self, why: Termination) -> None:
        self.over_by, self._leg = why, None
        message = self.dialect.stop()
        if message is not None:
            self._line.tell(message)
        self._line.finish(why)

    def figures(self) -> dict[str, int]:
        return {
            "sent_ms": self._sent_ms,
            "undrained_ms": self._undrained_ms,
            "left_out_ms": self._left_out_ms,
            "late": self._late,
            "faults": self._faults,
        }

    # -- inside

    def _send(self, octets: bytes) -> None:
        ms = _ms(self.dialect.format, octets)
        if not self._line.send(self.dialect.audio(octets)):
            self._undrained_ms += ms
            return
        self._sent.append(octets)
        self._sent_ms += ms
        self._unmarked_ms += ms
        if self._unmarked_ms >= MARK_MS:
            self._ask()

    def _ask(self) -> None:
        """When was this played?"""
        self._unmarked_ms = 0
        leg = self._leg
        if leg is None or not self.dialect.marks:
            return
        name = str(next(self._names))
        message = self.dialect.mark(name)
        if message is not None:
            leg.mark(name)
            self._ahead.placed(name, leg.written() // SAMPLES_PER_MS)
            self._line.tell(message)


def _ms(fmt: StreamFormat, octets: bytes) -> int:
    return len(octets) * FRAME_MS // (fmt.octets_per_frame or len(octets) or 1)


def _quieter(fmt: StreamFormat, octets: bytes, gain: float, first_us: int | None = None) -> bytes:
    """At this gain, behind what is as loud as ever; or only its beginning, behind what is so quiet."""
    samples = fmt.samples(octets)
    gains = np.full(len(samples), gain)
    if first_us is not None:
        gains[fmt.rate * first_us // 1_000_000 :] = 1.0
    else:
        ramp = gains[: fmt.rate * FADE_MS // 1_000]
        ramp[:] = np.linspace(1.0, gain, len(ramp))
    return fmt.octets(np.rint(samples * gains).astype(np.int16))


def _translation(came: Codec, wanted: Codec) -> bytes:
    return wanted.encode(came.to_linear).tobytes()
