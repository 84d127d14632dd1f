"""The demo agent: books a meeting room in six questions, by voice or by keys, without a language model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from mediaserver.storage.records import OutcomeMade, Record
from pipelines.flows.agent import FlowAgent
from pipelines.flows.booking_slots import PART, PEOPLE, PLACE, VERDICT, WISH
from pipelines.flows.booking_times import LENGTH, TIME, day_slot
from pipelines.flows.model import Ask, Confirm, EndCall, Flow
from pipelines.flows.progress import FlowOutcome
from pipelines.flows.validation import validate

KEPT = {"place": "place", "day": "day", "time": "time", "length": "minutes", "people": "people"}
"""Slot -> what it is called in the outcome."""
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
                example="For example: ten thirty.",
            ),
            Ask(
                "length",
                "length",
                "How long do you need it, from {time} on?",
                "Please say how long, for example half an hour, or ninety minutes.",
                "people",
                example="For example: ninety minutes.",
            ),
            Ask(
                "people",
                "people",
                "And how many people will there be?",
                "Please say how many people, for example five people.",
                "check",
                example="For example: five people.",
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
    flow = replace(
        flow,
        callback="Shall we call you back? Press one for yes, or two for no.",
        called_back="Thank you. We will call you back. Goodbye.",
        unconfirmed="I have not booked it, because I heard no clear yes.",
    )
    validate(flow)
    return flow


def booking_agent(call_id: UUID, today: date) -> FlowAgent:
    """The agent of one call to `sip:demo`."""

    def record(outcome: FlowOutcome) -> Record:
        # Of a caller who is to be called back only a part may be known.
        known = {KEPT[name]: value for name, value in outcome.slots.items() if name in KEPT}
        return OutcomeMade(call_id, "booking", outcome.status, known)

    return FlowAgent(booking_flow(today), record)
