"""Wide-band codecs: what the media path asks of one, and the catalogue of those it has.

A codec's two halves turn payloads into 16 kHz audio and back, for one leg; what lies between packets (order,
lateness, gaps) is the jitter buffer's and `WideVoice`'s. The libraries behind them are loaded when the first
leg needs them, or by `load` at the start of a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mediaserver.errors import EngineMissingError
from mediaserver.media.arrays import Pcm
from mediaserver.media.g722 import G722Decoder, G722Encoder
from mediaserver.media.leg import Frame
from mediaserver.media.opus import OpusDecoder, OpusEncoder, opus_duration
from mediaserver.media.time import NARROW_RATE, SAMPLE_RATE


class WideDecoder(Protocol):
    """Payloads of one leg -> samples at 16 kHz. Must not raise on what a peer sends."""

    conceals: bool
    """It makes up for what is lost by itself; else that is left to whoever asks."""

    def decode(self, payload: bytes) -> Pcm:
        """One packet, or for codecs that are an octet stream any part of it. Empty: it is not valid."""

    def lost(self, samples: int, following: bytes | None) -> Pcm | None:
        """So many samples in place of what was lost. `following`: the packet after it, where that is there
        already. None: this codec cannot."""

    @property
    def recovered(self) -> int:
        """Losses that were made good from the packet after (FEC)."""


class WideEncoder(Protocol):
    """Frames of one leg -> payloads of 20 ms."""

    def encode(self, frame: Frame) -> bytes: ...
    def expect_loss(self, percent: float) -> None:
        """What the far end's reports say; an encoder with FEC prepares for it."""

    def limit(self, bitrate: int | None) -> None:
        """The most bits a second; None: as it is made."""

    def leave_silence_out(self, wanted: bool) -> None:
        """Frames without speech may become empty, which are not sent."""


@dataclass(frozen=True, slots=True, eq=False)
class WideCodec:
    """One of them."""

    name: str
    """As in the rtpmap."""
    clock: int
    """Hz of RTP timestamps, a multiple of 8,000."""
    decoder: Callable[[], WideDecoder]
    """Raises EngineMissingError where its library is missing, as `encoder`."""
    encoder: Callable[[], WideEncoder]
    duration: Callable[[bytes], int] | None = None
    """How long a packet is in steps of 1/8 ms, 0 for one that is not valid. None: each octet is one step, so
    that a packet may be cut anywhere."""

    @property
    def clock_factor(self) -> int:
        """Timestamp units in 1/8 ms."""
        return self.clock // NARROW_RATE


class _L16Decoder:
    conceals = False
    recovered = 0

    def decode(self, payload: bytes) -> Pcm:
        return np.frombuffer(payload[: len(payload) & ~1], ">i2").astype(np.int16)

    def lost(self, samples: int, following: bytes | None) -> None:
        return None


class _L16Encoder:
    def encode(self, frame: Frame) -> bytes:
        return frame.astype(">i2").tobytes()

    def expect_loss(self, percent: float) -> None:
        """Nothing can be done about it."""

    def limit(self, bitrate: int | None) -> None:
        """It has one rate."""

    def leave_silence_out(self, wanted: bool) -> None:
        """It cannot tell."""


G722 = WideCodec("G722", NARROW_RATE, G722Decoder, G722Encoder)
""":rfc:`3551` 4.5.2: its RTP clock is 8,000 Hz by an old mistake; the audio is 16 kHz."""
OPUS = WideCodec("opus", 48_000, OpusDecoder, OpusEncoder, opus_duration)
""":rfc:`7587`."""
L16 = WideCodec("L16", SAMPLE_RATE, _L16Decoder, _L16Encoder, lambda payload: len(payload) // 4)
""":rfc:`3551` 4.5.11, at 16 kHz mono: for tests, 256 kbit/s."""
WIDE_CODECS = {codec.name.upper(): codec for codec in (G722, OPUS, L16)}


def load(name: str) -> None:
    """Have a codec's library ready, so that no running call waits while it is loaded. Other names than those
    of the catalogue need none. Raises EngineMissingError, which says how to mend it."""
    codec = WIDE_CODECS.get(name.upper())
    if codec is not None:
        try:
            codec.encoder()
            codec.decoder()
        except EngineMissingError as error:
            raise EngineMissingError(f"the codec {codec.name} cannot be used: {error}") from error
