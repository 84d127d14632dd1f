"""A flow that collects what must not be misheard: a parcel's number, the postcode, and how many parcels.

Each may be said, keyed, or both ("four two", pause, 7 1 5 8); it is read back and can be put right in part.

Try it: `voiceforge chat examples.parcels:Parcels`, or `voiceforge agents set parcels --python
examples.parcels:Parcels`.
"""

from __future__ import annotations

from uuid import UUID

from mediaserver.storage.records import OutcomeMade, Record
from pipelines.flows.agent import FlowAgent
from pipelines.flows.checking import yes_or_no
from pipelines.flows.collectors import digits_slot, letters_slot, number_slot
from pipelines.flows.model import Ask, Confirm, EndCall, Flow
from pipelines.flows.progress import FlowOutcome
from pipelines.flows.validation import validate


def checks_out(number: str) -> bool:
    """The last digit of a parcel's number makes the sum of all a multiple of ten."""
    return sum(map(int, number)) % 10 == 0


NUMBER = digits_slot("number", 6, check=checks_out)
POSTCODE = letters_slot("postcode", 4, pattern=r"[A-Z]{2}\d{2}", digits=True)
COUNT = number_slot("count", 1, 50, unit="parcels")
RIGHT = yes_or_no("right", "Press one for yes, or two for no.")


def parcels() -> Flow:
    """Raises FlowError."""
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
                example="For example: four two seven.",
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
        (NUMBER, POSTCODE, COUNT, RIGHT),
        give_up="I am sorry, I cannot hear you. Please call again. Goodbye.",
    )
    validate(flow)
    return flow


class Parcels(FlowAgent):
    def __init__(self, call_id: UUID) -> None:
        def record(outcome: FlowOutcome) -> Record:
            return OutcomeMade(call_id, "parcels", outcome.status, dict(outcome.slots))

        super().__init__(parcels(), record)
