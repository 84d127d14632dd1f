"""The stream of Anthropic's messages (POST /v1/messages with `stream`): blocks of text and calls of tools,
told by named events.

A machine without I/O. Blocks that are neither text nor a call (thoughts) are no part of the answer and are
never spoken. Beside calls of tools thoughts are kept, with their signatures: the server refuses a tool's
result without the thoughts that led to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mediaserver.errors import ModelError
from pipelines.engines.llm.answer import AnswerMeasure
from pipelines.engines.llm.event_stream import ServerSentEvent
from pipelines.engines.llm.faults import Asked, fault_of
from pipelines.engines.llm.prices import ModelPrice, TokenCounts, usage
from pipelines.engines.llm.tool_calls import MOST_KEPT, CallAssembly
from pipelines.engines.llm.wire_text import count, mapping, parsed, shown, spoken_text
from pipelines.engines.protocols import LlmEvent, LlmToolCall

THOUGHTS = "thinking"
"""Under this name the blocks of thoughts are kept beside the first call that follows them."""
_GROWS = {"thinking_delta": "thinking", "signature_delta": "signature"}
"""The field of a delta, and of its block, that it adds to."""


class MessageReader:
    """See `pipelines.engines.llm.answer.AnswerReader`."""

    def __init__(self, asked: Asked, prices: Mapping[str, ModelPrice]) -> None:
        self._asked = asked
        self._prices = prices
        self._calls = CallAssembly()
        self._measured = AnswerMeasure()
        self._counts = TokenCounts()
        self._thoughts: dict[int, dict[str, list[str]]] = {}
        """Blocks of thoughts by index: their fields in pieces, their type among them."""
        self._thought = 0
        """Characters of them."""
        self._cut = False
        self.finished = False
        self.ended = False

    def allow(self, characters: int) -> None:
        self._measured.most = characters

    @property
    def call_pieces(self) -> int:
        return self._calls.pieces

    def read(self, event: ServerSentEvent) -> list[LlmEvent]:
        self._measured.event()
        told = parsed(event.data)
        match told.get("type"):
            case "message_start":
                message = mapping(told.get("message"))
                self._counts = replace(self._counts, model=shown(message.get("model"), 100))
                self._count(mapping(message.get("usage")))
            case "content_block_start":
                return self._begin(told.get("index"), mapping(told.get("content_block")))
            case "content_block_delta":
                return self._add(told.get("index"), mapping(told.get("delta")))
            case "content_block_stop":
                return [*self._made(self._calls.end(_place(told.get("index"))))]
            case "message_delta":
                self._count(mapping(told.get("usage")))
                return self._stop(mapping(told.get("delta")).get("stop_reason"))
            case "message_stop":
                self.finished = self.ended = True
                return self.rest()
            case "error":
                raise fault_of(self._asked, 0, told)
            case _:  # pings, and what is new
                pass
        return []

    def rest(self) -> list[LlmEvent]:
        return [usage(self._counts, self._asked.model, self._prices, cut=self._cut)]

    def _begin(self, index: Any, block: Mapping[str, Any]) -> list[LlmEvent]:
        match block.get("type"):
            case "text":
                return self._measured.text(spoken_text(block.get("text")))
            case "tool_use":
                whole = mapping(block.get("input"))  # empty, unless it comes as a whole
                self._calls.add(_place(index), block.get("id"), block.get("name"), whole or None)
            case "thinking":
                self._think(index, {"type": "thinking", "thinking": "", "signature": ""} | dict(block))
            case "redacted_thinking":
                self._think(index, block)
            case _:
                pass
        return []

    def _think(self, index: Any, fields: Mapping[str, Any]) -> None:
        """More of a block of thoughts, as far as it may be kept."""
        block = self._thoughts.setdefault(_place(index), {})
        for name, value in fields.items():
            if isinstance(value, str) and name in ("type", "thinking", "signature", "data"):
                self._thought += len(value)
                if self._thought <= MOST_KEPT:
                    block.setdefault(name, []).append(value)

    def _made(self, calls: list[LlmToolCall]) -> list[LlmToolCall]:
        """Calls that are whole, the first with the thoughts that came before."""
        if not calls or not self._thoughts or self._thought > MOST_KEPT:
            return calls
        blocks = [
            {name: "".join(pieces) for name, pieces in block.items()} for block in self._thoughts.values()
        ]
        self._thoughts.clear()
        first = replace(calls[0], kept={THOUGHTS: blocks}, kept_by=self._asked.engine)
        return [first, *calls[1:]]

    def _add(self, index: Any, delta: Mapping[str, Any]) -> list[LlmEvent]:
        match delta.get("type"):
            case "text_delta":
                return self._measured.text(spoken_text(delta.get("text")))
            case "input_json_delta":
                self._calls.add(_place(index), None, None, delta.get("partial_json"))
            case str(kind) if kind in _GROWS:
                self._think(index, {_GROWS[kind]: delta.get(_GROWS[kind])})
            case _:
                pass
        return []

    def _stop(self, reason: Any) -> list[LlmEvent]:
        if reason == "refusal":
            raise ModelError(f"{self._asked.engine}: the model refused this request", about_request=True)
        if not reason:
            return []
        self._cut = reason in ("max_tokens", "model_context_window_exceeded")
        self.finished = True
        return [*self._made(self._calls.end_all())]

    def _count(self, told: Mapping[str, Any]) -> None:
        """The prompt is told at the start, what was written so far with the end: later figures are whole."""
        cached, written = (
            count(told.get("cache_read_input_tokens")),
            count(told.get("cache_creation_input_tokens")),
        )
        prompt = count(told.get("input_tokens")) + cached + written
        if prompt:
            self._counts = replace(self._counts, prompt=prompt, cached=cached, written=written)
        self._counts = replace(
            self._counts, completion=count(told.get("output_tokens")) or self._counts.completion
        )


def _place(index: Any) -> int:
    return index if isinstance(index, int) else 0
