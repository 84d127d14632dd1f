"""How audio is written on a stream that is no RTP (a WebSocket's binary messages): the coding and the rate.

Pure. PCM is mono, signed, 16 bits, the low octet first.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from mediaserver.media.arrays import Pcm
from mediaserver.media.g711 import PCMA, PCMU, Codec
from mediaserver.media.time import FRAME_MS, NARROW_RATE, SAMPLE_RATE


class Coding(enum.StrEnum):
    PCM16 = "pcm16"
    MULAW = "mulaw"
    ALAW = "alaw"
    OPUS = "opus"
    """:rfc:`6716`; each message is one packet."""


RATES: dict[Coding, tuple[int, ...]] = {
    Coding.PCM16: (NARROW_RATE, SAMPLE_RATE, 24_000, 48_000),
    Coding.MULAW: (NARROW_RATE,),
    Coding.ALAW: (NARROW_RATE,),
    Coding.OPUS: (48_000,),
}
"""Hz; the first of each is what a stream has that names none, but for PCM's."""
_LAWS: dict[Coding, Codec] = {Coding.MULAW: PCMU, Coding.ALAW: PCMA}


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """One that there is; see `of`."""

    coding: Coding = Coding.PCM16
    rate: int = SAMPLE_RATE

    @classmethod
    def of(cls, name: str, rate: int | None = None) -> StreamFormat:
        """By its name and rate in Hz; None: the coding's usual one. Raises ValueError, which says what there
        is."""
        if name not in tuple(Coding):
            raise ValueError(f"audio is {', '.join(Coding)}, not {name[:40]!r}")
        coding = Coding(name)
        if rate is None:
            return cls(coding, SAMPLE_RATE if coding is Coding.PCM16 else RATES[coding][0])
        if rate not in RATES[coding]:
            known = ", ".join(str(each) for each in RATES[coding])
            raise ValueError(f"{coding} is at {known} Hz, not at {rate}")
        return cls(coding, rate)

    def __str__(self) -> str:
        return f"{self.coding}/{self.rate}"

    @property
    def law(self) -> Codec | None:
        """Of G.711."""
        return _LAWS.get(self.coding)

    @property
    def inner_rate(self) -> int:
        """Hz of what the coding is decoded to: libopus decodes to any rate."""
        return SAMPLE_RATE if self.coding is Coding.OPUS else self.rate

    @property
    def octets_per_frame(self) -> int:
        """Of 20 ms; 0 where that is not fixed."""
        match self.coding:
            case Coding.PCM16:
                return self.rate * FRAME_MS // 1_000 * 2
            case Coding.MULAW | Coding.ALAW:
                return NARROW_RATE * FRAME_MS // 1_000
            case Coding.OPUS:
                return 0

    def samples(self, octets: bytes) -> Pcm:
        """Of a message, but for Opus: at `rate`. Raises ValueError for half a sample."""
        law = self.law
        if law is not None:
            return law.decode(np.frombuffer(octets, np.uint8))
        if len(octets) % 2:
            raise ValueError(
                f"a message of {self.coding} has whole samples of two octets, not {len(octets)} octets"
            )
        return np.frombuffer(octets, "<i2").astype(np.int16, copy=False)

    def octets(self, samples: Pcm) -> bytes:
        """Of samples at `rate`, but for Opus."""
        law = self.law
        if law is not None:
            return law.encode(samples).tobytes()
        return np.asarray(samples, "<i2").tobytes()
