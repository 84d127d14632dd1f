"""What a search may find: a grammar's sentences, their beginnings, and what may be said instead of them.

A search that knows whole sentences alone makes "mountain view" of "mountain" and the silence behind it, and
"eight" of the letter k. Given the choice it finds that the caller broke off; a second one, which knows
everything but what the first has found, tells how surely it was that. Must never decide what a result means.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipelines.engines.grammars.jsgf import JsgfGrammar, Paths
from pipelines.engines.grammars.meaning import LIGHT, Meaning

BROKEN_OFF = 1e-3
"""Likelihood that a caller stops in the middle of a sentence."""
NOTHING_SAID = 1e-6
"""That he stops before anything that tells: "this" is rather the beginning of a "today" that was lost."""
WORD = 0.3
"""What each word costs, so that none is found for nothing."""

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
        built.words(hub, tuple((step.word, step.to) for step in branch))
    end = built.state()
    empty = _before_any_meaning(paths)
    for place, (complete, branch_number) in paths.places.items():
        here = built.number(place)
        if paths.branches[branch_number]:
            built.arcs.append((here, hubs[branch_number], 1.0))
        if place != paths.start:
            broken_off = NOTHING_SAID if place in empty else BROKEN_OFF
            built.arcs.append((here, end, 1.0 if complete else broken_off))
    return Network(built.count, tuple(built.arcs))


def _before_any_meaning(paths: Paths) -> set[int]:
    """The places to which words lead that tell nothing."""
    found, todo = {paths.start}, [paths.start]
    while todo:
        for step in paths.branches[paths.places[todo.pop()][1]]:
            if (not step.means or step.means in LIGHT) and step.to not in found:
                found.add(step.to)
                todo.append(step.to)
    return found


def rivals(
    grammar: JsgfGrammar, text: str, strangers: Sequence[str] = (), *, broken_off: bool = True
) -> Network:
    """The same without the sentences that mean what `text` does, and with words from beside the grammar in
    any order. `strangers`: the labels of those words. Unless `broken_off` only whole sentences are rivals.

    A place also knows how much of the text's meaning was said on the way, or that something else was.
    """
    meaning = Meaning.of(grammar, text.split())
    paths = grammar.paths
    same = _behind(paths, text.split())
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
        # Where "no" may go on as something else than a no it is, broken off, still the same word.
        ends_here = complete or (broken_off and place not in same)
        if place != paths.start and not meaning.whole(told) and ends_here:
            ends.append((here, 1.0 if complete else BROKEN_OFF))
        if not paths.branches[branch_number]:
            continue
        if (branch_number, told) not in hubs:
            hub = hubs[branch_number, told] = built.state()
            branch = tuple(
                (step.word, (step.to, meaning.after(told, step.means)))
                for step in paths.branches[branch_number]
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


def _behind(paths: Paths, words: Sequence[str]) -> set[int]:
    """The places to which these words lead."""
    here = {paths.start}
    for word in words:
        steps = (step for place in here for step in paths.branches[paths.places[place][1]])
        here = {step.to for step in steps if step.word == word}
    return here
