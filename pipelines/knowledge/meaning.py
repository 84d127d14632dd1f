"""Finds passages by what they mean, where an engine makes vectors of a question and the database keeps those
of the passages: in time, or not at all.

Nothing here raises into a search: whatever an engine or its vectors do, the words remain.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mediaserver.storage import vectors as tables
from mediaserver.storage.sql import Database, Row
from pipelines.engines.embedding.protocol import Embedded, Embedder
from pipelines.knowledge.searching import Found

log = logging.getLogger(__name__)

WITHIN_S = 0.25
"""For the question's vector and the search by it; a caller waits meanwhile."""
FAILURES = 3
"""In a row, after which an engine is passed over, so that not every search waits for it."""
PASSED_OVER_S = 30.0
MOST_ASKED = 500
"""Characters of a question that are looked at."""


@dataclass(frozen=True, slots=True)
class Near:
    """What was found by meaning, or why nothing was looked for."""

    found: tuple[Found, ...] = ()
    why_not: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    """For the record of a call: `model`, `tokens`, `cost`."""


class MeaningSearch:
    """One engine for embeddings, for all searches of a server."""

    def __init__(
        self,
        embedder: Callable[[], Embedder | None],
        why_none: Callable[[], str] = lambda: "the engine is being started",
        within_s: float = WITHIN_S,
    ) -> None:
        """`embedder`: as it is now; None while it is not there, and then `why_none` says why."""
        self._embedder = embedder
        self._why_none = why_none
        self._within_s = within_s
        self._failures = 0
        self._passed_over_until = 0.0
        """On the loop's clock."""
        self._why = ""

    def expect(self) -> None:
        """A call begins that may search. Returns at once."""
        embedder = self._embedder()
        if embedder is not None:
            try:
                embedder.expect()
            except Exception:  # a foreign engine may raise anything
                log.warning("%s failed to prepare for a call", embedder.manifest.name, exc_info=True)

    async def nearest(self, database: Database, collection: str, question: str, most: int) -> Near:
        """Up to `most` passages, the nearest first, none less similar than the engine's least similarity."""
        embedder = self._embedder()
        if embedder is None:
            return Near(why_not=self._why_none())
        if not question.strip():
            return Near(why_not="nothing was asked")
        if asyncio.get_running_loop().time() < self._passed_over_until:
            return Near(why_not=f"passed over for a while: {self._why}")
        try:
            async with asyncio.timeout(self._within_s):
                near = await self._nearest(embedder, database, collection, question[:MOST_ASKED], most)
        except TimeoutError:
            return self._failed(f"it gave nothing within {self._within_s * 1000:.0f} ms")
        except Exception as error:  # a foreign engine, or a database whose extension is broken
            return self._failed(" ".join(str(error).split())[:300] or type(error).__name__)
        if not near.why_not:
            self._failures = 0
        return near

    async def _nearest(
        self, embedder: Embedder, database: Database, collection: str, question: str, most: int
    ) -> Near:
        spaces = await tables.spaces_of(database, collection, embedder.model)
        if not spaces:
            return Near(why_not=f"nothing in {collection} is embedded with {embedder.model}")
        asked = await embedder.embed([question], query=True)
        vector = np.asarray(asked.vectors, np.float32)
        if vector.shape[:1] != (1,) or vector.ndim != 2 or not np.isfinite(vector).all():
            return self._failed("it gave what is no vector")
        space = next((each for each in spaces if each.dimensions == vector.shape[1]), None)
        if space is None:
            what = f"{embedder.model} in {vector.shape[1]} dimensions"
            return Near(why_not=f"nothing in {collection} is embedded with {what}")
        rows = await tables.nearest_passages(database, collection, space, vector[0].tolist(), most)
        found = (_found(row) for row in rows if row["similarity"] >= embedder.least_similarity)
        return Near(tuple(found), about=_told(embedder.model, asked))

    def _failed(self, why: str) -> Near:
        self._failures += 1
        self._why = why
        if self._failures >= FAILURES:
            self._failures = 0
            self._passed_over_until = asyncio.get_running_loop().time() + PASSED_OVER_S
            log.warning("searches go by words alone for %.0f s: %s", PASSED_OVER_S, why)
        return Near(why_not=why)


def _found(row: Row) -> Found:
    similarity = round(row["similarity"], 4)
    return Found(
        row["document"], row["heading"], row["page"], row["text"], 0.0, similarity, passage=row["id"]
    )


def _told(model: str, asked: Embedded) -> dict[str, Any]:
    cost = {} if asked.cost is None else {"cost": asked.cost}
    return {"model": model, "tokens": asked.tokens, **cost}
