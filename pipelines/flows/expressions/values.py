"""Which values a flow's variables may have: JSON of bounded size, whoever sends it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import JsonValue

from mediaserver.errors import VoiceForgeError

Value: TypeAlias = JsonValue
MOST_CHARACTERS = 4_000
MOST_ITEMS = 500
"""Of a list or an object."""
MOST_PARTS = 5_000
"""Of one value, all in all."""
MOST_ALL_CHARACTERS = 250_000
"""Of all texts and keys of one value."""
DEEPEST = 12
LARGEST = 1 << 62
"""Whole numbers beyond it CEL does not have."""


class ValueFault(VoiceForgeError):
    """No variable may have this value; the message says why."""


def checked(value: object) -> Value:
    """The value as it is kept. Raises ValueFault."""
    return _checked(value, DEEPEST, [MOST_PARTS, MOST_ALL_CHARACTERS])


def shortened(value: object) -> Value:
    """As much of it as may be kept: for what others send, of which a part is better than nothing."""
    return _shortened(value, DEEPEST, [MOST_PARTS, MOST_ALL_CHARACTERS])


def _checked(value: object, deep: int, left: list[int]) -> Value:
    left[0] -= 1
    if left[0] < 0:
        raise ValueFault(f"it has more than {MOST_PARTS} parts")
    match value:
        case None | bool():
            return value
        case int():
            if not -LARGEST <= value <= LARGEST:
                raise ValueFault("a number is too large")
            return value
        case float():
            if not math.isfinite(value):
                raise ValueFault("a number is not finite")
            return value
        case str():
            if len(value) > MOST_CHARACTERS:
                raise ValueFault(f"a text has {len(value):,} characters, and {MOST_CHARACTERS:,} is the most")
            return _counted(value, left)
        case list() | tuple() | Mapping():
            if len(value) > MOST_ITEMS:
                raise ValueFault(f"a list or an object has {len(value)} items, and {MOST_ITEMS} is the most")
            if deep == 0:
                raise ValueFault(f"it is more than {DEEPEST} deep")
            if isinstance(value, Mapping):
                return {
                    _counted(_key(key), left): _checked(each, deep - 1, left) for key, each in value.items()
                }
            return [_checked(each, deep - 1, left) for each in value]
        case _:
            raise ValueFault(f"a {type(value).__name__} is no JSON")


def _key(key: object) -> str:
    if not isinstance(key, str) or len(key) > MOST_CHARACTERS:
        raise ValueFault("a key of an object is no text, or too long")
    return key


def _counted(text: str, left: list[int]) -> str:
    left[1] -= len(text)
    if left[1] < 0:
        raise ValueFault(f"its texts have more than {MOST_ALL_CHARACTERS:,} characters")
    return text


def _fitting(text: str, left: list[int]) -> str:
    """As much of it as there is room for."""
    text = text[: max(0, left[1])]
    left[1] -= len(text)
    return text


def _shortened(value: Any, deep: int, left: list[int]) -> Value:
    left[0] -= 1
    if left[0] < 0 or deep < 0:
        return None
    match value:
        case None | bool():
            return value
        case int():
            return value if -LARGEST <= value <= LARGEST else None
        case float():
            return value if math.isfinite(value) else None
        case str():
            return _fitting(value[:MOST_CHARACTERS], left)
        case Mapping():
            items = list(value.items())[:MOST_ITEMS]
            return {_fitting(str(key)[:200], left): _shortened(each, deep - 1, left) for key, each in items}
        case list() | tuple():
            return [_shortened(each, deep - 1, left) for each in value[:MOST_ITEMS]]
        case _:
            return None
