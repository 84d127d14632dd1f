"""How a sentence sounds, from the dictionary alone: how long it is, and how like its neighbours.

"b" and "e" differ in one sound, "mountain view" and "san francisco" in nine: the former are misheard however
well they score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.meaning import Meaning

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
    """The fewest sounds that tell a telling word of the sentence from one that may stand in its place and
    makes it mean something else; FAR at most."""
    paths, meaning = grammar.paths, Meaning.of(grammar, words)
    here = {(paths.start, 0)}
    found = FAR
    for word in words:
        steps = [
            (step.word, step.to, told, meaning.after(told, step.means))
            for place, told in here
            for step in paths.branches[paths.places[place][1]]
        ]
        here = {(to, told) for label, to, _, told in steps if label == word}
        # A word tells by itself, or by what came before it ("that's right", "that's wrong").
        tells = any(label == word and told > before >= 0 for label, _, before, told in steps)
        others = {
            label
            for label, _, before, told in steps
            if label != word and told == meaning.OTHER and (tells or before == meaning.OTHER)
        }
        mine = phones(word)
        for other in others:
            for theirs in phones(other):
                found = min([found, *(distance(one, theirs) for one in mine)])
    return found
