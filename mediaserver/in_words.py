"""Values of JSON as people read them, in a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def fields_in_words(data: Mapping[str, Any]) -> str:
    """`place London, message (text call me, seconds 7.7)`; within a value, fields that hold nothing are left
    out."""
    return ", ".join(f"{name} {value_in_words(value)}" for name, value in data.items())


def value_in_words(value: Any) -> str:
    """One value, on as many lines as its text has."""
    match value:
        case str():
            return value
        case Mapping():
            known = {name: each for name, each in value.items() if each not in (None, "", [], {})}
            return f"({fields_in_words(known)})" if known else "nothing"
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)
