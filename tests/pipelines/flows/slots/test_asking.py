"""What a caller hears who is asked for one thing, of each kind that is more than one answer."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.flows.agent import listen_of
from pipelines.flows.executor import FlowExecutor
from pipelines.flows.model import Ask, EndCall, Flow
from tests.pipelines.flows.slots.kinds import slot as made


def asking(spec: dict[str, Any], language: str = "en") -> FlowExecutor:
    flow = Flow.of(
        "ask",
        "ask",
        (Ask("ask", "asked", "Which one?", "Say it.", "end"), EndCall("end", "Thank you.", "confirmed")),
        (made(spec, language),),
        "Goodbye.",
    )
    executor = FlowExecutor(flow)
    executor.start()
    return executor


def collected(spec: dict[str, Any], *said: str, language: str = "en") -> tuple[str, object]:
    """What is said at last, and the value; keys after a slash."""
    executor = asking(spec, language)
    say = ""
    for each in said:
        step = executor.keyed(each[1:]) if each.startswith("/") else executor.utterance(each)
        say = step.say
    return say, executor.slots.get("asked")


PHONE = {"kind": "phone"}
FULL = "I have four one five, five five five, zero one two three. Is that right?"


@pytest.mark.parametrize(
    ("spec", "said", "say", "value"),
    [
        (PHONE, ("four one five",), "four one five. And then?", None),
        (PHONE, ("four one five", "five five five", "zero one two three"), FULL, None),
        (PHONE, ("four one five", "555-0123"), FULL, None),
        (PHONE, ("four one five", "/5550123"), FULL, None),
        (PHONE, ("four one five five five five zero one two three", "yes"), "Thank you.", "4155550123"),
        (PHONE, ("four one five five five five zero one two three", "no four", "yes"), "Thank you.",
         "4155550124"),
        ({"kind": "name"}, ("It's McDonald.",), "I have McDonald. Is that right?", None),
        ({"kind": "name"}, ("anna smith", "no anna smythe", "yes"), "Thank you.", "Anna Smythe"),
        ({"kind": "name"}, ("bravo oscar", "yes"), "Thank you.", "BO"),
        ({"kind": "spelling", "least": 3, "most": 3}, ("BX7.",),
         "I have B as in bravo, X as in x-ray, seven. Is that right?", None),
        ({"kind": "spelling", "least": 3, "most": 3}, ("bravo x-ray seven", "the last one is eight", "yes"),
         "Thank you.", "BX8"),
        ({"kind": "text"}, ("My Cat is in Paris",), "Thank you.", "My Cat is in Paris"),
        ({"kind": "money"}, ("fifteen dollars",), "I have $15.00. Is that right?", None),
        ({"kind": "money"}, ("fifteen dollars", "no fifty dollars"), "I have $50.00. Is that right?", None),
        ({"kind": "email"}, ("jo at x dot org", "yes"), "Thank you.", "jo@x.org"),
        ({"kind": "date", "weekdays": ["monday"], "offer": "Press one."}, ("on sunday",),
         "Sorry, tomorrow is not possible here. Press one.", None),
        ({"kind": "number", "most": 20}, ("thirty",),
         "Sorry, 30 is not possible here. Please key in the number, then hash.", None),
    ],
)  # fmt: skip
def test_what_a_caller_hears(spec: dict[str, Any], said: tuple[str, ...], say: str, value: object) -> None:
    assert collected(spec, *said) == (say, value)


def test_a_german_number_is_put_right_in_german() -> None:
    spec = {"kind": "digits", "least": 4, "most": 4}
    assert collected(spec, "null eins sieben fünf", "nein sechs", "ja", language="de")[1] == "0176"


def test_the_words_alone_tell_when_a_text_is_over() -> None:
    assert listen_of(asking({"kind": "text"}).start()).finality is None
    assert listen_of(asking(PHONE).start()).finality is not None
