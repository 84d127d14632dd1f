"""Any endpoint that speaks OpenAI's chat completions, through OpenAI's own client: OpenAI, vLLM, SGLang,
llama.cpp, Ollama and others.

The client is imported when an engine is made, on a thread: it takes most of a second.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.openai_compatible.chunks import ChunkReader
from pipelines.engines.llm.openai_compatible.dialect import Dialect
from pipelines.engines.llm.openai_compatible.request import chat_request
from pipelines.engines.llm.openai_compatible.thoughts import ThinkingHabit
from pipelines.engines.llm.options import ModelOptions, key_of, key_place, model_options, readiness
from pipelines.engines.llm.prices import costs_nothing
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import Kind, LlmMessage, LlmTool, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

KEY, ADDRESS = "OPENAI_API_KEY", "OPENAI_BASE_URL"
MAKERS_URL = "https://api.openai.com/v1"
USUAL_MODEL = "gpt-6-luna"
"""OpenAI's quickest; over chat completions it calls tools only when it does not reason."""
USUAL_EXTRA: Mapping[str, Any] = {"reasoning_effort": "none"}

MANIFEST = Manifest(
    name="openai",
    kind=Kind.LLM,
    summary="any OpenAI-compatible endpoint: OpenAI, vLLM, SGLang, llama.cpp, Ollama",
    languages=("*",),
    licence="service",
    needs=("key",),
)


def check(options: EngineOptions) -> Readiness:
    return readiness(MANIFEST.name, options, KEY)


def make(options: EngineOptions) -> RemoteLlm:
    """Imports the client. Raises EngineMissingError."""
    from httpx2 import AsyncClient
    from openai import AsyncOpenAI

    from pipelines.engines.llm.connection import http_client, rehearse

    name = options.name or MANIFEST.name
    given = model_options(MANIFEST.name, options)
    key = key_of(name, given, KEY)
    url = given.base_url or os.environ.get(ADDRESS, "").rstrip("/") or MAKERS_URL
    asked = Asked(name, url, given.model or (USUAL_MODEL if url == MAKERS_URL else ""), key_place(given, KEY))
    dialect = Dialect(name)
    request = partial(_request, given, url == MAKERS_URL, name, dialect)
    reader = partial(ChunkReader, habit=ThinkingHabit(given.thinks))

    def endpoint(http: AsyncClient) -> Endpoint:
        # RemoteLlm retries: it knows how long the caller waits.
        client = AsyncOpenAI(api_key=key or "none", base_url=url, max_retries=0, http_client=http)
        if given.base_url:
            client.organization = client.project = None  # of OpenAI's account, from the environment
        create = client.chat.completions.with_streaming_response.create
        return Endpoint(client, create, "/models", asked, request, reader, dialect.learn)

    rehearse(MANIFEST.name, endpoint)
    free = costs_nothing(asked.model, given.prices, own=bool(given.base_url) and not key)
    manifest = replace(MANIFEST, name=name, continues=given.prefill, free=free)
    return RemoteLlm(manifest, endpoint(http_client(url, given.connect_s, given.answer_s)), given)


def _request(
    given: ModelOptions,
    makers: bool,
    engine: str,
    dialect: Dialect,
    messages: Sequence[LlmMessage],
    tools: Sequence[LlmTool],
    model: str,
    temperature: float | None,
    max_tokens: int,
) -> dict[str, Any]:
    """`makers`: for OpenAI itself."""
    usual = USUAL_EXTRA if makers and model == USUAL_MODEL else {}
    body = chat_request(
        messages,
        tools,
        model=model,
        temperature=given.temperature if temperature is None else temperature,
        max_tokens=max_tokens,
        makers=makers,
        prefill=given.prefill,
        engine=engine,
    )
    # what the operator puts in stays, whatever the server says of it
    return {**dialect.fit(body), **(usual if given.extra is None else given.extra)}
