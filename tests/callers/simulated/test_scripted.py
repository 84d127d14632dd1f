"""What a scripted caller does, line by line."""

from __future__ import annotations

from typing import Any

import pytest

from callers.simulated.mind import CALLING_BACK, CHANGING, CHECK, Move
from callers.simulated.persona import Persona
from callers.simulated.scripted import Script, ScriptedMind

FACTS: dict[str, Any] = {
    "place": {
        "asked": ["which office", "say a place"],
        "say": ["london"],
        "keys": "4",
        "read_back": ["london"],
    },
    "day": {
        "asked": ["which day"],
        "say": ["tomorrow"],
        "keys": "2",
        "read_back": ["tomorrow"],
        "named": "date",
    },
    "people": {"asked": ["how many people"], "say": ["four people"], "read_back": ["4 people"]},
    "pin": {"asked": ["your pin"], "keys": "1234#"},
}


def mind(seed: str = "1", **changes: Any) -> ScriptedMind:
    value = {"name": "x", "facts": FACTS, **changes}
    return ScriptedMind(Script(Persona.model_validate(value)), seed)


def test_it_answers_what_is_asked() -> None:
    assert mind().move("Which office would you like?") == Move("place", "london")


def test_of_two_facts_in_one_line_the_last_is_meant() -> None:
    assert mind().move("Which office was clear. And for which day?").topic == "day"
    assert mind().move("For which day, and in which office?").topic == "place"


def test_it_is_silent_to_what_it_does_not_know() -> None:
    assert mind().move("What is your favourite colour?") == Move()
    assert mind(at_loss="i don't know").move("What colour?").speech == "i don't know"
    assert mind().move("") == Move()


def test_the_last_question_stands_when_it_is_asked_again_in_other_words() -> None:
    caller = mind()
    caller.move("Which office?")
    assert caller.move("Sorry, I didn't get that. Please say it once more.") == Move("place", "london")


def test_keys_are_pressed_after_its_tries_by_voice_where_they_are_offered() -> None:
    caller = mind(behaviour={"tries_by_voice": 1})
    offered = "Which office? Press four for London."
    assert caller.move(offered).speech == "london"
    assert caller.move("Which office?").speech == "london", "no keys were offered"
    assert caller.move(offered).keys == "4"


def test_one_that_prefers_keys_presses_at_once() -> None:
    caller = mind(temperament="silent", behaviour={"silences": 0})
    assert caller.move("Which office? Press four for London.").keys == "4"


def test_what_has_no_words_is_pressed_even_where_no_keys_are_named() -> None:
    assert mind().move("What is your pin?") == Move("pin", keys="1234#")


def test_it_hangs_up_after_so_many_tries_at_one_question() -> None:
    caller = mind(behaviour={"hangs_up_after": 2})
    assert [caller.move("Which office?").hangs_up for _ in range(3)] == [False, False, True]
    caller = mind(behaviour={"hangs_up_after": 2})
    assert [caller.move("Blah?").hangs_up for _ in range(3)] == [False, False, True]


def test_what_it_knows_nothing_of_counts_in_a_row_alone() -> None:
    caller = mind(behaviour={"hangs_up_after": 2})
    lines = ("Hm.", "Hm.", "Which office?", "Hm.", "Hm.")
    assert not any(caller.move(line).hangs_up for line in lines)


def test_a_value_that_is_asked_about_is_judged_truly() -> None:
    assert mind().move("Did you say London?") == Move(CHECK, "yes")
    assert mind().move("Did you say Paris?") == Move(CHECK, "no")
    assert mind().move("I have 4 people. Is that right?").speech == "yes"
    assert mind().move("I have 14 people. Is that right?").speech == "no"
    assert mind().move("Did you say today? Which day is it?").topic == CHECK


def told() -> ScriptedMind:
    caller = mind()
    for question in ("Which office?", "For which day?", "How many people?"):
        caller.move(question)
    return caller


def test_a_whole_read_back_is_right_only_when_all_that_was_told_is() -> None:
    assert told().move("London, tomorrow, 4 people. Is that right?").speech == "yes"
    assert told().move("London, today, 4 people. Say no to change it.").speech == "no"
    assert told().move("Paris, today, 5 people. Is that right?").speech == "no"


def test_what_was_never_told_may_be_missing_from_a_read_back() -> None:
    caller = mind()
    caller.move("Which office?")
    assert caller.move("London. Is that right?").speech == "yes"


def test_a_yes_or_no_question_alone_is_about_the_read_back_before_it() -> None:
    for line, word in (("London, tomorrow, 4 people.", "yes"), ("London, today, 4 people.", "no")):
        caller = told()
        caller.move(f"{line} Is that right?")
        assert caller.move("Please say a clear yes, or no.").speech == word
        assert (
            caller.move("A clear yes, or no. Press one if it is right, two to change it.").keys
            == {"yes": "1", "no": "2"}[word]
        )


def test_it_names_what_was_wrong_and_tells_it_again() -> None:
    caller = told()
    caller.move("London, today, 4 people. Is that right?")
    assert caller.move("What should I change: the place, or the day?") == Move(CHANGING, "date")
    assert caller.move("And for which day?").speech == "tomorrow"
    assert caller.move("London, tomorrow, 4 people. Is that right?").speech == "yes"


def test_the_name_of_what_is_to_be_changed_may_be_asked_about() -> None:
    caller = told()
    caller.move("London, today, 4 people. Is that right?")
    assert caller.move("Did you say the date?").speech == "no", "not yet"
    caller.move("What should I change?")
    assert caller.move("Did you say the date?").speech == "yes"
    assert caller.move("Did you say the place?").speech == "no"


def test_it_hangs_up_on_who_wants_to_change_what_is_right() -> None:
    caller = told()
    caller.move("London, tomorrow, 4 people. Is that right?")
    assert caller.move("What should I change?").hangs_up


def test_nobody_is_called_back() -> None:
    assert mind().move("Shall we call you back?") == Move(CALLING_BACK, "no")


def test_what_is_keyed_is_right_when_it_is_read_back_digit_by_digit() -> None:
    for line, word in (
        ("I have one two, three four.", "yes"),
        ("I have 1 2 3 4.", "yes"),
        ("I have 124.", "no"),
    ):
        caller = mind()
        caller.move("What is your pin?")
        assert caller.move(f"{line} Is that right?").speech == word
        assert caller.move("Please say a clear yes, or no.").speech == word


def test_a_yes_or_no_that_is_asked_for_again_is_still_about_its_own_question() -> None:
    facts = {**FACTS, "broken": {"asked": ["nothing work"], "say": ["no"], "keys": "2"}}
    caller = mind(facts=facts, behaviour={"tries_by_voice": 5})
    assert caller.move("Does nothing work at all?").speech == "no"
    assert caller.move("Press one for yes, or two for no.") == Move("broken", "no")
    caller = mind(facts=facts)
    caller.move("Which office?")
    assert caller.move("London. Yes or no?") == Move(CHECK, "yes")


def test_a_part_of_what_was_said_is_meant_though_no_read_back_of_it_is_known() -> None:
    facts = {**FACTS, "wish": {"asked": ["will you come"], "say": ["move it please"], "keys": "2"}}
    for asked, word in (
        ("Did you say move?", "yes"),
        ("Did you say cancel?", "no"),
        ("Did you say mo?", "no"),
    ):
        caller = mind(facts=facts)
        caller.move("Will you come?")
        assert caller.move(asked).speech == word


def test_what_is_asked_once_more_after_a_no_is_the_fact_and_no_check() -> None:
    caller = mind()
    caller.move("Which office?")
    assert caller.move("Did you say Paris?") == Move(CHECK, "no")
    assert caller.move("Then please say it once more.") == Move("place", "london")
    caller.move("For which day?")
    caller.move("London, today. Is that right?")
    assert caller.move("Sorry, I did not hear you.").topic == CHECK


def test_what_was_to_be_changed_is_not_taken_for_its_new_value() -> None:
    caller = mind()
    caller.move("How many people?")
    caller.move("5 people. Is that right?")
    assert caller.move("What should I change?") == Move(CHANGING, "people")
    assert caller.move("Did you say the day?") == Move(CHECK, "no")
    assert caller.move("Then please say it once more.") == Move(CHANGING, "people")
    assert caller.move("Did you say the people?") == Move(CHECK, "yes")
    caller.move("How many people?")
    assert caller.move("Did you say 5 people?") == Move(CHECK, "no")


def test_each_check_has_tries_of_its_own() -> None:
    caller = mind(behaviour={"hangs_up_after": 2})
    for _ in range(2):
        caller.move("Which office?")
        caller.move("London. Is that right?")
        assert caller.move("London. Is that right?") == Move(CHECK, "yes")


def test_a_fact_may_be_a_yes_of_its_own() -> None:
    facts = {**FACTS, "reminder": {"asked": ["like a reminder"], "say": ["yes please"], "keys": "1"}}
    caller = mind(facts=facts)
    assert caller.move("Would you like a reminder? Please say yes or no.") == Move("reminder", "yes please")


def test_silence_agrees_to_a_right_read_back_once() -> None:
    for line, silent in (("London. Is that right?", True), ("Paris. Is that right?", False)):
        caller = mind(behaviour={"agrees_by_silence": True})
        caller.move("Which office?")
        assert caller.move(line).silent is silent
        assert not caller.move(line).silent


def test_silences_come_before_each_answer() -> None:
    caller = mind(behaviour={"silences": 2})
    assert [caller.move("Which office?").silent for _ in range(3)] == [True, True, False]
    assert caller.move("For which day?").silent


def test_an_aside_is_made_once_a_question_and_is_no_answer() -> None:
    caller = mind(behaviour={"asides": 1.0, "aside_words": ["hm what"]})
    assert caller.move("Which office?") == Move("place", "hm what", aside=True)
    assert caller.move("Which office?") == Move("place", "london")
    assert caller.move("For which day?").aside


def test_one_who_errs_does_so_once_and_puts_it_right_when_asked() -> None:
    facts = {**FACTS, "place": {**FACTS["place"], "wrong": ["paris"]}}
    caller = mind(facts=facts, behaviour={"wrong_turns": 1.0})
    assert caller.move("Which office?").speech == "paris"
    assert caller.move("Paris. Is that right?").speech == "no"
    assert caller.move("What should I change?").speech == "place"
    assert caller.move("Which office?").speech == "london"
    assert caller.move("London. Is that right?").speech == "yes"


def test_fillers_and_repeats_surround_the_answer() -> None:
    caller = mind(behaviour={"fillers": 1.0, "filler_words": ["um"], "repeats": 1.0})
    assert caller.move("Which office?").speech == "um london | um london"


def test_remarks_are_made_once_when_their_time_comes() -> None:
    caller = mind(remarks=[{"say": "what does it cost", "when": ["is booked"]}, {"say": "good morning"}])
    assert caller.move("Please hold the line.") == Move()
    assert caller.move("Which office?") == Move("place", "good morning", aside=True)
    assert caller.move("Which office?").speech == "london"
    assert caller.move("It is booked.").speech == "what does it cost"
    assert caller.move("It is booked.").silent


def test_phrases_of_its_own_tell_checks() -> None:
    confirming = {"whole": ["stimmt das"], "yes": "ja", "no": "nein", "change": ["was soll ich ändern"]}
    caller = mind(confirming=confirming)
    caller.move("Which office?")
    assert caller.move("London. Stimmt das?").speech == "ja"
    assert caller.move("Paris. Stimmt das?").speech == "nein"
    assert caller.move("Was soll ich ändern?").speech == "place"


@pytest.mark.parametrize("temperament", ["confused", "talkative", "hostile", "hurried"])
def test_the_same_seed_is_the_same_call_and_another_is_not(temperament: str) -> None:
    lines = ["Which office?", "For which day?", "How many people?"] * 5

    def played(seed: str) -> list[object]:
        caller = mind(seed, temperament=temperament, behaviour={"hangs_up_after": 50})
        return [(caller.talks_over(), caller.move(line)) for line in lines]

    assert played("7") == played("7")
    assert len({str(played(str(seed))) for seed in range(20)}) > 1


def test_how_often_it_talks_over_may_be_set_for_a_run() -> None:
    script = Script(Persona(name="x"))
    assert not any(ScriptedMind(script).talks_over() for _ in range(20))
    assert all(ScriptedMind(script, interrupts=1.0).talks_over() for _ in range(20))


def test_a_fact_that_is_told_so_often_gives_way_to_another() -> None:
    asked = ["anything else"]
    facts = {
        "more": {"asked": asked, "say": ["another"], "times": 1},
        "done": {"asked": asked, "say": ["no"]},
    }
    caller = mind(facts=facts)
    assert [caller.move("Anything else?").speech for _ in range(3)] == ["another", "no", "no"]
