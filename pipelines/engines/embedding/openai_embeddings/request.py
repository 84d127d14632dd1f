"""The endpoint of embeddings over the official client: one request, its body read with a limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mediaserver.errors import ModelError
from pipelines.engines.embedding.openai_embeddings.answer import most_bytes
from pipelines.engines.embedding.openai_embeddings.options import EmbeddingOptions
from pipelines.engines.llm.endpoint import EndpointClient
from pipelines.engines.llm.faults import Asked


class EmbeddingEndpoint(EndpointClient):
    def __init__(self, client: Any, asked: Asked, given: EmbeddingOptions) -> None:
        super().__init__(client, "/models", asked)
        self._create = client.embeddings.with_streaming_response.create
        self._given = given

    async def post(self, texts: Sequence[str]) -> bytes:
        """The answer as it comes. Raises whatever the client does; ModelError for one that is too long."""
        given, most = self._given, most_bytes(len(texts))
        wanted = {"dimensions": given.dimensions} if given.dimensions else {}
        # A quarter of the bytes of numbers written out, and a tenth of the time to read them.
        async with self._create(
            model=self.model, input=list(texts), encoding_format="base64", extra_body=given.extra, **wanted
        ) as response:
            body = bytearray()
            async for chunk in response.http_response.aiter_raw():
                body += chunk
                if len(body) > most:
                    where = f"{self.asked.engine}: {self.asked.where}"
                    raise ModelError(f"{where} sent more than {len(texts)} embeddings can have")
        return bytes(body)

    async def rehearse(self) -> None:
        await super().rehearse()
        await self.post(["rehearsal"])
