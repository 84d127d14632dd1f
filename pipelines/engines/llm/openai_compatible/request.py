"""A conversation as a request of OpenAI's chat completions. Pure: no client, no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.engines.llm.history import whole
from pipelines.engines.protocols import LlmMessage, LlmTool

CONTINUES = {"add_generation_prompt": False, "continue_final_message": True}
"""How vLLM and SGLang are told to go on from an assistant's message; llama.cpp does so by itself."""


def chat_request(
    messages: Sequence[LlmMessage],
    tools: Sequence[LlmTool],
    *,
    model: str,
    temperature: float | None,
    max_tokens: int,
    makers: bool,
    prefill: bool,
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """The body. `makers`: for OpenAI itself, which has a name of its own for the limit of tokens."""
    history = whole(messages)
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in history],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens" if makers else "max_tokens": max_tokens,
    }
    if temperature is not None:
        body["temperature"] = temperature
    if tools:
        body["tools"] = [_tool(tool) for tool in tools]
    if prefill and history and history[-1].role == "assistant":
        body |= CONTINUES
    return {**body, **extra}


def _message(message: LlmMessage) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    told: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        told["content"] = message.content or None
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for call in message.tool_calls
        ]
    return told


def _tool(tool: LlmTool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
