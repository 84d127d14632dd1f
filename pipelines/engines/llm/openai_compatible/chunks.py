"""The stream of OpenAI's chat completions (POST /chat/completions with `stream`), as OpenAI, vLLM, SGLang,
llama.cpp and Ollama write it.

A machine without I/O. Thoughts of a model (`reasoning_content`) are not part of its answer and are never
spoken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import ModelError
from pipelines.engines.llm.answer import AnswerMeasure
from pipelines.engines.llm.event_stream import ServerSentEvent
from pipelines.engines.llm.faults import Asked, fault_of
from pipelines.engines.llm.prices import ModelPrice, TokenCounts, usage
from pipelines.engines.llm.tool_calls import CallAssembly
from pipelines.engines.llm.wire_text import count, mapping, parsed, shown, spoken_text
from pipelines.engines.protocols import LlmEvent


class ChunkReader:
    """See `pipelines.engines.llm.answer.AnswerReader`."""

    def __init__(self, asked: Asked, prices: Mapping[str, ModelPrice]) -> None:
        self._asked = asked
        self._prices = prices
        self._calls = CallAssembly()
        self._measured = AnswerMeasure()
        self._counts: TokenCounts | None = None
        self.finished = False
        self.ended = False

    @property
    def call_pieces(self) -> int:
        return self._calls.pieces

    def read(self, event: ServerSentEvent) -> list[LlmEvent]:
        self._measured.event()
        if event.data.startswith("[DONE]"):
            self.finished = self.ended = True
            return [*self._calls.end_all(), *self.rest()]
        chunk = parsed(event.data)
        if chunk.get("error") or chunk.get("object") == "error":
            raise fault_of(self._asked, count(chunk.get("code")), chunk)
        self._count(chunk)
        choices = chunk.get("choices")
        made: list[LlmEvent] = []
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and not choice.get("index"):
                made += self._choice(choice)
        return made

    def _choice(self, choice: Mapping[str, Any]) -> list[LlmEvent]:
        delta = mapping(choice.get("delta"))
        text = spoken_text(delta.get("content")) + spoken_text(delta.get("refusal"))
        made = self._measured.text(text)
        calls = delta.get("tool_calls")
        for number, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                function = mapping(call.get("function"))
                place = call.get("index")
                self._calls.add(
                    place if isinstance(place, int) else number,
                    call.get("id"),
                    function.get("name"),
                    function.get("arguments"),
                )
        reason = choice.get("finish_reason")
        if reason == "content_filter":
            raise ModelError(
                f"{self._asked.engine}: the content filter stopped the answer", about_request=True
            )
        if reason:
            self.finished = True
            made += self._calls.end_all()
        return made

    def _count(self, chunk: Mapping[str, Any]) -> None:
        """What comes last counts: some servers count anew in each chunk."""
        told = chunk.get("usage")
        if not isinstance(told, dict):
            return
        details = mapping(told.get("prompt_tokens_details"))
        self._counts = TokenCounts(
            prompt=count(told.get("prompt_tokens")),
            cached=count(details.get("cached_tokens")),
            written=count(details.get("cache_write_tokens")),
            completion=count(told.get("completion_tokens")),
            model=shown(chunk.get("model"), 100),
        )

    def rest(self) -> list[LlmEvent]:
        if self._counts is None:
            return []
        return [usage(self._counts, self._asked.model, self._prices)]
