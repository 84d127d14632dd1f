"""The measuring caller's Opus (:rfc:`7587`): what it says and hears stays G.711 inside, as with G.722.

PyAV's wrapper of libopus does the coding; nothing is shared with the server, which calls the library itself.
Each way is some 7 ms later for it, as it is in a browser; figures of such calls contain that.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from callers.sound import PACKET, PCMU, RATE, Samples, clipped, decode, encode
from mediaserver.errors import EngineMissingError

CLOCK = 48_000
"""Of its RTP time stamps, whatever is coded (section 4.1)."""
TICKS = CLOCK // RATE
"""Of that clock, for each of our samples."""
BITRATE = 28_000
"""Bits a second, of the 24,000 to 32,000 that browsers send for speech."""
_TAPS = 63


def _low_pass() -> npt.NDArray[np.float64]:
    """For 48 kHz, up to 3.4 kHz and 4 kHz nearly gone: the rest would come back as whistling."""
    at = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(at / TICKS * 0.9) * np.kaiser(_TAPS, 4.0)
    return np.asarray(taps / taps.sum())


class CallerOpus:
    """Both directions of one stream."""

    def __init__(self) -> None:
        """Raises EngineMissingError without PyAV."""
        try:
            from av import AudioFrame, CodecContext, Packet
        except ImportError as error:
            raise EngineMissingError(f"Opus needs PyAV ({error}); install the package `av`") from error
        self._packet = Packet
        self._encoder = CodecContext.create("libopus", "w")
        self._encoder.sample_rate, self._encoder.layout, self._encoder.format = RATE, "mono", "s16"
        self._encoder.time_base, self._encoder.bit_rate = Fraction(1, RATE), BITRATE
        self._encoder.options = {"application": "voip", "frame_duration": "20", "compression_level": "5"}
        self._decoder = CodecContext.create("libopus", "r")
        self._decoder.sample_rate, self._decoder.layout = CLOCK, "mono"
        self._frame = AudioFrame(format="s16", layout="mono", samples=PACKET)
        self._frame.sample_rate = RATE
        self._taps = _low_pass()
        self._heard = np.zeros(_TAPS - 1)

    def outward(self, payload: bytes, kind: int) -> bytes:
        """20 ms of G.711 -> one packet of Opus."""
        self._frame.planes[0].update(decode(payload, kind).tobytes())
        self._frame.pts = None
        return b"".join(bytes(packet) for packet in self._encoder.encode(self._frame))

    def inward(self, payload: bytes) -> bytes:
        """A packet of Opus -> as long of mu-law; empty: it is none that can be read."""
        try:
            frames = self._decoder.decode(self._packet(payload))
        except (ValueError, OSError):  # PyAV's errors are both
            return b""
        parts = [np.frombuffer(bytes(each.planes[0]), np.int16, each.samples) for each in frames]
        known = np.concatenate((self._heard, *parts))
        self._heard = known[-(_TAPS - 1) :]
        narrow: Samples = clipped(np.convolve(known, self._taps, "valid")[::TICKS])
        return encode(narrow, PCMU)
