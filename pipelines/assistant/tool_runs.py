"""The tools that run for a call. What must not be interrupted goes on when the caller does, and nothing that
it gave is lost: it stands where it was called, and the model is told so.

Must never raise into the answer: whatever a tool does is an outcome.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.assistant.accounting import CallAccount
from pipelines.assistant.memory import NOT_DONE, ToolCalls
from pipelines.engines.protocols import LlmToolCall
from pipelines.tools.protocols import Tool, ToolContext
from pipelines.tools.results import without_templates
from pipelines.tools.toolbox import ToolBox, ToolOutcome

MOST_ARGUMENTS = 2_000
"""Characters of what it was given there."""
MOST_KEPT = 500
"""Characters of a result in the call's record."""


@dataclass(slots=True, eq=False)
class ToolRun:
    """One tool that runs."""

    call: LlmToolCall
    tool: Tool | None
    """None: the model called what is not there."""
    task: asyncio.Task[ToolOutcome]
    wants: list[tuple[ToolCalls, str]] = field(default_factory=list)
    """Where its result belongs: the same call may be made again while it runs."""
    left: bool = False
    """Its turn is over."""

    @property
    def interruptible(self) -> bool:
        return self.tool is None or self.tool.interruptible

    @property
    def filler(self) -> str:
        return self.tool.filler if self.tool is not None else ""


class ToolRuns:
    """Of one call."""

    def __init__(self, box: ToolBox, account: CallAccount) -> None:
        """`account`: each outcome is noted there."""
        self.box = box
        self._account = account
        self._running: dict[str, ToolRun] = {}
        """By tool and arguments."""

    @property
    def running(self) -> list[ToolRun]:
        return list(self._running.values())

    def start(
        self, called: ToolCalls, call: LlmToolCall, context: ToolContext, *, agreed: bool = False
    ) -> ToolRun:
        """Run it; what runs already with these arguments is not run twice. `agreed`: see `ToolBox.run`."""
        key = _key(call)
        run = self._running.get(key)
        if run is None:
            work = self.box.run(call, context, agreed=agreed)
            task = asyncio.create_task(work, name=f"tool {call.name[:40]}")
            run = self._running[key] = ToolRun(call, self.box.get(call.name), task)
            task.add_done_callback(lambda _: self._done(key, run))
        run.left = False
        run.wants.append((called, call.id))
        return run

    def leave(self, runs: Iterable[ToolRun]) -> None:
        """Nobody waits for them any more: the caller goes on."""
        for run in runs:
            if run.task.done():
                continue
            if run.interruptible:
                run.task.cancel()
                self._running.pop(_key(run.call), None)
                for called, call_id in run.wants:
                    called.results[call_id] = NOT_DONE
            else:
                run.left = True

    def _done(self, key: str, run: ToolRun) -> None:
        if self._running.get(key) is run:
            del self._running[key]
        if run.task.cancelled():
            return
        outcome = run.task.result()
        text = without_templates(outcome.text)
        for called, call_id in run.wants:
            called.results[call_id] = text
        if run.left:
            run.wants[0][0].late.append(run.call.name)
        self._account.ran(run.call.name, outcome.ms, outcome.ok)
        self._account.note("tool", **event_of(run, outcome))


def event_of(run: ToolRun, outcome: ToolOutcome) -> dict[str, Any]:
    """The event `tool`."""
    quotes = [
        {"document": quote.document, "text": quote.text, "heading": quote.heading, "page": quote.page}
        for quote in outcome.quoted
    ]
    return {
        "name": run.call.name,
        "arguments": _kept(run.call.arguments),
        "ok": outcome.ok,
        "ms": round(outcome.ms, 1),
        "result": outcome.text[:MOST_KEPT],
        **({"quotes": quotes} if quotes else {}),
        **({"about": dict(outcome.about)} if outcome.about else {}),
        **({"late": True} if run.left else {}),
    }


def _kept(arguments: Mapping[str, Any]) -> Any:
    """What a model gave, as far as a record bears it."""
    text = json.dumps(arguments, default=str)
    return dict(arguments) if len(text) <= MOST_ARGUMENTS else text[:MOST_ARGUMENTS]


def _key(call: LlmToolCall) -> str:
    return f"{call.name} {json.dumps(call.arguments, sort_keys=True, default=str)}"
