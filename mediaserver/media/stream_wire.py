"""The wire of legs whose audio comes and goes in messages of a stream (a WebSocket): octets by plain calls,
in any format of `StreamFormat`; all legs of one rate are converted in one batch per tick.

Driven by the media clock: it has no socket, task or timer, and never blocks. How octets travel, and what
else the far end says, is the leg's business.
"""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Pcm
from mediaserver.media.leg import Frame
from mediaserver.media.resample import FrameConverter
from mediaserver.media.socket_audio import SocketAudio
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

SLOTS = 16
"""Rows that a bank begins with."""


class _Bank:
    """The converters of all streams of one rate."""

    def __init__(self, rate: int) -> None:
        self.inward = FrameConverter(rate, SAMPLE_RATE, SLOTS)
        self.outward = FrameConverter(SAMPLE_RATE, rate, SLOTS)
        self._free: list[int] = []
        self._slots = itertools.count()

    def open(self) -> int:
        slot = self._free.pop() if self._free else next(self._slots)
        self.inward.reset(slot)
        self.outward.reset(slot)
        return slot

    def close(self, slot: int) -> None:
        self._free.append(slot)


class StreamWire:
    """mediaserver.media.leg.Wire."""

    def __init__(self, now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        """`now_ns`: the media clock's."""
        self.now_ns = now_ns
        self._streams: dict[int, SocketAudio] = {}
        """The open ones by the numbers of their lanes."""
        self._banks: dict[int, _Bank] = {}
        self._playing: set[SocketAudio] = set()
        """Those that play keys as sounds."""
        self._next_lane = itertools.count()

    @property
    def active(self) -> int:
        """Streams that are open."""
        return len(self._streams)

    def open(
        self,
        fmt: StreamFormat,
        send: Callable[[bytes], None],
        queue_ms: int = 0,
        out: StreamFormat | None = None,
        steady: bool = False,
    ) -> SocketAudio:
        """A place for one leg. `send`: what travels, once per tick at most. `queue_ms`: the far end sends
        faster than it is heard, and so much is kept for it; 0: what it says is live, and what is late is left
        out. `out`: the format of what is sent, where it is not that of what comes. `steady`: silence travels,
        too, for a far end that takes 20 ms for each tick; not of Opus. Raises EngineMissingError where a
        format's library is missing."""
        stream = SocketAudio(self, next(self._next_lane), fmt, out or fmt, send, queue_ms, steady)
        stream.slot = stream.out_slot = self._slot(fmt.inner_rate)
        if stream.out.inner_rate != fmt.inner_rate:
            stream.out_slot = self._slot(stream.out.inner_rate)
        self._streams[stream.lane.number] = stream
        return stream

    def closed(self, stream: SocketAudio) -> None:
        """Called by `SocketAudio.close`."""
        del self._streams[stream.lane.number]
        self._playing.discard(stream)
        slots = {stream.format.inner_rate: stream.slot, stream.out.inner_rate: stream.out_slot}
        for rate, slot in slots.items():
            if slot >= 0:
                self._banks[rate].close(slot)

    def plays(self, stream: SocketAudio) -> None:
        """Called by `SocketAudio.send_tone`."""
        self._playing.add(stream)

    def receive(self, now_ns: int) -> None:
        """Audio comes by `SocketAudio.push`."""

    def read(self, lanes: Sequence[int], now_ns: int) -> npt.NDArray[np.int16]:
        """The next 20 ms of each lane, [N, 320] int16 at 16 kHz; a gap is silence."""
        out = np.zeros((len(lanes), FRAME_SAMPLES), np.int16)
        batches: defaultdict[int, tuple[list[int], list[int], list[Pcm]]] = defaultdict(lambda: ([], [], []))
        for at, lane in enumerate(lanes):
            stream = self._streams.get(lane)
            if stream is None:
                continue
            stream.wait.ticked(now_ns)
            piece = stream.take()
            if piece is None:
                stream.silent_in = True
                continue
            if stream.slot < 0:
                out[at] = piece
                continue
            rate = stream.format.inner_rate
            if stream.silent_in:
                stream.silent_in = False
                self._banks[rate].inward.reset(stream.slot)
            rows, slots, pieces = batches[rate]
            rows.append(at)
            slots.append(stream.slot)
            pieces.append(piece)
        for rate, (rows, slots, pieces) in batches.items():
            out[rows] = self._banks[rate].inward.process(np.array(slots, np.intp), np.stack(pieces))
        return out

    def write(self, lanes: Sequence[int], frames: Sequence[Frame | None], now_ns: int) -> None:
        """Send 20 ms on each lane: a frame [320] int16, or None for silence, which travels on steady streams
        alone."""
        batches: defaultdict[int, tuple[list[SocketAudio], list[Frame]]] = defaultdict(lambda: ([], []))
        for lane, said in zip(lanes, frames, strict=True):
            stream = self._streams.get(lane)
            if stream is None:
                continue
            frame = self._with_tone(stream, said) if stream in self._playing else said
            if frame is None or not frame.any():
                stream.silent_out = True
                stream.give(None)
            elif stream.out_slot < 0:
                stream.give(stream.coded(frame))
            else:
                rate = stream.out.inner_rate
                if stream.silent_out:
                    stream.silent_out = False
                    self._banks[rate].outward.reset(stream.out_slot)
                streams, batch = batches[rate]
                streams.append(stream)
                batch.append(frame)
        for rate, (streams, batch) in batches.items():
            slots = np.array([stream.out_slot for stream in streams], np.intp)
            made = self._banks[rate].outward.process(slots, np.stack(batch))
            for stream, samples in zip(streams, made, strict=True):
                if not stream.closed:  # by the one before it
                    stream.give(stream.coded(samples))

    def _with_tone(self, stream: SocketAudio, said: Frame | None) -> Frame | None:
        tone = stream.tones.next_frame()
        if not stream.tones.active:
            self._playing.discard(stream)
        return said if tone is None else tone

    def _slot(self, rate: int) -> int:
        """A row in the bank of this rate; -1 where there is nothing to convert."""
        if rate == SAMPLE_RATE:
            return -1
        bank = self._banks.get(rate) or self._banks.setdefault(rate, _Bank(rate))
        return bank.open()

    def early_ns(self, lane: int) -> int | None:
        """What waits in its buffer for the next burst to be late is not counted."""
        stream = self._streams.get(lane)
        return stream.wait.early_ns if stream is not None else None

    def moved(self, lane: int, now_ns: int) -> None:
        """Its buffer knows ticks only."""
        if (stream := self._streams.get(lane)) is not None:
            stream.wait.moved()
