"""An Agent that runs a flow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial

from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    End,
    Keep,
    Keyed,
    LineTrouble,
    Listen,
    MessageTaken,
    PickedUp,
    Pressed,
    Returned,
    Say,
    Silence,
    StoodBy,
    Transfer,
    Utterance,
)
from pipelines.flows.executor import FlowExecutor
from pipelines.flows.model import Flow
from pipelines.flows.progress import FlowOutcome, FlowStep


class FlowAgent:
    """`record` turns an outcome into what is stored, or None."""

    minds_line = True
    """A flow has words of its own for a bad line (`Phrases.trouble`)."""

    def __init__(self, flow: Flow, record: Callable[[FlowOutcome], Record | None]) -> None:
        self.executor = FlowExecutor(flow)
        self._record = record
        self._line = 0
        self._heard = ""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        step = self._step(said)
        if step.say:
            self._line, self._heard = context.line, ""
        yield listen_of(step)
        for record in self._records(step.outcomes):
            yield Keep(record)
        if step.say:
            yield Say(step.say)
        if step.transfer is not None:
            yield Transfer(step.transfer.to, step.transfer.warm, step.transfer.briefing)
        if step.end:
            yield End()

    def heard(self, line: int, text: str, cut: bool) -> None:
        if line == self._line:
            self._heard = text

    def summary(self) -> str:
        """For whoever takes the call over."""
        return self.executor.summary()

    def missed_words(self) -> None:
        self.executor.missed_words()

    def hung_up(self) -> tuple[Record, ...]:
        return self._records(self.executor.hang_up(self._heard))

    def _step(self, said: AgentInput) -> FlowStep:
        self.executor.heard(self._heard)
        return step_of(self.executor, said)

    def _records(self, outcomes: tuple[FlowOutcome, ...]) -> tuple[Record, ...]:
        return tuple(record for outcome in outcomes if (record := self._record(outcome)) is not None)


def listen_of(step: FlowStep) -> Listen:
    """How to listen to what it asks."""
    slot = step.slot
    if slot is None:
        return Listen()
    finality = partial(slot.finality, before=step.before) if step.before else slot.finality
    return Listen(slot.grammar, None if slot.open else finality, step.silence_ms, step.keys)


def step_of(executor: FlowExecutor, said: AgentInput) -> FlowStep:
    """What a flow makes of an input."""
    match said:
        case Answered():
            return executor.start()
        case Utterance():
            return executor.utterance(
                said.text,
                said.understood,
                doubtful=said.doubtful,
                alternatives=said.alternatives,
                noisy=said.noisy,
                amends=said.amends,
                confidence=said.confidence,
            )
        case Keyed(digits=digits, ended_by=ended_by):
            return executor.keyed(digits, ended_by)
        case Pressed(digit="*"):
            return executor.keyed("", "cancel")
        case Pressed(digit=digit):
            return executor.keyed(digit.strip("#"))
        case Silence() | MessageTaken() | StoodBy():  # no node takes messages or stands by
            return executor.silence()
        case LineTrouble(kind=kind, last=last, over=over):
            return executor.trouble(kind, last=last, over=over)
        case AskedToSpeak() | PickedUp():
            return executor.again()
        case Returned(why=why):
            return executor.returned(why)
