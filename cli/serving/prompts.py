"""Sound files for calls while the server runs: followed from its start; what flows play is read before, and
whoever names one that is not there is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AsyncExitStack
from uuid import UUID

from cli.serving.database import Stored
from cli.serving.flow_documents import ReadyFlow
from mediaserver.calls.flow_shelf import FlowShelf
from mediaserver.calls.prompts import PromptShelf
from mediaserver.calls.routes import AgentSpec
from mediaserver.diagnosis.finding import Finding


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


def unplayable(agents: Iterable[AgentSpec], there: Callable[[str, UUID | None], bool]) -> list[Finding]:
    """Each assistant that would leave a sound file where a machine answers, and cannot: it leaves its words.
    `there`: whether an agent of this owner may play one of that name."""
    named = (
        (each, str(each.assistant.get("voicemail_prompt") or "")) for each in agents if each.kind == "llm"
    )
    return [
        Finding(
            f"voicemail of agent {agent.name}",
            False,
            f"there is no sound file '{name}': its words are said in its place",
            f"add it (`voiceforge prompts add {name} FILE`), or name another in its row",
            required=False,
        )
        for agent, name in named
        if name and not there(name, agent.owner)
    ]
