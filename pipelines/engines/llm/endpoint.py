"""An endpoint of a maker, over the maker's official client: what their clients have in common.

The clients are built alike (Stainless), so that one class serves for all; what differs, the form of requests
and answers, is handed in as functions.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol, TypeAlias

from mediaserver.errors import ModelError, PeerError
from pipelines.engines.llm.answer import AnswerReader
from pipelines.engines.llm.client_faults import connection_fault
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.prices import ModelPrice
from pipelines.engines.llm.wire_text import mapping, parsed, shown
from pipelines.engines.protocols import LlmMessage, LlmTool

MOST_MODELS = 10_000
REFUSED = (400, 422, 500)
"""Statuses of a request that the server does not understand; 500 where its template does not."""
MOST_OF_A_REFUSAL = 4_000
"""Characters of it that are looked at."""

MakeRequest: TypeAlias = Callable[
    [Sequence[LlmMessage], Sequence[LlmTool], str, float | None, int], dict[str, Any]
]
"""Of the messages, the tools, the model, the temperature that the agent wants, and the limit of tokens."""
Learn: TypeAlias = Callable[[str, dict[str, Any]], bool]
"""Of what a server said of a request's body: whether the next one will be another that it may take."""
MakeReader: TypeAlias = Callable[[Asked, Mapping[str, ModelPrice]], AnswerReader]


class ResponseBody(Protocol):
    """What is read of an HTTP response."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def aiter_raw(self) -> AsyncGenerator[bytes, None]: ...


class EndpointClient:
    """An endpoint, whatever it is asked for: which models it has, and what its errors mean. Made on a thread;
    used on the loop."""

    def __init__(self, client: Any, list_at: str, asked: Asked) -> None:
        """`list_at`: path of the models."""
        self._client = client
        self._list_at = list_at
        self.asked = asked

    @property
    def model(self) -> str:
        """Empty while neither the settings nor the server have said which."""
        return self.asked.model

    def use(self, model: str) -> None:
        """The model's name is this."""
        self.asked = replace(self.asked, model=model)

    def use_key(self, key: str) -> None:
        """The server asks for this one from now on."""
        self._client.api_key = key

    def fault(self, error: Exception) -> ModelError:
        """What an error of the client means."""
        return connection_fault(self.asked, error)

    async def models(self) -> list[str]:
        """The names of those that the key may use. Raises whatever the client does."""
        from httpx2 import Response

        response = await self._client.get(self._list_at, cast_to=Response)
        try:
            told = parsed(json_text(response.content)).get("data")
        except PeerError as error:
            raise ModelError(
                f"{self.asked.engine}: {self.asked.where} does not list its models ({error}); is base_url "
                "right (it usually ends in /v1)?"
            ) from None
        names = [mapping(each).get("id") for each in (told if isinstance(told, list) else [])[:MOST_MODELS]]
        return [shown(name) for name in names if isinstance(name, str)]

    async def rehearse(self) -> None:
        """Ask once for all that is ever asked, of nobody (connection.rehearse)."""
        await self.models()

    async def close(self) -> None:
        await self._client.close()


class Endpoint(EndpointClient):
    """Of a language model."""

    def __init__(
        self,
        client: Any,
        create: Any,
        list_at: str,
        asked: Asked,
        request: MakeRequest,
        reader: MakeReader,
        learn: Learn | None = None,
    ) -> None:
        """`create`: the client's method that asks, in its streaming form."""
        super().__init__(client, list_at, asked)
        self._create = create
        self.request = request
        self._reader = reader
        self._learn = learn

    def reader(self, prices: Mapping[str, ModelPrice]) -> AnswerReader:
        """For one answer."""
        return self._reader(self.asked, prices)

    @asynccontextmanager
    async def opened(self, body: dict[str, Any]) -> AsyncIterator[ResponseBody]:
        """Sends it; the body of the response is not read. Raises whatever the client does."""
        # The client would copy and check each message and tool of each turn; what stands in extra_body it
        # sends as it is, in the place of what it was told by name.
        required = {"max_tokens": body["max_tokens"]} if "max_tokens" in body else {}
        async with self._create(
            model=self.model, messages=[], stream=True, extra_body=body, **required
        ) as response:
            yield response.http_response

    def refusal(self, error: Exception, body: dict[str, Any]) -> ModelError:
        """What an error of the client means that this request met: it may be asked again where another form
        of it may be taken."""
        fault = self.fault(error)
        if self._learn is None or getattr(error, "status_code", None) not in REFUSED:
            return fault
        said = json.dumps(getattr(error, "body", None), default=str)[:MOST_OF_A_REFUSAL]
        return ModelError(str(fault), retryable=True, after_s=0.0) if self._learn(said, body) else fault

    async def rehearse(self) -> None:
        await super().rehearse()
        async with self.opened({"max_tokens": 1}) as response:
            async for _ in response.aiter_raw():
                pass


def json_text(content: bytes) -> str:
    """Raises PeerError for what is no text."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise PeerError("it sent bytes that are no text") from None
