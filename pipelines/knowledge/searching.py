"""Finds the passages that answer a question, by its words.

A question is spoken: it has more words than the answer, and some were misheard. So no word has to be found.
A passage counts by how much of the question it holds, rare words counting most (the inverse document
frequency of BM25, without its lengths: passages are of one length); of equals that one comes first in which
the words stand together, or in a heading. A word that no passage has is looked for as its neighbours joined
("key board") and as the words that look most like it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mediaserver.storage import knowledge as tables
from mediaserver.storage.knowledge import Term
from mediaserver.storage.sql import Database, Row
from pipelines.knowledge.terms import indexed, joined_pairs, telling, trigrams

MOST_QUESTION = 500
"""Characters that are looked at; a model may write a page."""
MOST_TERMS = 24
MOST_NEAR = 3
"""Words that one that nobody has is taken for."""
LEAST_LIKENESS = 0.5
"""Not less: `telling` goes by it."""
NEAR_WEIGHT = 0.7
"""Of a word that looks like the one that was said, beside its likeness."""
UNKNOWN_WEIGHT = 0.3
"""Of a word like which no passage has any: a filler of speech, or a sign that the question is about something
else."""
LEAST_SHARE = 0.04
"""Of the question; a word with less is in most passages, and to look for it costs more than it tells."""
CANDIDATES = 40
LEAST_COVERED = 0.25
"""Of the weight of all words of the question; with less a passage is about something else."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage and how well it fits."""

    document: str
    heading: str
    page: int | None
    text: str
    score: float
    """From 0 to 1: how much of the question's words it holds."""
    similarity: float | None = None
    """Of what it means to the question: the cosine, from -1 to 1. None: it was not among the nearest."""
    passage: int = 0
    """Its number in the database."""


async def search(database: Database, collection: str, question: str, most: int = 4) -> list[Found]:
    """The best first; none where nothing fits. Raises what the database raises."""
    terms: list[Term] = []
    for config, passages in (await tables.configurations(database, collection)).items():
        terms += await _terms(database, collection, config, passages, question[:MOST_QUESTION])
    if not terms:
        return []
    rows = await tables.best_passages(database, collection, terms, CANDIDATES, most)
    return [
        Found(row["document"], row["heading"], row["page"], row["text"], score, passage=row["id"])
        for row in rows
        if (score := min(row["covered"], 1.0)) >= LEAST_COVERED
    ]


async def _terms(
    database: Database, collection: str, config: str, passages: int, question: str
) -> list[Term]:
    """What to look for in the passages of one language, with its share in the question."""
    asked = indexed(question)
    joined = joined_pairs(asked)
    words = await tables.words_of(database, collection, config, [asked, *joined])
    said = [row for row in words if row["at"] == 1][:MOST_TERMS]
    near = await _near(database, collection, config, [row["word"] for row in said if not row["passages"]])
    terms: dict[str, float] = {}
    wanted = 0.0
    for row in said:
        weight = _rarity(row["passages"], passages)
        if row["passages"]:
            terms[row["word"]] = weight
            wanted += weight
            continue
        likeliest = UNKNOWN_WEIGHT
        for each in near.get(row["word"], ()):
            likely = NEAR_WEIGHT * each["likeness"]
            likeliest = max(likeliest, likely)
            terms[each["word"]] = max(terms.get(each["word"], 0.0), likely * weight)
        wanted += likeliest * weight
    for row in words:
        if row["at"] > 1 and row["passages"] and row["word"] not in terms and len(terms) < 2 * MOST_TERMS:
            terms[row["word"]] = NEAR_WEIGHT * _rarity(row["passages"], passages)
    shares = {word: weight / wanted for word, weight in terms.items()}
    telling = {word: share for word, share in shares.items() if share >= LEAST_SHARE} or shares
    return [Term(config, word, share) for word, share in telling.items()]


async def _near(database: Database, collection: str, config: str, words: list[str]) -> dict[str, list[Row]]:
    """Words of the collection that look like these, which it does not have."""
    own = {word: found for word in words if (found := trigrams(word))}
    if not own:
        return {}
    rows = await tables.near_words(
        database,
        collection,
        config,
        [(each, telling(each)) for each in own.values()],
        LEAST_LIKENESS,
        MOST_NEAR,
    )
    names = list(own)
    near: dict[str, list[Row]] = {}
    for row in rows:
        near.setdefault(names[row["at"]], []).append(row)
    return near


def _rarity(having: int, passages: int) -> float:
    """The inverse document frequency of BM25; of a word that nobody has, that of one which one has."""
    having = max(having, 1)
    return math.log(1 + (max(passages, having) - having + 0.5) / (having + 0.5))
