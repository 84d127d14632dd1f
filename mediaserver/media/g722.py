"""G.722 at 64 kbit/s (ITU-T G.722 mode 1) through FFmpeg, by PyAV: 16 kHz samples <-> octets, two to one.

Both halves keep the state of their adaptive quantisers, so one leg has one of each. PyAV is imported when
the first is made: it takes half a second and 20 MB, and brings libraries under other licences
(THIRD-PARTY.md).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mediaserver.errors import EngineMissingError
from mediaserver.media.arrays import Pcm
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from av import AudioCodecContext

_NOTHING: Pcm = np.zeros(0, np.int16)


def _context(mode: str) -> AudioCodecContext:
    try:
        from av import AudioCodecContext, CodecContext
        from av.error import FFmpegError
    except ImportError as error:
        raise EngineMissingError(f"PyAV is missing ({error}); install the package `av`") from error
    try:
        context = CodecContext.create("g722", "w" if mode == "w" else "r")
    except (FFmpegError, ValueError) as error:
        raise EngineMissingError(f"this FFmpeg has no G.722 ({error})") from error
    assert isinstance(context, AudioCodecContext)
    context.sample_rate = SAMPLE_RATE
    context.layout = "mono"
    if mode == "w":
        context.format = "s16"
        context.time_base = Fraction(1, SAMPLE_RATE)
    return context


class G722Decoder:
    """Implements mediaserver.media.wideband.WideDecoder."""

    conceals = False
    recovered = 0

    def __init__(self) -> None:
        """Raises EngineMissingError."""
        self._context = _context("r")
        from av import Packet

        self._packet = Packet

    def decode(self, payload: bytes) -> Pcm:
        """Any number of octets [n] -> samples [2 * n]."""
        if not payload:
            return _NOTHING
        frames = self._context.decode(self._packet(payload))
        # A plane is longer than its audio, for the sake of alignment.
        parts = [np.frombuffer(bytes(frame.planes[0]), np.int16, frame.samples) for frame in frames]
        return parts[0] if len(parts) == 1 else np.concatenate([_NOTHING, *parts])

    def lost(self, samples: int, following: bytes | None) -> None:
        return None


class G722Encoder:
    """Implements mediaserver.media.wideband.WideEncoder."""

    def __init__(self) -> None:
        """Raises EngineMissingError."""
        self._context = _context("w")
        from av import AudioFrame

        self._frame = AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        self._frame.sample_rate = SAMPLE_RATE

    def encode(self, frame: Frame) -> bytes:
        """[320] samples -> 160 octets."""
        self._frame.planes[0].update(frame.tobytes())  # the encoder has read it when it returns
        return b"".join([bytes(packet) for packet in self._context.encode(self._frame)])

    def expect_loss(self, percent: float) -> None:
        """Nothing can be done about it."""

    def leave_silence_out(self, wanted: bool) -> None:
        """It cannot tell."""

    def limit(self, bitrate: int | None) -> None:
        """It has one rate."""
