"""Where a text is cut so that its first words are heard before its last are made: at the ends of sentences
and clauses, as a reader would breathe. Pure.

Works on any script: letters that stand for a syllable or a word weigh more than those of an alphabet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipelines.languages.sentence_ends import ends_sentence

LEAST_WEIGHT = 10
"""What is shorter is not spoken by itself: a model puts odd melodies on a word or two."""
FIRST_WEIGHT = 24
"""From here on the first clause may end at a comma: somebody waits for it."""
MERGE_WEIGHT = 120
"""Later sentences go together up to this, for a melody that goes on."""
MOST_WEIGHT = 240
"""No clause is longer; models lose words in long ones."""
SYLLABLE_WEIGHT = 3
DIGIT_WEIGHT = 4
"""'7' may be 'seventy'."""

SENTENCE_PAUSE_MS, CLAUSE_PAUSE_MS = 280, 120
"""Behind a clause that others follow."""

_SENTENCE = r"(?:[.!?…]+[\"')\]»”’]*(?=\s)|[。！？｡।॥۔؟]+[」』”’）]*|\n+)"
_PAUSE = r"(?:[,;:،؛](?=\s)|\s[-–—](?=\s)|—|[，、；：])"
_BREAKS = re.compile(f"(?P<sentence>{_SENTENCE})|(?P<pause>{_PAUSE})")
_SYLLABLES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ETHIOPIC")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text that is spoken at once."""

    start: int
    """Of it in the text, in characters."""
    text: str
    pause_ms: int = 0
    """Of silence behind it, where others follow."""


def weight(text: str) -> int:
    """About how long it takes to say: 1 for a letter of an alphabet (65 ms)."""
    return sum(_weight(each) for each in text)


def has_words(text: str) -> bool:
    """There is something in it to be said."""
    return any(each.isalnum() for each in text)


def clauses(text: str, most: int = MOST_WEIGHT) -> list[Clause]:
    """The parts of a text that have words, in order. `most`: weight that none exceeds, but for a single
    character."""
    found: list[Clause] = []
    at = 0
    while at < len(text):
        end, whole = _end(text, at, most, first=not found)
        piece = text[at:end]
        said = piece.strip()
        if has_words(said):
            start = at + piece.index(said)
            found.append(Clause(start, said, SENTENCE_PAUSE_MS if whole else CLAUSE_PAUSE_MS))
        at = end
    return found


def _end(text: str, at: int, most: int, *, first: bool) -> tuple[int, bool]:
    """Where the clause that begins at `at` ends, and whether a sentence does."""
    limit, total = at, 0
    while limit < len(text) and (limit == at or total + _weight(text[limit]) <= most):
        total += _weight(text[limit])
        limit += 1
    if limit == len(text) and total <= (FIRST_WEIGHT if first else MERGE_WEIGHT):
        return limit, True
    pause = sentence = 0
    for found in _BREAKS.finditer(text, at, min(len(text), limit + 1)):
        end = min(found.end(), limit)
        weighed = weight(text[at:end].strip())
        if weighed < LEAST_WEIGHT or (found["sentence"] and not ends_sentence(text, *found.span(), at)):
            continue
        if found["sentence"]:
            if sentence and weighed > MERGE_WEIGHT:
                break
            sentence = end
            if first:
                break
        elif first and weighed >= FIRST_WEIGHT:
            return end, False
        else:
            pause = end
    end, whole = (sentence, True) if sentence else (0, False)
    if not end and limit == len(text):
        end, whole = limit, True
    if not end:
        end = pause or _last_space(text, at, limit)
    if 0 < weight(text[end:].strip()) < LEAST_WEIGHT and weight(text[at:]) <= most:
        return len(text), True  # nothing so short comes last by itself
    return end, whole


def _last_space(text: str, at: int, limit: int) -> int:
    """Behind the last space before the limit; the limit itself where there is none."""
    for end in range(limit, at + 1, -1):
        if text[end - 1].isspace():
            return end
    return limit


def _weight(character: str) -> int:
    if character.isascii():
        return DIGIT_WEIGHT if character.isdigit() else 1
    if unicodedata.category(character) in ("Mn", "Mc"):
        return 0 if unicodedata.category(character) == "Mn" else 1
    return SYLLABLE_WEIGHT if unicodedata.name(character, "").startswith(_SYLLABLES) else 1
