"""The OpenAPI document as a page for people: plain HTML, which asks no other host for anything."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any


def page_of(content: Mapping[str, Any]) -> str:
    by_tag: dict[str, list[str]] = {}
    for path, operations in content["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    tags = {tag["name"]: tag.get("description", "") for tag in content["tags"]}
    contents = "".join(f'<li><a href="#{_id(tag)}">{html.escape(tag)}</a></li>' for tag in by_tag)
    sections = "".join(
        f'<section id="{_id(tag)}"><h2>{html.escape(tag)}</h2>{_paragraph(tags.get(tag, ""))}'
        f"{''.join(each)}</section>"
        for tag, each in by_tag.items()
    )
    models = "".join(
        f'<details id="model-{_id(name)}"><summary><code>{html.escape(name)}</code></summary>'
        f"{_schema(schema)}</details>"
        for name, schema in sorted(content["components"]["schemas"].items())
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>VoiceForge: API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">'
        '<body class="docs"><header><h1>VoiceForge: the API</h1>'
        f'<p class="soft">{html.escape(content["info"]["version"])} · '
        '<a href="/openapi.json">openapi.json</a></p></header>'
        f'{_paragraph(content["info"]["description"])}<nav><ul class="contents">{contents}'
        f'<li><a href="#models">models</a></li></ul></nav>{sections}'
        f'<section id="models"><h2>models</h2>{models}</section></html>'
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    scope = operation.get("x-scope")
    needs = "needs any key" if operation["security"] else "open"
    if scope:
        needs = f"needs <code>{html.escape(scope)}</code>"
    rows = "".join(_parameter(each) for each in operation.get("parameters", ()))
    table = (
        "<table><thead><tr><th>parameter<th>in<th>what</thead><tbody>" + rows + "</tbody></table>"
        if rows
        else ""
    )
    body = operation.get("requestBody", {}).get("content", {})
    answers = "".join(
        f"<li><b>{html.escape(status)}</b><span>{_words(each['description'])} "
        f"{_contents(each.get('content', {}))}</span>"
        for status, each in operation["responses"].items()
    )
    events = ", ".join(
        f"<code>{html.escape(name)}</code> {_kind(data)}"
        for each in operation["responses"].values()
        for content in each.get("content", {}).values()
        for name, data in content.get("x-events", {}).items()
    )
    return (
        f'<article id="{_id(operation["operationId"])}"><h3><code>{method} {html.escape(path)}</code>'
        f'<span class="soft">{needs}</span></h3><p>{_words(operation["summary"])}</p>'
        f"{_paragraph(operation.get('description', ''))}{table}"
        f"{f'<p>body: {_contents(body)}</p>' if body else ''}"
        f"{f'<p>events: {events}</p>' if events else ''}"
        f"<details><summary>answers</summary><ol>{answers}</ol></details></article>"
    )


def _parameter(each: Mapping[str, Any]) -> str:
    needed = "" if each["required"] else " <small>optional</small>"
    about = _words(each.get("description", ""))
    return (
        f"<tr><td><code>{html.escape(each['name'])}</code>{needed}<td>{each['in']}"
        f"<td>{about} <small>{_kind(each['schema'])}</small>"
    )


def _contents(content: Mapping[str, Any]) -> str:
    return ", ".join(
        f"<code>{html.escape(kind)}</code> {_kind(schema) if (schema := each.get('schema')) else ''}".rstrip()
        for kind, each in content.items()
    )


def _schema(schema: Mapping[str, Any]) -> str:
    """A model's fields, or its values."""
    if "properties" not in schema:
        return f"<p>{_words(schema.get('description', ''))} {_kind(schema)}</p>"
    needed = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{html.escape(name)}</code>"
        f"{'' if name in needed else ' <small>optional</small>'}"
        f"<td>{_kind(each)}<td>{_words(each.get('description', ''))}"
        for name, each in schema["properties"].items()
    )
    head = "<table><thead><tr><th>field<th>kind<th>what</thead><tbody>"
    return f"{_paragraph(schema.get('description', ''))}{head}{rows}</tbody></table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words, with links to models."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f'<a href="#model-{_id(name)}">{html.escape(name)}</a>'
    for many in ("anyOf", "oneOf", "allOf"):
        if many in schema:
            return " or ".join(_kind(each) for each in schema[many])
    if "enum" in schema:
        return " · ".join(f"<code>{html.escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{html.escape(json.dumps(schema['const']))}</code>"
    if fields := schema.get("properties"):
        return "of " + ", ".join(f"<code>{html.escape(name)}</code>" for name in fields)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    limits = [
        f"{words} {schema[name]}"
        for name, words in (
            ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"),
            ("format", "as"), ("default", "usually"),
        )
        if name in schema and schema[name] not in ("", None)
    ]  # fmt: skip
    return html.escape(" ".join([str(schema.get("type", "anything")), *(f"({each})" for each in limits)]))


def _paragraph(text: str) -> str:
    return "".join(f"<p>{_words(' '.join(part.split()))}</p>" for part in text.split("\n\n") if part.strip())


def _words(text: str) -> str:
    """A text in which `code` stands between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _id(name: str) -> str:
    return "".join(each if each.isalnum() else "-" for each in name)
