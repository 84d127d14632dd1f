"""Persona files: what is read, and what is refused with the place and the reason."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from callers.simulated.persona import (
    LARGEST_FILE,
    MOST_PERSONAS,
    ExpectedOfCall,
    Persona,
    expected_data,
    personas_of,
    read_personas,
)
from callers.simulated.temperament import USUAL, Behaviour, Temperament
from mediaserver.errors import ConfigError

BOOKING = Path(__file__).parent / "booking.json"
SUNDAY = date(2026, 11, 22)


def test_the_example_has_every_temperament() -> None:
    personas = read_personas(BOOKING)
    assert {persona.temperament for persona in personas} == set(Temperament)


def test_one_persona_a_list_and_a_template_are_all_files() -> None:
    one = {"name": "a"}
    assert (
        personas_of(one, "x")
        == personas_of([one], "x")
        == personas_of({"document": {}, "personas": [one]}, "x")
    )


def test_one_of_several_temperaments_is_played_in_each() -> None:
    value = {
        "name": "Anna",
        "temperament": ["patient", "hurried"],
        "expect": {"max_turns": 9, "outcome": "confirmed"},
        "expect_of": {"hurried": {"max_turns": 30}},
        "behaviour_of": {"hurried": {"gap_ms": 200}},
    }
    patient, hurried = personas_of(value, "x")
    assert (patient.name, hurried.name) == ("Anna, patient", "Anna, hurried")
    assert (patient.expect.max_turns, hurried.expect.max_turns) == (9, 30)
    assert hurried.expect.outcome == "confirmed" and hurried.behaves.gap_ms == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"temperament": []}, "1 to 100 personas"),
        ({"temperament": ["patient", "angry"]}, "persona a, angry: temperament"),
        ({"temperament": ["patient"] * 1_000}, "two personas are called 'a, patient'"),
        ({"temperament": [4]}, "temperament"),
        ({"temperament": ["patient"], "expect_of": {"hurried": {}}}, "expect_of is an object by temperament"),
        ({"temperament": ["patient"], "expect_of": 4}, "expect_of is an object by temperament"),
        ({"temperament": ["patient"], "expect_of": {"patient": 4}}, "expect"),
        ({"temperament": ["patient"], "behaviour_of": {"patient": {"x": 4}}}, "behaviour"),
        ({"expect_of": {}}, "expect_of: Extra inputs"),
    ],
)
def test_what_is_wrong_with_several_temperaments_is_said(changes: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        personas_of({"name": "a", **changes}, "x")


def test_every_temperament_differs_and_is_valid() -> None:
    behaviours = [Persona(name="x", temperament=each).behaves for each in Temperament]
    assert len(set(behaviours)) == len(Temperament) == len(USUAL)


def test_a_persona_changes_what_its_temperament_does() -> None:
    persona = Persona(name="x", temperament=Temperament.HURRIED, behaviour={"gap_ms": 400})
    assert persona.behaves.gap_ms == 400
    assert persona.behaves.barge_in == Persona(name="y", temperament=Temperament.HURRIED).behaves.barge_in
    assert Persona(name="z").behaves == Behaviour()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"name": ""}, "name"),
        ({"name": "a", "mood": "bad"}, "mood: Extra inputs"),
        ({"name": "a", "temperament": "angry"}, "temperament: Input should be 'patient'"),
        ({"name": "a", "behaviour": {"gap": 1}}, "behaviour"),
        ({"name": "a", "behaviour": {"barge_in": 2}}, "behaviour"),
        (
            {"name": "a", "facts": {"Big": {"asked": ["x"], "say": ["y"]}}},
            "a topic is a word of small letters",
        ),
        ({"name": "a", "facts": {"x": {"asked": ["x"]}}}, "something to say, or keys"),
        ({"name": "a", "facts": {"x": {"asked": ["?"], "say": ["y"]}}}, "no word in the phrase"),
        ({"name": "a", "facts": {"x": {"asked": ["x"], "keys": "12x"}}}, "facts.x.keys"),
        ({"name": "a", "expect": {"says": ["*"]}}, "no word in the phrase"),
        ({"name": "a", "expect": {"data": {"day": "@someday"}}}, "no date is called '@someday'"),
        ({"name": "a", "expect": {"ended_by": "nobody"}}, "expect.ended_by"),
        ({"name": "a", "world": {"now": "2026-11-23T10:00Z"}}, "without a time zone"),
        ({"name": "a", "world": {"tools": {"x": {"error": "boom"}}}}, "world.tools.x"),
        ("a", "Input should be a valid dictionary"),
        (None, "valid dictionary"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        personas_of(value, "file.json")
    assert said in str(caught.value)
    assert str(caught.value).startswith("file.json: persona")


def test_two_of_one_name_are_refused_and_so_are_none_and_too_many() -> None:
    with pytest.raises(ConfigError, match="two personas are called 'a'"):
        personas_of([{"name": "a"}, {"name": "a"}], "x")
    for count in (0, MOST_PERSONAS + 1):
        with pytest.raises(ConfigError, match="1 to 100 personas"):
            personas_of([{"name": str(n)} for n in range(count)], "x")


def test_files_that_are_none_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with pytest.raises(ConfigError, match="No such file"):
        read_personas(path)
    path.write_text("{")
    with pytest.raises(ConfigError, match="is no JSON"):
        read_personas(path)
    path.write_text("[" * 100_000)
    with pytest.raises(ConfigError, match="is no JSON"):
        read_personas(path)
    path.write_text(json.dumps("x" * LARGEST_FILE))
    with pytest.raises(ConfigError, match="512 KB at most"):
        read_personas(path)


def test_what_is_given_along_has_dates_of_the_call_too() -> None:
    world = {"now": "2026-11-22T10:00", "about": {"day": "@today+1", "time": "14:30"}}
    (persona,) = personas_of({"name": "a", "world": world}, "x")
    assert persona.world.given() == {"day": "2026-11-23", "time": "14:30"}
    with pytest.raises(ConfigError, match="world.about: no date is called '@noon'"):
        personas_of({"name": "a", "world": {"about": {"day": "@noon"}}}, "x")


def test_dates_are_those_of_the_day_of_the_call() -> None:
    data = {"a": "@today", "b": "@today+2", "c": "@monday", "d": "@sunday", "e": 4, "f": "today"}
    assert expected_data(ExpectedOfCall(data=data), SUNDAY) == {
        "a": "2026-11-22", "b": "2026-11-24", "c": "2026-11-23", "d": "2026-11-29", "e": 4, "f": "today",
    }  # fmt: skip
