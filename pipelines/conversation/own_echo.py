"""Whether what was recognised is what we have just said ourselves, come back over the caller's phone. Pure.

Asked only on a line on which our voice is known to come back (`LineCondition.echo_loss_db`): elsewhere a
caller who repeats our words means them. An echo is as late as the line's delay. Whoever repeats a phrase of
ours has heard it to its end first, so its words are our own only where they came at the time of their echo.

Positions are the session's, in 16 kHz samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.line import Line
from pipelines.conversation.own_words import words_of

USUAL_DELAY_MS = 200.0
"""Of an echo whose delay is not known."""
MARGIN = 60 * SAMPLES_PER_MS
"""So much later than its echo could be, a sound is none."""
ASTRAY = 300 * SAMPLES_PER_MS
"""Words are placed in our audio no better than this where the voice does not mark them; and the recogniser
hears a little from before the onset."""
MISHEARD = 0.2
"""Of its words an echo may have so many wrong: the echo of speech is not clear speech."""


@dataclass(frozen=True, slots=True)
class HeardWords:
    """What was recognised, from where the caller's voice was made out to where the result came."""

    text: str
    onset: int
    until: int


def is_own_echo(heard: HeardWords, lines: Iterable[Line], condition: LineCondition) -> bool:
    """It came in the time of an echo of these lines of ours, and holds nothing but what they said then."""
    if condition.echo_loss_db is None or not heard.text:
        return False
    delay_ms = condition.echo_delay_ms if condition.echo_delay_ms is not None else USUAL_DELAY_MS
    delay = round(delay_ms * SAMPLES_PER_MS)
    began, until = heard.onset - delay, heard.until - delay
    lines = [line for line in lines if line.began is not None]
    if not any((line.began or 0) - MARGIN <= began <= line.ended + MARGIN for line in lines):
        return False
    said = [text for line in lines for text in line.said_between(began - ASTRAY, until + ASTRAY)]
    return repeats(heard.text, said)


def repeats(text: str, said: Sequence[str]) -> bool:
    """The words of `text` stand in what we `said`, in their order and close to each other."""
    heard = words_of(text)
    ours = [word for part in said for word in words_of(part)]
    wrong = int(MISHEARD * len(heard))
    # Asked at each partial result, on the loop's thread: whoever talks long must not keep all others waiting.
    if not heard or (Counter(heard) - Counter(ours)).total() > wrong:
        return False
    first = set(heard[: wrong + 1])
    return any(
        _missing(heard, ours[at : at + len(heard) + wrong]) <= wrong
        for at, word in enumerate(ours)
        if word in first
    )


def _missing(heard: Sequence[str], ours: Sequence[str]) -> int:
    """How many of the words heard are not in ours, in their order: by the longest common subsequence, a row
    of its table at a time as the bits of one number (H. Hyyrö, "Bit-parallel LCS-length computation
    revisited", 2004)."""
    places: dict[str, int] = {}
    for at, own in enumerate(ours):
        places[own] = places.get(own, 0) | 1 << at
    row = whole = (1 << len(ours)) - 1
    for word in heard:
        found = row & places.get(word, 0)
        row = (row + found | row - found) & whole
    return len(heard) - (whole - row).bit_count()
