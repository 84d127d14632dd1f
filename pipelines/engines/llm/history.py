"""A conversation in the form that every model's interface takes, whatever an interrupted one looks like.

Servers refuse a history in which a tool's call has no answer or an answer no call, whose ids or tools' names
have characters or lengths that another maker's have not, or whose messages are empty: with one of these no
turn of the call would ever be answered again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.engines.protocols import LlmMessage

UNANSWERED = "(no answer: this was interrupted)"
NAMELESS = "unknown"
MOST_NAME = 64
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def whole(messages: Sequence[LlmMessage]) -> list[LlmMessage]:
    """Each call directly followed by its answer, ids that every server takes (nine letters and digits,
    counted from the beginning, so that a cached prefix stays the same), names likewise (a model may call what
    nobody has, or nothing at all), and nothing empty."""
    made: list[LlmMessage] = []
    ids = _ids()
    used: set[int] = set()
    for place, message in enumerate(messages):
        if message.role == "tool":
            if place not in used and message.content.strip():
                made.append(LlmMessage("user", f"(A tool's result: {message.content})"))
        elif message.tool_calls:
            found = [_answer(messages, place, call.id, used) for call in message.tool_calls]
            calls = tuple(replace(call, id=next(ids), name=_taken(call.name)) for call in message.tool_calls)
            made.append(replace(message, tool_calls=calls))
            for call, answer in zip(calls, found, strict=True):
                content = answer.content.strip() or UNANSWERED
                made.append(replace(answer, content=content, tool_call_id=call.id))
        elif message.content.strip():
            made.append(message)
    return made


def _answer(messages: Sequence[LlmMessage], asked: int, id: str, used: set[int]) -> LlmMessage:
    """What answers the call of an id, asked at a place: servers that give no ids have the same ones in every
    answer of theirs."""
    for place in range(asked + 1, len(messages)):
        message = messages[place]
        if message.role == "tool" and message.tool_call_id == id and place not in used:
            used.add(place)
            return message
        if any(call.id == id for call in message.tool_calls):
            break
    return LlmMessage("tool", "")


def _taken(name: str) -> str:
    return _NO_NAME.sub("_", name)[:MOST_NAME] or NAMELESS


def _ids() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"call{number:05d}"
