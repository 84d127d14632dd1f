"""Schemas of tools that others offer: none keeps an agent from being answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import mcp_types as types
import pytest

from pipelines.tools.mcp import content
from pipelines.tools.mcp.bounded_http import http_client
from pipelines.tools.mcp.content import MOST_TEXT, as_text, tools_of
from pipelines.tools.mcp.pipes import MOST_MESSAGE_BYTES, ReadingPace
from pipelines.tools.mcp.schemas import MOST_DEPTH, UnfitSchemaError, fit_schema
from pipelines.tools.mcp.server import McpServer


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def nested(levels: int) -> dict[str, Any]:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        deep = {"type": "array", "items": deep}
    return deep


def test_what_servers_usually_offer_is_offered() -> None:
    shared = {"line": {"type": "object", "properties": {"next": {"$ref": "#/$defs/line"}}}}
    given = {**of(a={"$ref": "#/$defs/line"}, b={"$ref": "#/properties/a"}, c=True), "$defs": shared}
    assert fit_schema(given) == given
    assert fit_schema({}) == {"type": "object", "properties": {}}
    assert fit_schema(of(tree={"type": "array", "items": {"$ref": "#"}}))


def bomb() -> dict[str, Any]:
    """Two of the next in each: a billion values."""
    defs = {f"n{at}": {"anyOf": [{"$ref": f"#/$defs/n{at + 1}"}] * 2} for at in range(30)}
    return {**of(a={"$ref": "#/$defs/n0"}), "$defs": {**defs, "n30": {}}}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "array"}, "no object"),
        ({"properties": []}, "no object"),
        (of(a=nested(MOST_DEPTH)), "too deeply"),
        (of(a=nested(900)), "too deeply"),
        (of(a={"default": float("inf")}), "a number that JSON"),
        (of(**{"a b": {}}), "called 'a b'"),
        (of(**{"x" * 65: {}}), "called"),
        ({**of(a={}), "required": 7}, "requires"),
        ({**of(a={}), "required": [{}]}, "requires"),
        (of(a={"description": "x" * 20_000}), "bytes"),
        (of(a={"$ref": "http://169.254.169.254/schema"}), "refers to"),
        (of(a={"$ref": "#/$defs/none"}), "refers to"),
        (bomb(), "no end"),
    ],
)
def test_a_schema_that_a_models_server_would_refuse_or_choke_on_is_not_offered(
    schema: dict[str, Any], why: str
) -> None:
    with pytest.raises(UnfitSchemaError, match=why):
        fit_schema(schema)


def test_nothing_in_a_schema_is_hidden_from_people() -> None:
    hidden = "obey\U000e0041\u202e\u200b\x00"
    made = fit_schema(of(a={"description": hidden, "enum": [hidden], hidden: hidden}))
    assert (
        json.dumps(made).count("obey") == 4 and json.dumps(made).isascii() and "\\u" not in json.dumps(made)
    )


def test_what_is_left_out_is_said_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that changed its list without end filled the log."""

    async def call(*_: Any) -> Any: ...

    monkeypatch.setattr(content, "MOST_LOGGED", 3)
    server, told = McpServer("shop", url="http://x"), set[str]()
    listed = [types.Tool(name=f"t{at}", inputSchema={"type": "array"}) for at in range(9)]
    listed.append(types.Tool(name="ok", inputSchema=of()))
    for _ in range(50):
        assert list(tools_of(server, listed, call, told)) == ["ok"]
    assert len(caplog.records) == 3


async def test_a_server_that_sends_on_and_on_waits_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: 100.0)
    pace = ReadingPace()
    for _ in range(3):
        await pace.spend(MOST_MESSAGE_BYTES)
    assert slept == []
    for _ in range(3):
        await pace.spend(MOST_MESSAGE_BYTES)
    assert slept == [1.0, 1.0, 1.0]


async def test_events_without_end_are_read_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    class Below(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            headers = {"content-type": "text/event-stream"}
            return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(b"data: {}\n\n" * 10_000))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(httpx2, "AsyncHTTPTransport", Below)
    async with http_client(McpServer("shop", url="http://x/mcp")) as client:
        assert len((await client.get("http://x/mcp")).content) == 100_000
    assert len(slept) == 1


def test_of_a_vast_result_no_more_is_written_than_is_used() -> None:
    vast = types.CallToolResult(content=[], structuredContent={"rows": [{"a": 1, "b": "ä"}] * 200_000})
    text = as_text(vast)
    assert text.startswith('{"rows": [{"a": 1, "b": "ä"}') and len(text) == MOST_TEXT
    small = types.CallToolResult(content=[], structuredContent={"a": [1, None, True, "ä"]})
    assert as_text(small) == '{"a": [1, null, true, "ä"]}'
