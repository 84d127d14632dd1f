"""The demo agent: books a meeting room in six questions, by voice or by keys, without a language model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date
from uuid import UUID

from mediaserver.storage.records import OutcomeMade, Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    Keyed,
    LineTrouble,
    Listen,
    Pressed,
    Returned,
    Say,
    Silence,
    Transfer,
    Utterance,
)
from pipelines.flows.booking_slots import LENGTH, PART, PEOPLE, PLACE, TIME, VERDICT, WISH, day_slot
from pipelines.flows.executor import FlowExecutor, FlowOutcome, FlowStep
from pipelines.flows.model import Ask, Confirm, EndCall, Flow
from pipelines.flows.validation import validate

CHANGES = {name: name for name in ("place", "day", "time", "length", "people")}


def booking_flow(today: date) -> Flow:
    """The flow as of `today` (server's local date)."""
    flow = Flow.of(
        "booking",
        "wish",
        (
            Ask(
                "wish",
                "wish",
                "Hello, this is the room desk. To reserve a meeting room, say: book a room.",
                "Please say: book a room.",
                "place",
            ),
            Ask(
                "place",
                "place",
                "Which office would you like? For example Mountain View, or London.",
                "Please say a place: Mountain View, San Francisco, New York, London, Paris, or Berlin.",
                "day",
            ),
            Ask(
                "day",
                "day",
                "{place}. And for which day?",
                "Please say today, tomorrow, or a day of the week.",
                "time",
            ),
            Ask(
                "time",
                "time",
                "At what time does it begin {day}?",
                "Please say when it begins, for example half past ten.",
                "length",
            ),
            Ask(
                "length",
                "length",
                "How long do you need it, from {time} on?",
                "Please say how long, for example half an hour, or ninety minutes.",
                "people",
            ),
            Ask(
                "people",
                "people",
                "And how many people will there be?",
                "Please say how many people, for example five people.",
                "check",
            ),
            Confirm(
                "check",
                "verdict",
                "{place}, {day} at {time}, {length}, {people}.",
                "Say no to change it.",
                "Is that right? Please say yes or no.",
                yes="booked",
                no="change",
                cancel="cancelled",
                changes=CHANGES,
            ),
            Ask(
                "change",
                "part",
                "What should I change: the place, the day, the time, the length, or the people?",
                "Please say place, day, time, length, or people.",
                "check",
                branches=CHANGES,
            ),
            EndCall("booked", "Your room is booked. Goodbye.", "confirmed"),
            EndCall("cancelled", "I have cancelled it. Goodbye.", "cancelled"),
        ),
        (WISH, PLACE, day_slot(today), TIME, LENGTH, PEOPLE, VERDICT, PART),
        give_up="I am sorry, I cannot hear you. Please call again. Goodbye.",
    )
    validate(flow)
    return flow


class FlowAgent:
    """An Agent that runs a flow; `record` turns an outcome into what is stored, or None."""

    def __init__(self, flow: Flow, record: Callable[[FlowOutcome], Record | None]) -> None:
        self.executor = FlowExecutor(flow)
        self._record = record
        self._line = 0
        self._heard = ""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        step = self._step(said)
        slot = step.slot
        if step.say:
            self._line, self._heard = context.line, ""
        yield Listen() if slot is None else Listen(slot.grammar, slot.finality, step.silence_ms)
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

    def hung_up(self) -> tuple[Record, ...]:
        return self._records(self.executor.hang_up(self._heard))

    def _step(self, said: AgentInput) -> FlowStep:
        match said:
            case Answered():
                return self.executor.start()
            case Utterance(text=text, understood=understood):
                return self.executor.utterance(text, understood)
            case Pressed(digit=digit):
                return self.executor.digit(digit)
            case Keyed(digits=digits):
                return self.executor.keyed(digits)
            case LineTrouble():
                return self.executor.trouble()
            case Silence():
                return self.executor.silence()
            case Returned():
                return self.executor.returned()

    def _records(self, outcomes: tuple[FlowOutcome, ...]) -> tuple[Record, ...]:
        return tuple(record for outcome in outcomes if (record := self._record(outcome)) is not None)


def booking_agent(call_id: UUID, today: date) -> FlowAgent:
    """The agent of one call to `sip:demo`."""

    def record(outcome: FlowOutcome) -> Record:
        slots = outcome.slots
        data = {
            "place": str(slots["place"]),
            "day": str(slots["day"]),
            "time": str(slots["time"]),
            "minutes": int(slots["length"]),
            "people": int(slots["people"]),
        }
        return OutcomeMade(call_id, "booking", outcome.status, data)

    return FlowAgent(booking_flow(today), record)
