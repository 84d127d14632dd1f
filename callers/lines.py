"""What the caller says: WAV files, or lines spoken by the built-in voice.

Must never be tuned per line: one setting of the voice speaks all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from callers.sound import RATE, Samples, clipped, load_wav, resample
from callers.voiced import Clip
from mediaserver.errors import VoiceForgeError
from mediaserver.media.time import SAMPLE_RATE

if TYPE_CHECKING:
    from pipelines.engines.protocols import Tts

BOOKING = ("book a room", "mountain view", "today", "two thirty p m", "half an hour", "two people")
"""The answers that the booking demo asks for, in order."""
CHECKS = ("yes", "no")
"""What is answered where it says an answer back."""

VOICE, SPEED = "en-us+benjamin", 0.63
"""espeak-ng's voices are the hardest for a recogniser in the telephone band: the plain one is hardly ever
understood. With this variant at 110 words a minute all answers are, at three pitches, with confidence to
spare (at 130 still, but barely)."""
LINE_NOISE_DB = -30.0
"""Noise under the speech, relative to its RMS: a voice without any breath or room is as good as no speech to
models that were trained on people."""
QUIET = 120
"""Absolute int16 value (-49 dBFS) under which the end of a line is silence: a caller's line ends with its
last sound, however much a voice keeps behind it."""
LEVEL = 9_000.0
"""Peak of synthesised speech: about -11 dBFS, as people are on the telephone."""


def clips_of(paths: Sequence[str | Path]) -> list[Clip]:
    """Raises VoiceForgeError for a file that is no WAV or has no voice in it."""
    clips = []
    for path in paths:
        try:
            clips.append(Clip.of(Path(path).name, load_wav(path)))
        except ValueError as error:
            raise VoiceForgeError(str(error)) from None
    return clips


async def synthesised(lines: Sequence[str]) -> list[Clip]:
    """The lines in the built-in voice. Raises EngineError when there is no speech engine."""
    from pipelines.engines.builtin import TTS, registry
    from pipelines.engines.protocols import Kind

    tts = registry().make(Kind.TTS, TTS)
    await tts.start()
    try:
        return [Clip.of(line, await _speak(tts, line)) for line in lines]
    finally:
        await tts.stop()


async def _speak(tts: Tts, line: str) -> Samples:
    chunks = [chunk.samples async for chunk in tts.speak(line, voice=VOICE, rate=SPEED)]
    said = np.concatenate(chunks).astype(float)
    said = said[: int(np.flatnonzero(np.abs(said) >= QUIET)[-1]) + 1]
    voice = resample(said, SAMPLE_RATE, RATE)
    voice *= LEVEL / max(1.0, float(np.abs(voice).max()))
    noise = np.random.default_rng(3).normal(0.0, 1.0, len(voice))  # the same in every call
    return clipped(voice + noise * np.sqrt(np.mean(voice * voice)) * 10 ** (LINE_NOISE_DB / 20))
