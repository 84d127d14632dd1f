"""Digits, letters and numbers as callers say and key them, misheard and put right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.conversation.agent import Finality
from pipelines.conversation.spoken_forms import cardinal
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.flows.characters import DIGITS, say_digits, say_letters
from pipelines.flows.checking import Check
from pipelines.flows.collectors import digits_slot, letters_slot, number_slot
from pipelines.flows.executor import FlowExecutor
from pipelines.flows.model import Ask, EndCall, Flow, Slot
from pipelines.flows.numbers import whole_number
from pipelines.flows.phrases import Phrases
from pipelines.flows.steps import MISSES
from pipelines.flows.validation import validate

CODE = digits_slot("code", 3)
ACCOUNT = digits_slot("account", 4, 8, pattern=r"[1-9]\d+")
NAME = letters_slot("name", 2, 12)
BOOKING = letters_slot("booking", 4, pattern=r"[A-Z]{2}\d{2}", digits=True)
COUNT = number_slot("count", 1, 500, unit="parcels")
ANY_NUMBER = JsgfGrammar(number_slot("count", 0, 999_999).own_grammar.jsgf)
ALL = (CODE, ACCOUNT, NAME, BOOKING, COUNT)


def asking(slot: Slot) -> FlowExecutor:
    flow = Flow.of(
        "ask",
        "ask",
        (Ask("ask", slot.name, "Which one?", "Say it.", "end"), EndCall("end", "Thank you.", "confirmed")),
        (slot,),
        "Goodbye.",
    )
    validate(flow)
    executor = FlowExecutor(flow)
    executor.start()
    return executor


def collected(slot: Slot, *said: str) -> tuple[str, object]:
    """What is said at last, and the value; keys after a slash."""
    executor = asking(slot)
    say = ""
    for each in said:
        step = executor.keyed(each[1:]) if each.startswith("/") else executor.utterance(each)
        say = step.say
    return say, executor.slots.get(slot.name)


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        (CODE, "zero one seven", "017"),
        (CODE, "it's oh one seven", "017"),
        (CODE, "double seven one", "771"),
        (CODE, "one", "1"),
        (CODE, "seventeen", None),
        (NAME, "b as in bravo echo r for romeo t like tom", "BERT"),
        (NAME, "bravo echo x-ray", "BEX"),
        (NAME, "p as in boy", "B"),
        (NAME, "b for", None),
        (BOOKING, "alpha b for boy four two", "AB42"),
        (COUNT, "two hundred and fifteen parcels", 215),
        (COUNT, "fifteen", 15),
        (COUNT, "a hundred", 100),
        (COUNT, "zero", None),
        (COUNT, "five hundred and one", None),
    ],
)
def test_what_is_said_is_understood(slot: Slot, text: str, value: object) -> None:
    assert slot.parse(text) == value
    if value is not None:
        complete, _ = JsgfGrammar(slot.own_grammar.jsgf).judge(text.split())
        assert complete


@pytest.mark.parametrize("slot", ALL, ids=lambda slot: slot.name)
def test_every_word_of_the_grammars_is_in_the_recognisers_dictionary(slot: Slot) -> None:
    pocketsphinx = pytest.importorskip("pocketsphinx")
    dictionary = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    known = {line.split(" ", 1)[0] for line in dictionary.read_text().splitlines()}
    question = Check.of(slot, 7 if slot is COUNT else "AB", Phrases()).question
    assert JsgfGrammar(slot.own_grammar.jsgf).words <= known
    assert JsgfGrammar(question.own_grammar.jsgf).words <= known


@pytest.mark.parametrize(
    "answer",
    ["yes", "no", "no one eight", "that's wrong one eight", "start again", "no start over",
     "the last one is nine", "last digit is nine", "no the last two are one eight",
     "the third digit is four"],
)  # fmt: skip
def test_the_answers_to_is_that_right_can_be_recognised(answer: str) -> None:
    question = Check.of(CODE, "017", Phrases()).question
    assert JsgfGrammar(question.own_grammar.jsgf).judge(answer.split())[0]


@pytest.mark.parametrize(
    "name", "number tens unit digit one_or_more letter letter_word character mend ordinal count".split()
)
def test_a_slot_may_be_called_like_a_rule_of_ours(name: str) -> None:
    for slot in (digits_slot(name, 3), letters_slot(name, 3, digits=True), number_slot(name, 1, 2_000)):
        for grammar in (
            slot.own_grammar,
            Check.of(slot, slot.parse("one") or "b", Phrases()).question.own_grammar,
        ):
            JsgfGrammar(grammar.jsgf)


def test_bare_letters_are_understood_and_yet_not_listened_for() -> None:
    assert NAME.parse("b e r t") == "BERT"
    assert not JsgfGrammar(NAME.own_grammar.jsgf).judge(["b", "e", "r", "t"])[0]


def test_a_number_is_read_back_and_kept_only_after_a_yes() -> None:
    assert collected(CODE, "zero one seven") == ("I have zero one seven. Is that right?", None)
    assert collected(CODE, "zero one seven", "yes") == ("Thank you.", "017")
    assert collected(CODE, "zero one seven", "/1") == ("Thank you.", "017")


@pytest.mark.parametrize(
    ("correction", "value"),
    [
        ("no one eight", "018"),
        ("nine", "019"),
        ("no zero four two", "042"),
        ("the last one is nine", "019"),
        ("the last two are nine four", "094"),
        ("the second digit is five", "057"),
        ("the first one is six", "617"),
    ],
)
def test_what_was_misheard_is_put_right_in_part_and_read_back_again(correction: str, value: str) -> None:
    say, kept = collected(CODE, "zero one seven", correction)
    assert (say, kept) == (f"I have {say_digits(value)}. Is that right?", None)
    assert collected(CODE, "zero one seven", correction, "yes")[1] == value


@pytest.mark.parametrize("correction", ["the ninth digit is four", "the last four are one two three four"])
def test_a_correction_of_what_is_not_there_is_asked_about(correction: str) -> None:
    say, _ = collected(CODE, "zero one seven", correction)
    assert say == "Please say a clear yes, or no. I have zero one seven. Is that right?"


def test_start_again_and_no_ask_for_all_of_it_anew() -> None:
    assert collected(CODE, "zero one seven", "start again")[0] == "Then please say it once more. Say it."
    assert collected(CODE, "zero one seven", "no", "four two six", "yes")[1] == "426"
    say, _ = collected(CODE, "zero one seven", "no", "zero one seven", "no")
    assert say == "Then please say it once more. Please key in the three digits."


def test_digits_may_come_in_groups() -> None:
    executor = asking(CODE)
    step = executor.utterance("zero one")
    assert (step.say, step.before) == ("zero one. And then?", "01")
    assert step.slot is not None and step.slot.finality("seven", step.before) is Finality.WHOLE
    assert executor.utterance("seven").say == "I have zero one seven. Is that right?"


def test_who_waits_after_half_a_number_is_told_what_was_heard() -> None:
    executor = asking(CODE)
    executor.utterance("zero one")
    assert executor.silence().say == "zero one. And then?"
    assert executor.keyed("7").say == "I have zero one seven. Is that right?"


def test_keys_go_on_where_the_voice_stopped_and_win_when_they_are_all_of_it() -> None:
    assert collected(CODE, "zero one", "/7", "/1")[1] == "017"
    assert collected(CODE, "zero one", "/426", "/1")[1] == "426"
    assert collected(CODE, "/01", "seven", "yes")[1] == "017"


def test_a_number_that_cannot_be_is_said_so() -> None:
    assert collected(ACCOUNT, "zero one two three")[0] == (
        "Sorry, zero one two three is not possible here. Please key in the 4 to 8 digits, then hash."
    )
    assert collected(CODE, "one two three four")[0].startswith("Sorry, one two three four is not possible")


def test_a_half_told_number_is_waited_for() -> None:
    assert CODE.finality("zero one") is Finality.HANGING
    assert CODE.finality("zero one seven") is Finality.WHOLE
    assert ACCOUNT.finality("one two three four") is Finality.OPEN
    assert CODE.finality("um") is Finality.HANGING
    assert COUNT.finality("two") is Finality.OPEN, "hundred may follow"


def test_letters_are_read_back_with_a_word_each() -> None:
    say, _ = collected(NAME, "b e r t")
    assert say == "I have B as in bravo, E as in echo, R as in romeo, T as in tango. Is that right?"
    assert collected(NAME, "d e r t", "the first letter is b as in boy", "yes")[1] == "BERT"
    assert collected(BOOKING, "a b four two", "yes")[1] == "AB42"
    assert say_letters("X7") == "X as in x-ray, seven"


def test_letters_on_the_keys() -> None:
    assert collected(NAME, "/22327381", "yes")[1] == "BERT"
    assert collected(BOOKING, "/21224020", "yes")[1] == "AB42"
    assert collected(NAME, "/29")[0].startswith("Sorry, 2 9 is not possible here. For each letter")
    assert collected(NAME, "/70707070")[0].startswith("Sorry,"), "digits are no letters"


def test_a_whole_number_is_read_back_so_that_it_cannot_be_mistaken() -> None:
    assert collected(COUNT, "fifteen")[0] == "I have 15 parcels, one five. Is that right?"
    assert collected(COUNT, "fifteen", "no fifty")[0] == "I have 50 parcels, five zero. Is that right?"
    assert collected(COUNT, "fifteen", "no fifty", "yes")[1] == 50
    assert collected(COUNT, "/15")[0] == "I have 15 parcels, one five. Is that right?"


def test_who_corrects_for_ever_is_not_kept_on_the_line_for_ever() -> None:
    executor = asking(CODE)
    executor.utterance("zero one seven")
    steps = [executor.utterance(f"no {digit}") for digit in [*DIGITS][: MISSES + 1]]
    assert [step.end for step in steps] == [False] * MISSES + [True]


def test_a_number_that_nobody_can_ask_for_is_refused() -> None:
    for low, high in ((5, 4), (-1, 4), (0, 10_000_000)):
        with pytest.raises(ValueError, match="cannot be asked for"):
            number_slot("count", low, high)


@settings(deadline=None)
@given(st.integers(0, 999_999))
def test_every_number_is_understood_as_it_is_said(n: int) -> None:
    words = cardinal(n).replace("-", " ").split()
    assert whole_number(words) == n
    assert ANY_NUMBER.judge(words)[0]


@settings(deadline=None)
@given(st.text("0123456789", min_size=1, max_size=8))
def test_every_digit_comes_back_as_it_was_read(text: str) -> None:
    slot = digits_slot("d", len(text))
    assert slot.parse(slot.say(text).replace(",", "")) == text
