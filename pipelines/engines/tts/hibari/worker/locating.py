"""Where the words of a text lie in its audio, for a voice that tells when it begins each word that it read: a
text has "2:30" where it read "two thirty". Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from pipelines.engines.tts.worker.placing import spread, words_in


def located(text: str, said: Sequence[tuple[str, int]], end: int) -> list[tuple[int, int, int]]:
    """(start, end, sample) of each word of the text, in order. `said`: the words as they were read, each with
    the sample where it begins; `end`: samples in all."""
    spans = words_in(text)
    heard = [(_bare(word), sample) for word, sample in said if _bare(word)]
    marks = list[tuple[int, int, int]]()
    alike = SequenceMatcher(
        None, [_bare(text[a:b]) for a, b in spans], [word for word, _ in heard], autojunk=False
    )
    for how, first, last, begin, stop in alike.get_opcodes():
        if how == "equal":
            marks += [(*spans[first + n], heard[begin + n][1]) for n in range(last - first)]
        elif how != "insert":
            until = heard[stop][1] if stop < len(heard) else end
            marks += spread(text, spans[first:last], heard[begin][1] if begin < len(heard) else end, until)
    return marks


def _bare(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())
