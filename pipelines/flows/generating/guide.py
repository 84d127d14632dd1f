"""What a document may hold, in few words for a language model: made of the models themselves, so that it is
never older than they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pipelines.flows.document.json_schema import document_schema

_ROOT = "flow"
_LEFT_OUT = frozenset({"position", "note", "format"})
"""Fields that nobody needs who does not draw; nor the labels of nodes and edges."""


@cache
def guide() -> str:
    """One line a type: its fields, those that may be left out with '?', and what it is for."""
    schema = document_schema()
    parts: dict[str, Any] = schema["$defs"]
    lines = [_line(_ROOT, schema, parts)]
    lines += [
        _line(name, part, parts)
        for name, part in parts.items()
        if part.get("type") == "object" and name != "Position"
    ]
    return "\n".join(lines)


def _line(name: str, part: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    required = part.get("required", ())
    fields = [
        f"{field}{'' if field in required else '?'}: {_type(each, parts)}"
        for field, each in part.get("properties", {}).items()
        if field not in _LEFT_OUT and not (field == "label" and name.endswith(("Node", "Edge")))
    ]
    about = " ".join(part.get("description", "").split())
    return f"{name} {{{', '.join(fields)}}}{f'  // {about}' if about else ''}"


def _type(each: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    if "const" in each:
        return f'"{each["const"]}"' if isinstance(each["const"], str) else str(each["const"])
    if "enum" in each:
        return "|".join(f'"{value}"' for value in each["enum"])
    if "$ref" in each:
        name = each["$ref"].rpartition("/")[2]
        return name if parts[name].get("type") == "object" else _type(parts[name], parts)
    for several in ("oneOf", "anyOf"):
        if several in each:
            return "|".join(dict.fromkeys(_type(one, parts) for one in each[several]))
    match each.get("type"):
        case "array":
            return f"[{_type(each.get('items', {}), parts)}]"
        case "object":
            values = [each.get("additionalProperties"), *each.get("patternProperties", {}).values()]
            told = next((value for value in values if isinstance(value, dict)), {})
            return f"{{name: {_type(told, parts)}}}"
        case str(kind):
            return "".join([kind, *_bounds(each)])
        case _:
            return "any"


def _bounds(each: Mapping[str, Any]) -> Iterator[str]:
    least, most = each.get("minimum"), each.get("maximum")
    if least is not None and most is not None:
        yield f" {least:g}..{most:g}"
