"""JSGF grammars: what they allow, what can follow, and errors that name the place."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.engines.grammars.jsgf import JsgfGrammar, NextWord
from pipelines.engines.grammars.jsgf_document import GrammarError

HEAD = "#JSGF V1.0;\ngrammar g;\n"


def judge(rules: str, sentence: str) -> tuple[bool, bool]:
    return JsgfGrammar(HEAD + rules).judge(sentence.split())


TIME = "public <t> = [at] <n> [thirty] [p m]; <n> = two | three;"


@pytest.mark.parametrize(
    ("sentence", "complete", "extensible"),
    [
        ("", False, True),
        ("two", True, True),
        ("two thirty", True, True),
        ("at two thirty p", False, True),
        ("two thirty p m", True, False),
        ("thirty", False, False),
        ("two two", False, False),
    ],
)
def test_sentences_of_a_time_grammar(sentence: str, complete: bool, extensible: bool) -> None:
    assert judge(TIME, sentence) == (complete, extensible)


def test_repetition_weights_tags_quotes_and_comments() -> None:
    rules = """
    // a comment
    public <x> = /0.7/ <d>+ {tag \\} here} | /3/ "good morning" <e>* ; /* another
    one */
    <d> = one | two; <e> = sir | madam;
    """
    assert judge(rules, "one two one") == (True, True)
    assert judge(rules, "good morning") == (True, True)
    assert judge(rules, "good morning madam sir") == (True, True)
    assert judge(rules, "good") == (False, True)
    assert JsgfGrammar(HEAD + rules).words == {"one", "two", "good", "morning", "sir", "madam"}


@pytest.mark.parametrize(
    ("rules", "sentence", "meaning"),
    [
        ("public <x> = yes | no;", "yes", ("yes",)),
        ("public <x> = (yes | yes please) {y};", "yes please", ("{y}",)),
        ("public <x> = ([that's] right | yes) {y};", "that's right", ("{y}",)),
        ("public <x> = ([that's] right | yes) {y};", "right", ("{y}",)),
        ("public <x> = <d>+; <d> = (zero | oh) {0} | one;", "oh zero one", ("{0}", "{0}", "one")),
        ("public <x> = two [people {}];", "two people", ("two",)),
        ("public <x> = two people { };", "two people", ("two",)),
        ("public <x> = (two {2} people) {all};", "two people", ("{all}",)),
        ("public <x> = two {2} {other};", "two", ("{2}",)),
        ("public <x> = one two {2};", "one two", ("one", "{2}")),
        ("public <x> = no {no} | no {} <part>; <part> = day;", "no", ("{no}",)),
        ("public <x> = no {no} | no {} <part>; <part> = day;", "no day", ("day",)),
        ("public <x> = yes | no;", "maybe", ()),
    ],
)
def test_a_tag_is_what_the_words_before_it_mean(rules: str, sentence: str, meaning: tuple[str, ...]) -> None:
    assert JsgfGrammar(HEAD + rules).meaning(sentence.split()) == meaning


def test_what_is_tagged_may_be_said_as_before() -> None:
    plain, tagged = (
        JsgfGrammar(HEAD + f"public <x> = [a] ((b | c [d])+{tag} | <NULL>{tag} e){tag};")
        for tag in ("", " {t}")
    )
    for sentence in ("a b", "c d b", "e", "a", "d", "b c", "a e e", ""):
        assert plain.judge(sentence.split()) == tagged.judge(sentence.split()), sentence


def test_null_is_nothing_and_void_blocks() -> None:
    assert judge("public <x> = a <NULL> b | c <VOID>;", "a b") == (True, False)
    assert judge("public <x> = a <NULL> b | c <VOID>;", "c") == (False, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#JSGF V1.0;\ngrammar g;\npublic <x> = {a} b;", "stands behind nothing"),
        ("grammar g; public <x> = a;", "begins with"),
        ("#JSGF V1.0;\npublic <x> = a;", "grammar NAME"),
        (HEAD + "<x> = a;", "one public rule"),
        (HEAD + "public <x> = a; public <y> = b;", "this one has 2"),
        (HEAD + "public <x> = <y>;", "<y>, which is not defined"),
        (HEAD + "public <x> = a <x>;", "<x> -> <x>"),
        (HEAD + "public <x> = a | ;", "alternative is empty"),
        (HEAD + "public <x> = (a;", "was expected"),
        (HEAD + "public <x> = a", "ends where"),
        (HEAD + "public <x> = a;\npublic <x> = b;", "line 4 .*there twice"),
        (HEAD + "public <x> = <VOID>;", "no sentence"),
        (HEAD + "public <x> = }a;", "cannot read"),
        (HEAD + "import <other.rule>;", "imports"),
        (HEAD + "public <x> = /" + "9" * 400 + "/ a | b;", "cannot read"),
        (HEAD + "public <x> = " + "(" * 200 + "a" + ")" * 200 + ";", "100 deep"),
    ],
)
def test_a_wrong_grammar_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(GrammarError, match=message):
        JsgfGrammar(text)


def test_a_grammar_that_multiplies_is_refused() -> None:
    rules = "".join(f"<r{i}> = <r{i + 1}> <r{i + 1}>;" for i in range(40)) + "<r40> = a;"
    with pytest.raises(GrammarError, match="states"):
        JsgfGrammar(HEAD + "public <x> = <r0>;" + rules)


@given(st.text(alphabet='<>x=;|()[]*+{}/"a \n\\', max_size=60))
def test_any_text_is_a_grammar_or_an_error(rules: str) -> None:
    try:
        JsgfGrammar(HEAD + rules)
    except GrammarError as error:
        assert str(error)


def test_weights_say_which_answers_are_likely_before_anything_is_heard() -> None:
    known = JsgfGrammar(
        "#JSGF V1.0;\ngrammar g;\npublic <g> = /8/ (yes | yes please) {yes} | /8/ <no> | /1/ [<no>] <d>;\n"
        "<no> = no | wrong; <d> = monday | tuesday;"
    )
    usual = (8 + 8 + 1) / 3
    for said, weight in (("yes", 8), ("yes please", 8), ("no", 8), ("monday", 1), ("no monday", 1)):
        assert known.odds(said.split()) == pytest.approx(math.log(weight / usual)), said
    assert known.odds(["no"]) > known.odds(["no", "tuesday"]) == known.odds(["tuesday"])
    assert known.odds(["never", "heard"]) == 0.0
    assert JsgfGrammar("#JSGF V1.0;\ngrammar g;\npublic <g> = yes | no;").odds(["yes"]) == 0.0


def test_weights_of_what_may_be_said_over_and_over_come_to_an_end() -> None:
    known = JsgfGrammar("#JSGF V1.0;\ngrammar g;\npublic <g> = (/5/ [um] | /1/ one)+;")
    assert math.isfinite(known.odds(["one", "one"])) and known.judge(["one", "one"])[0]


def test_a_weight_without_an_alternative_is_a_fault_with_its_place() -> None:
    with pytest.raises(GrammarError, match="line 3 of the grammar: the weight /3/ stands before no"):
        JsgfGrammar("#JSGF V1.0;\ngrammar g;\npublic <g> = one /3/ two;")


def test_words_that_lead_to_the_same_are_looked_up_once() -> None:
    """Each of 200 words from each of 200 places, 100 times over, took six seconds."""
    looked_up = []

    class Branch(dict[str, list[NextWord]]):
        def get(self, word: str, otherwise: object = None) -> Any:
            looked_up.append(word)
            return super().get(word, otherwise)

    known = JsgfGrammar(HEAD + "public <g> = (" + "[a] " * 200 + ")+ b;")
    known.paths.by_word[:] = map(Branch, known.paths.by_word)
    assert known.meaning(["a"] * 50 + ["b"]) == ("a",) * 50 + ("b",)
    assert len(looked_up) <= 52
