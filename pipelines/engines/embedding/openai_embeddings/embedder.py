"""Embeddings behind a server: asks in batches, retries where nobody waits on the line, and takes no vector
that a search could not use.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator, Sequence

import numpy as np

from mediaserver.errors import ModelError, PeerError
from pipelines.engines.embedding.openai_embeddings.answer import VectorAnswer, read_answer
from pipelines.engines.embedding.openai_embeddings.options import EmbeddingOptions
from pipelines.engines.embedding.openai_embeddings.request import EmbeddingEndpoint
from pipelines.engines.embedding.protocol import Embedded
from pipelines.engines.llm.server_engine import ServerEngine
from pipelines.engines.protocols import Manifest

log = logging.getLogger(__name__)

PAUSES_S = (0.5, 2.0, 8.0)
"""Before the second attempt and the next, where the server names no time; up to twice as long."""
LONGEST_PAUSE_S = 60.0
"""A server that names a longer time is not waited for."""
MOST_CHARACTERS = 8_000
"""Of a text; passages have half of that at most."""
MOST_CHARACTERS_AT_ONCE = 100_000
"""OpenAI takes 300,000 tokens in a request; a character is two at worst."""


class RemoteEmbedder(ServerEngine):
    """See `pipelines.engines.embedding.protocol.Embedder`."""

    def __init__(self, manifest: Manifest, endpoint: EmbeddingEndpoint, options: EmbeddingOptions) -> None:
        super().__init__(manifest, endpoint)
        self._endpoint = endpoint
        self._options = options
        self._dimensions = options.dimensions
        """Of all its vectors; 0 until the first have come."""

    @property
    def model(self) -> str:
        prefix = self._options.passage_prefix
        return f"{self._endpoint.model} behind {prefix!r}" if prefix else self._endpoint.model

    @property
    def batch(self) -> int:
        return self._options.batch

    @property
    def least_similarity(self) -> float:
        return self._options.least_similarity

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        prefix = self._options.query_prefix if query else self._options.passage_prefix
        parts, tokens = [], 0
        self._load += 1
        try:
            for batch in _batches([prefix + _plain(text) for text in texts], self._options.batch):
                answer = await self._answer(batch, 1 if query else len(PAUSES_S) + 1)
                parts.append(answer.vectors)
                tokens += answer.tokens
        finally:
            self._load -= 1
        price = self._options.price
        vectors = np.concatenate(parts) if parts else np.empty((0, self._dimensions), np.float32)
        return Embedded(vectors, tokens, None if price is None else tokens * price / 1e6)

    async def _answer(self, texts: Sequence[str], attempts: int) -> VectorAnswer:
        """Raises ModelError."""
        for attempt in range(attempts):
            try:
                return await self._attempt(texts)
            except ModelError as error:
                pause = PAUSES_S[attempt] * random.uniform(1, 2) if attempt + 1 < attempts else None
                if pause is None or not error.retryable or (error.after_s or 0) > LONGEST_PAUSE_S:
                    raise
                pause = pause if error.after_s is None else error.after_s
                log.info("%s; trying again in %.1f s", error, pause)
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, texts: Sequence[str]) -> VectorAnswer:
        asked, within_s = self._endpoint.asked, self._options.answer_s
        try:
            async with asyncio.timeout(within_s):
                content = await self._endpoint.post(texts)
            answer = await asyncio.to_thread(read_answer, content, len(texts))
        except TimeoutError:
            raise ModelError(
                f"{asked.engine}: {asked.model} at {asked.where} gave no embeddings within {within_s:g} s",
                retryable=True,
            ) from None
        except ModelError:
            raise
        except PeerError as error:
            raise ModelError(f"{asked.engine}: {asked.where} does not answer as it should: {error}") from None
        except Exception as error:
            raise self._endpoint.fault(error) from None
        self._has_used()
        self._check(answer.vectors.shape[1])
        return answer

    def _check(self, dimensions: int) -> None:
        """Raises ModelError for vectors that cannot be compared with those before."""
        if self._dimensions and dimensions != self._dimensions:
            asked = self._endpoint.asked
            raise ModelError(
                f"{asked.engine}: {asked.model} at {asked.where} gave vectors of {dimensions} dimensions "
                f"where {self._dimensions} were expected; it has changed, or cannot give as many as "
                f"engines.options.{asked.engine}.dimensions wants"
            )
        self._dimensions = dimensions


def _plain(text: str) -> str:
    """What JSON in UTF-8 can hold and servers take."""
    return text[:MOST_CHARACTERS].encode(errors="replace").decode().replace("\0", " ")


def _batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    batch, characters = list[str](), 0
    for text in texts:
        if batch and (len(batch) == most or characters + len(text) > MOST_CHARACTERS_AT_ONCE):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch
