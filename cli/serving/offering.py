"""The addresses that a fresh server offers to whoever tries it: on the start page and on the console.

Only what would answer now: a row that was removed, or an assistant without a model, is not offered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cli.serving.assistants import NAME as ASSISTANT
from mediaserver.calls.routes import AgentSpec, Routes, ToAgent

KNOWN = {
    "demo": "books a meeting room with you; talk over it whenever you like, or use the keys",
    ASSISTANT: "thinks with a language model: ask it whatever you like",
    "echo": "plays back what it hears",
}
"""User parts of addresses, and what answers there."""


def offered_addresses(routes: Routes, can_think: Callable[[AgentSpec], bool]) -> dict[str, str]:
    """Those of `KNOWN` that answer. `can_think`: an agent that needs a model has one."""
    now = datetime.now(UTC)
    found = ((name, says, routes.resolve(name, now)) for name, says in KNOWN.items())
    return {name: says for name, says, to in found if isinstance(to, ToAgent) and can_think(to.agent)}
