"""How audio is written on the connection to a speech-to-speech model: G.711 at 8 kHz, or PCM at 24 kHz.

Inside it is 16 kHz. State is one stream's; nothing here knows of events or sockets.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from mediaserver.media.arrays import Pcm
from mediaserver.media.g711 import CODECS, Codec
from mediaserver.media.leg import Frame
from mediaserver.media.resample import StreamResampler
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

FormatName: TypeAlias = Literal["pcmu", "pcma", "pcm"]
FORMATS: tuple[FormatName, ...] = ("pcmu", "pcma", "pcm")
PCM_RATE = 24_000


class AudioFormat:
    """What a format is called there, and how long its octets last."""

    def __init__(self, name: FormatName) -> None:
        self.name = name
        self.g711: Codec | None = CODECS.get(name.upper())
        self.rate = PCM_RATE if self.g711 is None else 8_000
        self.octets_per_ms = self.rate // 1000 * (2 if self.g711 is None else 1)

    @property
    def described(self) -> dict[str, Any]:
        """As a session's `audio.input.format` and `audio.output.format`."""
        if self.g711 is None:
            return {"type": "audio/pcm", "rate": PCM_RATE}
        return {"type": f"audio/{self.name}"}

    def ms(self, octets: int) -> int:
        """How long so many octets last."""
        return octets // self.octets_per_ms


class AudioWriter:
    """16 kHz frames to octets."""

    def __init__(self, fmt: AudioFormat) -> None:
        self._codec = fmt.g711
        self._resampler = StreamResampler(SAMPLE_RATE, fmt.rate)

    def write(self, frame: Frame) -> bytes:
        """The octets of this frame, but for a filter's length that comes with the next."""
        samples = self._resampler.process(frame)
        if self._codec is not None:
            return self._codec.encode(samples).tobytes()
        return np.asarray(samples, "<i2").tobytes()


class AudioReader:
    """Octets, in pieces of any length, to 16 kHz frames. What is not asked for is not converted: a piece of
    half a second would hold up the clock of all calls."""

    def __init__(self, fmt: AudioFormat) -> None:
        self._format = fmt
        self._resampler = StreamResampler(fmt.rate, SAMPLE_RATE)
        self._octets = bytearray()
        self._made: Pcm = np.zeros(0, np.int16)
        self._complete = False

    @property
    def waiting_ms(self) -> int:
        """How much is left to read."""
        return self._format.ms(len(self._octets)) + len(self._made) * 1000 // SAMPLE_RATE

    def ms(self, octets: int) -> int:
        """How long so many octets last."""
        return self._format.ms(octets)

    def add(self, octets: bytes) -> None:
        self._octets += octets
        self._complete = False

    def complete(self) -> None:
        """No more comes: the last frame may be short, and is filled up with silence."""
        self._complete = True

    def drop(self) -> None:
        """Forget what was not read."""
        self._octets.clear()
        self._made = np.zeros(0, np.int16)
        self._resampler.flush()

    def frame(self) -> Frame | None:
        """The next 20 ms, or None when there are not as many."""
        while len(self._made) < FRAME_SAMPLES and self._octets:
            step = 20 * self._format.octets_per_ms
            piece = bytes(self._octets[:step])
            if len(piece) % 2 and self._format.g711 is None:
                if len(piece) == 1:
                    break  # half a sample; its other half is on its way
                piece = piece[:-1]
            del self._octets[: len(piece)]
            self._made = np.concatenate((self._made, self._resampler.process(self._samples(piece))))
        if len(self._made) < FRAME_SAMPLES and self._complete:
            self._made = np.concatenate((self._made, self._resampler.flush()))
            if len(self._made):
                short = max(0, FRAME_SAMPLES - len(self._made))
                self._made = np.concatenate((self._made, np.zeros(short, np.int16)))
        if len(self._made) < FRAME_SAMPLES:
            return None
        frame, self._made = self._made[:FRAME_SAMPLES], self._made[FRAME_SAMPLES:]
        return frame

    def _samples(self, octets: bytes) -> Pcm:
        codec = self._format.g711
        if codec is not None:
            return codec.decode(np.frombuffer(octets, np.uint8))
        return np.frombuffer(octets, "<i2").astype(np.int16)
