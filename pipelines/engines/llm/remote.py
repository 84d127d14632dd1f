"""A language model behind a server: asks, retries while nothing has been said, reads with limits, and hangs
up at once when its answer is wanted no more.

The official client sends the request and keeps the connections; the stream is read here, because its own
decoder knows no limits. Nothing of an answer outlives its generator.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from mediaserver.errors import ModelError, PeerError
from pipelines.engines.llm.answer import AnswerReader, most_characters
from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.event_stream import EventStream
from pipelines.engines.llm.options import ModelOptions
from pipelines.engines.llm.prices import PUBLISHED
from pipelines.engines.llm.server_engine import ServerEngine
from pipelines.engines.llm.wire_text import shown
from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmTool, Manifest

log = logging.getLogger(__name__)

ATTEMPTS = 3
PAUSES_S = (0.05, 0.4)
"""Before the second and third attempt, where the server names no time; up to twice as long, so that not all
calls come back together."""
COUNTED_WITHIN_S = 0.3
"""Behind an answer that is whole: what it cost comes so soon, or never. The last sentence waits for it."""
DRAINED_WITHIN_S = 0.05
"""What follows the answer, without which the connection cannot be used again."""
NEWEST = 0.1
"""Weight of the newest in a running mean."""
AT_ONCE = 32
"""Pieces and events read before others have their turn: a server may send thousands in one packet."""
BYTES_EACH = 4_096
"""So many count as a further piece: what is long takes long to read."""


class RemoteLlm(ServerEngine):
    """See `pipelines.engines.protocols.Llm`."""

    def __init__(self, manifest: Manifest, endpoint: Endpoint, options: ModelOptions) -> None:
        super().__init__(manifest, endpoint)
        self._endpoint = endpoint
        self._options = options
        self._prices = {**PUBLISHED, **options.prices}
        self.first_s = 0.0
        """Running mean from a question to its answer's first event; 0 before the first."""

    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        options, endpoint, loop = self._options, self._endpoint, asyncio.get_running_loop()
        limit = max_tokens or options.max_tokens
        began = loop.time()
        first_by = began + options.first_token_s
        self._load += 1
        try:
            for attempt in range(ATTEMPTS):
                given = False
                # anew each time: a refusal may have told what this server does not take
                body = endpoint.request(messages, tools, endpoint.model, temperature, limit)
                try:
                    async with aclosing(self._answer(body, first_by, most_characters(max_tokens))) as answer:
                        async for event in answer:
                            if not given:
                                self._answered(loop.time() - began)
                            given = True
                            yield event
                    return
                except ModelError as error:
                    pause = _pause(error, attempt)
                    if given or pause is None or loop.time() + pause >= first_by:
                        raise
                    log.info("%s; trying again in %.2f s", error, pause)
                await asyncio.sleep(pause)
        finally:
            self._load -= 1

    def _answered(self, after_s: float) -> None:
        self.first_s += (after_s - self.first_s) * (NEWEST if self.first_s else 1.0)

    async def _answer(
        self, body: dict[str, Any], first_by: float, most: int
    ) -> AsyncGenerator[LlmEvent, None]:
        """One attempt. `most`: characters of the answer. Raises ModelError."""
        reader, asked = self._endpoint.reader(self._prices), self._endpoint.asked
        reader.allow(most)
        try:
            async with contextlib.AsyncExitStack() as undo:
                try:
                    async with asyncio.timeout_at(first_by):
                        response = await undo.enter_async_context(self._endpoint.opened(body))
                except TimeoutError:
                    raise self._late() from None
                self._has_used()
                kind = response.headers.get("content-type", "")
                if not kind.lower().startswith("text/event-stream"):
                    raise ModelError(
                        f"{asked.engine}: {asked.where} answers {shown(kind, 60) or 'nothing'} where a "
                        "stream of events should come; is base_url right (it usually ends in /v1)?"
                    )
                raw = await undo.enter_async_context(aclosing(response.aiter_raw()))
                pieces = await undo.enter_async_context(aclosing(self._pieces(raw, reader, first_by)))
                async for events in pieces:
                    for event in events:
                        yield event
        except ModelError:
            raise
        except PeerError as error:
            raise ModelError(f"{asked.engine}: {asked.where} does not answer as it should: {error}") from None
        except Exception as error:
            if reader.finished:
                log.info("%s: the connection broke behind the answer", asked.engine)
                return
            raise self._endpoint.refusal(error, body) from None

    async def _pieces(
        self, raw: AsyncGenerator[bytes, None], reader: AnswerReader, first_by: float
    ) -> AsyncGenerator[list[LlmEvent], None]:
        """The answer as it comes. Only the waiting counts against the limits: whoever listens slowly does so
        by choice."""
        loop, options, stream = asyncio.get_running_loop(), self._options, EventStream()
        until, left, read = first_by, options.answer_s, 0
        while True:
            if read >= AT_ONCE:
                read = 0
                await asyncio.sleep(0)
            began = loop.time()
            try:
                async with asyncio.timeout_at(min(until, began + left)):
                    chunk = await anext(raw, None)
            except TimeoutError:
                if reader.finished:
                    break
                raise self._late(until != first_by, began + left <= until) from None
            left -= loop.time() - began
            if chunk is None:
                break
            read += 1 + len(chunk) // BYTES_EACH
            for event in stream.feed(chunk):
                over, moved = reader.finished, reader.call_pieces
                made = reader.read(event)
                if made:
                    yield made
                if reader.finished:
                    until = until if over else loop.time() + COUNTED_WITHIN_S
                elif made or reader.call_pieces != moved:
                    until = loop.time() + options.next_token_s
                if reader.ended:
                    await _drained(raw)
                    return
                read += 1 + len(event.data) // BYTES_EACH
                if read >= AT_ONCE:
                    read = 0
                    await asyncio.sleep(0)
        if not reader.finished:
            asked = self._endpoint.asked
            raise ModelError(f"{asked.engine}: {asked.where} broke off in the middle", retryable=True)
        yield reader.rest()

    def _late(self, begun: bool = False, whole: bool = False) -> ModelError:
        """`begun`: after the first word. `whole`: the answer in all."""
        asked, options = self._endpoint.asked, self._options
        if whole:
            why = f"did not come to an end within {options.answer_s:g} s"
        elif begun:
            why = f"fell silent for {options.next_token_s:g} s in the middle"
        else:
            why = f"gave no word within {options.first_token_s:g} s"
        return ModelError(f"{asked.engine}: {asked.model} at {asked.where} {why}")


def _pause(error: ModelError, attempt: int) -> float | None:
    """Seconds before the next attempt; None: there is none."""
    if not error.retryable or attempt + 1 >= ATTEMPTS:
        return None
    if error.after_s is not None:
        return error.after_s
    return PAUSES_S[attempt] * random.uniform(1, 2)


async def _drained(raw: AsyncGenerator[bytes, None]) -> None:
    """Read what ends the body, so that the connection can be kept."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_WITHIN_S):
            async for _ in raw:
                pass
