"""The worker of a listen node: hears what the other side says, and asks nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from pipelines.conversation.agent import Act, AgentInput, Context, Listen, Say, Silence, Utterance
from pipelines.flows.expressions.values import MOST_CHARACTERS
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, ListenWork, WorkDone


class ListenWorker(PlainWorker):
    """A FlowWorker."""

    def __init__(self, work: ListenWork) -> None:
        self._work = work

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        name = self._work.node.variable
        match said:
            case Utterance(text=text):
                yield WorkDone(values={name: text[:MOST_CHARACTERS]} if name else {})
            case Silence():
                yield WorkDone(error="timeout", detail="nothing was said")
            case _:
                # A key is no word; the session counts the silence from the last sound or key on.
                yield Listen(silence_ms=round(1_000 * self._work.node.seconds))
                if said is None and self._work.text:
                    yield Say(self._work.text)
