"""What whoever places a call gives along for its agent: small plain JSON, checked before the call is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mediaserver.errors import CallError

About = Mapping[str, Any]
"""JSON by name."""

NOTHING: About = MappingProxyType({})
MOST_CHARACTERS = 10_000
"""As JSON."""
DEEPEST = 8


def checked(about: About) -> About:
    """What does not change any more. Raises CallError (400) for what is too large, too deep or no JSON."""
    if not _plain(dict(about), DEEPEST):
        raise CallError(f"what a call is about is JSON, an object at most {DEEPEST} deep", 400)
    text = json.dumps(dict(about))
    if len(text) > MOST_CHARACTERS:
        raise CallError(f"what a call is about is at most {MOST_CHARACTERS} characters of JSON", 400)
    return MappingProxyType(json.loads(text))


def _plain(value: Any, depth: int) -> bool:
    match value:
        case str() | bool() | None:
            return True
        case int() | float():
            return abs(value) <= 1e15  # more than that no program reads alike
        case dict():
            within = all(isinstance(name, str) for name in value)
            return depth > 0 and within and all(_plain(each, depth - 1) for each in value.values())
        case list() | tuple():
            return depth > 0 and all(_plain(each, depth - 1) for each in value)
        case _:
            return False
