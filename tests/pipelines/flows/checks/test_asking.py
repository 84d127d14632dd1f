from __future__ import annotations

from typing import Any

import pytest

from pipelines.flows.checks import asking
from tests.pipelines.flows.checks.drawing import ask, drawn, faults, found_in, leads


def grammar(jsgf: str) -> dict[str, Any]:
    return {"kind": "grammar", "jsgf": jsgf, "keys": {"1": "r"}, "offer": "Press one for red."}


GOOD = "#JSGF V1.0;\ngrammar g;\npublic <g> = (red {r} | blue {b});\n"


@pytest.mark.parametrize(
    ("slot", "found"),
    [
        (grammar(GOOD), []),
        (grammar(GOOD.replace("(red", "(<colour>")), ["error n slot"]),
        (grammar("no grammar"), ["error n slot"]),
        (grammar(GOOD.replace("red", "rrredd")), ["warning n slot"]),
        ({"kind": "choice", "options": [{"value": "Xyzzyq"}, {"value": "London"}]}, ["warning n slot"]),
        ({"kind": "choice", "options": [{"value": "!!!"}]}, ["error n slot.options.0.say.0"]),
        ({"kind": "number", "words": {"a couple": 2}}, []),
    ],
)
def test_slots_are_made_as_for_a_call(slot: dict[str, Any], found: list[str]) -> None:
    assert faults(drawn([ask("n", slot=slot)], leads("start n bye"), "n")) == found


def test_words_that_another_recogniser_hears_are_not_looked_up() -> None:
    slot = {"kind": "choice", "options": [{"value": "Xyzzyq"}]}
    assert found_in(drawn([ask("n", slot=slot)], leads("start n bye"), "n", defaults={"stt": ["x"]})) == []


def test_an_intent_that_is_a_number() -> None:
    edge = {"type": "intent", "source": "*", "target": "bye", "intent": "one", "phrases": ["help", "twenty"]}
    [found] = found_in(drawn([ask("n")], [*leads("start n bye"), edge], "n"))
    assert (found.severity, found.field) == ("warning", "edges.2.phrases")
    assert found.what.startswith("'twenty' is an answer here (20)")


def test_intents_beside_a_question_are_few() -> None:
    """Each of them makes every question larger."""
    many = [
        {"type": "intent", "source": "*", "target": "bye", "intent": f"i{at}", "phrases": [f"say {at} now"]}
        for at in range(asking.MOST_AT_ONCE + 1)
    ]
    nodes = [ask(f"n{at}", variable="n", slot={"kind": "date"}) for at in range(200)]
    path = leads("start " + " ".join(each["id"] for each in nodes) + " bye", forget=True)
    assert faults(drawn(nodes, [*path, *many], "n")) == ["error  edges"]
    assert found_in(drawn(nodes, [*path, *many[1:100]], "n")) == []


def test_what_a_language_has_no_words_for() -> None:
    check = {"id": "check", "type": "confirm", "facts": "Bon?"}
    flow = drawn([check], leads("start check bye"), defaults={"language": "sw"})
    assert set(faults(flow)) >= {"warning check"}
    assert found_in(drawn([check], leads("start check bye"), defaults={"language": "de"})) == []
