from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.flows.checks.drawing import ask, drawn, faults, leads

OPTIONS: list[dict[str, Any]] = [{"name": "sales"}, {"name": "help"}]


def menu(*options: dict[str, Any]) -> dict[str, Any]:
    return {"id": "menu", "type": "menu", "text": "Which?", "options": list(options)}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([{"name": "a"}, {"name": "b"}], []),
        ([{"name": "a", "keys": "2"}, {"name": "b"}], ["error menu options.1.keys"]),
        ([{"name": "a"}, {"name": "a"}], ["error menu options.1"]),
        ([{"name": "a", "keys": "1"}, {"name": "b", "keys": "12"}], ["warning menu"]),
    ],
)
def test_each_answer_has_a_key_of_its_own(options: list[dict[str, Any]], found: list[str]) -> None:
    assert faults(drawn([menu(*options)], leads("start menu bye"))) == found


@pytest.mark.parametrize("source", ["menu", "*"])
def test_a_key_that_leads_away_is_no_answer(source: str) -> None:
    def away(keys: str) -> dict[str, Any]:
        return {"type": "key", "source": source, "target": "bye", "keys": keys}

    nodes = [menu(*OPTIONS)]
    assert faults(drawn(nodes, [*leads("start menu bye"), away("0")])) == []
    assert faults(drawn(nodes, [*leads("start menu bye"), away("2")])) == ["error menu edges.2.keys"]


def test_a_key_that_may_be_an_entry() -> None:
    edge = {"type": "key", "source": "*", "target": "bye", "keys": "0"}
    assert faults(drawn([ask("n")], [*leads("start n bye"), edge], "n")) == ["warning n edges.2.keys"]
    digits = ask("n", slot={"kind": "digits", "least": 4})
    assert faults(drawn([digits], [*leads("start n bye"), edge], "n")) == []


@pytest.mark.parametrize(
    ("slot", "field"),
    [
        ({"kind": "number", "least": 5, "most": 4}, "slot.least"),
        ({"kind": "digits", "least": 5, "most": 4}, "slot.least"),
        ({"kind": "money", "least": 5, "most": 4}, "slot.least"),
        ({"kind": "date", "earliest": 3, "latest": 2}, "slot.earliest"),
        ({"kind": "time", "earliest": "18:00", "latest": "08:00"}, "slot.earliest"),
        ({"kind": "spelling", "letters": False, "digits": False}, "slot.letters"),
        ({"kind": "number", "most": 4, "words": {"a dozen": 12}}, "slot.words.a dozen"),
        ({"kind": "choice", "options": [{"value": "a", "sounds_like": ["b"]}]}, "slot.options.0.sounds_like"),
    ],
)
def test_what_nobody_can_answer(slot: dict[str, Any], field: str) -> None:
    document = drawn([ask("n", slot=slot)], leads("start n bye"), "n")
    assert faults(document) == [f"error n {field}"]


def test_a_question_with_a_default_is_never_asked() -> None:
    document = drawn(
        [ask("n")], leads("start n bye"), variables=[{"name": "n", "kind": "number", "default": 1}]
    )
    assert faults(document) == ["warning n variable"]


def test_open_speech_and_models_are_named() -> None:
    text = ask("n", slot={"kind": "text"}, by=["voice"])
    assert faults(drawn([text], leads("start n bye"), "n")) == ["warning n slot.kind"]
    assert faults(drawn([text], leads("start n bye"), "n", defaults={"stt": ["whisper"]})) == []
    mail = ask("n", slot={"kind": "email"})
    assert faults(drawn([mail], leads("start n bye"), "n")) == ["warning n slot.kind"]
    assert faults(drawn([mail], leads("start n bye"), "n", defaults={"stt": ["whisper"]})) == []
    model = ask("n", slot={"kind": "text"}, by=["voice", "model"])
    assert faults(drawn([model], leads("start n bye"), "n")) == ["error n by"]
    assert faults(drawn([model], leads("start n bye"), "n", needs_model=True)) == []
    assert faults(drawn([ask("n")], leads("start n bye"), "n", needs_model=True)) == ["warning  needs_model"]


def test_phrases_of_the_flow_itself_have_known_names() -> None:
    assert faults(drawn([], leads("start bye"), defaults={"phrases": {"sory": "Sorry?"}})) == [
        "error  defaults.phrases.sory"
    ]
