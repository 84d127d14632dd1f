"""Anthropic's Claude, through Anthropic's own client.

The client is imported when an engine is made, on a thread: it takes more than a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.engines.llm.claude.events import MessageReader
from pipelines.engines.llm.claude.request import message_request
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.maker import Maker, connected
from pipelines.engines.llm.options import ModelOptions, readiness
from pipelines.engines.llm.prices import costs_nothing
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import Kind, LlmMessage, LlmTool, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

if TYPE_CHECKING:
    from httpx2 import AsyncClient

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
MAKER = Maker("https://api.anthropic.com", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")


def check(options: EngineOptions) -> Readiness:
    return readiness(MANIFEST.name, options, MAKER.key_variable)


def make(options: EngineOptions) -> RemoteLlm:
    """Imports the client. Raises EngineMissingError."""
    from anthropic import AsyncAnthropic

    access = MAKER.access(MANIFEST, options, ModelOptions)
    access = replace(access, url=access.url.removesuffix("/v1"))  # the client puts it there itself
    asked, request = access.asked(USUAL_MODEL), partial(_request, access.given, access.name)

    def endpoint(http: AsyncClient) -> Endpoint:
        # RemoteLlm retries: it knows how long the caller waits.
        client = AsyncAnthropic(api_key=access.key, base_url=access.url, max_retries=0, http_client=http)
        create = client.messages.with_streaming_response.create
        return Endpoint(client, create, "/v1/models?limit=1000", asked, request, MessageReader)

    given = access.given
    free = costs_nothing(asked.model, given.prices, own=bool(given.base_url) and not access.key_place)
    manifest = replace(MANIFEST, name=access.name, continues=given.prefill, free=free)
    return RemoteLlm(manifest, connected(MANIFEST, access, endpoint), given)


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
