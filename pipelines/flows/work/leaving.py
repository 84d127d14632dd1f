"""How a subagent's part ends, and what it finds out: tools of the model's, made of a node's exits and what it
collects.

    note_down   keeps what the caller has told, as it comes
    go_on       leaves by one of the exits; by the first, the usual one, only with all that is required
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipelines.assistant.part import WhyOver
from pipelines.engines.protocols import LlmTool, LlmToolCall
from pipelines.flows.document.nodes import SubagentNode
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.prompt_data import harmless

NOTE_DOWN = "note_down"
GO_ON = "go_on"
MOST_VALUE = 500
"""Characters of a value that no slot checks."""

CheckValue = Callable[[str, str], Value]
"""A variable and what a model gave for it: the value as it is kept. Raises ValueError, which says what is
wrong."""


class Leaving:
    """A PartOfCall."""

    def __init__(self, node: SubagentNode, known: Mapping[str, Value], check: CheckValue) -> None:
        """`known`: the variables as they are when it begins."""
        self._node = node
        self._check = check
        self._known = {each.variable for each in node.collects if known.get(each.variable) is not None}
        self._collects = {each.variable: each for each in node.collects}
        self.learnt: dict[str, Value] = {}
        """What was not taken over yet."""
        self.values: dict[str, Value] = {}
        """All of it."""
        self.exit = ""
        self.failed: tuple[WhyOver, str] | None = None
        self.tools = self._tools()

    @property
    def rule(self) -> str:
        noting = (
            f" Call {NOTE_DOWN} whenever the caller has told something that it keeps."
            if self._collects
            else ""
        )
        return (
            f"You have a part of this call, and others go on with it: never say goodbye.{noting} When one of "
            f"its ends is reached, call {GO_ON} at once, without announcing it."
        )

    @property
    def begins(self) -> str:
        if self._node.greeting:
            return "You go on with the call from here; your first words are said."
        return "You go on with the call from here: begin."

    @property
    def over(self) -> bool:
        return bool(self.exit) or self.failed is not None

    def gave_up(self, why: WhyOver, detail: str) -> None:
        self.failed = (why, detail)

    def called(self, call: LlmToolCall, *, may_end: bool) -> str:
        faults = self._learn(call.arguments)
        if call.name == NOTE_DOWN:
            return self._told(faults)
        names = [each.name for each in self._node.exits]
        wanted = call.arguments.get("exit")
        if wanted not in names:
            return f"error: not left. exit is one of: {', '.join(names)}"
        missing = self._missing if wanted == names[0] else []
        if faults or missing:
            asks = [f"{name} is missing: ask for it" for name in missing]
            return f"error: not left. {'; '.join([*faults, *asks])}"
        if not may_end:
            return "error: not left, because something else went wrong or comes first. Tell the caller."
        self.exit = str(wanted)
        return "You have left."

    # ---- inside

    def _learn(self, arguments: Mapping[str, Any]) -> list[str]:
        """What is wrong with values that were given; the others are kept."""
        faults = []
        for name, given in arguments.items():
            if name not in self._collects or isinstance(given, dict | list) or given is None or given == "":
                continue
            text = harmless(str(given)[: 2 * MOST_VALUE])[:MOST_VALUE]
            try:
                self.values[name] = self.learnt[name] = self._check(name, text)
            except ValueError as error:
                faults.append(f"{name}: {harmless(str(error))}")
        return faults

    @property
    def _missing(self) -> list[str]:
        return [
            name
            for name, each in self._collects.items()
            if each.required and name not in self.values and name not in self._known
        ]

    def _told(self, faults: list[str]) -> str:
        if faults:
            return f"error: not kept. {'; '.join(faults)}. Ask again."
        missing = self._missing
        return f"Kept. Still to find out: {', '.join(missing)}." if missing else "Kept."

    def _tools(self) -> tuple[LlmTool, ...]:
        finding = {
            each.variable: {"type": "string", "description": each.about} for each in self._node.collects
        }
        noting = LlmTool(
            NOTE_DOWN,
            "Keep what the caller has told, in the caller's words or as a plain value; only what was said.",
            {"type": "object", "properties": finding, "additionalProperties": False},
        )
        ends = "; ".join(f"{each.name}: {each.when}" for each in self._node.exits)
        first = self._node.exits[0].name
        needs = [each.variable for each in self._node.collects if each.required]
        required = f" {first} counts only once these are known: {', '.join(needs)}." if needs else ""
        exits = {"type": "string", "enum": [each.name for each in self._node.exits], "description": ends}
        going = LlmTool(
            GO_ON,
            f"Your part of the call is over.{required}",
            {
                "type": "object",
                "properties": {**finding, "exit": exits},
                "required": ["exit"],
                "additionalProperties": False,
            },
        )
        return (noting, going) if finding else (going,)
