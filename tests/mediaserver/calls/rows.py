"""Rows of `agents` and `routes`, made up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from mediaserver.calls.routes import RouteTable

ONE = UUID(int=1)


def agent(name: str, **more: Any) -> dict[str, Any]:
    """A row of `agents`."""
    row = {
        "id": ONE, "name": name, "version": 1, "kind": "echo", "flow": "", "prompt": "", "entry": "",
        "voice": "", "language": "", "stt": [], "tts": [], "llm": [], "turn": {}, "recording": True,
        "insight": {}, "tools": [], "assistant": {}, "background": {}, "retention": {}, "redaction": {},
    }  # fmt: skip
    return row | more


def route(pattern: str, to: str, priority: int = 100, **more: Any) -> dict[str, Any]:
    """A row of `routes`."""
    times = {"valid_from": None, "valid_until": None}
    return {"id": 1, "pattern": pattern, "priority": priority, "agent": to} | times | more


def as_at_the_first_start(extensions: Collection[str] = ()) -> RouteTable:
    """The demo, the echo, and the extensions of the settings."""
    agents = [agent("demo", kind="flow", flow="booking"), agent("echo")]
    return RouteTable(agents, [route("demo", "demo"), route("echo", "echo")], extensions)
