"""How a sentence sounds: how like its neighbours it is."""

from __future__ import annotations

import pytest

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.stt.pocketsphinx.sounds import FAR, Phones, distance, nearest

SOUNDS: dict[str, tuple[Phones, ...]] = {
    "b": (("B", "IY"),),
    "e": (("IY",),),
    "h": (("EY", "CH"),),
    "eight": (("EY", "T"),),
    "fifteen": (("F", "IH", "F", "T", "IY", "N"),),
    "fifty": (("F", "IH", "F", "T", "IY"),),
    "paris": (("P", "EH", "R", "IH", "S"), ("P", "AE", "R", "IH", "S")),
    "people": (("P", "IY", "P", "AH", "L"),),
    "at": (("AE", "T"),),
}


def near(rules: str, text: str) -> int:
    grammar = JsgfGrammar(f"#JSGF V1.0;\ngrammar g;\npublic <g> = {rules};\n")
    return nearest(grammar, text.split(), lambda word: SOUNDS.get(word, ()))


def test_sounds_put_in_left_out_and_changed_are_counted() -> None:
    assert distance((), ()) == 0
    assert distance(("B", "IY"), ("IY",)) == 1
    assert distance(("EY", "T"), ("EY", "CH")) == 1
    assert distance((), ("A", "B")) == 2
    assert distance(("A", "B", "C"), ("X", "B")) == 2


@pytest.mark.parametrize(
    ("rules", "text", "sounds"),
    [
        ("b | e | paris", "b", 1),
        ("fifteen | fifty", "fifty", 1),
        ("(eight | paris) [people]", "paris people", 5),
        ("paris", "paris", FAR),
        ("[at] eight | paris", "at eight", FAR),
        ("eight | unheard", "eight", FAR),
        ("(b | e) {x} | eight", "b", 2),
        ("(fifteen | fifty) {x}", "fifteen", FAR),
        ("[b {}] (eight | paris)", "b paris", 5),
        ("paris fifteen {x} | paris fifty {y}", "paris fifteen", 1),
        ("(paris fifteen) {x} | (paris fifty) {y}", "paris fifteen", 1),
    ],
)
def test_a_sentence_is_as_far_from_its_neighbours_as_its_nearest_word(
    rules: str, text: str, sounds: int
) -> None:
    assert near(rules, text) == sounds
