"""Any endpoint that speaks OpenAI's `/v1/embeddings`, through OpenAI's own client: OpenAI, vLLM, Ollama,
llama.cpp, Text Embeddings Inference and others.

It is used only where the settings name it: what documents say goes to whoever runs the endpoint.
"""

from __future__ import annotations

import os
from dataclasses import replace

from pipelines.engines.embedding.openai_embeddings.embedder import RemoteEmbedder
from pipelines.engines.embedding.openai_embeddings.options import EmbeddingOptions
from pipelines.engines.embedding.openai_embeddings.request import EmbeddingEndpoint
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.openai_compatible.engine import ADDRESS, KEY, MAKERS_URL
from pipelines.engines.llm.options import checked_options, key_of, key_place, readiness
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

USUAL_MODEL = "text-embedding-3-small"

MANIFEST = Manifest(
    name="openai-embeddings",
    kind=Kind.EMBEDDING,
    summary="any OpenAI-compatible endpoint for embeddings: OpenAI, vLLM, Ollama, llama.cpp, TEI",
    languages=("*",),
    licence="service",
    needs=("key",),
)


def check(options: EngineOptions) -> Readiness:
    return readiness(MANIFEST.name, options, KEY, EmbeddingOptions)


def make(options: EngineOptions) -> RemoteEmbedder:
    """Imports the client. Raises EngineMissingError."""
    from httpx2 import AsyncClient
    from openai import AsyncOpenAI

    from pipelines.engines.llm.connection import http_client, rehearse

    name = options.name or MANIFEST.name
    given = checked_options(MANIFEST.name, options, EmbeddingOptions)
    key = key_of(name, given, KEY)
    url = given.base_url or os.environ.get(ADDRESS, "").rstrip("/") or MAKERS_URL
    asked = Asked(name, url, given.model or (USUAL_MODEL if url == MAKERS_URL else ""), key_place(given, KEY))

    def endpoint(http: AsyncClient) -> EmbeddingEndpoint:
        # RemoteEmbedder retries: it knows who waits.
        client = AsyncOpenAI(api_key=key or "none", base_url=url, max_retries=0, http_client=http)
        if given.base_url:
            client.organization = client.project = None  # of OpenAI's account, from the environment
        return EmbeddingEndpoint(client, asked, given)

    rehearse(MANIFEST.name, endpoint)
    return RemoteEmbedder(
        replace(MANIFEST, name=name), endpoint(http_client(url, given.connect_s, given.answer_s)), given
    )
