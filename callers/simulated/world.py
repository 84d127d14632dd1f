"""The world of a persona, in place of the real one: what it names is answered by it, all else is as it was.

So a flow whose tools ask servers that only its owner has can be called by anybody, always with the same
answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from callers.simulated.persona import PersonaWorld, ToolStandIn
from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Context
from pipelines.flows.working import FlowWorker, NamedCall, PythonCall, ToolWork, Work, WorkDone, Workshop


class WorldWorkshop:
    """A Workshop of one call; `real` is asked for what the world does not name."""

    def __init__(self, world: PersonaWorld, real: Workshop) -> None:
        self.gave: list[object] = []
        """What stood-in tools have given: what an agent may know prices from."""
        self._real = real
        self._answers = {
            name: list(given) if isinstance(given, tuple) else [given] for name, given in world.tools.items()
        }

    def worker(self, work: Work) -> FlowWorker:
        for name in (work.node, _tool(work)):
            if given := self._answers.get(name):
                answer = given.pop(0) if len(given) > 1 else given[0]
                self.gave += [answer.body, answer.values]
                return StandInWorker(done(answer))
        return self._real.worker(work)


def _tool(work: Work) -> str:
    match work:
        case ToolWork(call=NamedCall(name=name)):
            return name
        case ToolWork(call=PythonCall(entry=entry)):
            return entry
        case _:
            return ""


def done(answer: ToolStandIn) -> WorkDone:
    """What the flow is told."""
    if answer.error:
        return WorkDone(error=answer.error, detail=f"the persona's world says: {answer.error}")
    error = "status" if answer.status >= 400 else ""
    detail = f"HTTP {answer.status}" if error else ""
    return WorkDone(answer.outcome, answer.values, answer.body, error, detail, answer.status)


class StandInWorker:
    """Is done at once."""

    def __init__(self, done: WorkDone) -> None:
        self._done = done

    async def respond(self, said: AgentInput | None, context: Context) -> AsyncIterator[Act | WorkDone]:
        yield self._done

    def heard(self, line: int, text: str, cut: bool) -> None:
        """It says nothing."""

    def hung_up(self) -> tuple[Record, ...]:
        return ()

    def summary(self) -> str:
        return ""
