"""What a flow did in a call, step by step, as it is kept: bounded, and without secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipelines.flows.compiling.compiled import CompiledNode
from pipelines.flows.compiling.leads import Lead
from pipelines.flows.running.values import MASK

MOST_STEPS = 500
"""That are kept of one call; more are counted."""
MOST_CHANGES = 20
"""Variables of one step."""
MOST_CHARACTERS = 200
"""Of one value, or a detail."""


class Trail:
    """Of one call."""

    def __init__(self, flow: str) -> None:
        self._flow = flow
        self._changed: dict[str, Any] = {}
        self._waiting: list[dict[str, Any]] = []
        self._steps = 0
        self._from = ""
        self.amends = ""
        """The node that is left once more, while an answer that was amended is taken: what came of it before
        is not so."""

    def change(self, name: str, value: Any, *, secret: bool) -> None:
        """A variable has another value now; None: it is not known."""
        if len(self._changed) < MOST_CHANGES or name in self._changed:
            self._changed[name] = MASK if secret and value is not None else _short(value)

    def step(self, node: CompiledNode, lead: Lead, detail: str = "") -> None:
        """A node is entered."""
        self._steps += 1
        changed, self._changed = self._changed, {}
        before, self._from = self.amends or self._from, node.key
        amends, self.amends = bool(self.amends), ""
        if self._steps > MOST_STEPS:
            return
        said: dict[str, Any] = {"flow": self._flow, "node": node.key, "type": node.node.type, "why": lead.why}
        optional: dict[str, Any] = {"from": before, "says": lead.says, "detail": detail, "changed": changed}
        optional["amends"] = amends
        self._waiting.append(said | {key: _cut(value) for key, value in optional.items() if value})

    def failed(self, node: str, error: str, detail: str) -> None:
        """A node could not do its work, and no edge says what then."""
        self._waiting.append(
            {"flow": self._flow, "node": node, "why": "failed", "says": error, "detail": _cut(detail)}
        )

    def take(self) -> tuple[Mapping[str, Any], ...]:
        """What has come since the last time."""
        found, self._waiting = tuple(self._waiting), []
        return found

    def rest(self) -> tuple[Mapping[str, Any], ...]:
        """At the end of the call: what has come since, and how many steps are not kept."""
        left = self._steps - MOST_STEPS
        more = ({"flow": self._flow, "why": "more", "steps": left},) if left > 0 else ()
        return (*self.take(), *more)


def _cut(value: Any) -> Any:
    return value[:MOST_CHARACTERS] if isinstance(value, str) else value


def _short(value: Any) -> Any:
    """A value, or its beginning as text."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value[:MOST_CHARACTERS]
        case _:
            written = json.dumps(value, ensure_ascii=False)
            return value if len(written) <= MOST_CHARACTERS else written[:MOST_CHARACTERS]
