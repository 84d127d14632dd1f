"""A conversation as a request of OpenAI's chat completions. Pure: no client, no clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pipelines.engines.llm.history import whole
from pipelines.engines.llm.openai_compatible.chunks import EXTRA, THOUGHTS
from pipelines.engines.protocols import LlmMessage, LlmTool, LlmToolCall

CONTINUES = {"add_generation_prompt": False, "continue_final_message": True}
"""How vLLM and SGLang are told to go on from an assistant's message; llama.cpp does so by itself."""
NOTED = "[Noted.]"
"""Between a tool's result and a caller who interrupted what was to be said about it: Mistral's models refuse
a user's message right behind a tool's. In brackets, which are never spoken should a model write the same."""


def chat_request(
    messages: Sequence[LlmMessage],
    tools: Sequence[LlmTool],
    *,
    model: str,
    temperature: float | None,
    max_tokens: int,
    makers: bool,
    prefill: bool,
    engine: str = "",
) -> dict[str, Any]:
    """The body. `makers`: for OpenAI itself, which has a name of its own for the limit of tokens. `engine`:
    its name, by which it knows what was kept for it."""
    history = whole(messages)
    if not makers:
        history = _bridged(history)
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message, engine) for message in history],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens" if makers else "max_tokens": max_tokens,
    }
    if temperature is not None:
        body["temperature"] = temperature
    if tools:
        body["tools"] = [_tool(tool) for tool in tools]
    if history and (wanted := history[-1].answer) is not None:
        # Not OpenAI's strict form, which knows a part of JSON Schema only; servers of one's own keep to it
        # all the same.
        form = {"name": wanted.name, "schema": wanted.schema, "strict": False}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    if prefill and history and history[-1].role == "assistant":
        body |= CONTINUES
    return body


def _bridged(history: Sequence[LlmMessage]) -> list[LlmMessage]:
    """No user's message right behind a tool's."""
    bridged: list[LlmMessage] = []
    for message in history:
        if message.role == "user" and bridged and bridged[-1].role == "tool":
            bridged.append(LlmMessage("assistant", NOTED))
        bridged.append(message)
    return bridged


def _message(message: LlmMessage, engine: str) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    told: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        told["content"] = message.content or None
        told["tool_calls"] = [_call(call, engine) for call in message.tool_calls]
        for call in message.tool_calls:
            if call.kept_by == engine and THOUGHTS in call.kept:
                told[THOUGHTS] = call.kept[THOUGHTS]
    return told


def _call(call: LlmToolCall, engine: str) -> dict[str, Any]:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    told: dict[str, Any] = {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }
    if call.kept_by == engine and EXTRA in call.kept:
        told[EXTRA] = call.kept[EXTRA]
    return told


def _tool(tool: LlmTool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
