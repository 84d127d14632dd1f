"""Any endpoint that speaks OpenAI's chat completions, through OpenAI's own client: OpenAI, vLLM, SGLang,
llama.cpp, Ollama and others.

The client is imported when an engine is made, on a thread: it takes most of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.maker import Access, connected
from pipelines.engines.llm.openai_compatible.chunks import ChunkReader
from pipelines.engines.llm.openai_compatible.client import OPENAI, openai_client
from pipelines.engines.llm.openai_compatible.dialect import Dialect
from pipelines.engines.llm.openai_compatible.request import chat_request
from pipelines.engines.llm.openai_compatible.thoughts import ThinkingHabit
from pipelines.engines.llm.options import ModelOptions, readiness
from pipelines.engines.llm.prices import costs_nothing
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import Kind, LlmMessage, LlmTool, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

if TYPE_CHECKING:
    from httpx2 import AsyncClient

Chat = TypeVar("Chat", bound=ModelOptions)

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
    return readiness(MANIFEST.name, options, OPENAI.key_variable)


def make(options: EngineOptions) -> RemoteLlm:
    """Imports the client. Raises EngineMissingError."""
    access = OPENAI.access(MANIFEST, options, ModelOptions)
    makers, given = access.url == OPENAI.url, access.given
    asked = access.asked(USUAL_MODEL if makers else "")
    endpoint = chat_endpoint(access, asked, makers=makers)

    free = costs_nothing(asked.model, given.prices, own=bool(given.base_url) and not access.key_place)
    manifest = replace(MANIFEST, name=access.name, continues=given.prefill, free=free)
    return RemoteLlm(manifest, connected(MANIFEST, access, endpoint), given)


def chat_endpoint(
    access: Access[Chat],
    asked: Asked,
    *,
    makers: bool = False,
    more: Callable[[], Mapping[str, Any]] = dict,
) -> Callable[[AsyncClient], Endpoint]:
    """Makes the endpoint of an HTTP client. `makers`: OpenAI itself. `more`: what each request has beside, as
    long as the operator's own words do not say otherwise."""
    dialect = Dialect(access.name)
    request = partial(_request, access.given, makers, access.name, dialect, more)
    reader = partial(ChunkReader, habit=ThinkingHabit(access.given.thinks))

    def endpoint(http: AsyncClient) -> Endpoint:
        client = openai_client(access, http)
        create = client.chat.completions.with_streaming_response.create
        return Endpoint(client, create, "/models", asked, request, reader, dialect.learn)

    return endpoint


def _request(
    given: ModelOptions,
    makers: bool,
    engine: str,
    dialect: Dialect,
    more: Callable[[], Mapping[str, Any]],
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
    return {**dialect.fit(body), **more(), **(usual if given.extra is None else given.extra)}
