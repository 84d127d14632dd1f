"""Whether the tools that a flow names answer: asked on demand, over the network, of those who have them.

Nothing is called: a tool may do something. All are asked at once, within one limit of time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

from mediaserver.errors import VoiceForgeError
from pipelines.flows.checks.findings import FlowFinding, bounded, error
from pipelines.flows.checks.references import FlowReference, ReferenceKind, references
from pipelines.flows.document.document import Document
from pipelines.flows.document.tools import HttpRequest, ToolNode

WITHIN_S = 15.0
"""For all of them."""
AT_ONCE = 8
MOST = 200
"""Different ones that are asked for."""
Reach: TypeAlias = Callable[[str], Awaitable[str]]
"""Why this one cannot be reached, in words; empty: it can."""
REACHED: tuple[ReferenceKind, ...] = ("host", "python", "tool")


async def unreached(document: Document, by: Mapping[ReferenceKind, Reach]) -> tuple[FlowFinding, ...]:
    """Tools that do not answer, as errors. `by`: who is asked for hosts (with the whole URL, without its
    templates), functions ('module:name') and named tools; kinds that it lacks are not looked at."""
    asked = [each for each in references(document) if each.kind in by and each.kind in REACHED]
    names = list(dict.fromkeys((each.kind, _name(document, each)) for each in asked))[:MOST]
    gate = asyncio.Semaphore(AT_ONCE)
    answers: dict[tuple[ReferenceKind, str], str] = {}

    async def ask(kind: ReferenceKind, name: str) -> None:
        async with gate:
            try:
                answers[kind, name] = await by[kind](name)
            except VoiceForgeError as fault:
                answers[kind, name] = str(fault)

    tasks = [asyncio.create_task(ask(*each)) for each in names]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=WITHIN_S)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
    return bounded(
        error(
            each.node,
            each.field,
            f"'{each.name}' cannot be reached: {why}",
            "Start it, or put its name right; then look again.",
        )
        for each in asked
        if (key := (each.kind, _name(document, each))) in names
        and (why := answers.get(key, f"nothing was heard of it within {WITHIN_S:g} seconds"))
    )


def _name(document: Document, reference: FlowReference) -> str:
    """What is asked for."""
    node = document.by_id[reference.node]
    if isinstance(node, ToolNode) and isinstance(node.use, HttpRequest):
        return node.use.url.partition("{")[0]
    return reference.name
