"""The fields of a server's events, made fit to be kept and shown. All raise ValueError, TypeError or KeyError
for what is not what the protocol says, or larger than anything of it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.engines.llm.wire_text import count, mapping, shown, spoken_text

MOST_ID = 200
"""Characters of the name of an item or a call."""
MOST_TEXT = 20_000
"""Characters of one text that are kept."""
MOST_MS = 24 * 3_600_000
MOST_PARTS = 1_000
"""Of an item."""
MOST_FIGURES = 20
"""Of a response's usage, and of each part of it."""


def text_of(event: Mapping[str, Any], name: str) -> str:
    """As it was sent; may be long, and hold anything."""
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def identity_of(event: Mapping[str, Any], name: str) -> str:
    value = text_of(event, name)
    if len(value) > MOST_ID:
        raise ValueError(name)
    return value


def words_of(event: Mapping[str, Any], name: str) -> str:
    """What somebody said: without control characters, and no longer than anybody talks."""
    return spoken_text(text_of(event, name)[:MOST_TEXT])


def ms_of(event: Mapping[str, Any], name: str) -> int:
    return _within(event[name], MOST_MS)


def part_of(event: Mapping[str, Any]) -> int:
    return _within(event["content_index"], MOST_PARTS)


def figures_of(usage: Any) -> dict[str, Any]:
    """What a response took, in counts and in groups of counts."""
    figures: dict[str, Any] = {}
    for name, value in list(mapping(usage).items())[:MOST_FIGURES]:
        if isinstance(value, dict):
            inner = list(value.items())[:MOST_FIGURES]
            figures[shown(name, 60)] = {
                shown(key, 60): count(each) for key, each in inner if not isinstance(each, dict)
            }
        elif isinstance(value, int):
            figures[shown(name, 60)] = count(value)
    return figures


def _within(value: Any, most: int) -> int:
    """A number may come as 7.0; infinity is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError("no such number")
    return int(value)
