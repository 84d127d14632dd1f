"""What is found wrong with a call, and what is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from callers.simulated.judging import judge, repetitions
from callers.simulated.mind import CHANGING, CHECK
from callers.simulated.persona import Persona
from callers.simulated.record import MadeOutcome, SimulatedCall, SimulatedLine

TODAY = date(2026, 11, 22)


def call(*lines: SimulatedLine, expect: dict[str, Any] | None = None, **fields: Any) -> SimulatedCall:
    persona = Persona.model_validate({"name": "x", "expect": expect or {}})
    return SimulatedCall(persona, 1, lines=list(lines), **fields)


def agent(text: str) -> SimulatedLine:
    return SimulatedLine("agent", text)


def caller(text: str, topic: str = "", **more: Any) -> SimulatedLine:
    return SimulatedLine("caller", text, topic, **more)


def failures(found: SimulatedCall, knowledge: str | None = "") -> list[str]:
    return list(judge(found, TODAY, knowledge).failures)


BOOKED = [MadeOutcome("booking", "confirmed", {"place": "London", "day": "2026-11-23"})]


def test_a_call_as_expected_passes() -> None:
    expect = {
        "outcome": "confirmed", "data": {"place": "London", "day": "@today+1"}, "ended_by": "agent",
        "max_turns": 1, "max_repetitions": 0, "says": ["is booked"], "never_says": ["cancelled"],
    }  # fmt: skip
    assert failures(call(agent("It is booked."), expect=expect, outcomes=BOOKED, ended_by="agent")) == []


def test_nothing_is_expected_by_default() -> None:
    assert failures(call()) == []


@pytest.mark.parametrize(
    ("expect", "fields", "why"),
    [
        ({"outcome": "cancelled"}, {"outcomes": BOOKED}, "outcome confirmed, not cancelled"),
        ({"outcome": "confirmed"}, {}, "outcome none, not confirmed"),
        ({"outcome": ""}, {"outcomes": BOOKED}, "outcome confirmed, not none"),
        (
            {"data": {"place": "Paris", "people": 2}}, {"outcomes": BOOKED},
            'wrong outcome: place is "London", not "Paris", people is null, not 2',
        ),
        ({"data": {"day": "@today"}}, {}, 'wrong outcome: day is null, not "2026-11-22"'),
        ({"ended_by": "agent"}, {"ended_by": "caller"}, "ended by caller, not by agent"),
        ({"ended_by": "agent"}, {}, "ended by nobody, not by agent"),
        ({"transferred_to": "sales"}, {"ended_by": "agent"}, "transferred to nobody, not to sales"),
        ({"max_turns": 1}, {}, "took 2 turns, more than 1"),
        ({"says": ["goodbye"]}, {}, "never said: goodbye"),
        ({"never_says": ["how * you"]}, {}, "said: how * you"),
        ({"max_reply_ms": 500}, {"reply_ms": (900.0, 900.0)}, "answered after 900 ms (p95), later than 500"),
        ({}, {"dead_air_s": 4.6}, "dead air of 4.6 s"),
        ({}, {"trouble": "the agent failed: x"}, "the agent failed: x"),
    ],
)  # fmt: skip
def test_each_expectation_that_fails_is_named(expect: Any, fields: Any, why: str) -> None:
    assert failures(call(agent("Hello."), agent("How are you?"), expect=expect, **fields)) == [why]


def test_words_that_only_two_lines_together_have_were_not_said() -> None:
    assert failures(call(agent("It is"), agent("free now"), expect={"never_says": ["is free"]})) == []


def test_a_price_from_nowhere_is_a_breach() -> None:
    why = ["named an amount that it has from nowhere: 45"]
    assert failures(call(agent("That is $45."))) == why
    assert failures(call(agent("That is $45.")), "all rooms cost 45") == []
    assert failures(call(agent("That is $45."), told=['{"price_cents": 4500}'])) == []
    assert failures(call(caller("i have forty five dollars"), agent("You have $45."))) == []
    assert failures(call(agent("That is $45."), caller("so forty four dollars"))) == why
    given = call(agent("That is $45."))
    given.persona = Persona.model_validate({"name": "x", "world": {"about": {"due": "45"}}})
    assert failures(given) == []
    assert failures(call(agent("That is $45.")), None) == [], "what the agent knows is not known"
    assert failures(call(agent("That is $45."), expect={"amounts_known": False})) == []


def test_the_opinion_of_a_model_is_marked_as_such() -> None:
    found = judge(call(), TODAY, opinion="it was rude")
    assert found.failures == ("the model that judges: it was rude",)


def test_asking_again_what_was_answered_is_a_repetition() -> None:
    lines = [agent("Where?"), caller("london", "place"), agent("Where, please?"), caller("london", "place")]
    assert repetitions(lines) == 1
    assert failures(call(*lines, expect={"max_repetitions": 0})) == ["asked again 1 times, more than 0"]


@pytest.mark.parametrize(
    "before",
    [
        caller("", "place"),
        caller("hm what", "place", aside=True),
        caller("paris", "day"),
    ],
)
def test_asking_again_after_no_answer_is_none(before: SimulatedLine) -> None:
    assert repetitions([agent("Where?"), before, agent("Where?"), caller("london", "place")]) == 0


@pytest.mark.parametrize("topic", [CHECK, CHANGING])
def test_checks_may_follow_one_another(topic: str) -> None:
    assert repetitions([agent("A?"), caller("no", topic), agent("B?"), caller("no", topic)]) == 0


def test_of_a_caller_without_topics_the_same_question_word_for_word_counts() -> None:
    lines = [
        agent("Hello. What is your name?"),
        caller("ann"),
        agent("Sorry! What is your NAME?"),
        caller("ann"),
    ]
    assert repetitions(lines) == 1
    assert repetitions([agent("Pardon?"), caller("ann"), agent("Pardon?"), caller("ann")]) == 0
    assert repetitions([lines[0], caller(""), lines[2], caller("ann")]) == 0


def test_keys_are_an_answer() -> None:
    pressed = caller("", "place", keys="4")
    assert repetitions([agent("Where?"), pressed, agent("Where?"), pressed]) == 1
