"""Grammars of authors: written anew they allow what they allowed, and nothing in them gets further."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.meaning import Meaning
from pipelines.flows.checking import Check
from pipelines.flows.phrases import Phrases
from pipelines.flows.slots.phrases import SlotError
from tests.pipelines.flows.slots.kinds import slot
from tests.pipelines.flows.slots.sentences import sentences

BY_HAND: dict[str, Any] = json.loads((Path(__file__).parent / "booking_by_hand.json").read_text())
PIECES = st.sampled_from(
    ["public", "<x>", "<y>", "=", ";", "(", ")", "[", "]", "|", "*", "+", "{t}", "{}", "/2/", "a", "b",
     "// c\n", "/* c */", "#JSGF V1.0;", "grammar g;", "import <z>;", "<NULL>", "<VOID>", '"q r"', "\u00e4",
     "\\"]
)  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_a_grammar_that_is_written_anew_is_the_same(name: str) -> None:
    jsgf = BY_HAND[name]["jsgf"]
    before, now = JsgfGrammar(jsgf), JsgfGrammar(slot({"kind": "grammar", "jsgf": jsgf}).own_grammar.jsgf)
    said = sentences(before, 5)
    assert said == sentences(now, 5)
    for words in said:
        assert Meaning.of(before, words) == Meaning.of(now, words)
        assert before.odds(words) == pytest.approx(now.odds(words), abs=1e-4)


def test_rules_called_like_ours_are_not_taken_for_them() -> None:
    asked = slot(
        {"kind": "grammar", "jsgf": "public <asked_slot> = <check_yes> <mend>; <check_yes> = a; <mend> = b;"}
    )
    question = Check.of(asked, "a b", Phrases()).question
    grammar = JsgfGrammar(question.own_grammar.jsgf)
    assert grammar.judge(["yes"])[0] and grammar.judge(["no", "a", "b"])[0]
    assert not grammar.judge(["a"])[0]


def test_a_comment_with_a_rule_in_it_is_no_rule() -> None:
    asked = slot(
        {"kind": "grammar", "jsgf": "#JSGF V1.0; // public <no> = x;\ngrammar own;\npublic <x> = a;"}
    )
    assert sentences(JsgfGrammar(asked.own_grammar.jsgf)) == {("a",)}
    JsgfGrammar(Check.of(asked, "a", Phrases()).question.own_grammar.jsgf)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=25), st.booleans())
def test_any_text_is_a_grammar_or_an_error_that_says_why(pieces: list[str], whole: bool) -> None:
    jsgf = ("public <x> = " if whole else "") + " ".join(pieces) + " a;"
    try:
        asked = slot({"kind": "grammar", "jsgf": jsgf})
    except SlotError as error:
        assert str(error).startswith(("the grammar cannot be used: ", "too much may be said"))
        return
    JsgfGrammar(Check.of(asked, "a", Phrases()).question.own_grammar.jsgf)
    for words in sorted(sentences(JsgfGrammar(asked.own_grammar.jsgf), 3))[:20]:
        assert asked.parse(" ".join(words)) is not None


@pytest.mark.parametrize(
    "jsgf",
    ["public <x> = " + "(" * 20_000, "public <x> = " + "(a | b) " * 7_000 + ";",
     "public <x> = " + "[" * 90 + "a" + "]" * 90 + " b;", "public <x> = " + "((a+)+)+ " * 3_000 + ";",
     *("".join(f"<r{n}> = <r{n + 1}> <r{n + 1}>;" for n in range(40))
       + f"<r40> = {each}; public <x> = <r0> b;" for each in ("a", "<NULL>", "[a]", "<VOID>"))],
    ids=["brackets", "alternatives", "optional", "loops", "doubling", "nothing", "maybe", "never"],
)  # fmt: skip
def test_a_bomb_is_refused_or_harmless(jsgf: str) -> None:
    try:
        assert slot({"kind": "grammar", "jsgf": jsgf[:50_000]}).parse("b") in (None, "b")
    except SlotError:
        pass
