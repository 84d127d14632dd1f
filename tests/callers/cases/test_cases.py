"""The set itself: enough cases, every fault of the list in it, and a caller who answers what is asked."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from callers.cases.desks import BOOKING, PARCELS
from callers.cases.evidence import Evidence, Played, Told
from callers.cases.families import ABOUT, all_cases, chosen, quick
from callers.cases.keep import account, keep
from callers.cases.person import Person, asked
from callers.cases.references import undisturbed
from callers.cases.script import GOAL, Book, Case, Fate, Over, Saying, Wait
from callers.cases.tally import Result, as_json, by_family, figures
from callers.cases.verdict import Measured
from callers.sound import RATE, Samples, clipped

CASES = all_cases()


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 120
    assert max(Counter(case.name for case in CASES).values()) == 1
    assert {case.family for case in CASES} == set(ABOUT)


def test_sounds_and_words_come_from_at_least_three_seeds() -> None:
    seeds: dict[str, set[int]] = {}
    for case in CASES:
        seeds.setdefault(case.family, set()).add(case.seed)
    few = {family for family, found in seeds.items() if len(found) < 3}
    assert few == {"noise 20 dB", "noise 5 dB", "noise, with keys"}


def test_nothing_is_ever_said_by_the_voice_that_our_recognisers_cannot_judge() -> None:
    assert not any("espeak" in case.voice for case in CASES)


def test_cases_are_chosen_by_family_name_and_seed() -> None:
    echoes = chosen(["echo"])
    assert echoes and all(case.family == "echo" for case in echoes)
    assert len(chosen(["pauses"], most_seeds=1)) == 4
    assert [case.name for case in chosen(names=["short-words/stop/1"])] == ["short-words/stop/1"]
    assert chosen(["nothing of the kind"]) == []
    assert [case.family for case in quick()] == list(ABOUT)


# ---- the person


@pytest.mark.parametrize(
    ("line", "slot"),
    [
        ("Hello, this is the room desk. To reserve a meeting room, say: book a room.", "wish"),
        ("Which office would you like? For example Mountain View, or London.", "place"),
        ("Mountain View. And for which day?", "day"),
        ("At what time does it begin today?", "time"),
        ("How long do you need it, from 2:30 p.m. on?", "length"),
        ("And how many people will there be?", "people"),
        ("Mountain View, today at 2:30 p.m., half an hour, 2 people. Say no to change it.", "check"),
        ("Mountain View, today. Is that right? Please say yes or no.", "check"),
        ("What should I change: the place, the day, the time, the length, or the people?", "change"),
        ("Sorry, I did not understand. Please say today, tomorrow, or a day of the week.", "day"),
        ("Your room is booked. Goodbye.", ""),
    ],
)
def test_a_person_knows_what_is_asked(line: str, slot: str) -> None:
    assert asked(line) == slot


READ_BACK = "Mountain View, today at 2:30 p.m., half an hour, 2 people. "
WRONG = "London, today at 2:30 p.m., half an hour, 2 people. "


def person(*, keys: bool = False, objects: bool = False) -> Person:
    return Person(Book(keys=keys, objects=objects), BOOKING.facts(GOAL))


def test_a_person_meets_the_read_back_with_silence_right_or_wrong() -> None:
    assert person().answer(READ_BACK + "Say no to change it.").speech is None
    assert person().answer(WRONG + "Say no to change it.").speech is None


def test_a_person_who_minds_objects_to_a_wrong_read_back() -> None:
    answer = person(objects=True).answer(WRONG + "Say no to change it.")
    assert answer.speech == Saying("no")


@pytest.mark.parametrize("wrong", ["12 people", "2:30 p.m., half an hour, 22 people"])
def test_a_number_that_ends_like_the_wanted_one_is_objected_to(wrong: str) -> None:
    read_back = READ_BACK.replace("2 people", wrong) + "Say no to change it."
    assert person(objects=True).answer(read_back).speech == Saying("no")


def test_asked_for_yes_or_no_a_person_tells_the_truth() -> None:
    question = "Is that right? Please say yes or no."
    assert person().answer(READ_BACK + question).speech == Saying("yes")
    assert person().answer(WRONG + question).speech == Saying("no")


def test_asked_once_more_without_the_read_back_a_person_knows_it_still() -> None:
    again = "Please say a clear yes, or no. Press one if it is right, two to change it."
    for read_back, word in ((READ_BACK, "yes"), (WRONG, "no")):
        caller = person()
        caller.answer(read_back + "Is that right? Please say yes or no.")
        assert caller.answer(again).speech == Saying(word)


def test_keys_are_pressed_after_two_tries_where_they_are_offered() -> None:
    caller = person(keys=True)
    offer = "Sorry. Which office? Press one for Mountain View."
    assert [caller.answer(offer).keys for _ in range(3)] == ["", "", "1"]
    assert [person().answer(offer).keys for _ in range(3)] == ["", "", ""]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Did you say Mountain View? Press one for yes, or two for no.", "yes"),
        ("Did you say London?", "no"),
        ("Was it half an hour?", "yes"),
        ("I have 8 people. Is that right?", "no"),
        ("Did you say 12 people?", "no"),
        ("Did you say 12:30 p.m.?", "no"),
        ("Did you say 2:30 a.m., three zero?", "no"),
        ("Did you say 2:30 p.m., three zero?", "yes"),
        ("Did you say 2:30 p.m.?", "yes"),
        ("Did you say 2 people?", "yes"),
        ("There is a loud hum on the line. Shall we call you back? Press one for yes, or two for no.", "no"),
    ],
)
def test_a_question_about_one_value_is_answered_truly(question: str, word: str) -> None:
    assert person().answer(question).speech == Saying(word)


def test_at_the_parcel_desk_the_read_back_is_compared_with_what_is_wanted() -> None:
    caller = Person(Book(desk="parcels"), PARCELS.facts(PARCELS.goal), PARCELS)
    assert caller.answer("What is the number of your parcel?").slot == "number"
    right, wrong = (
        "I have four two seven, one zero six. Is that right?",
        "I have four two one. Is that right?",
    )
    assert caller.answer(right).speech == Saying("yes")
    assert caller.answer(wrong).speech == Saying("no")


def test_a_person_asked_the_same_for_ever_hangs_up() -> None:
    caller = person()
    answers = [caller.answer("At what time does it begin today?") for _ in range(7)]
    assert [answer.hangs_up for answer in answers] == [False] * 6 + [True]


def test_asked_to_say_it_once_more_a_person_does() -> None:
    caller = person()
    caller.answer("At what time does it begin today?")
    assert caller.answer("Then please say it once more.").speech == Saying("two thirty p m")
    assert caller.answer("Sorry, I didn't get that. For example: ten thirty.").slot == "time"
    assert caller.answer("I am sorry, I cannot hear you. Goodbye.").speech is None


def test_a_person_who_did_not_understand_says_nothing() -> None:
    answer = person().answer("Your room is booked. Goodbye.")
    assert (answer.speech, answer.keys) == (None, "")


# ---- figures


def result(family: str = "coughs", **measured: object) -> Result:
    return Result(Case(family, "x", ()), Measured(**measured))  # type: ignore[arg-type]


def test_shares_are_of_what_was_counted_and_none_of_nothing() -> None:
    found = figures([Measured(interruptions=4, taken=3), Measured(sounds=2, wrongly_taken=1)])
    assert (found.taken, found.wrongly_taken, found.cut_answers) == (0.75, 0.5, None)


def test_families_keep_their_order_and_the_whole_comes_last() -> None:
    rows = by_family([result("echo"), result("coughs", failures=("x",))])
    assert list(rows) == ["coughs", "echo", "all"]
    assert (rows["all"].cases, rows["all"].passed) == (2, 1)


def test_a_result_names_what_failed_and_why() -> None:
    kept = as_json([result(failures=("took the floor",)), result("echo")], {"commit": "abc"})
    assert kept["failed"] == {"coughs/x/1": ["took the floor"]}
    assert kept["families"]["all"]["passed"] == 1


# ---- references, and what is kept for people


def spoken(seconds: float, *, silent: float = 1.0) -> Samples:
    draw = np.random.default_rng(3)
    return clipped(np.concatenate([draw.normal(0, 3_000, int(seconds * RATE)), np.zeros(int(silent * RATE))]))


def test_lines_are_learnt_from_where_nobody_disturbs_them() -> None:
    far = np.concatenate([np.zeros(800, np.int16), spoken(2.0), spoken(1.0), spoken(1.5)])
    told = (
        Told(60, "agent", {"text": "first"}),
        Told(2_100, "heard", {"text": "first", "interrupted": False}),
        Told(3_060, "agent", {"text": "second"}),
        Told(4_100, "heard", {"text": "second", "interrupted": False}),
        Told(5_060, "agent", {"text": "third"}),
        Told(6_000, "heard", {"text": "thi", "interrupted": True}),
    )
    mine = Played("over the second", 3_300, 3_600)
    found = undisturbed(Evidence(Case("reference", "x", ()), far=far, played=(mine,), told=told))
    assert list(found) == ["first"]
    assert len(found["first"]) / RATE == pytest.approx(2.0, abs=0.05)


def test_what_is_kept_can_be_heard_and_read(tmp_path: Path) -> None:
    case = Case("coughs", "a cough", (Over(Saying("stop"), 1, Fate.TAKEN), Wait(1)))
    evidence = Evidence(
        case, spoken(1), spoken(2), (Played("stop", 500, 900, fate=Fate.TAKEN),), (1_500.0,),
        (Told(700, "final", {"text": "stop\x1b[2J", "call": "id"}),), answered=True,
    )  # fmt: skip
    keep(tmp_path, evidence, Measured(("too late",), booking="none", stop_ms=(120.0,)))
    text = (tmp_path / "coughs-a-cough-1.txt").read_text()
    assert "CALLER 'stop'" in text and "FAILED too late" in text and "\x1b" not in text
    assert (tmp_path / "coughs-a-cough-1.wav").stat().st_size > RATE
    assert [line[:7].strip() for line in account(evidence)] == ["0.50", "0.70", "1.50"]
