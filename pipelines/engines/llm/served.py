"""A language model in a server that we start ourselves: the same requests and answers as of any other
endpoint (`pipelines.engines.llm.remote`), to a process that is watched, started again, and ended with us.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, field_validator

from mediaserver.errors import EngineMissingError, EngineWarmingError, ModelError
from pipelines.engines.checked_options import checked_options
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.maker import Access, connected
from pipelines.engines.llm.openai_compatible.engine import chat_endpoint
from pipelines.engines.llm.options import ModelOptions
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmTool, Manifest, Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.environments.readiness import recipe_readiness
from pipelines.environments.recipe import Recipe
from pipelines.workers.server_process import ServerAddress, ServerProcess, ServerSpec

URL = "http://localhost/v1"
WHERE = "its server"
"""As errors name it."""


class ServedOptions(ModelOptions):
    """What is said of a model whose server we start."""

    start_s: float = Field(default=900.0, gt=0, le=7200)
    """To load it."""
    context: int = Field(default=8192, ge=256, le=10_000_000)
    """Tokens that a conversation may have, the answer included. They cost memory."""
    thinking: bool = False
    """A model that can think before it answers does so. A caller waits for its thoughts."""
    chat_template: str = ""
    """A file (Jinja) in the place of the model's own."""

    @field_validator("base_url", "api_key_env", "api_key_file")
    @classmethod
    def _is_started_here(cls, value: str) -> str:
        if value:
            raise ValueError("is for a server of your own (openai:NAME); this one is started by us")
        return value


Served = TypeVar("Served", bound=ServedOptions)


class ServedLlm(RemoteLlm):
    """See `pipelines.engines.protocols.Llm`."""

    def __init__(
        self, manifest: Manifest, endpoint: Endpoint, options: ServedOptions, process: ServerProcess
    ) -> None:
        super().__init__(manifest, endpoint, options)
        self.process = process
        self._unsure = ""

    def unsure(self, doubt: str) -> None:
        """Something that will probably not work is known before the start."""
        self._unsure = doubt

    @property
    def ready(self) -> bool:
        return super().ready and self.process.ready

    @property
    def restarts(self) -> int:
        return self.process.restarts

    @property
    def progress(self) -> str:
        """What it does while it starts."""
        return self.process.progress

    @property
    def trouble(self) -> str:
        """Why it cannot work now."""
        return "" if self.process.ready else f"its server {self.process.fault or 'is being started'}"

    async def start(self) -> None:
        await self.process.start()
        await super().start()
        self.doubt = self.doubt or self._unsure

    async def stop(self) -> None:
        await super().stop()
        await self.process.stop()

    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        if self.trouble:  # who asks can go on at once with another model
            fault = f"{self.manifest.name}: {self.trouble}"
            raise EngineWarmingError(fault) if self.progress else ModelError(fault, retryable=True)
        answer = super().stream(messages, tools, temperature=temperature, max_tokens=max_tokens)
        async with aclosing(answer) as events:
            async for event in events:
                yield event


def served(
    manifest: Manifest,
    options: EngineOptions,
    given: ServedOptions,
    spec: ServerSpec,
    more: Callable[[], Mapping[str, Any]] = dict,
) -> ServedLlm:
    """An engine whose server `spec` starts. `more`: what each request has beside. Imports the client: on a
    thread."""
    name = options.name or manifest.name
    access = Access(name, given, URL, "made at each start", "")
    build = chat_endpoint(access, Asked(name, WHERE, given.model, ""), more=more)
    endpoint: list[Endpoint] = []

    def started(address: ServerAddress) -> None:
        endpoint[0].use_key(address.key)

    process = ServerProcess(spec, started)
    endpoint.append(connected(manifest, access, build, process.socket))
    own = replace(manifest, name=name, continues=given.prefill, free=True)
    return ServedLlm(own, endpoint[0], given, process)


def named_model(engine: str, options: EngineOptions, form: type[Served]) -> Served:
    """The options, which name a model. Raises EngineMissingError."""
    given = checked_options(engine, options, form, form.page)
    if not given.model:
        raise EngineMissingError(
            f"the engine {engine} lacks a model: name it as {engine}:OWNER/NAME, or in "
            f"engines.options.{options.name or engine}.model"
        )
    return given


def server_readiness(
    engine: str, options: EngineOptions, form: type[Served], recipe: Callable[[Served], Recipe]
) -> Readiness:
    """Whether its packages, its device and the model that is named are there."""
    name = options.name or engine
    try:
        given = named_model(engine, options, form)
        wanted = recipe(given)
    except EngineMissingError as error:
        why = str(error).removeprefix(f"the engine {engine} lacks ")
        rest = recipe_readiness(engine, replace(recipe(form()), weights=()), replace(options, settings={}))
        return Readiness(False, "; ".join(part for part in (rest.lacks, why) if part), str(error))
    told = {"weights": given.model} if wanted.weights else {}
    return recipe_readiness(name, wanted, replace(options, settings=told))


def template_file(engine: str, given: ServedOptions) -> Path | None:
    """The operator's template. Raises EngineMissingError."""
    if not given.chat_template:
        return None
    path = Path(given.chat_template).expanduser()
    if not path.is_file():
        raise EngineMissingError(f"the engine {engine} lacks its chat_template: there is no file {path}")
    return path
