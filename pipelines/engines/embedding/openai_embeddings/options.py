"""What the operator tells an engine for embeddings: `[engines.options.openai-embeddings]`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from pipelines.engines.embedding.openai_embeddings.answer import MOST_DIMENSIONS
from pipelines.engines.llm.options import EndpointOptions


class EmbeddingOptions(EndpointOptions):
    page: ClassVar[str] = "docs/knowledge.md"

    dimensions: int = Field(default=0, ge=0, le=MOST_DIMENSIONS)
    """Asked for, where the model can give fewer than it has; 0: as it has them."""
    batch: int = Field(default=64, ge=1, le=2048)
    """Texts in one request."""
    query_prefix: str = Field(default="", max_length=1000)
    """Put before each question: some models were trained with one ("query: ")."""
    passage_prefix: str = Field(default="", max_length=1000)
    least_similarity: float = Field(default=0.25, ge=-1, le=1)
    """See `pipelines.engines.embedding.protocol.Embedder`."""
    price: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """US dollars for a million tokens."""
