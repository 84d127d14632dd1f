"""How a sentence sounds, from the dictionary alone: how long it is, and how like its neighbours.

"b" and "e" differ in one sound, "mountain view" and "san francisco" in nine: the former are misheard however
well they score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.engines.stt.pocketsphinx.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.network import LIGHT, telling

FAR = 6
"""More sounds than this make no difference."""

Phones = tuple[str, ...]


def distance(one: Phones, other: Phones) -> int:
    """Sounds to be put in, left out or changed to make one of the other."""
    row = list(range(len(other) + 1))
    for i, sound in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, another in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (sound != another))
    return row[-1]


def nearest(grammar: JsgfGrammar, words: Sequence[str], phones: Callable[[str], Sequence[Phones]]) -> int:
    """The fewest sounds that tell a telling word of the sentence from another that may stand in its place;
    FAR at most."""
    paths = grammar.paths
    here = {paths.start}
    found = FAR
    said = set(telling(words))
    for word in words:
        arcs = {arc for place in here for arc in paths.branches[paths.places[place][1]]}
        here = {target for label, target in arcs if label == word}
        if word not in said:
            continue
        mine = phones(word)
        for other in {label for label, _ in arcs} - {word} - LIGHT:
            for theirs in phones(other):
                found = min([found, *(distance(one, theirs) for one in mine)])
    return found
