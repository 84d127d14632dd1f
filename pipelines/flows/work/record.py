"""The worker of a record node: the caller leaves a message."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from pipelines.conversation.agent import Act, AgentInput, Context, MessageTaken, Say, TakeMessage
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, RecordWork, WorkDone

MOST_TRIES = 3
"""So often it is begun, where something comes in between."""


class RecordWorker(PlainWorker):
    """A FlowWorker."""

    def __init__(self, work: RecordWork) -> None:
        self._work = work
        self._tries = 0

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        if isinstance(said, MessageTaken):
            self.message_taken(said)
        if self.done is None and self._tries >= MOST_TRIES:
            self.done = WorkDone("nothing")
        if self.done is not None:
            yield self.done
            return
        node = self._work.node
        if not self._tries and self._work.text:
            yield Say(self._work.text, interruptible=False)
        self._tries += 1
        yield TakeMessage(
            node.most_s,
            node.silence_s,
            finish=node.finish_keys,
            beep=node.beep,
            transcribe=node.transcribe,
        )

    def message_taken(self, said: MessageTaken) -> None:
        if said.ended_by == "nothing" or not said.seconds:
            self.done = WorkDone("nothing")
            return
        name = self._work.node.variable
        kept: dict[str, Value] = {"seconds": round(said.seconds, 1), "text": said.text, "key": said.key}
        number: dict[str, Value] = {} if said.index is None else {"message": said.index}
        self.done = WorkDone("recorded", {name: {**kept, **number}} if name else {})
