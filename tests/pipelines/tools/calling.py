"""What the tests of tools share: a call's context, and one call of a tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pipelines.engines.protocols import LlmToolCall
from pipelines.tools.protocols import Tool, ToolContext
from pipelines.tools.tool import tool
from pipelines.tools.toolbox import ToolBox, ToolOutcome

CONTEXT = ToolContext(UUID(int=7), "+4930123456", "en", {"customer": "4711"})


async def called(made: Tool | Callable[..., Any], arguments: Any = None) -> ToolOutcome:
    """The outcome of a call by a model, to which the caller has agreed."""
    one = made if isinstance(made, Tool) else tool(made)
    return await ToolBox([one]).run(LlmToolCall("c1", one.name, arguments or {}), CONTEXT, agreed=True)


def said(outcome: ToolOutcome) -> str:
    """The data within its marks."""
    assert outcome.ok, outcome.text
    head, _, rest = outcome.text.partition(">\n")
    assert head.startswith("<data from=")
    data, mark, _ = rest.rpartition("\n</data>")
    assert mark
    return data
