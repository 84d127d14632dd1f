"""Whether the tools of a flow answer, asked by this command itself: hosts, functions in Python, MCP servers.

No tool is called, and no server is left running.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.flows.checks.findings import FlowFinding
    from pipelines.flows.document.document import Document


async def unreached_in(settings: Settings, document: Document) -> tuple[FlowFinding, ...]:
    """Errors for those that do not. Modules of the working folder are looked for, too."""
    from cli.serving.fetching import open_fetching
    from cli.serving.importing import imported
    from cli.tools import looked_up
    from cli.working_folder import importable
    from mediaserver.metrics import Metrics
    from pipelines.flows.checks.reaching import unreached
    from pipelines.flows.checks.references import references

    importable()
    tools = sorted({each.name for each in references(document) if each.kind == "tool"})
    _, faults = await looked_up(settings, tools) if tools else ([], {})
    async with AsyncExitStack() as undo:
        fetcher = await open_fetching(settings.fetch, Metrics(), undo)

        async def tool(name: str) -> str:
            return faults.get(name, "")

        async def host(url: str) -> str:
            return (await fetcher.reachable(url)).why

        async def code(entry: str) -> str:
            return await imported(f"the tool '{entry}'", lambda: _function(entry))

        return await unreached(document, {"tool": tool, "host": host, "python": code})


def _function(entry: str) -> str:
    """What is wrong with 'module:name'; empty: nothing. Imports it."""
    import importlib

    module, _, name = entry.partition(":")
    found = getattr(importlib.import_module(module), name, None)
    if found is None:
        return f"the module '{module}' has no '{name}'"
    return "" if callable(found) else f"'{name}' is no function"
