"""The protocol of models for embeddings: texts as vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipelines.engines.protocols import Engine


@dataclass(frozen=True, slots=True)
class Embedded:
    """Texts as vectors, and what that cost."""

    vectors: npt.NDArray[np.float32]
    """[texts, dimensions], in the order of the texts; each finite and of length 1, so that the scalar product
    of two is their cosine similarity."""
    tokens: int = 0
    cost: float | None = None
    """In US dollars; None where no price is set."""


class Embedder(Engine, Protocol):
    """Makes vectors of texts: what means the same lies close together."""

    @property
    def model(self) -> str:
        """What its vectors are kept under. Those of two models, or of one with two instructions, have nothing
        to do with each other. Known once it has started."""

    @property
    def batch(self) -> int:
        """So many texts it takes at once with profit."""

    @property
    def least_similarity(self) -> float:
        """The cosine similarity below which, with this model, texts have nothing to do with each other."""

    def expect(self) -> None:
        """A query may come soon: have a connection open by then. Returns at once."""

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """`texts`: any number, none empty. `query`: questions that passages are to be found by, in the middle
        of a call: it is tried once. All vectors of a model have the same dimensions. Raises EngineError."""
