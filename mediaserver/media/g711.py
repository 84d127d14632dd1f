"""G.711 as lookup tables over whole batches of frames (ITU-T G.711; bit-exact with the G.191 vectors).

Never loops over samples and knows nothing of packets or sockets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Codes, Pcm


def _mu_law_decode() -> Pcm:
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 132) << ((code >> 4) & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _mu_law_encode() -> Codes:
    linear = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    # One's complement for negative values, as G.191 has it: -1 is coded as "minus zero".
    magnitude = np.minimum((np.where(linear < 0, ~linear, linear) >> 2) + 33, 0x1FFF)
    segment = np.frexp((magnitude >> 6).astype(np.float64))[1].astype(np.int32) + 1
    code = ((8 - segment) << 4) | (0x0F - ((magnitude >> segment) & 0x0F))
    return np.asarray(np.where(linear >= 0, code | 0x80, code), np.uint8)


def _a_law_decode() -> Pcm:
    code = np.arange(256) ^ 0x55
    segment = (code >> 4) & 7
    step = (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _a_law_encode() -> Codes:
    linear = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(linear < 0, ~linear, linear) >> 4
    exponent = np.maximum(np.frexp(magnitude.astype(np.float64))[1].astype(np.int32) - 4, 0)
    shifted = magnitude >> np.maximum(exponent - 1, 0)
    code = np.where(exponent > 0, (shifted - 16) + (exponent << 4), magnitude)
    return np.asarray(np.where(linear >= 0, code | 0x80, code) ^ 0x55, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """One G.711 law."""

    name: str
    """As in SDP: 'PCMU' or 'PCMA'."""
    payload_type: int
    """The static payload type of :rfc:`3551`, section 6."""
    silence: int
    """The octet for zero."""
    to_linear: Pcm
    """[256]"""
    to_float: npt.NDArray[np.float32]
    """[256], the same values, ready for the resampler."""
    from_linear: Codes
    """[65536], indexed by the sample's bits read as uint16."""
    loudness: bytes
    """[256] -> 0..255, the magnitude in steps of 128, for `bytes.translate`."""

    def decode(self, codes: Codes) -> Pcm:
        """Octets of any shape to samples of the same shape."""
        return self.to_linear[codes]

    def encode(self, pcm: Pcm) -> Codes:
        """Samples of any shape to octets of the same shape."""
        return self.from_linear[np.ascontiguousarray(pcm).view(np.uint16)]

    def peak(self, codes: bytes) -> int:
        """The loudest sample's magnitude, rounded down to a multiple of 128; cheap, for single frames."""
        return max(codes.translate(self.loudness), default=0) * 128


def _codec(name: str, payload_type: int, silence: int, decode: Pcm, encode: Codes) -> Codec:
    loudness = (np.abs(decode.astype(np.int32)) >> 7).astype(np.uint8).tobytes()
    return Codec(name, payload_type, silence, decode, decode.astype(np.float32), encode, loudness)


PCMU = _codec("PCMU", 0, 0xFF, _mu_law_decode(), _mu_law_encode())
PCMA = _codec("PCMA", 8, 0xD5, _a_law_decode(), _a_law_encode())
CODECS = {"PCMU": PCMU, "PCMA": PCMA}
