"""The world of a persona, in place of the real one: what it names is answered by it, all else is as it was.

So a flow whose tools ask servers that only its owner has can be called by anybody, always with the same
answers.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

from callers.simulated.persona import PersonaWorld, ToolStandIn
from mediaserver.fetching.secrets import Masking
from pipelines.conversation.agent import Act, AgentInput, Context
from pipelines.flows.document.tools import NamedTool, PythonFunction
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.gave import ToolFault, ToolGave, ToolUseError
from pipelines.flows.work.plain_worker import PlainWorker
from pipelines.flows.work.tool import ToolWorker
from pipelines.flows.working import (
    AgentTransferWork,
    ExtractWork,
    FlowWorker,
    JudgeWork,
    Learnt,
    SmsWork,
    SubagentWork,
    ToolWork,
    WhoAnsweredWork,
    Work,
    WorkDone,
    Workshop,
)

FAULTS = frozenset({"timeout", "refused", "bad answer"})
"""Errors that flows call as a world does."""


class WorldWorkshop:
    """A Workshop of one call; `real` is asked for what the world does not name."""

    def __init__(self, world: PersonaWorld, real: Workshop) -> None:
        self._real = real
        self._apart = world.apart
        self._answers = {
            name: list(given) if isinstance(given, tuple) else [given] for name, given in world.tools.items()
        }

    def worker(self, work: Work) -> FlowWorker:
        for name in _names(work):
            if given := self._answers.get(name):
                answer = given.pop(0) if len(given) > 1 else given[0]
                if isinstance(work, SmsWork):
                    return StandInWorker(texted(answer, work))
                if isinstance(work, ToolWork):
                    return ToolWorker(work, StandInUse(name, answer), Masking(), _nobody)
                return StandInWorker(
                    done(answer, "transfer" if isinstance(work, AgentTransferWork) else "model")
                )
        if self._apart and isinstance(work, ToolWork):
            return ToolWorker(
                work, StandInUse(_names(work)[0], ToolStandIn(error="failed")), Masking(), _nobody
            )
        return self._real.worker(work)


def _names(work: Work) -> tuple[str, ...]:
    """By which a world may name it: the node's, and the tool's."""
    match work:
        case ToolWork(node=node):
            match node.use:
                case NamedTool(name=name):
                    return node.id, name
                case PythonFunction(entry=entry):
                    return node.id, entry
                case _:
                    return (node.id,)
        case SubagentWork(node=node):
            return (node.id,)
        case AgentTransferWork(node=transfer):
            return (transfer.id,)
        case ExtractWork(question=question):
            return (question,)
        case JudgeWork(whens=whens):
            return whens
        case WhoAnsweredWork(node=awaited):
            return (awaited.id,)
        case SmsWork(node=text):
            return (text.id,)
        case _:
            return ()


def done(answer: ToolStandIn, fault: str) -> WorkDone:
    """What the flow is told of work that is no tool's. `fault`: what it calls a failure."""
    if answer.error:
        return WorkDone(error=fault, detail=f"the persona's world says: {answer.error}")
    return WorkDone(answer.outcome, answer.values)


def texted(answer: ToolStandIn, work: SmsWork) -> WorkDone:
    """What became of a text. An error is why it was not sent."""
    name = work.node.variable
    came: dict[str, Value] = {"sent": not answer.error, "why": "failed" if answer.error else ""}
    return WorkDone("not sent" if answer.error else "sent", {name: came} if name else {})


class StandInUse:
    """A ToolInUse."""

    changes = False

    def __init__(self, name: str, answer: ToolStandIn) -> None:
        self.name = name
        self.given: Mapping[str, Any] = {}
        self._answer = answer

    async def run(self) -> ToolGave:
        answer = self._answer
        if answer.error:
            fault = cast(ToolFault, answer.error) if answer.error in FAULTS else "tool"
            raise ToolUseError(fault, f"the persona's world says: {answer.error}")
        if answer.status >= 400:
            raise ToolUseError("status", f"the persona's world answers {answer.status}", answer.status)
        return ToolGave(answer.body, len(json.dumps(answer.body)), answer.status)


class StandInWorker(PlainWorker):
    """Is done at once."""

    def __init__(self, done: WorkDone) -> None:
        self.done = done

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        assert self.done is not None
        yield self.done


def _nobody(*_: object, **__: object) -> None:
    """Nobody is told of what ends after a simulated call."""
