from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import ConfigError
from pipelines.flows.checks import reaching
from pipelines.flows.checks.reaching import unreached
from tests.pipelines.flows.checks.drawing import drawn, leads

NODES = [
    {"id": "look", "type": "tool", "use": {"kind": "tool", "name": "stock"}},
    {"id": "again", "type": "tool", "use": {"kind": "tool", "name": "stock"}},
    {"id": "code", "type": "tool", "use": {"kind": "python", "entry": "shop.stock:count"}},
    {
        "id": "http",
        "type": "tool",
        "use": {"kind": "http", "url": "https://shop.example.com/x/{{ call.id }}"},
    },
]
FLOW = drawn(NODES, leads("start look again code http bye"))


async def test_each_tool_is_asked_for_once_and_what_does_not_answer_is_told_of() -> None:
    asked: list[str] = []

    async def tool(name: str) -> str:
        asked.append(name)
        return "its server is away"

    async def host(url: str) -> str:
        asked.append(url)
        return ""

    async def code(entry: str) -> str:
        raise ConfigError(f"there is no module {entry.partition(':')[0]}")

    found = await unreached(FLOW, {"tool": tool, "host": host, "python": code})
    assert sorted(asked) == ["https://shop.example.com/x/", "stock"]
    assert [(each.node, each.field) for each in found] == [
        ("look", "use.name"),
        ("again", "use.name"),
        ("code", "use.entry"),
    ]
    assert found[0].what == "'stock' cannot be reached: its server is away"
    assert "there is no module shop.stock" in found[2].what
    assert await unreached(FLOW, {"host": host}) == ()


async def test_nobody_is_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = asyncio.Event()

    async def never(name: str) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return ""

    monkeypatch.setattr(reaching, "WITHIN_S", 0.01)
    [found] = await unreached(FLOW, {"python": never})
    assert "nothing was heard of it" in found.what
    assert stopped.is_set()
