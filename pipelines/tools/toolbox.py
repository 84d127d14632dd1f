"""The tools of one agent: what a model is offered, and the outcome of each call it makes.

Whatever a tool or a model does wrong is an outcome that the model can read and act on. Nothing here raises
into the conversation, and no outcome holds a traceback or the text of a foreign exception.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mediaserver.errors import ConfigError, ToolError
from pipelines.engines.protocols import LlmTool, LlmToolCall
from pipelines.tools.protocols import Quote, Quoted, SaidByOthers, Tool, ToolContext, ToolResult
from pipelines.tools.results import bounded, marked

log = logging.getLogger(__name__)

MOST_ERROR_BYTES = 1_000
MOST_GIVEN = 256 * 1024
"""Characters of a result that programs are given."""
FAILED = "it failed for a reason of its own: do not promise the caller that another try will help"
_running_on: set[asyncio.Task[Any]] = set()
"""Tools that were cancelled and have not let go yet; the loop itself holds tasks only weakly."""


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What became of a call."""

    text: str
    """For the model. A result is marked as data; what went wrong is said in a line."""
    ok: bool
    ms: float
    quoted: tuple[Quote, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    """How it was found, for the call's record."""
    given: str = ""
    """The result as it came, unmarked: for programs alone, never for a model."""
    timed_out: bool = False


class ToolBox:
    """Raises ConfigError when two of its tools have one name."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if self._tools.setdefault(tool.name, tool) is not tool:
                raise ConfigError(f"two tools are called {tool.name}: give one of them another name")

    @cached_property
    def offered(self) -> tuple[LlmTool, ...]:
        """For `Llm.stream`."""
        return tuple(LlmTool(each.name, each.description, each.parameters) for each in self._tools.values())

    def beside(self, tools: Iterable[Tool]) -> ToolBox:
        """With these, too, where it has none of their names."""
        return ToolBox([*self._tools.values(), *(each for each in tools if each.name not in self._tools)])

    def get(self, name: str) -> Tool | None:
        return self._tools.get(name)

    async def run(self, call: LlmToolCall, context: ToolContext, *, agreed: bool = False) -> ToolOutcome:
        """Run what the model asked for; within the tool's time-out. `agreed`: the caller was asked about just
        this call, and said yes; without that no tool runs that wants it. Cancelled it cancels the tool, and
        waits for nothing. Raises nothing else."""
        began = time.perf_counter()
        tool = self._tools.get(call.name)
        if tool is None:
            return _failed(f"there is no tool {call.name[:64]!r}{self._known()}", began)
        if fault := call.fault:
            return _failed(f"{tool.name}: {fault}", began)
        given: object = call.arguments  # a model wrote it
        if not isinstance(given, Mapping):
            return _failed(f"{tool.name}: the arguments are no JSON object", began)
        if fault := _fault(tool, call.arguments):
            return _failed(f"{tool.name}: {fault}", began)
        if tool.confirm and not agreed:
            return _failed(f"{tool.name}: not run, because the caller has not agreed", began)
        task = asyncio.ensure_future(_guarded(tool, call.arguments, context))
        try:
            await asyncio.wait({task}, timeout=tool.timeout_s)
        finally:
            if not task.done():
                _let_go(task, tool.name)
        if not task.done():
            log.warning("the tool %s gave nothing within %.1f s", tool.name, tool.timeout_s)
            why = f"{tool.name} gave no answer within {tool.timeout_s:g} seconds"
            return replace(_failed(why, began), timed_out=True)
        if task.cancelled():  # by itself: we cancel none that is done
            log.warning("the tool %s was cancelled from within", tool.name)
            return _failed(f"{tool.name}: {FAILED}", began)
        result = task.result()
        match result:
            case SaidByOthers():
                log.info("the tool %s said that it failed", tool.name)
                text, _ = bounded(str(result), MOST_ERROR_BYTES)
                return ToolOutcome(f"error: it says\n{marked(text, tool.name)}", False, _since(began))
            case BaseException():
                return _failed(f"{tool.name}: {_reason(tool.name, result)}", began)
            case Quoted(text, quotes, about):
                said, given = marked(text, tool.name), text[:MOST_GIVEN]
                return ToolOutcome(said, True, _since(began), quotes, about, given)
            case str():
                return ToolOutcome(marked(result, tool.name), True, _since(began), given=result[:MOST_GIVEN])

    def _known(self) -> str:
        return f": there are {', '.join(self._tools)}" if self._tools else ", nor any other"


async def _guarded(tool: Tool, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult | Exception:
    """In a task of its own, out of which a SystemExit would end the server."""
    try:
        return await tool.run(arguments, context)
    except Exception as error:
        return error
    except SystemExit as error:
        return RuntimeError(f"it ended itself: exit {error.code}")


def _fault(tool: Tool, arguments: Mapping[str, Any]) -> str:
    try:
        return tool.fault(arguments)
    except Exception as error:  # a validator of the tool's own
        return _reason(tool.name, error)


def _reason(name: str, error: BaseException) -> str:
    """For the model; the log has the rest."""
    if isinstance(error, ToolError):
        log.info("the tool %s could not: %s", name, error)
        return str(error)
    log.error("the tool %s failed", name, exc_info=error)
    return FAILED


def _failed(why: str, began: float) -> ToolOutcome:
    text, cut = bounded(" ".join(why.split()), MOST_ERROR_BYTES)
    return ToolOutcome(f"error: {text}{cut}", False, _since(began))


def _let_go(task: asyncio.Task[Any], name: str) -> None:
    """Cancel it. One that does not let itself be cancelled runs on, and nobody waits for it."""

    def ended(task: asyncio.Task[Any]) -> None:
        _running_on.discard(task)
        if not task.cancelled() and isinstance(error := task.result(), Exception):
            log.warning("the tool %s failed after it was cancelled", name, exc_info=error)

    _running_on.add(task)
    task.add_done_callback(ended)
    task.cancel()


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1e3
