"""Agents of the conversation set, for what the booking demo cannot show. The server that the bench starts
loads them by `module:Class`; they use only what any agent may.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from mediaserver.storage.records import OutcomeMade, Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, End, Listen, Say, Utterance
from pipelines.engines.protocols import Grammar
from pipelines.flows.agent import FlowAgent
from pipelines.flows.checking import yes_or_no
from pipelines.flows.collectors import digits_slot, letters_slot, number_slot
from pipelines.flows.model import Ask, Confirm, EndCall, Flow
from pipelines.flows.progress import FlowOutcome
from pipelines.flows.validation import validate

PASSAGES = (
    "Our library opens at nine in the morning and closes at six in the evening, and on Thursdays we stay "
    "open until eight so that people who work late can come and read in the big hall under the roof.",
    "Every visitor may borrow up to ten books for four weeks, and whoever brings them back late pays a small "
    "amount for every day, which we use to buy new books for the children who come to us on Saturdays.",
    "In the basement there is a room with old maps and letters, which you may see with a guide every second "
    "Sunday of the month, as long as you write your name on the list at the entrance a week before.",
)
"""Long, and each without a stop: there is no natural pause between sentences."""
COMMANDS = Grammar(
    "commands",
    "#JSGF V1.0;\ngrammar commands;\npublic <command> = stop | wait | no | hello | yes | go on | "
    "(i want | i need) (a room | to book a room) | book a room | goodbye | help;\n",
)


class _Quiet:
    """What all of them share: nothing to remember."""

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


class ReadingAgent(_Quiet):
    """Reads on and on; says 'All right.' to whatever it is told, and reads the next passage."""

    grammar: Grammar | None = COMMANDS

    def __init__(self) -> None:
        self._at = 0

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        passage = PASSAGES[self._at % len(PASSAGES)]
        self._at += 1
        yield Listen(self.grammar, silence_ms=4_000)
        if isinstance(said, Utterance):
            yield Say("All right.")
        yield Say(passage)


class OpenReadingAgent(ReadingAgent):
    """The same, with the general model instead of a grammar."""

    grammar = None


class Listener(_Quiet):
    """Takes what is said without a grammar, and answers in a few words."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Answered():
                yield Listen(None, silence_ms=60_000)
                yield Say("Hello. Please tell me your story.")
            case Utterance():
                yield Say("Thank you, I have written that down.")
            case _:
                yield Say("Are you still there?")


class Messenger(_Quiet):
    """Has one thing to say and hangs up; whoever speaks to it is answered, and told goodbye again."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Listen(COMMANDS)
        if isinstance(said, Utterance):
            yield Say("Your parcel comes tomorrow. Goodbye now.")
        else:
            yield Say("Hello. Your parcel comes tomorrow at nine. Thank you for calling us. Goodbye.")
        yield End()


class Hanging(_Quiet):
    """Greets, and then never answers: whatever it waits for does not come."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, Answered):
            yield Listen(COMMANDS)
            yield Say("Hello. What can I do for you?")
            return
        await asyncio.sleep(3_600)


class Slow(_Quiet):
    """Thinks for five seconds before it answers."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Listen(COMMANDS)
        if isinstance(said, Answered):
            yield Say("Hello. What can I do for you?")
            return
        text = said.text if isinstance(said, Utterance) else "nothing"
        await asyncio.sleep(5)
        yield Say(f"I have looked it up. You said {text}.")


class ParcelDesk(FlowAgent):
    """Collects six digits, a postcode and a number, and reads each back."""

    def __init__(self, call_id: UUID) -> None:
        def record(outcome: FlowOutcome) -> Record:
            return OutcomeMade(call_id, "parcels", outcome.status, dict(outcome.slots))

        super().__init__(parcel_flow(), record)


def parcel_flow() -> Flow:
    """Raises FlowError."""
    number = digits_slot("number", 6)
    postcode = letters_slot("postcode", 4, pattern=r"[A-Z]{2}\d{2}", digits=True)
    count = number_slot("count", 1, 50, unit="parcels")
    flow = Flow.of(
        "parcels",
        "number",
        (
            Ask(
                "number",
                "number",
                "Hello, this is the parcel desk. What is the number of your parcel?",
                "Please say the six digits one by one, or key them in.",
                "postcode",
            ),
            Ask(
                "postcode",
                "postcode",
                "And the postcode?",
                "Please say two letters, each with a word, and two digits: B as in bravo, for example.",
                "count",
            ),
            Ask("count", "count", "How many parcels are there?", "Please say a number.", "check"),
            Confirm(
                "check",
                "right",
                "Number {number}, to {postcode}, {count}.",
                "Say no if it is wrong.",
                "Is that right?",
                yes="done",
                no="again",
                cancel="again",
                changes={},
            ),
            EndCall("done", "They are on their way. Goodbye.", "confirmed"),
            EndCall("again", "Then please call again. Goodbye.", "cancelled"),
        ),
        (number, postcode, count, yes_or_no("right", "Press one for yes, or two for no.")),
        give_up="I am sorry, I cannot hear you. Please call again. Goodbye.",
    )
    validate(flow)
    return flow


AGENTS = {
    "reader": "ReadingAgent", "open-reader": "OpenReadingAgent", "listener": "Listener",
    "messenger": "Messenger",
    "hanging": "Hanging", "slow": "Slow",
    "parcels": "ParcelDesk",
}  # fmt: skip
"""User part of the address -> class."""
