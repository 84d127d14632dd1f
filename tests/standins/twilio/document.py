"""Whether a request is one that Twilio's published document allows; others are refused as Twilio does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPERATIONS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "api.json").read_text())["operations"]


@dataclass
class Refusal(Exception):
    """As Twilio says it."""

    status: int
    code: int
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


@dataclass(frozen=True)
class Asked:
    """A request that the document allows."""

    id: str
    status: int
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, list[str]]
    holds: Sequence[str]
    """Names of what the answer holds."""

    def get(self, name: str, otherwise: str = "") -> str:
        return self.form.get(name, [otherwise])[0]


def read(method: str, path: str, query: Mapping[str, str], form: Sequence[tuple[str, str]]) -> Asked:
    """Raises Refusal."""
    there = False
    for each in OPERATIONS:
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", each["path"].replace(".", r"\.")), path)
        if found is None:
            continue
        there = True
        if each["method"] != method:
            continue
        given = {name: value for name, value in query.items()}
        for name, schema in each["parameters"].items():
            value = found[name] if schema["in"] == "path" else given.get(name)
            if value is not None and not _fits(schema, value):
                raise _missing(path) if schema["in"] == "path" else _bad(name, value)
        for name in given:
            if name not in each["parameters"]:
                raise Refusal(400, 20001, f"Unknown parameter '{name}'")
        fields: dict[str, list[str]] = {}
        for name, value in form:
            if name not in each["form"]:
                raise Refusal(400, 20001, f"Unknown field '{name}'")
            schema = each["form"][name]
            if not _fits(schema["items"] if schema.get("type") == "array" else schema, value):
                raise _bad(name, value)
            fields.setdefault(name, []).append(value)
            if len(fields[name]) > 1 and schema.get("type") != "array":
                raise Refusal(400, 20001, f"'{name}' is there twice")
        for name in each["required"]:
            if name not in fields:
                raise Refusal(400, _WANTED.get(name, 20001), f"A '{name}' is required")
        return Asked(each["id"], each["status"], found.groupdict(), given, fields, each["answer"])
    raise Refusal(405, 20004, "Method not allowed") if there else _missing(path)


_WANTED = {"To": 21201, "From": 21213}


_WRITTEN = {"integer": "-?[0-9]+", "boolean": "[Tt]rue|[Ff]alse", "number": r"-?[0-9]+(\.[0-9]+)?"}


def _missing(path: str) -> Refusal:
    return Refusal(404, 20404, f"The requested resource {path} was not found")


def _bad(name: str, value: str) -> Refusal:
    code = 21205 if name == "Url" else 20001
    return Refusal(400, code, f"{name}: {value!r} is not valid")


def _fits(schema: Mapping[str, Any], value: str) -> bool:
    written = _WRITTEN.get(schema.get("type", ""))
    if written is not None and re.fullmatch(written, value) is None:
        return False
    if schema.get("type") == "integer":
        least, most = schema.get("minimum", -(1 << 62)), schema.get("maximum", 1 << 62)
        return bool(least <= int(value) <= most)
    if schema.get("format") == "uri" and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", value):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        return False
    return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 20))
