"""What authors write for what callers may say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.flows.model import Intent, Slot
from pipelines.flows.slots.intents import with_intents
from pipelines.flows.slots.phrasebook import Phrasebook
from pipelines.flows.slots.phrases import LONGEST, SlotError, phrase
from tests.pipelines.flows.slots.kinds import slot
from tests.pipelines.flows.slots.sentences import sentences

ODD = (
    st.text(st.sampled_from("ab '-,.!?()[]|<>=;*+{}\"/\\#\n\t\u0000\u00e4\u0915\u093f\u65e5\u2028"))
    | st.text()
)


@pytest.mark.parametrize(
    ("text", "jsgf", "said"),
    [
        ("Mountain View", "mountain view", {"mountain view"}),
        ("[the] (Place | Office), please!", "[the] (place | office) please",
         {"the place please", "place please", "the office please", "office please"}),
        ("option 2", "option two", {"option two"}),
        ("at 2 p.m.", "at two p m", {"at two p m"}),
        ("check-in", "check-in", {"check in"}),
        ("d\u2019accord", "d'accord", {"d'accord"}),
        ("grün", "grün", {"grün"}),
        ("yes | no", "(yes | no)", {"yes", "no"}),
    ],
)  # fmt: skip
def test_a_phrase_is_read_and_written_as_part_of_a_grammar(text: str, jsgf: str, said: set[str]) -> None:
    found = phrase(text)
    assert found.jsgf() == jsgf
    assert set(found.sentences() or ()) == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yes; public <x> = no", "';' is no part of a word"),
        ("a <rule>", "'<' would be a reference to another rule; write its words"),
        ("very* good", "a repetition"),
        ("ha+", "a repetition"),
        ("a {tag}", "'{' is no part of a word"),
        ("a // comment", "'/' is no part of a word"),
        ('"quoted"', "is no part of a word"),
        ("(a | b", "a '(' is not closed"),
        ("a ]", "']' closes nothing"),
        ("a || b", "there are no words"),
        ("()", "there are no words"),
        ("   ", "there are no words"),
        ("[please]", "no word at all"),
        ("[a] | b", "no word at all"),
        ("-", "'-' is no part of a word"),
        ("'", "''' is no word"),
        ("a" * (LONGEST + 1), "longer than 500 characters"),
        ("a " * 101, "more than 100 words"),
        ("(" * 40 + "a" + ")" * 40, "nested more than 8 deep"),
        ("me@example", "'@' is no part of a word"),
    ],
)
def test_what_is_no_phrase_is_told_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(SlotError) as error:
        phrase(text)
    assert why in str(error.value)


@settings(max_examples=100, deadline=None)
@given(ODD)
def test_no_phrase_breaks_out_of_its_rule(text: str) -> None:
    try:
        found = phrase(text)
    except SlotError:
        return
    # The only rule is ours, and it is a grammar.
    grammar = JsgfGrammar(f"#JSGF V1.0;\ngrammar g;\npublic <g> = {found.jsgf()};\n")
    assert grammar.words == set(found.words)


@settings(max_examples=60, deadline=None)
@given(ODD, ODD, st.sampled_from(["value", "say", "label", "lead"]))
def test_a_choice_of_odd_words_is_a_slot_or_an_error_that_says_why(one: str, other: str, field: str) -> None:
    option: dict[str, Any] = {"value": "one", "say": ["one"]}
    spec: dict[str, Any] = {"kind": "choice", "options": [option, {"value": "two"}]}
    if field == "lead":
        spec["lead"] = [one[:500] or "a"]
    else:
        option[field] = [one[:500] or "a", other[:500] or "b"] if field == "say" else one[:200] or "a"
    try:
        made = slot(spec)
    except SlotError as error:
        assert str(error)
        return
    grammar = JsgfGrammar(made.own_grammar.jsgf)
    assert grammar.judge(["two"])[0]
    assert made.parse(one) in (None, "one", "two", option["value"])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_nothing_that_is_heard_raises(text: str) -> None:
    for spec in KINDS:
        spec.parse(text)
        spec.finality(text)
        spec.impossible(text)
        spec.dtmf.parse(text)


KINDS: list[Slot] = [
    slot(kind, language)
    for kind in (
        {"kind": "choice", "options": [{"value": "London"}, {"value": "Paris"}]},
        {"kind": "yes_no"},
        {"kind": "number", "most": 2_000_000},
        {"kind": "date"},
        {"kind": "date", "earliest": -40_000, "latest": 0},
        {"kind": "time"},
        {"kind": "duration"},
        {"kind": "money"},
        {"kind": "digits"},
        {"kind": "spelling"},
        {"kind": "name"},
        {"kind": "phone"},
        {"kind": "email"},
        {"kind": "address"},
        {"kind": "text"},
        {"kind": "grammar", "jsgf": "public <x> = yes {1} | no {2};"},
    )
    for language in ("en", "de", "ja")
]


def test_of_many_optional_words_a_phrase_is_walked_through() -> None:
    many = "[" + "] [".join("abcdefghijklmnopqrst") + "] end"
    book = Phrasebook([("long", [phrase(many)]), ("short", [phrase("b end")])])
    assert phrase(many).sentences() is None
    assert (book("a c t end"), book("b end"), book("c a end")) == ("long", "long", None)


def test_too_many_optional_words_are_refused_at_once() -> None:
    many = [f"[{' '.join(['a'] * 2)}] " * 33 + f"end {n}" for n in range(200)]
    with pytest.raises(SlotError, match="too much may be said"):
        Phrasebook([("x", [phrase(each) for each in many])])


def test_a_choice_that_no_recogniser_can_hold_is_refused_before_a_call() -> None:
    many = [{"value": f"v{n}", "say": [f"{'some more words here ' * 20} {n}"]} for n in range(400)]
    with pytest.raises(SlotError, match="more than 20000 states; split the question in two"):
        slot({"kind": "choice", "options": many})


def test_five_hundred_options_are_found() -> None:
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    options = [
        {"value": each.title(), "say": [f"[mister | miss] {each}", f"{each} from sales"]} for each in names
    ]
    asked = slot({"kind": "choice", "options": options})
    assert len(names) == 500
    assert [asked.parse(f"to {name} please") for name in names] == [name.title() for name in names]
    assert JsgfGrammar(asked.own_grammar.jsgf).judge(names[-1].split())[0]


FIRST = [a + b for a in ("an", "be", "ca", "do", "el") for b in ("na", "ton", "rl", "ra", "la")]
LAST = [a + b for a in ("smith", "hill", "brook", "stone", "wood") for b in ("", "s", "er", "ley")]


# ---- intents


YES_NO = with_intents(
    slot({"kind": "yes_no"}), {"operator": ["(a | the) person", "operator"], "no": ["no way"]}
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("operator", Intent("operator")), ("a person please", Intent("operator")), ("yes", "yes"),
     ("no way", Intent("no")), ("no", "no"), ("weather", None)],
)  # fmt: skip
def test_intents_are_understood_beside_the_answers(text: str, value: object) -> None:
    found = YES_NO.parse(text)
    assert found == value and isinstance(found, Intent) == isinstance(value, Intent)


def test_an_intent_is_equal_to_no_value() -> None:
    assert Intent("yes") != "yes" and not Intent("yes") == "yes" and "yes" != Intent("yes")
    assert Intent("yes") == Intent("yes") and {Intent("yes"): 1}.get("yes") is None  # type: ignore[call-overload]


def test_an_answer_wins_where_both_fit() -> None:
    asked = with_intents(slot({"kind": "yes_no"}), {"agree": ["yes"]})
    assert asked.parse("yes") == "yes"


def test_intents_are_in_the_grammar_and_less_likely_than_answers() -> None:
    grammar = JsgfGrammar(YES_NO.own_grammar.jsgf)
    assert ("the", "person") in sentences(grammar) and ("yes",) in sentences(grammar)
    assert grammar.odds(["yes"]) > grammar.odds(["operator"])
