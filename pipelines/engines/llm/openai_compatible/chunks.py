"""The stream of OpenAI's chat completions (POST /chat/completions with `stream`), as OpenAI, vLLM, SGLang,
llama.cpp, Ollama, Gemini, Mistral and DeepSeek write it.

A machine without I/O. Thoughts of a model (`reasoning_content`) are not part of its answer and are never
spoken; beside calls of tools they are kept for the server, which may want them back (DeepSeek).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mediaserver.errors import ModelError
from pipelines.engines.llm.answer import AnswerMeasure
from pipelines.engines.llm.event_stream import ServerSentEvent
from pipelines.engines.llm.faults import Asked, fault_of
from pipelines.engines.llm.openai_compatible.thoughts import ThinkingHabit, UnopenedThoughts
from pipelines.engines.llm.prices import ModelPrice, TokenCounts, usage
from pipelines.engines.llm.tool_calls import MOST_KEPT, CallAssembly
from pipelines.engines.llm.wire_text import count, mapping, parsed, shown, spoken_text
from pipelines.engines.protocols import LlmEvent

THOUGHTS = "reasoning_content"
"""The field of thoughts, in answers and in what is given back."""
EXTRA = "extra_content"
"""The field of a call that Gemini's signature stands in."""
BROKEN = ("error", "abort", "aborted")
"""Reasons to end that are none: the server has given the answer up (SGLang, vLLM, OpenRouter)."""


class ChunkReader:
    """See `pipelines.engines.llm.answer.AnswerReader`."""

    def __init__(
        self, asked: Asked, prices: Mapping[str, ModelPrice], habit: ThinkingHabit | None = None
    ) -> None:
        """`habit`: of the engine, which its answers share."""
        self._asked = asked
        self._prices = prices
        self._calls = CallAssembly()
        self._measured = AnswerMeasure()
        self._spoken = UnopenedThoughts(habit or ThinkingHabit())
        self._thoughts: list[str] = []
        self._thought = 0
        """Characters of them."""
        self._cut = False
        self._counts: TokenCounts | None = None
        self.finished = False
        self.ended = False

    def allow(self, characters: int) -> None:
        self._measured.most = characters

    @property
    def call_pieces(self) -> int:
        return self._calls.pieces

    def read(self, event: ServerSentEvent) -> list[LlmEvent]:
        self._measured.event()
        if event.data.startswith("[DONE]"):
            whole = [] if self.finished else self._whole()
            self.finished = self.ended = True
            return [*whole, *self.rest()]
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
        text = _words(delta.get("content")) + spoken_text(delta.get("refusal"))
        made = self._measured.text(self._spoken.feed(text)) if text else []
        self._think(delta.get(THOUGHTS))
        calls = delta.get("tool_calls")
        for number, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                function = mapping(call.get("function"))
                place, extra = call.get("index"), call.get(EXTRA)
                self._calls.add(
                    place if isinstance(place, int) else number,
                    call.get("id"),
                    function.get("name"),
                    function.get("arguments"),
                    {EXTRA: extra} if isinstance(extra, dict) else None,
                )
        reason = choice.get("finish_reason")
        if isinstance(reason, dict):
            reason = reason.get("type")
        if isinstance(reason, str) and reason.startswith("content_filter"):
            raise ModelError(
                f"{self._asked.engine}: the content filter stopped the answer", about_request=True
            )
        if reason in BROKEN:
            raise ModelError(
                f"{self._asked.engine}: {self._asked.where} gave the answer up ({reason})", retryable=True
            )
        if reason:
            self._cut = reason == "length"
            self.finished = True
            made += self._whole()
        return made

    def _think(self, thought: Any) -> None:
        if isinstance(thought, str) and thought:
            self._thought += len(thought)
            if self._thought <= MOST_KEPT:
                self._thoughts.append(thought)

    def _whole(self) -> list[LlmEvent]:
        """What was held back, when the answer is at its end."""
        calls = self._calls.end_all()
        made = self._measured.text(self._spoken.rest(thoughts=self._cut or bool(calls)))
        if calls and self._thoughts and self._thought <= MOST_KEPT:
            calls[0] = replace(calls[0], kept={**calls[0].kept, THOUGHTS: "".join(self._thoughts)})
        return [*made, *(replace(each, kept_by=self._asked.engine) if each.kept else each for each in calls)]

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
        if self._counts is None and not self._cut:
            return []
        return [usage(self._counts or TokenCounts(), self._asked.model, self._prices, cut=self._cut)]


def _words(content: Any) -> str:
    """The text of a delta's content: a text, or a list of parts of which some are thoughts (Mistral)."""
    if isinstance(content, list):
        parts = [mapping(part) for part in content]
        return "".join(spoken_text(part.get("text")) for part in parts if part.get("type") == "text")
    return spoken_text(content)
