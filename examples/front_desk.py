"""A flow that hands its caller over to a human, and goes on where nobody takes the call.

Whom it rings stands in the variable FRONT_DESK: an extension, a number or an address that may be called from
here. That human is told what the call is about, and presses 1 to take it; the caller hears music meanwhile.

Try it: `voiceforge agents set desk --python examples.front_desk:FrontDesk`.
"""

from __future__ import annotations

import os

from pipelines.engines.protocols import Grammar
from pipelines.flows.agent import FlowAgent
from pipelines.flows.model import Ask, Dtmf, EndCall, Flow, Slot, TransferCall
from pipelines.flows.validation import validate

TOPICS = {"sales": "sales", "a repair": "a repair", "repair": "a repair", "an invoice": "an invoice"}
TOPIC = Slot(
    "topic",
    Grammar("topic", "#JSGF V1.0;\ngrammar topic;\npublic <topic> = sales | [a] repair | an invoice;\n"),
    TOPICS.get,
    Dtmf(1, {"1": "sales", "2": "a repair", "3": "an invoice"}.get, "Press 1, 2 or 3."),
)
AGAIN = Slot(
    "again",
    Grammar("again", "#JSGF V1.0;\ngrammar again;\npublic <again> = yes | no;\n"),
    {"yes": "yes", "no": "no"}.get,
    Dtmf(1, {"1": "yes", "2": "no"}.get, "Press 1 for yes, or 2 for no."),
)


def front_desk(to: str) -> Flow:
    """The flow that hands over to `to`. Raises FlowError."""
    flow = Flow.of(
        "front desk",
        "topic",
        (
            Ask(
                "topic",
                "topic",
                "Hello. Is it about sales, a repair, or an invoice?",
                "Please say: sales, a repair, or an invoice.",
                "human",
            ),
            TransferCall(
                "human",
                "One moment, I will find somebody for {topic}.",
                to,
                failed="again",
                briefing="I have a caller on the line about {topic}.",
            ),
            Ask(
                "again",
                "again",
                "I am sorry, nobody is free. Shall I try once more?",
                "Please say yes or no.",
                "goodbye",
                branches={"yes": "human"},
            ),
            EndCall("goodbye", "Please call again later. Goodbye."),
        ),
        (TOPIC, AGAIN),
        give_up="I cannot hear you. Goodbye.",
    )
    validate(flow)
    return flow


class FrontDesk(FlowAgent):
    def __init__(self) -> None:
        super().__init__(front_desk(os.environ.get("FRONT_DESK", "101")), lambda outcome: None)
