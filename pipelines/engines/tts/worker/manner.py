"""How a text is to be said, as it stands in what a worker is asked. Imports the standard library alone."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.engines.tts.worker.ipa import MOST_CHARS, UnknownPhonemeError, symbols

log = logging.getLogger(__name__)

SLOWEST, FASTEST = 0.1, 10.0
LOWEST, HIGHEST = 0.5, 2.0
MOST_TOLD = 256


@dataclass(frozen=True, slots=True)
class SpokenManner:
    rate: float = 1.0
    """A factor of the usual speed."""
    pitch: float = 1.0
    """A factor of the usual one, from LOWEST to HIGHEST."""
    phonemes: str = ""
    """In the IPA: what all words of the text sound like; empty: as they are read."""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> SpokenManner:
        """Raises ValueError for a speed at which nobody speaks, and KeyError, TypeError and ValueError for
        what is no speed or pitch."""
        rate = float(fields["rate"])
        if not SLOWEST <= rate <= FASTEST:
            raise ValueError(f"nobody speaks at {rate:g} times the usual speed")
        pitch = float(fields.get("pitch", 1.0))
        if math.isnan(pitch):
            raise ValueError("a pitch that is no number")
        return cls(
            rate, min(max(pitch, LOWEST), HIGHEST), str(fields.get("phonemes") or "")[: MOST_CHARS + 1]
        )


class PhonemeReader:
    """Finds the symbols of a voice, and tells once of each stretch for which it has none."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def read(self, ipa: str, known: Mapping[str, str], voice: str) -> list[str]:
        """Empty where there is nothing to be read, or the voice lacks a sound: it reads the words then."""
        if not ipa:
            return []
        try:
            return symbols(ipa, known)
        except UnknownPhonemeError as error:
            if (voice, ipa) not in self._told and len(self._told) < MOST_TOLD:
                self._told.add((voice, ipa))
                log.warning("the voice %s says the words, not their phonemes: %s", voice, error)
            return []
