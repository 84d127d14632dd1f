"""The narrow-band bank: all telephone audio (8 kHz, G.711) from and to frames of 16 kHz, in batches.

Any leg of 8 kHz may have a voice here, over RTP or not. Decoding, concealment, rate conversion and encoding
are done for all voices of a batch at once; what is special to a single one (a gap) is mended in its row.
It must never know packets, sockets or clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediaserver.media.arrays import Codes, Float, Rows
from mediaserver.media.comfort_noise import comfort_noise
from mediaserver.media.concealment import HISTORY, Concealment
from mediaserver.media.g711 import PCMA, PCMU, Codec
from mediaserver.media.leg import Frame
from mediaserver.media.resample import Downsampler, Upsampler
from mediaserver.media.time import FRAME_SAMPLES, NARROW_SAMPLES

CONCEAL = b""
"""In place of a frame's octets: audio should be there and is not."""
PAST = 3
"""Frames of what was played that a concealment looks at."""


_SILENCE = {law: bytes([law.silence]) * NARROW_SAMPLES for law in (PCMU, PCMA)}
_ZERO_FRAME: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_ZERO_FRAME.setflags(write=False)


def silence_of(law: Codec) -> bytes:
    """20 ms; always the same object."""
    return _SILENCE[law]


class NarrowVoice:
    """One leg's place in the bank."""

    __slots__ = ("_hushed", "codec", "gap", "noise", "past", "slot", "speaking")

    def __init__(self, slot: int) -> None:
        self.slot = slot
        """Its row in the bank, and in whatever else keeps rows for the legs of this bank."""
        self.codec: Codec = PCMU
        self.past: tuple[bytes, bytes, bytes] | None = None
        """The last three frames played, newest first; None after silence."""
        self.gap: Concealment | None = None
        """While audio is missing, and until it is joined again."""
        self.speaking = False
        """The last frame to the peer was audio, so the filter has a tail."""
        self._hushed = 0
        self.noise: int | None = None
        """-dBov of comfort noise in place of silence, until audio comes; None: silence is nothing."""

    def change_law(self, law: Codec) -> None:
        """Be coded in the other one from now on; what was played last is taken along."""
        before, self.codec = self.codec, law
        if self.past is not None:
            table = law.encode(before.to_linear).tobytes()
            one, two, three = self.past
            self.past = one.translate(table), two.translate(table), three.translate(table)

    def hush(self) -> bytes:
        """20 ms in which nothing is said."""
        if self.noise is None:
            return self.silence
        self._hushed += 1
        return self.codec.encode(comfort_noise(self.noise, self._hushed)[::2]).tobytes()

    @property
    def silence(self) -> bytes:
        """20 ms."""
        return _SILENCE[self.codec]

    def forget(self) -> None:
        """What comes next does not go on from what was played."""
        self.past = self.gap = None

    def mend(self, known: bytes | None, row: Float) -> None:
        """Fill what is not known in the row [160], and join what is back after it; `known` as in Mend. What
        was all there stays as it is but for the join. A row that was not is kept as history."""
        past = self.past or (self.silence, self.silence, self.silence)
        for start, end, there in runs(known):
            if not there:
                if self.gap is None:
                    history = self.codec.to_float[np.frombuffer(b"".join(reversed(past)), np.uint8)]
                    self.gap = Concealment(np.concatenate((history, row[:start]))[-HISTORY:])
                self.gap.fill(row[start:end])
            elif self.gap is not None and self.gap.join(row[start:end]):
                self.gap = None
        if known is not None:
            frame = self.codec.encode(row.astype(np.int16)).tobytes()
            self.past = (frame, past[0], past[1])


def runs(known: bytes | None) -> list[tuple[int, int, bool]]:
    """Stretches of a frame that are there, or not: first sample, the one past the last."""
    if not known:
        return [(0, NARROW_SAMPLES, known is None)]
    there = np.frombuffer(known, np.uint8)
    edges = [0, *(np.flatnonzero(np.diff(there)) + 1).tolist(), NARROW_SAMPLES]
    return [(start, end, bool(there[start])) for start, end in zip(edges, edges[1:], strict=False)]


class Mend(NamedTuple):
    """What is to be done to one row of a batch."""

    at: int
    voice: NarrowVoice
    known: bytes | None
    """[160], 1 where audio is known, or CONCEAL when none is; None: join the audio that is back."""


class NarrowBand:
    """The bank. Rows are kept per voice; a batch names the rows it is for."""

    def __init__(self) -> None:
        self._up = Upsampler()
        self._down = Downsampler()
        self._free: list[int] = []
        self._slots = 0

    def open(self) -> NarrowVoice:
        """A place for one leg."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        self._up.reset(slot)
        self._down.reset(slot)
        return NarrowVoice(slot)

    def close(self, voice: NarrowVoice) -> None:
        """Its place may be given to another. To be called once."""
        self._free.append(voice.slot)

    def take(
        self, voice: NarrowVoice, at: int, octets: bytes | None, known: bytes | None, mends: list[Mend]
    ) -> tuple[bytes, bool]:
        """One voice's next 20 ms, for row `at` of the batch that is being made: its octets, or CONCEAL, or
        None for silence that is no loss. `known`: which octets are there; None: all. Returns the octets to
        put into the batch, and whether nothing about this frame was special; if so, `mends` is left alone."""
        if octets is None:
            voice.forget()
            return voice.hush(), False
        if not octets:
            mends.append(Mend(at, voice, CONCEAL))
            return voice.silence, False
        if known is not None:
            mends.append(Mend(at, voice, known))
            return octets, False
        past = voice.past
        voice.past = (octets, past[0], past[1]) if past is not None else (octets, octets, octets)
        if voice.gap is None:
            return octets, True
        mends.append(Mend(at, voice, None))
        return octets, False

    def widen(
        self, slots: Rows, codes: Codes, a_law: Sequence[int], mends: Sequence[Mend]
    ) -> npt.NDArray[np.int16]:
        """Octets [N, 160] of N different slots -> [N, 320] int16 at 16 kHz. `a_law`: the rows that are not
        mu-law."""
        audio = PCMU.to_float.take(codes)
        if a_law:
            audio[a_law] = PCMA.to_float[codes[a_law]]
        for at, voice, known in mends:
            voice.mend(known, audio[at])
        return self._up.process(slots, audio)

    def narrow(
        self,
        voices: Sequence[NarrowVoice],
        slots: Rows,
        a_law: Sequence[int],
        frames: Sequence[Frame | None],
    ) -> list[bytes]:
        """A frame [320] int16, or None for silence, of N different voices -> the octets of each. `slots` and
        `a_law` are theirs."""
        audio: list[Frame] = []
        silent: list[int] = []
        for i, (voice, frame) in enumerate(zip(voices, frames, strict=True)):
            if frame is None:
                if not voice.speaking:
                    silent.append(i)
                    continue
                voice.speaking = False
                frame = _ZERO_FRAME  # lets the filter's tail out, once
            elif not voice.speaking:
                voice.speaking = True
                self._down.reset(voice.slot)
            audio.append(frame)
        if not audio:
            return [voice.silence for voice in voices]
        if silent:
            quiet = set(silent)
            speaking = [voice for i, voice in enumerate(voices) if i not in quiet]
            slots = np.array([voice.slot for voice in speaking], np.intp)
            a_law = [i for i, voice in enumerate(speaking) if voice.codec is PCMA]
        narrow = self._down.process(slots, np.concatenate(audio).reshape(len(audio), FRAME_SAMPLES))
        codes = PCMU.encode(narrow)
        if a_law:
            codes[a_law] = PCMA.encode(narrow[a_law])
        octets = codes.tobytes()
        made = [octets[at : at + NARROW_SAMPLES] for at in range(0, len(octets), NARROW_SAMPLES)]
        for i in silent:  # in rising order, so that each lands at its place
            made.insert(i, voices[i].silence)
        return made
