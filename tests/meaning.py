"""A model for embeddings that needs no weights: hashed n-grams of characters, and a few words that mean the
same. Deterministic; what it knows of meaning stands in CONCEPTS.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from pipelines.engines.embedding.protocol import Embedded
from pipelines.engines.protocols import Kind, Manifest

CONCEPTS = (
    ("much", "cost", "costs", "price", "pay", "pounds", "fee", "fees", "expensive"),
    ("park", "parking", "garage", "vehicle", "automobile", "car"),
    ("open", "hours", "closed", "weekdays", "sundays", "saturdays"),
    ("lost", "misplaced", "gone", "stolen"),
)
WEIGHT = 6.0
"""Of a concept beside the n-grams of a word."""
COMMON = frozenset(
    "a an and are for from have how i if in is it my of on the there to us we what when you".split()
)


def vector(text: str, dimensions: int = 64) -> npt.NDArray[np.float32]:
    """Of length 1; that of a text without a word is the same for all."""
    made = np.zeros(dimensions)
    for word in re.findall(r"\w+", text.lower()):
        for place, concept in enumerate(CONCEPTS):
            if word in concept:
                made[place] += WEIGHT
        if word in COMMON:
            continue
        padded = f" {word} "
        for at in range(len(padded) - 2):
            hashed = zlib.crc32(padded[at : at + 3].encode())
            made[len(CONCEPTS) + hashed % (dimensions - len(CONCEPTS))] += 1 if hashed & 1 << 20 else -1
    if not made.any():
        made[-1] = 1
    unit: npt.NDArray[np.float32] = (made / np.linalg.norm(made)).astype(np.float32)
    return unit


class LocalEmbedder:
    """See `pipelines.engines.embedding.protocol.Embedder`."""

    manifest = Manifest("local", Kind.EMBEDDING, "n-grams", ("*",), "MIT")
    ready, restarts, load = True, 0, 0

    def __init__(self, model: str = "ngrams", dimensions: int = 64, batch: int = 8) -> None:
        self.model = model
        self.dimensions = dimensions
        self.batch = batch
        self.least_similarity = 0.25
        self.asked: list[list[str]] = []
        self.fault: EngineError | None = None
        """Raised at the next question, and from then on."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def expect(self) -> None: ...

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        if self.fault is not None:
            raise self.fault
        self.asked.append(list(texts))
        return Embedded(np.stack([vector(text, self.dimensions) for text in texts]), len(texts), None)
