"""The worker of a wait node: nothing is said or heard for a while."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from pipelines.conversation.agent import Act, AgentInput, Context, Pressed, Say, StandBy, StoodBy
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, WaitWork, WorkDone


class WaitWorker(PlainWorker):
    """A FlowWorker."""

    def __init__(self, work: WaitWork) -> None:
        self._work = work

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        if isinstance(said, Pressed) and said.digit in self._work.keys:
            yield WorkDone(said.digit)
            return
        if isinstance(said, StoodBy):
            yield WorkDone()
            return
        if said is None and self._work.text:
            yield Say(self._work.text)
        # Whoever spoke into the words before it has not ended it: it begins then.
        yield StandBy(self._work.node.seconds, self._work.keys)
