"""Joins what was found by words with what was found by meaning: reciprocal rank fusion.

Shares of words and cosines cannot be compared; ranks can. A passage counts 1 / (60 + its rank) in each list
that has it (Cormack, Clarke and Büttcher, SIGIR 2009). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.knowledge.searching import Found

FLAT = 60
"""The usual constant: the first of one list does not outweigh what stands well in both."""


def fused(by_words: Sequence[Found], by_meaning: Sequence[Found], most: int) -> list[Found]:
    """Each passage once, with what both lists tell. Of equals that comes first which holds the words."""
    weights: dict[int, float] = {}
    known: dict[int, Found] = {}
    for ranked in (by_words, by_meaning):
        for rank, each in enumerate(ranked, start=1):
            weights[each.passage] = weights.get(each.passage, 0.0) + 1 / (FLAT + rank)
            other = known.setdefault(each.passage, each)
            if other is not each:
                known[each.passage] = replace(other, similarity=each.similarity)
    best = sorted(weights, key=lambda passage: -weights[passage])  # stable: those by words stand first
    return [known[passage] for passage in best[:most]]
