"""`@tool` makes a tool of a typed Python function.

    @tool(confirm="Shall I cancel the order {number}?")
    async def cancel_order(number: int, context: ToolContext) -> str:
        "Cancel an order of the caller's."

An `async` function runs on the event loop, which carries all calls, and must never block it. Any other runs
on a thread, and cannot be stopped there: after its time-out it goes on, and its result is dropped.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, overload

from mediaserver.errors import ConfigError, ToolError
from pipelines.tools.protocols import USUAL_TIMEOUT_S, Quote, Quoted, Tool, ToolContext, ToolResult
from pipelines.tools.results import as_result
from pipelines.tools.signature import Signature
from pipelines.tools.threads import ToolThreads

__all__ = ["Quote", "Quoted", "Tool", "ToolContext", "tool"]


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...


@overload
def tool(
    function: None = None,
    /,
    *,
    name: str = "",
    timeout_s: float = USUAL_TIMEOUT_S,
    confirm: str = "",
    interruptible: bool = True,
    filler: str = "",
) -> Callable[[Callable[..., Any]], Tool]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    timeout_s: float = USUAL_TIMEOUT_S,
    confirm: str = "",
    interruptible: bool = True,
    filler: str = "",
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """A tool, with its schema from the types and its descriptions from the docstring (Google's, Sphinx's or
    NumPy's form) and `Annotated[..., Field(description=...)]`. `name`: default: the function's. Raises
    ConfigError for a function that no model could call."""

    def made(function: Callable[..., Any]) -> Tool:
        called = name or getattr(function, "__name__", "")
        if not callable(function):
            raise ConfigError(f"{function!r} is no function: no tool can be made of it")
        signature = Signature(function, called)
        run = _Run(function, signature, called)
        return Tool(
            called,
            signature.description,
            signature.parameters,
            run,
            timeout_s=timeout_s,
            confirm=confirm,
            interruptible=interruptible,
            filler=filler,
            fault=run.fault,
        )

    return made if function is None else made(function)


class _Run:
    """Calls one function."""

    def __init__(self, function: Callable[..., Any], signature: Signature, name: str) -> None:
        self._function = function
        self._signature = signature
        called = function if inspect.isroutine(function) else type(function).__call__
        self._threads = None if inspect.iscoroutinefunction(called) else ToolThreads(name)

    async def __call__(self, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
        given = self._signature.with_context(self._signature.read(arguments), context)
        if self._threads is None:
            return as_result(await self._function(**given))
        result = await self._threads.run(lambda: self._on_thread(given))
        return as_result(await result) if inspect.isawaitable(result) else result

    def fault(self, arguments: Mapping[str, Any]) -> str:
        try:
            self._signature.read(arguments)
        except ToolError as error:
            return str(error)
        return ""

    def _on_thread(self, given: Mapping[str, Any]) -> Any:
        """To write a large result as JSON would hold up the loop."""
        result = self._function(**given)
        return result if inspect.isawaitable(result) else as_result(result)
