"""One leg's incoming wide-band audio: what the jitter buffer gives, as frames of 16 kHz, gaps mended.

The jitter buffer knows octets of 1/8 ms. A codec whose octets are that (G.722) goes through it as it is; of
any other, the buffer holds the number of the packet, once for each 1/8 ms of it, and the packets themselves
wait here. It must never know packets' headers, sockets or clocks.
"""

from __future__ import annotations

import itertools

import numpy as np

from mediaserver.media.arrays import Float, Pcm
from mediaserver.media.comfort_noise import comfort_noise
from mediaserver.media.concealment import HISTORY, Concealment
from mediaserver.media.leg import Frame
from mediaserver.media.narrowband import runs
from mediaserver.media.time import FRAME_SAMPLES, NARROW_SAMPLES
from mediaserver.media.wideband import WideCodec

NUMBERS = 256
"""Of packets; more of the shortest kind (2.5 ms) than the jitter buffer ever holds."""
RATIO = FRAME_SAMPLES // NARROW_SAMPLES
"""Samples in 1/8 ms."""
LONGEST = 960
"""Steps of 1/8 ms in one packet (120 ms); one that says it is longer is cut."""
SILENT_PEAK = 512
"""About -36 dBFS: a frame below it may be left out without being missed."""


class WideVoice:
    """Made for one leg and one codec; never changed to another."""

    __slots__ = (
        "_decoder",
        "_gap",
        "_hushed",
        "_next",
        "_packets",
        "_past",
        "_playing",
        "_rest",
        "codec",
        "noise",
        "quiet",
    )

    def __init__(self, codec: WideCodec) -> None:
        """Raises EngineMissingError where the codec's library is missing."""
        self.codec = codec
        self._decoder = codec.decoder()
        self._next = 0
        self._packets: list[bytes] = [b""] * NUMBERS
        self._playing: int | None = None
        """The number of the packet that `_rest` is left of."""
        self._rest: Pcm = np.zeros(0, np.int16)
        self._past: Float = np.zeros(RATIO * HISTORY, np.float32)
        """What was played last, for concealment."""
        self._gap: Concealment | None = None
        """While audio is missing, and until it is joined again."""
        self.quiet = True
        """The last frame was silence, or nearly."""
        self._hushed = 0
        self.noise: int | None = None
        """-dBov of comfort noise in place of silence; None: silence is nothing."""

    @property
    def recovered(self) -> int:
        """Losses that were made good by FEC."""
        return self._decoder.recovered

    def put(self, payload: bytes) -> bytes:
        """A packet that came -> what the jitter buffer is to hold of it, an octet for each 1/8 ms; empty for
        one that is not valid."""
        measure = self.codec.duration
        if measure is None:
            return payload
        steps = min(measure(payload), LONGEST)
        if not steps:
            return b""
        number = self._next
        self._next = (number + 1) % NUMBERS
        self._packets[number] = payload
        return bytes((number,)) * steps

    def forget(self) -> None:
        """What comes next does not go on from what was played."""
        self._playing, self._rest, self._gap = None, self._rest[:0], None

    def frame(self, octets: bytes | None, known: bytes | None, following: int | None) -> Frame | None:
        """20 ms as the jitter buffer gave them: octets, or CONCEAL, or None for silence that is no loss.
        `known`: which octets are there; None: all. `following`: what the buffer holds for just after, where
        that is there. Returns [320], or None for silence."""
        if octets is None:
            self.forget()
            self.quiet = True
            if self.noise is None:
                return None
            self._hushed += 1
            return comfort_noise(self.noise, self._hushed)
        if known is None and octets and self._gap is None:
            frame = self._decoded(octets)
            if not self._decoder.conceals:
                self._remember(frame)
        else:
            frame = self._mended(octets, known, following)
        self.quiet = int(frame.max()) < SILENT_PEAK and int(frame.min()) > -SILENT_PEAK
        return frame

    def _mended(self, octets: bytes, known: bytes | None, following: int | None) -> Frame:
        """A frame with a hole in it, or after one."""
        row = np.empty(FRAME_SAMPLES, np.float32)
        stretches = runs(known) if octets else [(0, NARROW_SAMPLES, False)]
        for start, end, there in stretches:
            part = row[RATIO * start : RATIO * end]
            if there:
                part[:] = self._decoded(octets[start:end])
                if self._gap is not None and self._gap.join(part):
                    self._gap = None
                continue
            self._playing, self._rest = None, self._rest[:0]
            after = octets[end] if end < NARROW_SAMPLES and octets else following
            if not self._fill(part, after) and self._gap is None:
                history = np.concatenate((self._past, row[: RATIO * start]))[-len(self._past) :]
                self._gap = Concealment(history, RATIO)
            if self._gap is not None:
                self._gap.fill(part)
        frame = np.clip(np.rint(row), -32_768, 32_767).astype(np.int16)
        self._remember(frame)
        return frame

    def _fill(self, part: Float, after: int | None) -> bool:
        """Have the codec itself make up what is missing. `after`: what follows in the buffer."""
        if not self._decoder.conceals:
            return False
        packet = self._packets[after] if after is not None and self.codec.duration is not None else None
        made = self._decoder.lost(len(part), packet)
        if made is None:
            return False
        part[:] = made
        return True

    def _decoded(self, octets: bytes) -> Pcm:
        """Whole or part of a frame, all of it there -> [2 * n]."""
        if self.codec.duration is None:
            return _of_length(self._decoder.decode(octets), RATIO * len(octets))
        if octets.count(octets[0]) == len(octets):
            return self._of_packet(octets[0], len(octets))
        parts = [self._of_packet(number, len(list(group))) for number, group in itertools.groupby(octets)]
        return np.concatenate(parts)

    def _of_packet(self, number: int, steps: int) -> Pcm:
        """The next samples of a packet."""
        if number != self._playing:
            self._playing = number
            self._rest = self._decoder.decode(self._packets[number])
        size = RATIO * steps
        taken, self._rest = self._rest[:size], self._rest[size:]
        if not len(self._rest):
            self._playing = None  # the same number may come again, as another packet's
        return _of_length(taken, size)

    def _remember(self, frame: Frame) -> None:
        past = self._past
        past[:-FRAME_SAMPLES] = past[FRAME_SAMPLES:]
        past[-FRAME_SAMPLES:] = frame


def _of_length(samples: Pcm, size: int) -> Pcm:
    """A peer may say that a packet is longer than it is."""
    if len(samples) == size:
        return samples
    return np.concatenate((samples[:size], np.zeros(max(0, size - len(samples)), np.int16)))
