"""What the search may find: the sentences of a grammar, and their beginnings.

A search that knows whole sentences alone makes "mountain view" of "mountain" and the silence behind it. Given
the choice, it finds that the caller broke off. Must never decide what a result means.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.engines.stt.pocketsphinx.jsgf import JsgfGrammar

BROKEN_OFF = 1e-3
"""Likelihood that a caller stops in the middle of a sentence."""
WORD = 0.3
"""What each word costs, so that none is found for nothing."""

Arc = tuple[int, int, float] | tuple[int, int, float, str]
"""From, to, probability, and the word of it, if any."""


@dataclass(frozen=True, slots=True)
class Network:
    """States are counted from 0, where it starts; the last one is its end."""

    states: int
    arcs: tuple[Arc, ...]


def network(grammar: JsgfGrammar) -> Network:
    """Of a grammar's sentences and of what is left when they break off.

    Each word of each rule has a place of its own behind it; what may follow is written once for all places
    that go on in the same way.
    """
    arcs: list[Arc] = []
    follow = grammar.followers()
    hubs: dict[tuple[tuple[str, int], ...], int] = {}
    places = {state: number for number, state in enumerate(follow)}
    count = len(places)
    for _, after in follow.values():
        if after:
            hubs.setdefault(after, count + len(hubs))
    end = count + len(hubs)
    for state, (complete, after) in follow.items():
        here = places[state]
        if after:
            arcs.append((here, hubs[after], 1.0))
        if here:
            arcs.append((here, end, 1.0 if complete else BROKEN_OFF))
    for after, hub in hubs.items():
        arcs += [(hub, places[target], WORD, word) for word, target in after]
    return Network(end + 1, tuple(arcs))
