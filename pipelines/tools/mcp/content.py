"""What an MCP server lists and answers, made ours: bounded, checked, and text alone.

A server that is not ours may say anything. Nothing here validates by patterns that it gives (a regular
expression can be made to run for hours), and the SDK's checks by such schemas are passed by.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import mcp_types as types

from mediaserver.errors import ConfigError
from mediaserver.printable import printable
from pipelines.tools.mcp.schemas import UnfitSchemaError, fit_schema
from pipelines.tools.mcp.server import McpServer
from pipelines.tools.protocols import SaidByOthers, Tool, ToolContext
from pipelines.tools.results import MOST_BYTES, NOTHING, bounded

log = logging.getLogger(__name__)

MOST_TOOLS = 128
"""Of one server; models choose badly among more than a few dozen."""
MOST_DESCRIPTION_BYTES = 2_000
MOST_LOGGED = 500
"""Complaints about the tools of one server; each is made once."""
MOST_TEXT = 4 * MOST_BYTES
"""Characters of a result that are put together; it is cut further before a model is given it."""
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int, float), "number": (int, float), "boolean": (bool,),
    "array": (list, tuple), "object": (dict,),
}  # fmt: skip

Call = Callable[[str, Mapping[str, Any]], Awaitable[types.CallToolResult]]


def tools_of(
    server: McpServer, listed: Iterable[types.Tool], call: Call, told: set[str] | None = None
) -> dict[str, Tool]:
    """By the server's own names. What cannot be offered is said in the log and left out. `told`: what was
    said of this server before; it may change its list as often as it likes."""
    told = set() if told is None else told

    def warn(what: str) -> None:
        if what not in told and len(told) < MOST_LOGGED:
            told.add(what)
            log.warning("the MCP server %s: %s", server.name, printable(what))

    made: dict[str, Tool] = {}
    taken: set[str] = set()
    for each in listed:
        if server.tools and each.name not in server.tools:
            continue
        if len(made) == MOST_TOOLS:
            warn(f"it has more than {MOST_TOOLS} tools: name those you want")
            break
        name = offered_name(server.name, each.name)
        if name in taken:
            warn(f"its tool {each.name[:100]} is left out: another is offered as {name}, too")
            continue
        try:
            made[each.name] = _tool(server, each, name, call)
            taken.add(name)
        except (UnfitSchemaError, ConfigError) as error:
            # Of the settings: their question may name no parameter of it.
            warn(f"its tool {each.name[:100]} is left out: {error}")
    return made


def offered_name(server: str, tool: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}_{tool}")[:64]


def _tool(server: McpServer, listed: types.Tool, name: str, call: Call) -> Tool:
    description, _ = bounded(
        " ".join((listed.description or listed.title or "").split()), MOST_DESCRIPTION_BYTES
    )
    schema = fit_schema(listed.input_schema)

    async def run(arguments: Mapping[str, Any], context: ToolContext) -> str:
        return as_text(await call(listed.name, arguments))

    return Tool(
        name, description, schema, run,
        timeout_s=server.timeout_s,
        confirm=server.confirm.get(listed.name, ""),
        fault=lambda arguments: _misfit(schema, arguments),
    )  # fmt: skip


def as_text(result: types.CallToolResult) -> str:
    """What a model can read of a result. Raises SaidByOthers for one that is an error."""
    parts, length = list[str](), 0
    for each in result.content:
        text = _text(each)
        parts.append(text)
        length += len(text)
        if length > MOST_TEXT:
            break
    if not any(parts) and result.structured_content is not None:
        parts = [_beginning(result.structured_content)]
    text = "\n".join(part for part in parts if part)[:MOST_TEXT]
    if result.is_error:
        raise SaidByOthers(text or "it failed, and does not say why")
    return text or NOTHING


def _beginning(value: Any) -> str:
    """Of it as JSON: a megabyte, of which little is used, would hold up the loop of all calls."""
    parts, length = list[str](), 0
    for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        parts.append(part)
        length += len(part)
        if length > MOST_TEXT:
            break
    return "".join(parts)


def _text(content: types.ContentBlock) -> str:
    match content:
        case types.TextContent(text=text):
            return text
        case types.EmbeddedResource(resource=types.TextResourceContents(text=text)):
            return text
        case types.ResourceLink(uri=uri, name=name):
            return f"({name}: {uri})"
        case _:
            return f"({content.type}, which a caller cannot hear)"


def _misfit(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """What is surely wrong, so that a caller is not asked about it; the server judges the rest."""
    properties = schema["properties"]
    required = schema.get("required")
    faults = [f"{name} is missing" for name in required or () if name not in arguments]
    if schema.get("additionalProperties") is False:
        faults += [f"there is no parameter {name[:60]!r}" for name in arguments if name not in properties]
    for name, value in arguments.items():
        within = properties.get(name)
        wanted = within.get("type") if isinstance(within, dict) else None
        if isinstance(wanted, str) and (kinds := _JSON_TYPES.get(wanted)):
            if not isinstance(value, kinds) or (isinstance(value, bool) and wanted != "boolean"):
                faults.append(f"{name}: should be of type {wanted}")
    return f"the arguments do not fit: {'; '.join(faults[:5])}" if faults else ""
