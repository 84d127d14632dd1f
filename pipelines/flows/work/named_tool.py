"""A tool node's use of one of the server's tools: in Python, of an MCP server, a collection of knowledge.

The node is its author's consent: a tool that asks the caller first when a model calls it is run at once here,
since a flow asks by a confirm node of its own (DECISIONS.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from mediaserver.errors import CallError, ConfigError, ToolError
from pipelines.engines.protocols import LlmToolCall
from pipelines.flows.expressions.cel import CelExpression
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.gave import ToolGave, ToolUseError, off_loop, read_text
from pipelines.flows.work.limited import within
from pipelines.tools.protocols import Tool, ToolContext
from pipelines.tools.toolbox import ToolBox

FindTool = Callable[[str], Awaitable[Tool]]
"""The one tool of a name as rows of agents have it ('shop:order', 'mcp/shop/order', 'knowledge/manuals').
Raises ConfigError, CallError."""


class NamedUse:
    """A ToolInUse."""

    changes = True
    """Nobody knows."""

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, CelExpression],
        values: Mapping[str, Value],
        timeout_s: float,
        find: FindTool,
        context: ToolContext,
    ) -> None:
        self._arguments = arguments
        self._values = values
        self._timeout_s = timeout_s
        self._find = find
        self._context = context
        self.name = name
        self.given: Mapping[str, Any] = {}

    async def run(self) -> ToolGave:
        self.given = {name: each.value(self._values) for name, each in self._arguments.items()}
        try:
            tool = await within(self._timeout_s, self._found(), self.name)
        except ToolUseError:
            raise
        except (ConfigError, CallError, ToolError) as error:
            raise ToolUseError("tool", f"{self.name} cannot be had: {error}") from None
        box = ToolBox([replace(tool, timeout_s=self._timeout_s)])
        outcome = await box.run(LlmToolCall("node", tool.name, self.given), self._context, agreed=True)
        if outcome.timed_out:
            raise ToolUseError("timeout", outcome.text)
        if not outcome.ok:
            raise ToolUseError("tool", outcome.text)
        size = len(outcome.given)
        return ToolGave(await off_loop(size, lambda: read_text(outcome.given)), size)

    async def _found(self) -> Tool:
        return await self._find(self.name)
