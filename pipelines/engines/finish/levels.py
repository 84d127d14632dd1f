"""How loud each voice is, learned from what it says, so that all are equally loud from their first word.

Within an utterance the gain hardly moves: a voice is brought to the level, its words keep their own. Peaks
are bent below the ceiling, never cut. Pure but for the file that keeps what was learned.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from pipelines.engines.protocols import TtsChunk

Pcm = npt.NDArray[np.int16]

TARGET_DB = -19.0
"""dBFS, RMS of what is voiced: as espeak-ng has always been here."""
MOST_DB = 12.0
"""Of gain, either way: what is farther off is no speech."""
ACTIVE = 10**-2.5
"""Frames within 25 dB of the voice's loudest are speech (in the way of ITU-T P.56)."""
SURE_S = 1.0
"""Of speech, after which a voice's level is known; before, half of what is found is believed."""
WINDOW_S = 30.0
"""Older speech counts less and less."""
FASTEST_DB = 1.5
"""How much the gain moves within a second of an utterance."""
NEAR_DB = 0.3
"""Less than this is not heard, and the samples stay as they are."""
KNEE, CEILING = 0.71, 0.89
"""-3 and -1 dBFS: from the one on peaks are bent, so that they do not reach the other. The decibel that is
left is for what lies between samples."""
MOST_VOICES = 2_000

VoiceKey: TypeAlias = tuple[str, str, str]
"""Engine, its voice, language."""


@dataclass(slots=True)
class _Level:
    energy: float = 0.0
    """Of frames with speech, mean square of full scale."""
    seconds: float = 0.0
    loudest: float = 0.0
    """Mean square of a frame."""

    def hear(self, samples: Pcm) -> None:
        frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
        if not len(frames):
            return
        power = np.square(frames.astype(np.float32) / 32_768.0).mean(axis=1)
        self.loudest = max(self.loudest, float(power.max()))
        active = power[power > self.loudest * ACTIVE]
        if self.loudest < 1e-7 or not len(active):
            return
        seconds = len(active) * FRAME_SAMPLES / SAMPLE_RATE
        keep = max(0.0, 1.0 - seconds / WINDOW_S) if self.seconds > WINDOW_S - seconds else 1.0
        self.energy = self.energy * keep + float(active.sum()) * FRAME_SAMPLES / SAMPLE_RATE
        self.seconds = self.seconds * keep + seconds

    @property
    def db(self) -> float | None:
        """None while nothing was heard."""
        return 10 * math.log10(self.energy / self.seconds) if self.seconds > 0 and self.energy > 0 else None


class VoiceLevels:
    """Of all voices. `file`: where what was learned is kept; None: nowhere."""

    def __init__(self, file: Path | None = None, target_db: float = TARGET_DB) -> None:
        self._target = target_db
        self._file = file
        self._levels: dict[VoiceKey, _Level] = {}
        self.changed = False
        """Something was learned since it was read or written."""
        if file is not None:
            self._read(file)

    def gain_db(self, key: VoiceKey) -> float:
        """By which a voice is to be louder, as far as is known."""
        level = self._levels.get(key)
        if level is None or (found := level.db) is None:
            return 0.0
        sure = 1.0 if level.seconds >= SURE_S else 0.5
        return sure * min(max(self._target - found, -MOST_DB), MOST_DB)

    async def levelled(
        self, stream: AsyncGenerator[TtsChunk, None], key: VoiceKey
    ) -> AsyncGenerator[TtsChunk, None]:
        """The same speech, as loud as all others."""
        level = self._levels.get(key)
        if level is None:
            if len(self._levels) >= MOST_VOICES:  # descriptions may be anything
                del self._levels[next(iter(self._levels))]
            level = self._levels[key] = _Level()
        gain: float | None = self.gain_db(key) if level.seconds else None
        async with aclosing(stream):
            async for chunk in stream:
                level.hear(chunk.samples)
                self.changed = True
                wanted = self.gain_db(key)
                step = FASTEST_DB * len(chunk.samples) / SAMPLE_RATE
                before = wanted if gain is None else gain
                if level.seconds:  # silence says nothing, and needs nothing
                    gain = min(max(wanted, before - step), before + step)
                yield replace(chunk, samples=amplified(chunk.samples, before, gain or 0.0))

    def write(self) -> None:
        """Keep what was learned. Blocking; raises OSError."""
        if self._file is None or not self.changed:
            return
        self.changed = False
        kept = [[*key, round(db, 2)] for key, level in self._levels.items() if (db := level.db) is not None]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=self._file.parent)
        with os.fdopen(handle, "w") as file:
            json.dump(kept, file)
        os.replace(made, self._file)

    def _read(self, file: Path) -> None:
        """What cannot be read is learned again."""
        try:
            for engine, voice, language, db in json.loads(file.read_bytes())[-MOST_VOICES:]:
                power = 10 ** (min(max(float(db), -60.0), 0.0) / 10)
                self._levels[str(engine), str(voice), str(language)] = _Level(power, SURE_S, power)
        except (OSError, ValueError, TypeError):
            self._levels.clear()


def amplified(samples: Pcm, from_db: float, to_db: float) -> Pcm:
    """With a gain that goes evenly from one value to another, and peaks bent below the ceiling."""
    if max(abs(from_db), abs(to_db)) < NEAR_DB and (
        not len(samples) or np.abs(samples.astype(np.int32)).max() <= KNEE * 32_768
    ):
        return samples
    factor = np.linspace(10 ** (from_db / 20), 10 ** (to_db / 20), len(samples), dtype=np.float32)
    loud = samples.astype(np.float32) * factor / 32_768.0
    size = np.abs(loud)
    over = size > KNEE
    if over.any():
        room = CEILING - KNEE
        loud[over] = np.sign(loud[over]) * (KNEE + room * np.tanh((size[over] - KNEE) / room))
    return np.asarray(np.rint(loud * 32_768.0), np.int16)
