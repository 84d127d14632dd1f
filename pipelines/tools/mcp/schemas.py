"""The schema of a tool that somebody else's server offers, made fit for every model's server.

Pure. One schema that a model's server refuses would have every request of the agent refused. Nothing here
runs a pattern, or fetches what is referred to; how large a schema is with its references resolved is reckoned
and not tried.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from mediaserver.errors import VoiceForgeError
from pipelines.tools.results import visible

MOST_BYTES = 16 * 1024
MOST_DEPTH = 20
MOST_RESOLVED = 4_000
"""Values, with references in place: what holds itself twice over is a short text and has no end."""
_PARAMETER = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""What OpenAI's and Anthropic's servers take."""


class UnfitSchemaError(VoiceForgeError):
    """A server's tool cannot be offered to a model: its schema says why."""


def fit_schema(given: Mapping[str, Any]) -> dict[str, Any]:
    """It, without what nobody can see. Raises UnfitSchemaError."""
    schema = {"properties": {}, **_clean(given, MOST_DEPTH), "type": "object"}
    properties = schema["properties"]
    if given.get("type", "object") != "object" or not isinstance(properties, dict):
        raise UnfitSchemaError("its arguments are no object")
    if strange := next((name for name in properties if not _PARAMETER.fullmatch(name)), None):
        raise UnfitSchemaError(f"no model can give a parameter called {strange[:60]!r}")
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise UnfitSchemaError("what it requires is no list of names")
    size = len(json.dumps(schema))
    if size > MOST_BYTES:
        raise UnfitSchemaError(f"its schema has {size} bytes")
    if _resolved(schema) > MOST_RESOLVED:
        raise UnfitSchemaError("its schema has no end once its references are resolved")
    return schema


def _clean(value: Any, depth: int) -> Any:
    match value:
        case str():
            return visible(value)
        case float() if not math.isfinite(value):
            raise UnfitSchemaError("its schema has a number that JSON does not have")
        case dict() | list() if not depth:
            raise UnfitSchemaError("its schema is nested too deeply")
        case dict():
            return {visible(name): _clean(each, depth - 1) for name, each in value.items()}
        case list():
            return [_clean(each, depth - 1) for each in value]
        case _:
            return value


def _resolved(schema: Mapping[str, Any]) -> int:
    """How many values it has with each reference in place; one back to what holds it counts once."""
    known: dict[str, int] = {}

    def size(value: Any) -> int:
        match value:
            case {"$ref": str(reference), **others}:
                return size(others) + referred(reference)
            case dict():
                return 1 + sum(map(size, value.values()))
            case list():
                return 1 + sum(map(size, value))
            case _:
                return 1

    def referred(reference: str) -> int:
        if reference not in known:
            known[reference] = 1
            known[reference] = size(_at(schema, reference))
        return known[reference]

    whole = {key: each for key, each in schema.items() if key not in ("$defs", "definitions")}
    try:
        return size(whole)
    except RecursionError:
        raise UnfitSchemaError("its references go from one to the next without end") from None


def _at(schema: Mapping[str, Any], reference: str) -> Any:
    """What a reference points to (RFC 6901). Raises UnfitSchemaError."""
    if reference == "#":
        return {}  # itself: there is no end of it, and models' servers know that
    found: Any = schema if reference.startswith("#/") else None
    for step in reference[2:].split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            raise UnfitSchemaError(f"its schema refers to {reference[:60]!r}, which is not in it")
    return found
