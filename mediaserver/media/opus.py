"""Opus (RFC 6716) through libopus by ctypes: mono at 16 kHz, with forward error correction and concealment.

PyAV's wrapper of it reaches neither FEC nor concealment nor the loss that an encoder prepares for, so the
library is called itself: the one that comes with PyAV's wheel (loading that does not load FFmpeg), or the
system's. A peer's packet can make a decoder refuse it, never more.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
from pathlib import Path

import numpy as np

from mediaserver.errors import EngineMissingError
from mediaserver.media.arrays import Pcm
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, NARROW_RATE, SAMPLE_RATE

BITRATE = 24_000
"""Bits a second of what we send: wide-band speech without audible loss (RFC 7587 3.1.1)."""
LEAST_BITRATE, MOST_BITRATE = 6_000, 64_000
LEFT_OUT = 2
"""Octets of a packet that need not be sent, at most: nobody speaks (libopus, `opus_encode`)."""
COMPLEXITY = 3
"""Of 10. More costs processor time that telephone speech does not need."""
MOST_SAMPLES = SAMPLE_RATE * 120 // 1_000
"""Of one packet: 120 ms."""
_APPLICATION_VOIP = 2048
_SET_BITRATE, _SET_COMPLEXITY, _SET_INBAND_FEC, _SET_PACKET_LOSS, _SET_DTX = 4002, 4010, 4012, 4014, 4016
_LEAST_STEP = SAMPLE_RATE // 400
"""2.5 ms: concealment comes in multiples of it."""
_MOST_OCTETS = 1_275
_NOTHING: Pcm = np.zeros(0, np.int16)
_NAMES = ("libopus.so.0", "libopus.0.dylib", "libopus.so")


def _candidates() -> list[str]:
    found: list[str] = []
    spec = importlib.util.find_spec("av")
    for place in spec.submodule_search_locations or () if spec is not None else ():
        found += [str(path) for path in sorted(Path(place).parent.glob("av.libs/libopus*.so*"))]
        found += [str(path) for path in sorted(Path(place).glob(".dylibs/libopus*.dylib"))]
    return [*found, *_NAMES]


@functools.cache
def _library() -> ctypes.CDLL:
    """Raises EngineMissingError."""
    for name in _candidates():
        try:
            library = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        raise EngineMissingError(
            "there is no libopus; install the package `av`, which brings it, or the system's (libopus0)"
        )
    pointer, number, octets = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    library.opus_encoder_create.argtypes = [number, number, number, ctypes.POINTER(number)]
    library.opus_encoder_create.restype = pointer
    library.opus_encoder_destroy.argtypes = [pointer]
    library.opus_encoder_destroy.restype = None
    library.opus_encode.argtypes = [pointer, pointer, number, pointer, number]
    library.opus_decoder_create.argtypes = [number, number, ctypes.POINTER(number)]
    library.opus_decoder_create.restype = pointer
    library.opus_decoder_destroy.argtypes = [pointer]
    library.opus_decoder_destroy.restype = None
    library.opus_decode.argtypes = [pointer, octets, number, pointer, number, number]
    library.opus_packet_get_nb_samples.argtypes = [octets, number, number]
    library.opus_packet_has_lbrr.argtypes = [octets, number]
    return library


def opus_duration(payload: bytes) -> int:
    """How long a packet is, in steps of 1/8 ms; 0 when it is none. Raises EngineMissingError."""
    return max(0, int(_library().opus_packet_get_nb_samples(payload, len(payload), NARROW_RATE)))


class OpusDecoder:
    """Implements mediaserver.media.wideband.WideDecoder."""

    conceals = True

    def __init__(self) -> None:
        """Raises EngineMissingError."""
        self._library = _library()
        failed = ctypes.c_int()
        self._state = self._library.opus_decoder_create(SAMPLE_RATE, 1, ctypes.byref(failed))
        if not self._state:
            raise EngineMissingError(f"libopus made no decoder (error {failed.value})")
        self._out = np.zeros(MOST_SAMPLES, np.int16)
        self._out_at = self._out.ctypes.data
        self.recovered = 0

    def __del__(self) -> None:
        if getattr(self, "_state", None):
            self._library.opus_decoder_destroy(self._state)

    def decode(self, payload: bytes) -> Pcm:
        """One packet -> its samples; empty when it is none."""
        if not payload:
            return _NOTHING
        made = self._library.opus_decode(self._state, payload, len(payload), self._out_at, MOST_SAMPLES, 0)
        return self._out[:made].copy() if made > 0 else _NOTHING

    def lost(self, samples: int, following: bytes | None) -> Pcm:
        """What was lost, from the FEC in the packet after it where there is any, else made up."""
        size = min(-(-samples // _LEAST_STEP) * _LEAST_STEP, MOST_SAMPLES)
        made = 0
        if following:
            has = self._library.opus_packet_has_lbrr(following, len(following)) > 0
            if has:
                made = self._library.opus_decode(
                    self._state, following, len(following), self._out_at, size, 1
                )
                self.recovered += made > 0
        if made <= 0:
            made = self._library.opus_decode(self._state, None, 0, self._out_at, size, 0)
        if made < samples:
            return np.zeros(samples, np.int16)
        return self._out[:samples].copy()


class OpusEncoder:
    """Implements mediaserver.media.wideband.WideEncoder."""

    def __init__(self) -> None:
        """Raises EngineMissingError."""
        self._library = _library()
        failed = ctypes.c_int()
        self._state = self._library.opus_encoder_create(
            SAMPLE_RATE, 1, _APPLICATION_VOIP, ctypes.byref(failed)
        )
        if not self._state:
            raise EngineMissingError(f"libopus made no encoder (error {failed.value})")
        self._out = ctypes.create_string_buffer(_MOST_OCTETS)
        self._loss = -1
        self.limit(None)
        self._set(_SET_COMPLEXITY, COMPLEXITY)
        self._set(_SET_INBAND_FEC, 1)
        self.leave_silence_out(False)
        self.expect_loss(0.0)

    def __del__(self) -> None:
        if getattr(self, "_state", None):
            self._library.opus_encoder_destroy(self._state)

    def encode(self, frame: Frame) -> bytes:
        """[320] samples -> one packet."""
        frame = np.ascontiguousarray(frame)
        made = self._library.opus_encode(
            self._state, frame.ctypes.data, FRAME_SAMPLES, self._out, _MOST_OCTETS
        )
        return ctypes.string_at(self._out, made) if made > self._left_out else b""

    def limit(self, bitrate: int | None) -> None:
        """The most bits a second; None: BITRATE."""
        self._set(_SET_BITRATE, max(LEAST_BITRATE, min(bitrate or BITRATE, MOST_BITRATE)))

    def leave_silence_out(self, wanted: bool) -> None:
        """Discontinuous transmission (:rfc:`7587`, section 3.1.3): of silence comes an empty packet, but for
        one in 400 ms."""
        self._left_out = LEFT_OUT if wanted else 0
        self._set(_SET_DTX, int(wanted))

    def expect_loss(self, percent: float) -> None:
        """How much redundancy each packet has for the one before it: none at 0 %."""
        loss = round(min(max(percent, 0.0), 50.0))
        if loss != self._loss:
            self._loss = loss
            self._set(_SET_PACKET_LOSS, loss)

    def _set(self, what: int, value: int) -> None:
        self._library.opus_encoder_ctl(ctypes.c_void_p(self._state), ctypes.c_int(what), ctypes.c_int(value))
