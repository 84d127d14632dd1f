"""Makes vectors of the passages that have none yet, batch by batch.

What a batch gave is stored before the next is asked for: a run that is killed, or whose server fails, goes on
at the next where this one stopped, and pays for nothing twice. The documents themselves are never touched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import asyncpg
import numpy as np

from mediaserver.errors import EngineError
from mediaserver.storage import vectors as tables
from mediaserver.storage.sql import Row
from mediaserver.storage.vectors import VectorSpace
from pipelines.engines.embedding.protocol import Embedded, Embedder

log = logging.getLogger(__name__)

PROBE = "dimensions"
"""The first text of a run: tells of what dimensions the vectors are, and that the server works."""
LEAST_CHARACTERS = 200
"""A text that the model refuses is cut in half down to this."""


@dataclass
class EmbeddingRun:
    """What a run has done so far."""

    model: str = ""
    dimensions: int = 0
    to_do: int = 0
    """Passages that had no vector when it began."""
    done: int = 0
    refused: list[str] = field(default_factory=list)
    """For each passage that the model would not take, why. They are found by their words, and tried again."""
    tokens: int = 0
    cost: float | None = None
    """In US dollars; None where no price is set."""
    indexed: bool = False
    space: VectorSpace | None = None

    def paid(self, embedded: Embedded) -> None:
        self.tokens += embedded.tokens
        if embedded.cost is not None:
            self.cost = (self.cost or 0.0) + embedded.cost


async def embed_collection(
    connection: asyncpg.Connection,
    collection: str,
    embedder: Embedder,
    tell: Callable[[EmbeddingRun], None] = lambda _: None,
) -> EmbeddingRun:
    """`tell`: called behind each batch. Raises DatabaseError where vectors cannot be kept, EngineError when
    the server fails; what was stored until then stays."""
    room = await tables.make_room(connection)
    run = EmbeddingRun(embedder.model)
    probed = await embedder.embed([PROBE])
    run.paid(probed)
    run.dimensions = _checked(probed, 1).shape[1]
    space = run.space = await tables.space_for(connection, room, embedder.model, run.dimensions)
    run.to_do = await tables.count_without_vector(connection, collection, space)
    behind = 0
    while rows := await tables.without_vector(connection, collection, space, behind, embedder.batch):
        behind = rows[-1]["id"]
        made = await _vectors(embedder, rows, run)
        await tables.add_vectors(connection, collection, space, made)
        run.done += len(made)
        tell(run)
    run.indexed = await tables.index_if_large(connection, collection, space)
    return run


async def _vectors(
    embedder: Embedder, rows: Sequence[Row], run: EmbeddingRun
) -> list[tuple[int, list[float]]]:
    """By passage, without those that the model refuses: one of them keeps no other of its batch out."""
    try:
        embedded = await embedder.embed([_text(row) for row in rows])
    except EngineError as error:
        if not getattr(error, "about_request", False):
            raise
        if len(rows) > 1:
            middle = len(rows) // 2
            return [
                *await _vectors(embedder, rows[:middle], run), *await _vectors(embedder, rows[middle:], run)
            ]  # fmt: skip
        return await _shortened(embedder, rows[0], run, str(error))
    run.paid(embedded)
    vectors = _checked(embedded, len(rows), run.dimensions)
    return [(row["id"], vector.tolist()) for row, vector in zip(rows, vectors, strict=True)]


async def _shortened(
    embedder: Embedder, row: Row, run: EmbeddingRun, why: str
) -> list[tuple[int, list[float]]]:
    """The vector of as much of a passage's beginning as the model takes."""
    whole = _text(row)
    length = len(whole) // 2
    while length >= LEAST_CHARACTERS:
        try:
            embedded = await embedder.embed([whole[:length]])
        except EngineError as error:
            if not getattr(error, "about_request", False):
                raise
            why, length = str(error), length // 2
            continue
        run.paid(embedded)
        return [(row["id"], _checked(embedded, 1, run.dimensions)[0].tolist())]
    run.refused.append(why)
    log.warning("a passage has no vector: %s", why)
    return []


def _text(row: Row) -> str:
    return f"{row['heading']}\n{row['text']}" if row["heading"] else str(row["text"])


def _checked(
    embedded: Embedded, texts: int, dimensions: int = 0
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """[texts, dimensions]. Any engine may have made them. Raises EngineError for what no search could use."""
    vectors = np.asarray(embedded.vectors, np.float32)
    if vectors.ndim != 2 or vectors.shape[0] != texts or not vectors.shape[1]:
        raise EngineError(f"the engine gave vectors of the shape {vectors.shape} for {texts} texts")
    if dimensions and vectors.shape[1] != dimensions:
        raise EngineError(f"the engine gave vectors of {vectors.shape[1]} dimensions behind {dimensions}")
    if not np.isfinite(vectors).all() or not np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 0.01:
        raise EngineError("the engine gave vectors that are not finite and of length 1")
    return vectors
