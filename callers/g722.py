"""The measuring caller's G.722: what it says and hears stays G.711 inside, and is turned at the wire.

So all that is measured by codes and levels is the same for both; the turning makes each way 3 ms later, which
figures of such calls contain. FFmpeg does the coding (PyAV); nothing is shared with the server.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from callers.sound import PACKET, PCMU, RATE, Samples, clipped, decode, encode
from mediaserver.errors import EngineMissingError

G722 = 9
"""Static payload type, RFC 3551 section 6."""
WIDE_RATE = 2 * RATE
_TAPS = 63


def _low_pass() -> npt.NDArray[np.float64]:
    """For 16 kHz, up to 3.7 kHz."""
    at = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(0.485 * at) * np.kaiser(_TAPS, 5.0)
    return np.asarray(taps / taps.sum())


class G722Line:
    """Both directions of one stream."""

    def __init__(self) -> None:
        """Raises EngineMissingError without PyAV."""
        try:
            from av import AudioFrame, CodecContext, Packet
        except ImportError as error:
            raise EngineMissingError(f"G.722 needs PyAV ({error}); install the package `av`") from error
        self._packet = Packet
        self._encoder = CodecContext.create("g722", "w")
        self._decoder = CodecContext.create("g722", "r")
        self._encoder.format = "s16"
        self._encoder.time_base = Fraction(1, WIDE_RATE)
        for context in (self._encoder, self._decoder):
            context.sample_rate, context.layout = WIDE_RATE, "mono"
        self._frame = AudioFrame(format="s16", layout="mono", samples=2 * PACKET)
        self._frame.sample_rate = WIDE_RATE
        self._taps = _low_pass()
        self._said = np.zeros(_TAPS - 1)
        self._heard = np.zeros(_TAPS - 1)

    def outward(self, payload: bytes, kind: int) -> bytes:
        """20 ms of G.711 -> of G.722, 160 octets each."""
        stuffed = np.zeros(2 * PACKET)
        stuffed[::2] = 2.0 * decode(payload, kind)
        known = np.concatenate((self._said, stuffed))
        self._said = known[-(_TAPS - 1) :]
        wide = clipped(np.convolve(known, self._taps, "valid"))
        self._frame.planes[0].update(wide.tobytes())
        return b"".join(bytes(packet) for packet in self._encoder.encode(self._frame))

    def inward(self, payload: bytes) -> bytes:
        """Any octets of G.722 -> as many of mu-law."""
        frames = self._decoder.decode(self._packet(payload))
        parts = [np.frombuffer(bytes(frame.planes[0]), np.int16, frame.samples) for frame in frames]
        known = np.concatenate((self._heard, *parts))
        self._heard = known[-(_TAPS - 1) :]
        narrow: Samples = clipped(np.convolve(known, self._taps, "valid")[::2])
        return encode(narrow, PCMU)
