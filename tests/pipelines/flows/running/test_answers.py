"""Answers that are secret, or keyed, or amended, or none to the question: what is said of them, and told."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.flows.running.executor import DocumentExecutor
from tests.pipelines.flows.running.flows import END, asked, caller, edge, node

PIN = {"kind": "digits", "least": 4, "most": 4}
PHONE = {"kind": "phone"}


def asking(
    slot: dict[str, Any] | None = None, *, secret: bool = True, edges: Any = (), **fields: Any
) -> DocumentExecutor:
    question = asked("code", "code", slot=slot or PIN, **fields)
    variables = [{"name": "code", "secret": secret}]
    flow = caller([question, END], [edge("code", "end"), *edges], variables=variables)
    flow.start()
    return flow


@pytest.mark.parametrize("by", [["keys"], ["voice", "keys"]])
def test_a_secret_that_was_keyed_is_taken_and_not_read_back(by: list[str]) -> None:
    assert asking(by=by).keyed("4711").say == "Bye."
    assert asking(by=by, secret=False).keyed("4711").say == "I have four seven one one. Is that right?"


def test_a_secret_that_was_surely_heard_is_taken_and_another_one_asked_for_again() -> None:
    assert asking().utterance("four seven one one", True).say == "Bye."
    flow = asking()
    assert (
        flow.utterance("four seven one one", True, doubtful=True).say
        == "Sorry, I didn't get that. code, again?"
    )
    assert "seven" not in flow.utterance("four seven one one", False, confidence=0.2).say
    assert flow.utterance("four seven one one", True).say == "Bye."


@pytest.mark.parametrize("slot", [PIN, PHONE])
def test_no_part_of_a_secret_is_said(slot: dict[str, Any]) -> None:
    flow = asking(slot)
    assert flow.utterance("four seven", True).say == "And then?"
    assert flow.silence().say == "And then?"
    for said in ("six five", "six five four three two one six five four three two one six five four"):
        assert not {"four", "seven", "six", "five"} & set(flow.utterance(said, True).say.lower().split(" "))


def test_an_entry_that_cannot_be_is_not_repeated() -> None:
    said = asking(by=["keys"]).keyed("47119", "too many").say
    assert said == "Sorry, I didn't get that. code, again?"


def test_what_was_said_to_a_secret_question_is_no_variable_of_the_flow() -> None:
    question = asked("code", "code", slot=PIN)
    told = node("told", "say", text="You said {{ last.said }}.")
    edges = [edge("code", "told"), edge("told", "end")]
    flow = caller([question, told, END], edges, variables=[{"name": "code", "secret": True}])
    flow.start()
    assert flow.utterance("four seven one one", True).say == "You said . Bye."


def test_who_keys_is_asked_to_key_and_not_to_speak() -> None:
    flow = asking(by=["keys"], secret=False)
    flow.keyed("4711")
    assert flow.keyed("2").say == "Then please key it in once more. code, again?"
    step = flow.keyed("4711")
    for _ in range(4):
        step = flow.keyed("2")
        if not step.end:
            flow.keyed("4711")
    assert step.end and "hardly hear" not in step.say


def test_a_key_that_answers_is_that_right_leads_nowhere_else() -> None:
    keys = [edge("*", "end", keys="1"), edge("*", "end", keys="0")]
    flow = asking(secret=False, edges=keys)
    flow.keyed("4711")
    assert flow.keyed("2").say.startswith("Then please say it once more.")
    flow.keyed("4711")
    assert [event["why"] for event in flow.events()] == ["start", "next"]
    flow.keyed("1")
    assert [event["why"] for event in flow.events()] == ["next"]
    other = asking(secret=False, edges=keys)
    other.keyed("4711")
    other.keyed("0")
    assert other.events()[-1]["why"] == "key"


def test_an_amended_step_is_told_as_one_that_comes_from_where_the_first_did() -> None:
    flow = caller(
        [asked("one", "colour"), asked("two", "more"), END],
        [edge("one", "two"), edge("two", "end")],
        variables=("colour", "more"),
    )
    flow.start()
    flow.utterance("red", True)
    flow.utterance("blue", True, amends=True)
    *_, first, amended = flow.events()
    assert (first["from"], first.get("amends")) == ("one", None)
    assert (amended["node"], amended["from"], amended["amends"]) == ("two", "one", True)
    flow.utterance("red", True)
    assert [(each["from"], each.get("amends")) for each in flow.events()] == [("two", None)]


def test_an_intent_is_heard_where_only_keys_are_an_answer() -> None:
    help = edge("*", "end", intent="help", phrases=["[the] operator [please]"])
    flow = asking(by=["keys"], edges=[help])
    slot = flow.keyed("").slot
    assert slot is not None and JsgfGrammar(slot.own_grammar.jsgf).judge("the operator please".split())[0]
    assert flow.utterance("the operator please", True).end


def test_a_time_that_ends_a_sentence_ends_it_once() -> None:
    question = asked("time", "time", slot={"kind": "time"})
    told = node("told", "end_call", text="Then at {{ time }}.")
    flow = caller([question, told], [edge("time", "told")], variables=["time"])
    flow.start()
    assert flow.utterance("two thirty p m", True).say == "Then at 2:30 p.m."
