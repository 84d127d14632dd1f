"""A search as agents make it: by words, and by meaning where that can be had in time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from mediaserver.storage.sql import Database
from pipelines.knowledge.fusing import fused
from pipelines.knowledge.meaning import MeaningSearch
from pipelines.knowledge.searching import Found, search

CANDIDATES = 20
"""Of each way, which are joined."""


@dataclass(frozen=True, slots=True)
class Searched:
    found: list[Found]
    """The best first; none where nothing fits."""
    about: dict[str, Any] = field(default_factory=dict)
    """How it was searched, for the record of a call: `by` ("words" or "words and meaning"), and `why` where
    the meaning was left out, or `model`, `tokens` and `cost`. Empty where no engine is named for meaning."""


async def find(
    database: Database, collection: str, question: str, most: int = 4, meaning: MeaningSearch | None = None
) -> Searched:
    """Raises what the database raises for a search by words."""
    if meaning is None:
        return Searched(await search(database, collection, question, most))
    looking = asyncio.create_task(meaning.nearest(database, collection, question, CANDIDATES))
    try:
        by_words = await search(database, collection, question, CANDIDATES)
        near = await looking
    finally:
        looking.cancel()
    if near.why_not:
        return Searched(by_words[:most], {"by": "words", "why": near.why_not})
    return Searched(fused(by_words, near.found, most), {"by": "words and meaning", **near.about})
