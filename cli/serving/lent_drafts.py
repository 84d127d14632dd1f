"""Drafts of flows, each for the one call that is about to begin with it.

A draft is nobody's version: it is compiled for whoever calls it, given to that call, and forgotten.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cli.serving.flow_documents import RunFlow, dressed, ready
from mediaserver.calls.routes import AgentSpec
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import written

KEPT_S = 60.0
"""A call that has not begun by then never will."""
MOST = 64
"""That wait for their calls at once; of more the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class _Lent:
    flow: RunFlow
    until: float


class LentDrafts:
    """Implements FlowDrafts."""

    def __init__(self, usual_llms: Sequence[str] = (), now: Callable[[], float] = time.monotonic) -> None:
        """`usual_llms`: of drafts that need a language model and name none."""
        self._usual_llms = usual_llms
        self._now = now
        self._lent: dict[UUID, _Lent] = {}
        """By the agent that will run it, the oldest first."""

    def __len__(self) -> int:
        return len(self._lent)

    async def lend(
        self,
        agent: AgentSpec,
        document: Document,
        subflows: Mapping[tuple[str, int | None], Document],
    ) -> AgentSpec:
        """See FlowDrafts."""
        # A large document takes long, and the loop carries all calls.
        compiled = await asyncio.to_thread(
            compile_document, document, subflows=lambda flow, number: subflows.get((flow, number))
        )
        now = self._now()
        self._lent = {id: each for id, each in self._lent.items() if each.until > now}
        while len(self._lent) >= MOST:
            del self._lent[next(iter(self._lent))]
        content = written(document)
        self._lent[agent.id] = _Lent(RunFlow(ready(compiled), content, None), now + KEPT_S)
        return dressed(agent, content, self._usual_llms)

    def take(self, agent: AgentSpec) -> RunFlow | None:
        """What was lent for this agent: once."""
        lent = self._lent.pop(agent.id, None)
        return None if lent is None or lent.until <= self._now() else lent.flow
