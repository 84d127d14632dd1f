"""A workshop in which nobody works, for flows that need no work done: every node that asks for some fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Context, MessageTaken
from pipelines.flows.working import FlowWorker, Learnt, Work, WorkDone

NOBODY = WorkDone(error="tool", detail="nothing here can do that")


class IdleWorkshop:
    """Of any number of calls."""

    def worker(self, work: Work) -> FlowWorker:
        return _IdleWorker()


class _IdleWorker:
    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        yield NOBODY

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def missed_words(self) -> None: ...

    def message_taken(self, said: MessageTaken) -> None: ...

    def summary(self) -> str:
        return ""

    def hung_up(self) -> tuple[Record, ...]:
        return ()

    @property
    def done(self) -> WorkDone | None:
        return None
