"""One leg's audio on a StreamWire: what its far end says, in messages of any length, and what it is sent,
with what the far end is known to have heard of that.

Plain calls, from the leg and from within the tick; it has no socket, task or timer, and never blocks.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np

from mediaserver.media.arrays import Pcm
from mediaserver.media.audio_queue import AudioQueue
from mediaserver.media.leg import Frame, Lane, LegStats, Wire
from mediaserver.media.marks import Marks
from mediaserver.media.opus import OpusDecoder, OpusEncoder, opus_duration
from mediaserver.media.packet_buffer import Material, PacketBuffer
from mediaserver.media.stream_format import Coding, StreamFormat
from mediaserver.media.tick_wait import TickWait
from mediaserver.media.time import FRAME_MS, NARROW_PER_MS, NARROW_RATE, SAMPLE_RATE
from mediaserver.media.tones import TonePlayer

log = logging.getLogger(__name__)

FRAMES_A_MARK = 5
"""Of audio that is sent: a far end that says what it has played is asked for each so many."""
MOST_WRONG = 25
"""Packets in a row that are none: what comes is something else than it is said to be."""
APART_FRAMES = 50
"""Audio after a silence of so many frames is something new that is said."""
DONE_A_TICK = 8
"""Of what is to be done behind audio: a far end can ask for thousands behind the same, and all calls wait for
a tick."""


def _turn(one: Pcm, other: Pcm) -> Pcm:
    rise = (np.arange(len(one), dtype=np.float32) + 0.5) / len(one)
    return np.asarray(np.rint(one * (1 - rise) + other * rise), np.int16)


_MATERIALS = {
    rate: Material(np.zeros(rate * FRAME_MS // 1_000, np.int16), rate // 1_000, _turn)
    for rate in (NARROW_RATE, SAMPLE_RATE, 24_000, 48_000)
}


class AudioWire(Wire, Protocol):
    """What carries it: a StreamWire."""

    now_ns: Callable[[], int]
    """The media clock's time."""

    def closed(self, stream: SocketAudio) -> None:
        """It is."""

    def plays(self, stream: SocketAudio) -> None:
        """It has keys to play as sounds."""


class SocketAudio:
    """One leg's audio both ways. Made by `StreamWire.open`."""

    def __init__(
        self,
        wire: AudioWire,
        lane: int,
        fmt: StreamFormat,
        out: StreamFormat,
        send: Callable[[bytes], None],
        queue_ms: int,
        steady: bool = False,
    ) -> None:
        self.wire = wire
        self.lane = Lane(wire, lane)
        self.format = fmt
        """Of what comes."""
        self.out = out
        """Of what is sent."""
        self.slot = self.out_slot = -1
        """Its rows in the banks of those rates; -1: there is nothing to convert. Set by its wire."""
        self.closed = False
        self.tones = TonePlayer()
        self.wait = TickWait()
        self.acknowledged = False
        """The far end says what it has played (`played_to`)."""
        self.on_rest: Callable[[], None] | None = None
        """Called when nothing is said any more, at the first tick without audio."""
        self._send = send
        self._rest = out.octets(np.zeros(out.rate * FRAME_MS // 1_000, np.int16)) if steady else b""
        rate = fmt.inner_rate
        self._per_ms = rate // 1_000
        self._queue = AudioQueue(rate * FRAME_MS // 1_000, queue_ms * self._per_ms) if queue_ms else None
        self._buffer = PacketBuffer(_MATERIALS[rate])
        self._decoder = OpusDecoder() if fmt.coding is Coding.OPUS else None
        self._encoder = OpusEncoder() if out.coding is Coding.OPUS else None
        self._marks = Marks()
        self._asked: deque[int] = deque()
        """Milliseconds of sent audio at which marks stand."""
        self._awaited: deque[tuple[int, Callable[[], None]]] = deque()
        """What is to be done once so many samples, counted from the first, are gone."""
        self._gone = 0
        """Samples that were heard, or forgotten."""
        self._pieces = 0
        self._wrong = 0
        self._wrong_in_a_row = 0
        self._refused = 0
        self._sent = 0
        self._silent = APART_FRAMES
        self._said_from = 0
        """Where what is said now, or was said last, begins, as `written` counts."""
        self._errors = 0
        self.silent_in = self.silent_out = True
        """The last frame was none, so that a filter has nothing to go on from."""

    # -- what the leg's far end says

    def push(self, octets: bytes) -> int:
        """The next piece of what the far end said; a closed stream takes none. Returns how many milliseconds
        of it were refused, because too much waits. Raises ValueError for what is no audio of its format."""
        if self.closed or not octets:
            return 0
        self._pieces += 1
        self.wait.came(self.wire.now_ns())
        if self._decoder is not None:
            return self._push_packet(self._decoder, octets)
        return self._push(self.format.samples(octets))

    @property
    def codec(self) -> str:
        """For people: the format, or both."""
        return str(self.format) if self.out == self.format else f"{self.format} / {self.out}"

    def after(self, do: Callable[[], None]) -> None:
        """Do this, within a tick, once all that came before was heard, or forgotten."""
        self._awaited.append((self._gone + self.waiting, do))

    def forget(self) -> None:
        """What came and was not heard yet is not to be heard, but for what `after` waits for."""
        kept = max(0, self._awaited[-1][0] - self._gone) if self._awaited else 0
        if self._queue is not None:
            self._queue.keep(kept)
        elif not kept:
            self._buffer.clear()

    def send_tone(self, digit: str, duration_ms: int = 100) -> None:
        """Queue a key as a sound, in place of what is said while it lasts: for a far end that takes no keys.
        Raises ValueError for what is no key, and CapacityError when too many wait."""
        self.tones.put(digit, duration_ms)
        if not self.closed:
            self.wire.plays(self)

    def mark(self, name: str) -> None:
        """The far end will say when it has played all that was written so far."""
        self._marks.put(name)

    def reached(self, name: str) -> bool:
        """It says so. False for a mark that means nothing (any more)."""
        return self._marks.reached(name)

    def again(self) -> None:
        """What the far end holds is dropped and sent once more: marks in it are not waited for."""
        self._marks.again()

    def played_to(self, ms: int) -> None:
        """The far end has played so much of all the audio that it was sent."""
        if self.acknowledged:
            reached = None
            while self._asked and self._asked[0] <= ms:
                reached = self._asked.popleft()
            if reached is not None:
                self._marks.reached(str(reached))

    @property
    def waiting(self) -> int:
        """Samples that came and were not heard yet."""
        if self._queue is not None:
            return self._queue.waiting
        return round(self._buffer.waiting_ms * self._per_ms)

    @property
    def sent_ms(self) -> int:
        """Of audio, without the pauses between."""
        return self._sent * FRAME_MS

    # -- for the leg: the seam of mediaserver.media.leg.Leg

    def read(self) -> Frame:
        """The next 20 ms, for a leg that is not read in a batch."""
        frame: Frame = self.wire.read([self.lane.number], 0)[0]
        return frame

    def write(self, frame: Frame | None) -> None:
        self.wire.write([self.lane.number], [frame], 0)

    def heard_of_last(self, heard: int) -> int:
        """Of what is said now, or was said last, by what was heard of all: in 16 kHz samples."""
        return max(0, heard - self._said_from)

    def clear(self) -> int:
        """Return what the far end has heard, in 16 kHz samples written. All is sent at once, so that what is
        to be dropped is in its queue: the leg is to tell it to empty that."""
        self._asked.clear()
        return self._marks.clear()

    def written(self) -> int:
        """16 kHz samples written so far."""
        return self._marks.written

    def played(self) -> int:
        """16 kHz samples since the first write that the far end has heard, as far as is known: by the clock,
        and where it says so by its own word."""
        return self._marks.played()

    def stats(self) -> LegStats:
        """The figures of now. A stream of bytes loses nothing; what came too late is a gap."""
        buffer = self._buffer
        return LegStats(
            packets=self._pieces,
            detail={
                "codec": self.codec,
                "gaps": buffer.gaps,
                "trimmed": buffer.trimmed,
                "dropped_ms": buffer.dropped // self._per_ms,
                "refused_ms": self._refused // self._per_ms,
                "wrong_packets": self._wrong,
                "buffer_ms": round(self.waiting / self._per_ms, 1),
                "sent_ms": self.sent_ms,
                "send_errors": self._errors,
            },
        )

    def close(self) -> None:
        """Give its place back. Idempotent."""
        if not self.closed:
            self.closed = True
            self._awaited.clear()
            self.wire.closed(self)

    # -- from the wire

    def take(self) -> Pcm | None:
        """The next 20 ms, at the format's rate; None is a gap."""
        before = self.waiting
        frame = self._queue.pop() if self._queue is not None else self._buffer.pop()
        self._gone += before - self.waiting
        if self._awaited:
            self._do_awaited()
        return frame

    def give(self, octets: bytes | None) -> None:
        """Send the next frame; None is silence, which does not travel where the stream is not steady."""
        if not octets:
            self._silent += 1
            self._marks.wrote()
            if self._rest:
                self._hand_over(self._rest)
            elif self._silent == 1 and self.on_rest is not None:
                self.on_rest()
            return
        if self._silent >= APART_FRAMES:
            self._said_from = self._marks.written
        self._silent = 0
        self._marks.wrote()
        self._sent += 1
        if self.acknowledged and self._sent % FRAMES_A_MARK == 0:
            self._marks.put(str(self.sent_ms))
            self._asked.append(self.sent_ms)
        self._hand_over(octets)

    def coded(self, samples: Pcm) -> bytes:
        """A frame at the rate of `out`, as it travels."""
        return self._encoder.encode(samples) if self._encoder is not None else self.out.octets(samples)

    # -- inside

    def _hand_over(self, octets: bytes) -> None:
        try:
            self._send(octets)
        except Exception:  # one leg's failure must not end the tick of all others
            self._errors += 1
            log.exception("sending failed")

    def _push(self, samples: Pcm) -> int:
        if self._queue is not None:
            refused = self._queue.push(samples)
            self._refused += refused
            return refused // self._per_ms
        dropped = self._buffer.dropped
        self._buffer.push(samples)
        self._gone += self._buffer.dropped - dropped  # the oldest
        return 0

    def _push_packet(self, decoder: OpusDecoder, packet: bytes) -> int:
        length = opus_duration(packet) // NARROW_PER_MS
        if not length:
            self._wrong += 1
            self._wrong_in_a_row += 1
            if self._wrong_in_a_row >= MOST_WRONG:
                raise ValueError(f"what comes is no Opus: {MOST_WRONG} messages in a row are no packet of it")
            return 0
        self._wrong_in_a_row = 0
        if self._queue is not None and self._queue.full:
            self._refused += length * self._per_ms
            return length
        return self._push(decoder.decode(packet))

    def _do_awaited(self) -> None:
        for _ in range(DONE_A_TICK):
            if not self._awaited or self._awaited[0][0] > self._gone:
                return
            do = self._awaited.popleft()[1]
            try:
                do()
            except Exception:
                self._errors += 1
                log.exception("what was to follow audio failed")
