"""How the agent's speech behaves around a sound of the caller's: ducked, stopped, gone on with. Pure
functions of the received track and, where there is one, of the same line undisturbed.

Windows of 10 ms. A line's level is the mean power of its voiced windows in dB; ducked is 10 dB or more below
the same window undisturbed, silent 35 dB below the line's level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callers.sound import RATE, Samples

WINDOW = RATE // 100
WINDOW_MS = 10
DUCKED_DB = -10.0
BACK_DB = -6.0
SILENT_DB = -35.0
VOICED_DB = -20.0
"""Against the line's level: windows in which a gain can be read."""
STOPPED_MS = 200
"""A line that is cut has stopped where this long a silence begins: an answer may follow soon."""
SILENT_MS = 500
"""Where the line is not known, this long a silence is a stop."""
LOOK_S = 3.0
"""What a sound does to the agent is seen within this."""
BEFORE = RATE * 3 // 2
"""Samples of the line before a sound, by which its place in the line is found."""
PIECE, STEP = 120, 20
"""Windows by which it is looked for whether the line goes on, and how far apart."""
FROM, UNTIL = 30, 600
"""Windows after a sound where that is looked for."""
BACK_STEP = 60
"""Windows that a line may go back when it goes on: to the beginning of a word."""
DUCKS_WITHIN = 50
"""Windows; what gets quieter later does so for another reason."""
LITTLE = 50
"""Windows: a line of which no more is left is not cut."""
LATEST = 300
"""Windows by which a line that goes on may come later."""
SPOKEN = 0.7
"""Share of a piece that must be voiced: silence is like any other."""
BLIND = 6
"""Windows: a duck that comes after a longer dip of the line itself may have been in the dip, ..."""
SOON = 6
"""... but for these, by which it is there soon enough in any case."""
SHORTEST = 30
RANGE_DB = 40.0
SAME = 0.85
"""A likeness from which it is the same speech."""
NATURAL_MS = 40


@dataclass(frozen=True, slots=True)
class FloorMark:
    """What a sound did to what the agent was saying. In ms from the sound's first voiced sample."""

    speaking: bool
    """The agent was speaking when it began."""
    duck_ms: float | None = None
    """Until it got 10 dB quieter (or silent); None also where that was in a dip of the line itself."""
    stop_ms: float | None = None
    """Until the last of it, where the line was cut."""
    back_ms: float | None = None
    """Until it was as loud again, where it was ducked and not stopped."""
    silence_ms: float = 0.0
    """The longest silence that the undisturbed line does not have."""
    cut: bool | None = None
    """The line's end was never said; None: the line is not known, or nearly over, or the call was over too
    soon."""


def levels(track: Samples) -> npt.NDArray[np.float64]:
    """Of each window, dBFS."""
    frames = track[: len(track) // WINDOW * WINDOW].astype(float).reshape(-1, WINDOW)
    power: npt.NDArray[np.float64] = np.maximum((frames * frames).mean(axis=1), 0.1)
    return 10 * np.log10(power / 32768.0**2)


def line_level(db: npt.NDArray[np.float64]) -> float:
    """Of speech: the mean power of what is within 25 dB of the loudest."""
    if not len(db):
        return -100.0
    loud = db[db >= db.max() - 25]
    return float(10 * np.log10(np.mean(10 ** (loud / 10))))


def _longest(flags: npt.NDArray[np.bool_]) -> int:
    longest = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest


def mark(far: Samples, first_ms: float, reference: Samples | None) -> FloorMark:
    """`reference`: the line that was being said, from its first voiced sample to its last."""
    onset = int(first_ms * RATE / 1000)
    before = levels(far[max(0, onset - BEFORE) : onset])
    if not len(before) or before[-40:].max() < -50:
        return FloorMark(False)
    level = line_level(before)
    after = levels(far[onset : onset + int(LOOK_S * RATE)])
    silent = after < level + SILENT_DB
    whole = None if reference is None else levels(reference)
    place = None if whole is None else _place(before, whole)
    if whole is None or place is None:
        return _unknown(after, level, silent, _stopped(silent, SILENT_MS))
    undisturbed = whole[place:]
    duck, exactly = _ducked(after, undisturbed, level)
    late = _goes_on(levels(far[onset:]), whole, place, level)
    cut = _cut(late, len(undisturbed), len(far) - onset)
    stop = _stopped(silent, STOPPED_MS) if cut else None
    holes = _longest(silent[: len(undisturbed) + (late or 0)]) * WINDOW_MS
    natural = _longest(undisturbed[: len(after)] < level + SILENT_DB) * WINDOW_MS
    added = holes if late is None else late * WINDOW_MS
    back = None if duck is None or cut else _back(after, level, duck)
    return FloorMark(
        True,
        None if duck is None or not exactly else duck * WINDOW_MS,
        None if stop is None else stop * WINDOW_MS,
        None if back is None else back * WINDOW_MS,
        0.0 if holes <= natural + NATURAL_MS else float(min(holes, added)),
        cut,
    )


def _cut(late: int | None, left: int, samples: int) -> bool | None:
    """Whether the rest was never said; None: it is too short to be found, or the call was over before."""
    if late is not None or left <= LITTLE:
        return False
    if left < FROM + PIECE:
        return None
    return True if samples // WINDOW > FROM + PIECE + STEP else None


def _unknown(
    after: npt.NDArray[np.float64], level: float, silent: npt.NDArray[np.bool_], stop: int | None
) -> FloorMark:
    """Without the undisturbed line only silence tells."""
    quiet = next((i for i in range(len(silent) - 5) if silent[i : i + 6].all()), None)
    back = None if quiet is None or stop is not None else _back(after, level, quiet)
    return FloorMark(
        True,
        None,
        None if stop is None else stop * WINDOW_MS,
        None if back is None else back * WINDOW_MS,
        float(_longest(silent) * WINDOW_MS),
        None,
    )


def _stopped(silent: npt.NDArray[np.bool_], least_ms: int) -> int | None:
    """The first window of the first silence of this length."""
    wanted = least_ms // WINDOW_MS
    run = 0
    for index, flag in enumerate(silent):
        run = run + 1 if flag else 0
        if run == wanted:
            return index - wanted + 1
    return None


def find(piece: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> tuple[float, int]:
    """(likeness 0 to 1, window of `whole`): where a stretch of levels fits best, however loud it is. Levels,
    not samples: the voice says nothing twice the same to the sample."""
    if len(piece) < SHORTEST or len(whole) < len(piece):
        return 0.0, 0
    needle = np.maximum(piece, piece.max() - RANGE_DB)
    needle = needle - needle.mean()
    above = np.maximum(whole, whole.max() - RANGE_DB)
    hay = np.lib.stride_tricks.sliding_window_view(above, len(piece))
    hay = hay - hay.mean(axis=1, keepdims=True)
    power = np.sqrt((hay * hay).sum(axis=1) * (needle * needle).sum())
    scores = (hay @ needle) / np.maximum(power, 1.0)
    best = int(scores.argmax())
    return float(scores[best]), best


def _place(before: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> int | None:
    """The window of the undisturbed line that would have been said next."""
    voiced = np.flatnonzero(before > before.max() + SILENT_DB)
    piece = before[int(voiced[0]) :]  # the line may have begun a moment ago
    for part in (piece, piece[-len(before) // 2 :]):  # or have been disturbed before
        score, place = find(part, whole)
        if score >= SAME:
            return place + len(part)
    return None


def _goes_on(
    after: npt.NDArray[np.float64], whole: npt.NDArray[np.float64], place: int, level: float
) -> int | None:
    """By how many windows the rest of the line came later than undisturbed; None: it never came."""
    rest = whole[max(0, place - BACK_STEP) :]
    for first in range(FROM, min(len(after) - PIECE, UNTIL), STEP):
        piece = after[first : first + PIECE]
        if np.mean(piece >= level + SILENT_DB) < SPOKEN:
            continue
        score, found = find(piece, rest)
        late = first - (found + max(0, place - BACK_STEP) - place)
        if score >= SAME and -LITTLE <= late <= LATEST:
            return max(0, late)
    return None


def _ducked(
    after: npt.NDArray[np.float64], undisturbed: npt.NDArray[np.float64], level: float
) -> tuple[int | None, bool]:
    """The first window that is seen to be ducked, and whether it is the first that is."""
    size = min(len(after), len(undisturbed), DUCKS_WITHIN)
    full = -1
    for index in range(size):
        # One window to either side: the alignment is no better.
        softest = undisturbed[max(0, index - 1) : index + 2].min()
        if softest < level + VOICED_DB:
            continue
        if after[index] - softest <= DUCKED_DB:
            return index, index <= SOON or index - full <= BLIND
        if after[index] - softest >= BACK_DB:
            full = index
    return None, False


def _back(after: npt.NDArray[np.float64], level: float, duck: int) -> int | None:
    """The first window after the duck that is as loud as speech is, and so are most of the next."""
    for index in range(duck + 1, len(after) - 10):
        if after[index] >= level + BACK_DB and np.mean(after[index : index + 10] >= level + SILENT_DB) > 0.6:
            return index
    return None
