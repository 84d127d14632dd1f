"""The worker of a who_answered node: waits, listening, until it is known who has picked up."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from mediaserver.media.answered_by import AnsweredBy
from pipelines.conversation.agent import Act, AgentInput, Context, Listen, PickedUp, Silence
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.working import Learnt, WhoAnsweredWork, WorkDone

QUIET_MS = 2_500
"""A greeting is over when so long nothing comes, where nobody says that it is."""
MOST_HEARD = 4
"""Things that somebody says who is waited for; a machine may say more of them."""
MOST_GREETING = 20


class WhoAnsweredWorker(PlainWorker):
    """A FlowWorker."""

    def __init__(self, work: WhoAnsweredWork, *, waits: bool) -> None:
        """`waits`: somebody may find it out; False: this is no call."""
        self._work = work
        self._waits = waits and work.called
        self._greeted = False
        """A machine speaks."""
        self._heard = 0

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        if said is None and not self._waits:
            yield WorkDone("unknown")
            return
        match said:
            case None:
                yield self._found(self._work.known)
            case PickedUp(by=by):
                yield self._found(by)
            case Silence():
                yield WorkDone("machine" if self._greeted else "unknown")
            case _:
                self._heard += 1
                most = MOST_GREETING if self._greeted else MOST_HEARD
                yield WorkDone("unknown") if self._heard >= most else self._listens()

    def _found(self, by: AnsweredBy | None) -> Listen | WorkDone:
        match by:
            case AnsweredBy.MACHINE_END:
                return WorkDone("machine")
            case AnsweredBy.MACHINE:
                self._greeted = True
                return self._listens()
            case None:
                return self._listens()
            case AnsweredBy.HUMAN | AnsweredBy.FAX | AnsweredBy.UNKNOWN:
                return WorkDone(str(by))

    def _listens(self) -> Listen:
        return Listen(silence_ms=QUIET_MS if self._greeted else round(1_000 * self._work.node.seconds))
