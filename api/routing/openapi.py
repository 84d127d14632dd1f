"""The OpenAPI 3.1 document, made of the same models that check requests and write answers.

OpenAPI Specification 3.1.1; schemas are JSON Schema 2020-12, as pydantic writes it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter

from api.routing.binding import RouteBinding
from api.routing.problems import CODES, OPENAI, OpenAiProblemShown, ProblemShown
from api.routing.table import ApiRoutes

VERSION = "3.1.1"
REFERENCE = "#/components/schemas/{model}"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same request with the same key within a day is done once, and answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
}
LOCATION = {"Location": {"description": "Where what was made is.", "schema": {"type": "string"}}}
_SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key (`vf_…`), or the ADMIN_TOKEN."},
    "session": {"type": "apiKey", "in": "cookie", "name": "voiceforge_session", "description": "The page's."},
}
_REFUSALS: Mapping[int, str] = {
    400: "The request is not as it should be; `detail` says which field and why.",
    401: "No key, or none that is known.",
    403: "The key may not do this, or the page that asks is not ours.",
    404: "There is no such thing, or it is another's.",
    408: "The body did not come in time.",
    409: "It cannot be done as things are.",
    412: "It was changed by somebody else in between.",
    413: "The body is too large.",
    415: "The body is of a type that is not taken.",
    416: "The range lies outside.",
    422: "It reads well, and does not fit what there is.",
    426: "It is a WebSocket, and was not asked for as one.",
    429: "Too many at a time: `Retry-After` says when to come again.",
    500: "A fault of the server.",
    501: "Nothing on this server can do it.",
    503: "Not now: the server starts or stops, is full, or its database does not answer.",
    504: "What was asked did not answer in time.",
}  # fmt: skip

Schemas = dict[str, Any]
STREAM = "text/event-stream"
LINES = "application/x-ndjson"
_TEXTS = frozenset({"application/x-subrip"})
FILE, ADDRESS = "file", "url"
"""What is handed in: as a part of a form, or by its address, in JSON."""
_FILE = {"type": "string", "format": "binary", "description": "The recording."}


def openapi(tables: Iterable[ApiRoutes], version: str, about: str) -> dict[str, Any]:
    """The document of all routes that are not hidden. `version`: of the program."""
    tables = list(tables)
    bindings = [RouteBinding(route) for table in tables for route in table if not route.hidden]
    written, components = _schemas(bindings)
    paths: dict[str, dict[str, Any]] = {}
    for binding in bindings:
        operation = _operation(binding, written)
        paths.setdefault(plain_path(binding.route.path), {})[binding.route.method.lower()] = operation
    used = {binding.route.tag for binding in bindings}
    components = {name: components[name] for name in sorted(_reached(paths, components))}
    return {
        "openapi": VERSION,
        "info": {
            "title": "VoiceForge",
            "version": version,
            "description": about,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server."}],
        "tags": _tags(table for table in tables if table.tag in used),
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def plain_path(path: str) -> str:
    """The path as OpenAPI has it: without aiohttp's patterns."""
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)


def _tags(tables: Iterable[ApiRoutes]) -> list[dict[str, str]]:
    """Each once, though a resource may be declared in several modules."""
    about: dict[str, str] = {}
    for table in tables:
        about[table.tag] = about.get(table.tag, "") or table.about
    return [{"name": tag} | ({"description": text} if text else {}) for tag, text in about.items()]


def _schemas(bindings: list[RouteBinding]) -> tuple[Schemas, Schemas]:
    """All schemas that are used, by (operation, part), and the components that they refer to."""
    wanted: list[tuple[str, Literal["validation", "serialization"], TypeAdapter[Any]]] = [
        ("problem", "serialization", TypeAdapter(ProblemShown)),
        ("openai_problem", "serialization", TypeAdapter(OpenAiProblemShown)),
    ]
    for binding in bindings:
        name = binding.route.name
        if binding.body is not None:
            wanted.append((f"{name} body", "validation", TypeAdapter(binding.body)))
        if binding.query is not None:
            wanted.append((f"{name} query", "validation", TypeAdapter(binding.query)))
        for part, adapter in binding.parts.items():
            wanted.append((f"{name} {part}", "validation", adapter))
        if binding.answers is not None:
            wanted.append((f"{name} answers", "serialization", TypeAdapter(binding.answers)))
        if binding.route.reads is not None:
            wanted.append((f"{name} reads", "validation", TypeAdapter(binding.route.reads)))
        for event, data in binding.route.events.items():
            wanted.append((f"{name} event {event}", "serialization", TypeAdapter(data)))
    found, rest = TypeAdapter.json_schemas(wanted, ref_template=REFERENCE)
    return {str(key): schema for (key, _), schema in found.items()}, dict(rest.get("$defs", {}))


def _reached(paths: Any, components: Schemas) -> set[str]:
    """The components that are referred to: a query's own model is told field by field, and not as a whole."""
    found: set[str] = set()
    waiting = [paths]
    while waiting:
        match waiting.pop():
            case {"$ref": str() as reference, **rest}:
                name = reference.rpartition("/")[2]
                waiting.extend(rest.values())
                if name not in found:
                    found.add(name)
                    waiting.append(components[name])
            case dict() as inner:
                waiting.extend(inner.values())
            case list() as inner:
                waiting.extend(inner)
            case _:
                pass
    return found


def _operation(binding: RouteBinding, written: Schemas) -> dict[str, Any]:
    route = binding.route
    summary, _, more = inspect.cleandoc(route.handler.__doc__ or "").partition("\n\n")
    summary = " ".join(summary.split())
    operation: dict[str, Any] = {"operationId": route.name, "tags": [route.tag], "summary": summary}
    if more:
        operation["description"] = more
    if parameters := [*_parts(binding, written), *_query(binding, written)]:
        operation["parameters"] = parameters
    if route.idempotent:
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    if body := _body(binding, written):
        operation["requestBody"] = body
    operation["responses"] = _responses(binding, written)
    operation["security"] = [] if route.open else [{"key": []}, {"session": []}]
    if route.scope is not None:
        operation["x-scope"] = str(route.scope)
    if route.websocket:
        operation["x-websocket"] = True
    return operation


def _parts(binding: RouteBinding, written: Schemas) -> Iterable[dict[str, Any]]:
    for part in binding.parts_in_path:
        schema = written.get(f"{binding.route.name} {part}", {"type": "string"})
        yield {"name": part, "in": "path", "required": True, "schema": _apart(schema)}


def _query(binding: RouteBinding, written: Schemas) -> Iterable[dict[str, Any]]:
    if binding.query is None:
        return
    schema = _resolved(written[f"{binding.route.name} query"], binding.query)
    for name, each in schema.get("properties", {}).items():
        shown = _apart(each)
        about = shown.pop("description", "")
        yield {
            "name": name, "in": "query", "required": name in schema.get("required", ()),
            **({"description": about} if about else {}), "schema": shown,
        }  # fmt: skip


def _resolved(schema: Schemas, model: type[BaseModel]) -> Schemas:
    """A query's own schema: its fields are told one by one, so that a reference is of no use."""
    if "$ref" not in schema:
        return schema
    return model.model_json_schema(ref_template=REFERENCE)


def _apart(schema: Schemas) -> Schemas:
    return {name: value for name, value in schema.items() if name != "title"}


def _body(binding: RouteBinding, written: Schemas) -> dict[str, Any] | None:
    content: dict[str, Any] = {}
    name = binding.route.name
    if binding.body is not None:
        content["application/json"] = {"schema": written[f"{binding.route.name} body"]}
    reads = binding.route.reads
    for kind in binding.route.consumes:
        match kind:
            case "multipart/form-data" if reads is not None:
                content[kind] = {"schema": _form(_apart(_resolved(written[f"{name} reads"], reads)))}
            case "application/json" if reads is not None:
                content[kind] = {"schema": written[f"{name} reads"]}
            case _:
                content.setdefault(kind, {"schema": {}})
    if not content:
        return None
    return {"required": binding.body is None or not binding.body_optional, "content": content}


def _form(schema: Schemas) -> Schemas:
    """The fields of a form that hands a file in, which takes the place of its address."""
    fields = {name: each for name, each in schema["properties"].items() if name != ADDRESS}
    needed = [*schema.get("required", ()), FILE]
    about = {"description": schema["description"]} if "description" in schema else {}
    return {"type": "object", **about, "properties": {FILE: _FILE, **fields}, "required": needed}


def _responses(binding: RouteBinding, written: Schemas) -> dict[str, Any]:
    route = binding.route
    content: dict[str, Any] = {}
    if binding.answers is not None:
        kind = LINES if LINES in route.produces else "application/json"
        content[kind] = {"schema": written[f"{route.name} answers"]}
    for kind in route.produces:
        text = kind.startswith("text/") or kind in _TEXTS
        content.setdefault(kind, {"schema": {"type": "string"} if text else {}})
    if route.events:
        told = {event: written[f"{route.name} event {event}"] for event in route.events}
        content[STREAM]["x-events"] = told
    success: dict[str, Any]
    if route.websocket:
        success = {"101": {"description": "The connection is a WebSocket from now on."}}
    else:
        shown: dict[str, Any] = {"description": "Done." if not content else "As asked."}
        whole = shown | ({"content": content} if content else {})
        success = {str(status): whole for status in (binding.status, *route.alike)}
        if route.made_at:
            success[str(binding.status)] = {**whole, "headers": LOCATION}
    kind = "openai_problem" if route.path.startswith(OPENAI) else "problem"
    refused = {"application/json": {"schema": written[kind]}}
    return success | {
        str(status): {"description": _REFUSALS.get(status, CODES.get(status, "Refused.")), "content": refused}
        for status in sorted(_statuses(binding) - set(route.alike))
    }


def _statuses(binding: RouteBinding) -> set[int]:
    """With which a request may be refused."""
    route, statuses = binding.route, {400, 403, 503}
    if not route.open:
        statuses |= {401, 404, 409, 429}
    if binding.parts_in_path:
        statuses.add(404)
    if route.websocket:
        statuses.add(426)
    if binding.body is not None or route.consumes:
        statuses |= {408, 413, 415, 422}
    if route.idempotent:
        statuses.add(422)
    return statuses | set(route.errors)
