"""The wire of 8 kHz legs without RTP (a provider's media stream over a WebSocket, AudioSocket): octets of
G.711 come and go by plain calls, and all such legs are rows of one batch per tick.

Driven by the media clock: it has no socket, task or timer, and never blocks. How octets travel, and what
else the far end says, is the leg's business.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import CODECS, PCMA, Codec
from mediaserver.media.leg import Frame, Lane, LegStats
from mediaserver.media.marks import Marks
from mediaserver.media.narrowband import CONCEAL, Mend, NarrowBand, NarrowVoice
from mediaserver.media.packet_buffer import G711, PacketBuffer
from mediaserver.media.tick_wait import TickWait
from mediaserver.media.time import FRAME_SAMPLES, NARROW_SAMPLES
from mediaserver.media.tones import TonePlayer

log = logging.getLogger(__name__)

Send = Callable[[bytes | None], None]
"""The next 20 ms for the far end, once per tick: 160 octets, or None for silence. Whether that travels is up
to the leg; a queue at the far end, which no clock keeps short, runs empty when it does not."""


class NarrowStream:
    """One leg's audio both ways. Made by `NarrowWire.open`."""

    __slots__ = (
        "_bridged",
        "_buffer",
        "_concealed",
        "_errors",
        "_marks",
        "_pieces",
        "_send",
        "closed",
        "frames_read",
        "lane",
        "tones",
        "voice",
        "wait",
        "wire",
    )

    def __init__(self, wire: NarrowWire, lane: int, voice: NarrowVoice, send: Send) -> None:
        self.wire = wire
        self.lane = Lane(wire, lane)
        self.voice = voice
        self.closed = False
        self.tones = TonePlayer()
        self.wait = TickWait()
        self.frames_read = 0
        """Frames of 20 ms since the stream was opened."""
        self._send = send
        self._buffer = PacketBuffer(G711[voice.codec])
        self._marks = Marks()
        self._pieces = 0
        self._bridged = 0
        """Frames concealed in a row, up to now."""
        self._concealed = 0
        self._errors = 0

    @property
    def codec(self) -> Codec:
        return self.voice.codec

    # -- what the leg's far end says

    def push(self, octets: bytes) -> None:
        """The next piece of what the far end said, any length; a closed stream takes none."""
        if not self.closed:
            self._pieces += 1
            self.wait.came(self.wire.now_ns())
            self._buffer.push(np.frombuffer(octets, np.uint8))

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

    # -- for the leg: the seam of mediaserver.media.leg.Leg

    def read(self) -> Frame | None:
        """The next 20 ms, for a leg that is not read in a batch."""
        frame: Frame = self.wire.read([self.lane.number], 0)[0]
        return frame

    def write(self, frame: Frame | None) -> None:
        self.wire.write([self.lane.number], [frame], 0)

    def clear(self) -> int:
        """Return what the far end has heard, in 16 kHz samples written. All is sent at once, so that what is
        to be dropped is in its queue: the leg is to tell it to empty that."""
        return self._marks.clear()

    def written(self) -> int:
        """16 kHz samples written so far."""
        return self._marks.written

    def played(self) -> int:
        """16 kHz samples since the first write that the far end has heard, as far as its marks tell."""
        return self._marks.played()

    def stats(self) -> LegStats:
        """The figures of now. A stream of bytes loses nothing; what came too late is a gap."""
        buffer = self._buffer
        return LegStats(
            packets=self._pieces,
            detail={
                "codec": self.codec.name,
                "gaps": buffer.gaps,
                "concealed": self._concealed,
                "trimmed": buffer.trimmed,
                "dropped": buffer.dropped,
                "buffer_ms": round(max(buffer.waiting_ms, buffer.target_ms), 1),
                "send_errors": self._errors,
            },
        )

    def close(self) -> None:
        """Give its place back. Idempotent."""
        if not self.closed:
            self.closed = True
            self.wire.closed(self)

    # -- from the wire

    def take(self, at: int, band: NarrowBand, mends: list[Mend]) -> bytes:
        """The next frame, for row `at` of a batch: see `NarrowBand.take`."""
        self.frames_read += 1
        buffer = self._buffer
        codes = buffer.pop()
        known = None
        if codes is not None:
            self._concealed, self._bridged = self._concealed + self._bridged, 0
            octets: bytes | None = codes.tobytes()
            if buffer.present < NARROW_SAMPLES:
                known = b"\1" * buffer.present + bytes(NARROW_SAMPLES - buffer.present)
        else:
            # That something was missing, and it is no pause, shows when it comes.
            octets, self._bridged = (CONCEAL, self._bridged + 1) if buffer.missing else (None, 0)
        return band.take(self.voice, at, octets, known, mends)[0]

    def give(self, octets: bytes) -> None:
        """Send the next frame."""
        self._marks.wrote()
        try:
            self._send(None if octets is self.voice.silence else octets)
        except Exception:  # one leg's failure must not end the tick of all others
            self._errors += 1
            log.exception("sending failed")


class NarrowWire:
    """mediaserver.media.leg.Wire."""

    def __init__(
        self, band: NarrowBand | None = None, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        """Legs of other kinds may share the `band`. `now_ns`: the media clock's."""
        self.now_ns = now_ns
        self._band = band if band is not None else NarrowBand()
        self._streams: dict[int, NarrowStream] = {}
        """The open ones by the numbers of their lanes."""
        self._playing: set[NarrowStream] = set()
        """Those that play keys as sounds."""
        self._next_lane = itertools.count()

    @property
    def active(self) -> int:
        """Streams that are open."""
        return len(self._streams)

    def open(self, send: Send, codec: str = "PCMU") -> NarrowStream:
        """A place for one leg. Raises KeyError for a codec other than PCMU and PCMA."""
        law = CODECS[codec]
        voice = self._band.open()
        voice.codec = law
        lane = next(self._next_lane)
        stream = self._streams[lane] = NarrowStream(self, lane, voice, send)
        return stream

    def closed(self, stream: NarrowStream) -> None:
        """Called by `NarrowStream.close`."""
        del self._streams[stream.lane.number]
        self._playing.discard(stream)
        self._band.close(stream.voice)

    def plays(self, stream: NarrowStream) -> None:
        """Called by `NarrowStream.send_tone`."""
        self._playing.add(stream)

    def receive(self, now_ns: int) -> None:
        """Audio comes by `NarrowStream.push`."""

    def read(self, lanes: Sequence[int], now_ns: int) -> npt.NDArray[np.int16]:
        """The next 20 ms of each lane, [N, 320] int16 at 16 kHz; what is missing is concealed."""
        out = np.zeros((len(lanes), FRAME_SAMPLES), np.int16)
        rows, streams = self._open(lanes)
        if not streams:
            return out
        for stream in streams:
            stream.wait.ticked(now_ns)
        mends: list[Mend] = []
        octets = b"".join([stream.take(at, self._band, mends) for at, stream in enumerate(streams)])
        codes = np.frombuffer(octets, np.uint8).reshape(-1, NARROW_SAMPLES)
        out[rows] = self._band.widen(_slots(streams), codes, _a_law(streams), mends)
        return out

    def write(self, lanes: Sequence[int], frames: Sequence[Frame | None], now_ns: int) -> None:
        """Send 20 ms on each lane: a frame [320] int16, or None for silence."""
        rows, streams = self._open(lanes)
        said = [frames[at] for at in rows]
        if self._playing:
            said = [
                self._with_tone(stream, frame) if stream in self._playing else frame
                for stream, frame in zip(streams, said, strict=True)
            ]
        voices = [stream.voice for stream in streams]
        made = self._band.narrow(voices, _slots(streams), _a_law(streams), said)
        for stream, octets in zip(streams, made, strict=True):
            if not stream.closed:  # by the one before it
                stream.give(octets)

    def early_ns(self, lane: int) -> int | None:
        """What waits in its buffer for the next burst to be late is not counted."""
        stream = self._streams.get(lane)
        return stream.wait.early_ns if stream is not None else None

    def moved(self, lane: int, now_ns: int) -> None:
        """Its buffer knows ticks only."""
        if (stream := self._streams.get(lane)) is not None:
            stream.wait.moved()

    def _with_tone(self, stream: NarrowStream, said: Frame | None) -> Frame | None:
        tone = stream.tones.next_frame()
        if not stream.tones.active:
            self._playing.discard(stream)
        return said if tone is None else tone

    def _open(self, lanes: Sequence[int]) -> tuple[list[int], list[NarrowStream]]:
        """The open streams, and the indexes of their lanes."""
        rows = [at for at, lane in enumerate(lanes) if lane in self._streams]
        return rows, [self._streams[lanes[at]] for at in rows]


def _slots(streams: Sequence[NarrowStream]) -> npt.NDArray[np.intp]:
    return np.array([stream.voice.slot for stream in streams], np.intp)


def _a_law(streams: Sequence[NarrowStream]) -> list[int]:
    return [at for at, stream in enumerate(streams) if stream.codec is PCMA]
