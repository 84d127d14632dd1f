"""How loud an utterance is, and what it is said into: measured from its own audio, pauses against words.

Pure arithmetic on blocks of 20 ms.
"""

from __future__ import annotations

import math

import numpy as np

BLOCK = 320
"""20 ms at 16 kHz."""
FLOOR_DB = -72.0
"""Below this nothing is told apart: the noise that the recogniser lays under all audio."""
QUIET_SHARE = 0.15
"""So much of any utterance is no word: what was kept from before it, closures of stops, its end."""
LOUD_SHARE = 0.80
MOST_BLOCKS = 3_000
"""One minute, the longest utterance."""


class Level:
    """Of one utterance, as it comes in."""

    def __init__(self) -> None:
        self._blocks: list[float] = []
        """Mean square of each."""
        self._rest = b""

    def hear(self, pcm: bytes) -> None:
        """int16 audio at 16 kHz of any whole number of samples."""
        pcm = self._rest + pcm
        whole = len(pcm) // (2 * BLOCK) * 2 * BLOCK
        self._rest = pcm[whole:]
        if whole and len(self._blocks) < MOST_BLOCKS:
            blocks = np.frombuffer(pcm[:whole], np.int16).astype(np.float32).reshape(-1, BLOCK)
            self._blocks += np.square(blocks).mean(axis=1).tolist()

    @property
    def noise_db(self) -> float:
        """dBFS of its quietest parts; 0 dB is a full-scale square wave."""
        return self._db(QUIET_SHARE)

    @property
    def speech_db(self) -> float:
        """dBFS of its loud parts."""
        return self._db(LOUD_SHARE)

    def above_noise(self, noise_db: float | None = None) -> float:
        """By how many dB the loud parts stand out, of what was measured and of the line's noise as known."""
        noise = self.noise_db if noise_db is None else max(self.noise_db, noise_db)
        return max(0.0, self.speech_db - noise)

    def _db(self, share: float) -> float:
        if not self._blocks:
            return FLOOR_DB
        power = float(np.quantile(self._blocks, share)) / 32_768.0**2
        return max(FLOOR_DB, 10.0 * math.log10(power + 1e-12))
