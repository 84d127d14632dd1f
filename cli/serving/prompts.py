"""Sound files for calls while the server runs: followed from its start; what flows play is read before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AsyncExitStack

from cli.serving.database import Stored
from cli.serving.flow_documents import ReadyFlow
from mediaserver.calls.flow_shelf import FlowShelf
from mediaserver.calls.prompts import PromptShelf


async def open_prompts(database: Stored, undo: AsyncExitStack) -> PromptShelf:
    """Followed from now on. Raises DatabaseError."""
    shelf = PromptShelf()
    undo.push_async_callback(shelf.close)
    await shelf.start(database.connect, database.pool)
    shelf.expect(named_by_flows(database.flows.shelf))
    return shelf


def named_by_flows(shelf: FlowShelf[ReadyFlow]) -> Callable[[], Collection[str]]:
    """The names of sound files in all flows that calls run."""

    def names() -> Collection[str]:
        return {
            each.name
            for flow in shelf.shelved()
            for each in flow.compiled.references
            if each.kind == "sound file"
        }

    return names
