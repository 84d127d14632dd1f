"""A conversation as a request of Anthropic's messages: the system prompt apart, turns that begin with the
user's, tools' answers in the user's turns, and marks where the prompt is to be cached. Pure: no client, no
clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.engines.llm.claude.events import THOUGHTS
from pipelines.engines.llm.history import whole
from pipelines.engines.protocols import LlmMessage, LlmTool

CACHED = {"type": "ephemeral"}
MOST_MARKS = 4
"""That a request may have."""
BEGINNING = "(The call begins.)"


def message_request(
    messages: Sequence[LlmMessage],
    tools: Sequence[LlmTool],
    *,
    model: str,
    max_tokens: int,
    temperature: float | None,
    extra: Mapping[str, Any],
    engine: str = "",
) -> dict[str, Any]:
    """The body. `engine`: its name, by which it knows the thoughts that were kept for it. Marked for the
    cache are the end of the system prompt, which tools come before, the end of the conversation, which the
    next turn's begins with, and what the messages themselves mark."""
    history = whole(messages)
    leading = 0
    while leading < len(history) and history[leading].role == "system":
        leading += 1
    system: list[dict[str, Any]] = [{"type": "text", "text": m.content} for m in history[:leading]]
    turns = _turns(history[leading:], engine)
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": max_tokens,
        "stream": True,
        "messages": turns,
    }
    marks = 0
    if system:
        body["system"] = system
        shared = [block for block, m in zip(system[:-1], history, strict=False) if m.cache]
        for block in (*shared[-1:], system[-1]):  # what all calls share, and what this one begins with
            block["cache_control"] = CACHED
            marks += 1
    if turns[-1]["role"] == "user":
        turns[-1]["content"][-1]["cache_control"] = CACHED
        marks += 1
    for message, block in _marked(history[leading:], turns, engine):
        if message.cache and "cache_control" not in block and marks < MOST_MARKS:
            block["cache_control"] = CACHED
            marks += 1
    if tools:
        body["tools"] = [_tool(tool) for tool in tools]
        if not system:
            body["tools"][-1]["cache_control"] = CACHED
    if temperature is not None:
        body["temperature"] = temperature
    return {**body, **extra}


def _turns(messages: Sequence[LlmMessage], engine: str) -> list[dict[str, Any]]:
    """What follows one another of one role is one turn; the first is the user's, and so is the last, unless
    the assistant's own is to be gone on from."""
    turns: list[dict[str, Any]] = []
    if not messages or messages[0].role == "assistant":
        turns.append({"role": "user", "content": [{"type": "text", "text": BEGINNING}]})
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        if not turns or turns[-1]["role"] != role:
            turns.append({"role": role, "content": []})
        turns[-1]["content"] += _blocks(message, engine)
    last = turns[-1]["content"][-1]
    if turns[-1]["role"] == "assistant" and last["type"] == "text":
        last["text"] = last["text"].rstrip()  # with a space at its end it is refused
    return turns


def _blocks(message: LlmMessage, engine: str) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.content}]
    blocks: list[dict[str, Any]] = []
    for call in message.tool_calls:
        if call.kept_by == engine:
            blocks += map(dict, call.kept.get(THOUGHTS, ()))
    if message.content.strip():
        blocks.append({"type": "text", "text": message.content})
    blocks += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
        for call in message.tool_calls
    ]
    return blocks


def _marked(
    messages: Sequence[LlmMessage], turns: Sequence[Mapping[str, Any]], engine: str
) -> list[tuple[LlmMessage, dict[str, Any]]]:
    """Each message with its last block, the latest first: what is late covers more."""
    blocks = [block for turn in turns for block in turn["content"]]
    found, place = [], len(blocks)
    for message in reversed(messages):
        found.append((message, blocks[place - 1]))
        place -= len(_blocks(message, engine))
    return found


def _tool(tool: LlmTool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
