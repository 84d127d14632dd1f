"""What a search may find: a grammar's sentences, their beginnings, and what may be said instead of them.

A search that knows whole sentences alone makes "mountain view" of "mountain" and the silence behind it, and
"eight" of the letter k. Given the choice it finds that the caller broke off; a second one, which knows
everything but what the first has found, tells how surely it was that. Must never decide what a result means.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipelines.engines.stt.pocketsphinx.jsgf import JsgfGrammar

BROKEN_OFF = 1e-3
"""Likelihood that a caller stops in the middle of a sentence."""
WORD = 0.3
"""What each word costs, so that none is found for nothing."""
LIGHT = frozenset("a an the at in on for to of please um uh it i we are".split())
"""Words that do not tell one answer from another: "a room" and "the room", "in london" and "london"."""

Arc = tuple[int, int, float] | tuple[int, int, float, str]
"""From, to, probability, and the word of it, if any."""
Place = TypeVar("Place", bound=Hashable)
Branch = tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True)
class Network:
    """States are counted from 0, where it starts; the last one is its end."""

    states: int
    arcs: tuple[Arc, ...]


@dataclass(slots=True)
class _Builder(Generic[Place]):
    """Gives numbers to places and branches. What may follow is written once for all places that go on in the
    same way."""

    arcs: list[Arc] = field(default_factory=list)
    count: int = 0
    numbers: dict[Place, int] = field(default_factory=dict)

    def state(self) -> int:
        self.count += 1
        return self.count - 1

    def number(self, place: Place) -> int:
        if place not in self.numbers:
            self.numbers[place] = self.state()
        return self.numbers[place]

    def words(self, hub: int, branch: Branch[Place]) -> None:
        self.arcs += [(hub, self.number(target), WORD, word) for word, target in branch]


def network(grammar: JsgfGrammar) -> Network:
    """Of a grammar's sentences and of what is left when they break off."""
    paths = grammar.paths
    built: _Builder[int] = _Builder()
    built.number(paths.start)
    hubs = [built.state() for _ in paths.branches]
    for hub, branch in zip(hubs, paths.branches, strict=True):
        built.words(hub, branch)
    end = built.state()
    for place, (complete, branch_number) in paths.places.items():
        here = built.number(place)
        if paths.branches[branch_number]:
            built.arcs.append((here, hubs[branch_number], 1.0))
        if place != paths.start:
            built.arcs.append((here, end, 1.0 if complete else BROKEN_OFF))
    return Network(built.count, tuple(built.arcs))


def telling(words: Sequence[str]) -> list[str]:
    """Those by which a sentence means something else than its neighbours."""
    found = [word for word in words if word not in LIGHT]
    return found or list(words)


def rivals(grammar: JsgfGrammar, text: str, strangers: Sequence[str] = ()) -> Network:
    """The same without the sentences that mean what `text` does, and with words from beside the grammar in
    any order. `strangers`: the labels of those words.

    A place also knows how many of the text's telling words were said on the way, or that others were.
    """
    said = telling(text.split())
    light = LIGHT.difference(said)
    others = len(said) + 1
    paths = grammar.paths
    built: _Builder[tuple[int, int]] = _Builder()
    built.number((paths.start, 0))
    hubs: dict[tuple[int, int], int] = {}
    ends: list[tuple[int, float]] = []
    done: set[tuple[int, int]] = set()
    todo = [(paths.start, 0)]
    while todo:
        place, told = todo.pop()
        if (place, told) in done:
            continue
        done.add((place, told))
        complete, branch_number = paths.places[place]
        here = built.number((place, told))
        if place != paths.start and told != len(said):
            ends.append((here, 1.0 if complete else BROKEN_OFF))
        if not paths.branches[branch_number]:
            continue
        if (branch_number, told) not in hubs:
            hub = hubs[branch_number, told] = built.state()
            branch = tuple(
                (word, (target, _told(word, told, said, light, others)))
                for word, target in paths.branches[branch_number]
            )
            built.words(hub, branch)
            todo += [target for _, target in branch]
        built.arcs.append((here, hubs[branch_number, told], 1.0))
    if strangers:
        before, behind = built.state(), built.state()
        built.arcs += [(0, before, 1.0), (behind, before, 1.0)]
        built.arcs += [(before, behind, WORD, word) for word in strangers]
        ends.append((behind, 1.0))
    end = built.state()
    built.arcs += [(place_number, end, likely) for place_number, likely in ends]
    return Network(built.count, tuple(built.arcs))


def _told(word: str, told: int, said: Sequence[str], light: frozenset[str], others: int) -> int:
    if told == others or word in light:
        return told
    return told + 1 if told < len(said) and said[told] == word else others
