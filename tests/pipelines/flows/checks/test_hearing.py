from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.flows.checks.drawing import ask, drawn, faults, found_in, leads


def choice(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return ask("place", slot={"kind": "choice", "options": list(options), **more})


def intent(source: str, *phrases: str, name: str = "person") -> dict[str, Any]:
    return {"type": "intent", "source": source, "target": "bye", "intent": name, "phrases": list(phrases)}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([{"value": "London"}, {"value": "Paris"}], []),
        ([{"value": "London", "say": ["(london"]}], ["error place slot.options.0.say.0"]),
        ([{"value": "London", "say": ["[london]"]}], ["error place slot.options.0.say.0"]),
        (
            [
                {"value": "London", "say": ["london [town]"]},
                {"value": "Ontario", "say": ["(big | london) town"]},
            ],
            ["error place slot.options.1.say.0"],
        ),
        ([{"value": "a"}, {"value": "b", "say": ["the a", "a"]}], ["error place slot.options.1.say.1"]),
    ],
)
def test_words_for_answers(options: list[dict[str, Any]], found: list[str]) -> None:
    assert faults(drawn([choice(*options)], leads("start place bye"), "place")) == found


def test_words_before_answers_may_be_left_out() -> None:
    document = drawn([choice({"value": "a"}, lead=["[please]", "to ("])], leads("start place bye"), "place")
    assert faults(document) == ["error place slot.lead.1"]


def test_an_intent_is_no_answer() -> None:
    nodes = [choice({"value": "London"}, {"value": "Paris"})]
    edges = leads("start place bye")
    assert found_in(drawn(nodes, [*edges, intent("place", "a person [please]")], "place")) == []
    assert faults(drawn(nodes, [*edges, intent("place", "(paris | rome)")], "place")) == [
        "error place edges.2.phrases.0"
    ]
    [found] = found_in(drawn(nodes, [*edges, intent("*", "help", "paris")], "place"))
    assert (found.severity, found.field) == ("warning", "edges.2.phrases.1")
    assert "never the intent 'person'" in found.what


def test_a_read_back_has_answers_of_its_own() -> None:
    check = {"id": "check", "type": "confirm", "facts": "Yes?"}
    edges = leads("start check", "check bye")
    assert faults(drawn([check], [*edges, intent("check", "never mind")])) == [
        "error check edges.2.phrases.0"
    ]
    assert found_in(drawn([{**check, "cancels": False}], [*edges, intent("check", "never mind")])) == []


def test_two_intents_have_words_of_their_own() -> None:
    edges = [*leads("start place bye"), intent("*", "help"), intent("*", "[please] help", name="help")]
    assert faults(drawn([choice({"value": "a"})], edges, "place")) == ["error  edges.3.phrases.0"]
    same = [*leads("start place bye"), intent("*", "help"), intent("*", "[please] help")]
    assert found_in(drawn([choice({"value": "a"})], same, "place")) == []


def test_many_words_are_compared_in_bounds() -> None:
    """Phrases that allow more than can be listed are left out; of too many the rest is."""
    wide = " ".join("(a | b | c | d)" for _ in range(6))
    many = [{"value": f"v{at}", "say": [f"w{at} {'(a | b) ' * 5}"]} for at in range(40)]
    flow = drawn([choice({"value": "x", "say": [wide]}, *many)], leads("start place bye"), "place")
    assert [each.severity for each in found_in(flow)] == ["warning"], "words that nobody knows"
