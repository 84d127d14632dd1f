"""How an utterance was spoken: pitch, loudness, pace and pauses, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.insight.pitch import STEP_MS, Floats, PitchTrack

LEAST_VOICED_S = 0.35
"""Less voice than this tells nothing of how somebody speaks: "yes" has about 0.2 s of it."""
DIP_DB = 2.0
"""Between two syllables the loudness falls at least so far (de Jong and Wempe, "Praat script to detect
syllable nuclei and measure speech rate automatically", 2009)."""
SYLLABLE_BELOW_PEAK_DB = 25.0
SPEECH_BELOW_PEAK_DB = 30.0
_SMOOTH = np.hanning(9)[1:-1].astype(np.float32)
"""70 ms, so that a pulse of the voice is no syllable."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """Of one utterance."""

    pitch_st: float
    """Median, in semitones above 100 Hz."""
    range_st: float
    """From its tenth to its ninetieth percentile."""
    slope_st_s: float
    """Semitones a second, over the utterance."""
    level_db: float
    """Of the voiced parts, dBFS."""
    rate: float
    """Syllables a second, while there is speech."""
    pauses: float
    """Share of the time between the first and the last sound that is silent."""
    voiced_s: float
    snr_db: float
    """The voice over the quietest tenth of what came."""


def prosody_of(track: PitchTrack) -> Prosody | None:
    """None when there is too little voice in it."""
    voiced = track.voiced
    voiced_s = float(voiced.sum()) * STEP_MS / 1000
    if voiced_s < LEAST_VOICED_S:
        return None
    semitones = 12.0 * np.log2(track.hz[voiced] / 100.0)
    low, middle, high = np.percentile(semitones, (10, 50, 90))
    at_s = np.flatnonzero(voiced) * (STEP_MS / 1000)
    slope = float(np.polyfit(at_s, semitones, 1)[0]) if len(at_s) > 2 else 0.0
    level = 10.0 * float(np.log10(np.mean(10.0 ** (track.level_db[voiced] / 10.0))))
    speech = track.level_db > track.level_db.max() - SPEECH_BELOW_PEAK_DB
    inside = np.flatnonzero(speech)
    span = speech[inside[0] : inside[-1] + 1]
    spoken_s = float(span.sum()) * STEP_MS / 1000
    return Prosody(
        float(middle),
        float(high - low),
        slope,
        level,
        _syllables(track.level_db, voiced) / max(spoken_s, 0.1),
        1.0 - float(span.mean()),
        voiced_s,
        level - float(np.percentile(track.level_db, 10)),
    )


def _syllables(level_db: Floats, voiced: npt.NDArray[np.bool_]) -> int:
    """Peaks of the loudness that are voiced, each behind a dip."""
    padded = np.pad(level_db, len(_SMOOTH) // 2, mode="edge")  # beyond the ends it is not 0 dBFS
    smooth = np.convolve(padded, _SMOOTH / _SMOOTH.sum(), mode="valid")
    floor = float(smooth.max()) - SYLLABLE_BELOW_PEAK_DB
    count, rising, extreme, in_voice = 0, True, float("-inf"), False
    for value, is_voiced in zip(smooth.tolist(), voiced.tolist(), strict=True):
        if rising and value >= extreme:
            extreme, in_voice = value, is_voiced
        elif rising and value <= extreme - DIP_DB:
            count += in_voice and extreme > floor
            rising, extreme = False, value
        elif not rising and value <= extreme:
            extreme = value
        elif not rising and value >= extreme + DIP_DB:
            rising, extreme, in_voice = True, value, is_voiced
    return count + (rising and in_voice and extreme > floor)
