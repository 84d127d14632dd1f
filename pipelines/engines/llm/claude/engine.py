"""Anthropic's Claude, through Anthropic's own client.

The client is imported when an engine is made, on a thread: it takes more than a second.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pipelines.engines.llm.claude.events import MessageReader
from pipelines.engines.llm.claude.request import message_request
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.options import ModelOptions, key_of, key_place, model_options, readiness
from pipelines.engines.llm.prices import costs_nothing
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import Kind, LlmMessage, LlmTool, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

KEY, ADDRESS = "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"
MAKERS_URL = "https://api.anthropic.com"
USUAL_MODEL = "claude-haiku-5-5"
"""The quickest; it would think before it speaks unless it is told not to."""
USUAL_EXTRA: Mapping[str, Any] = {"thinking": {"type": "disabled"}}

MANIFEST = Manifest(
    name="anthropic",
    kind=Kind.LLM,
    summary="Anthropic's Claude",
    languages=("*",),
    licence="service",
    needs=("key",),
)


def check(options: EngineOptions) -> Readiness:
    return readiness(MANIFEST.name, options, KEY)


def make(options: EngineOptions) -> RemoteLlm:
    """Imports the client. Raises EngineMissingError."""
    from anthropic import AsyncAnthropic
    from httpx2 import AsyncClient

    from pipelines.engines.llm.connection import http_client, rehearse

    name = options.name or MANIFEST.name
    given = model_options(MANIFEST.name, options)
    key = key_of(name, given, KEY)
    url = (given.base_url or os.environ.get(ADDRESS, "").rstrip("/") or MAKERS_URL).removesuffix("/v1")
    asked = Asked(name, url, given.model or USUAL_MODEL, key_place(given, KEY))
    request = partial(_request, given, name)

    def endpoint(http: AsyncClient) -> Endpoint:
        # RemoteLlm retries: it knows how long the caller waits.
        client = AsyncAnthropic(api_key=key or "none", base_url=url, max_retries=0, http_client=http)
        create = client.messages.with_streaming_response.create
        return Endpoint(client, create, "/v1/models?limit=1000", asked, request, MessageReader)

    rehearse(MANIFEST.name, endpoint)
    free = costs_nothing(asked.model, given.prices, own=bool(given.base_url) and not key)
    manifest = replace(MANIFEST, name=name, continues=given.prefill, free=free)
    return RemoteLlm(manifest, endpoint(http_client(url, given.connect_s, given.answer_s)), given)


def _request(
    given: ModelOptions,
    engine: str,
    messages: Sequence[LlmMessage],
    tools: Sequence[LlmTool],
    model: str,
    temperature: float | None,
    max_tokens: int,
) -> dict[str, Any]:
    """An agent's temperature is left out: newer models refuse any. One in the settings is the operator's."""
    usual = USUAL_EXTRA if model == USUAL_MODEL else {}
    return message_request(
        messages,
        tools,
        model=model,
        max_tokens=max_tokens,
        temperature=given.temperature,
        extra=usual if given.extra is None else given.extra,
        engine=engine,
    )
