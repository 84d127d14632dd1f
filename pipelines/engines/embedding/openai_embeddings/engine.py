"""Any endpoint that speaks OpenAI's `/v1/embeddings`, through OpenAI's own client: OpenAI, vLLM, Ollama,
llama.cpp, Text Embeddings Inference and others.

It is used only where the settings name it: what documents say goes to whoever runs the endpoint.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.engines.embedding.openai_embeddings.embedder import RemoteEmbedder
from pipelines.engines.embedding.openai_embeddings.options import EmbeddingOptions
from pipelines.engines.embedding.openai_embeddings.request import EmbeddingEndpoint
from pipelines.engines.llm.maker import connected
from pipelines.engines.llm.openai_compatible.client import OPENAI, openai_client
from pipelines.engines.llm.options import readiness
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
    return readiness(MANIFEST.name, options, OPENAI.key_variable, EmbeddingOptions)


def make(options: EngineOptions) -> RemoteEmbedder:
    """Imports the client. Raises EngineMissingError."""
    access = OPENAI.access(MANIFEST, options, EmbeddingOptions)
    asked = access.asked(USUAL_MODEL if access.url == OPENAI.url else "")
    endpoint = connected(
        MANIFEST, access, lambda http: EmbeddingEndpoint(openai_client(access, http), asked, access.given)
    )
    return RemoteEmbedder(replace(MANIFEST, name=access.name), endpoint, access.given)
