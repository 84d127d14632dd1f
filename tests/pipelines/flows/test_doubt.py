"""What a flow does with what it has not surely heard: it asks, and never settles anything by silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.storage.records import OutcomeMade
from pipelines.conversation.agent import Answered, Keyed, LineTrouble, Silence, Utterance
from pipelines.conversation.text import Answer, TextConversation
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.flows.booking import booking_agent, booking_flow
from pipelines.flows.checking import Check
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.executor import SILENCES, FlowExecutor, plain
from pipelines.flows.phrases import Phrases
from pipelines.flows.steps import MISSES
from tests.fakes import CALL_ID
from tests.pipelines.flows.desk import TODAY, executor_of
from tests.pipelines.flows.desk import slot as slot_of

ANSWERS = ["book a room", "mountain view", "today", "two thirty p m", "half an hour", "two people"]
FACTS = "Mountain View, today at 2:30 p.m., half an hour, 2 people."
EXPLICIT = f"{FACTS} Is that right? Please say yes or no."


def asked(*answers: str) -> FlowExecutor:
    """A caller after these answers."""
    executor = executor_of()
    executor.start()
    for answer in answers:
        executor.utterance(answer)
    return executor


def at_length() -> FlowExecutor:
    return asked(*ANSWERS[:4])


# ---- doubt


def test_a_doubtful_answer_is_asked_about_at_once() -> None:
    executor = at_length()
    step = executor.utterance("fifteen minutes", doubtful=True)
    assert step.say == "Did you say 15 minutes, one five?"
    assert executor.slots.get("length") is None
    assert executor.utterance("yes").say == "And how many people will there be?"
    assert executor.slots["length"] == 15


def test_the_only_wish_that_there_is_is_not_asked_about() -> None:
    executor = asked()
    assert executor.utterance("book a room", doubtful=True).say.startswith("Which office")
    assert executor.sure


def test_who_says_the_same_twice_and_is_not_believed_is_asked_whether_it_is_that() -> None:
    executor = asked("book a room", "mountain view")
    assert executor.utterance("today", understood=False).say.startswith("Sorry, I didn't get that.")
    assert executor.utterance("today", understood=False).say == "Did you say today?"
    assert executor.utterance("yes").say.startswith("At what time")
    assert executor.slots["day"] == "2026-11-21" and not executor.sure


@pytest.mark.parametrize("between", [("tomorrow", False), ("", False), ("the", False), ("monday", True)])
def test_other_noises_are_no_answer_said_twice(between: tuple[str, bool]) -> None:
    executor = asked("book a room", "mountain view")
    executor.utterance("today", understood=False)
    executor.utterance(*between)
    assert "today?" not in executor.utterance("today", understood=False).say


def test_what_else_it_may_have_been_is_asked_next() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True, alternatives=("fifty minutes", "fifteen minutes"))
    assert executor.utterance("no").say == "Was it 50 minutes, five zero?"
    executor.utterance("yes")
    assert executor.slots["length"] == 50


def test_who_says_no_to_all_is_asked_anew_and_then_by_keys() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    assert executor.utterance("no").say.startswith("Then please say it once more. Please say how long")
    executor.utterance("fifty minutes", doubtful=True)
    assert executor.utterance("no").say == "Then please say it once more. Key in the minutes, then hash."
    executor.keyed("45")
    assert executor.slots["length"] == 45


def test_nobody_is_asked_again_about_what_he_has_refused() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    executor.utterance("no")
    again = executor.utterance("fifteen minutes", doubtful=True).say
    assert again.startswith("Sorry") and again.endswith("Key in the minutes, then hash.")


def test_what_was_refused_gives_way_to_what_fits_nearly_as_well() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    executor.utterance("no")
    asked_now = executor.utterance("fifteen minutes", doubtful=True, alternatives=("fifty minutes",)).say
    assert asked_now == "Did you say 50 minutes, five zero?"


def test_what_sounds_like_the_day_that_was_refused_is_asked_about_next() -> None:
    executor = asked("book a room", "mountain view")
    assert executor.utterance("tuesday", doubtful=True).say == "Did you say Tuesday, November twenty-fourth?"
    assert executor.utterance("no").say == "Was it today?"
    executor.utterance("yes")
    assert executor.slots["day"] == "2026-11-21"


def test_what_sounds_alike_is_not_offered_when_it_was_refused_too() -> None:
    executor = asked("book a room", "mountain view")
    executor.utterance("tuesday", doubtful=True)
    for _ in range(3):
        executor.utterance("no")
    again = executor.utterance("tuesday", doubtful=True).say
    assert again.startswith("Sorry") and "day" not in executor.slots


@pytest.mark.parametrize(("said", "alternatives"), [("thursday", ()), ("monday", ("tuesday",))])
def test_a_day_that_was_refused_is_not_offered_again_as_what_else_it_may_have_been(
    said: str, alternatives: tuple[str, ...]
) -> None:
    executor = asked("book a room", "mountain view")
    executor.utterance("tuesday", doubtful=True)
    executor.utterance("no friday")
    assert executor.utterance("no").say.startswith("Then please say it once more.")
    executor.utterance(said, doubtful=True, alternatives=alternatives)
    assert executor.utterance("no").say.startswith("Then please say it once more.")


def test_what_sounds_like_a_day_that_was_said_twice_and_never_believed_is_asked_about_next() -> None:
    executor = asked("book a room", "mountain view")
    executor.utterance("thursday", understood=False)
    assert executor.utterance("thursday", understood=False).say.startswith("Did you say Thursday")
    assert executor.utterance("no").say.startswith("Was it Tuesday")


def test_a_key_between_two_answers_that_were_not_believed_makes_them_two() -> None:
    executor = asked("book a room", "mountain view")
    executor.utterance("today", understood=False)
    executor.keyed("", "cancel")
    assert "today?" not in executor.utterance("today", understood=False).say


def test_silence_between_two_answers_that_were_not_believed_leaves_them_the_same_twice() -> None:
    """Silence is no other answer: the question was asked once more, and answered alike."""
    executor = asked("book a room", "mountain view")
    executor.utterance("today", understood=False)
    executor.silence()
    assert executor.utterance("today", understood=False).say == "Did you say today?"


def test_what_was_refused_and_is_then_surely_heard_is_asked_about_once_more() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    executor.utterance("no")
    assert executor.utterance("fifteen minutes").say == "Did you say 15 minutes, one five?"


@pytest.mark.parametrize(("said", "taken"), [("yes", True), ("no", False)])
def test_a_yes_or_no_to_a_check_that_is_said_twice_and_believed_neither_time_is_one(
    said: str, taken: bool
) -> None:
    executor = at_length()
    executor.utterance("half an hour", doubtful=True)
    assert executor.utterance(said, understood=False).say.startswith("Please say a clear yes")
    executor.utterance(said, understood=False)
    assert (executor.slots.get("length") == 30) is taken
    assert not executor.sure


@pytest.mark.parametrize("understood", [True, False])
def test_a_yes_to_a_check_that_is_said_twice_is_none_where_a_no_fits_nearly_as_well(understood: bool) -> None:
    executor = at_length()
    executor.utterance("half an hour", doubtful=True)
    for _ in range(2):
        executor.utterance("yes", understood, doubtful=understood, alternatives=("no",))
    assert "length" not in executor.slots


@pytest.mark.parametrize("between", [("no", False), ("", False), ("well", True)])
def test_two_noises_that_differ_are_no_yes_to_a_check(between: tuple[str, bool]) -> None:
    executor = at_length()
    executor.utterance("half an hour", doubtful=True)
    executor.utterance(*between)
    executor.utterance("yes", understood=False)
    assert "length" not in executor.slots


def test_a_yes_to_the_read_back_is_never_guessed() -> None:
    executor = asked(*ANSWERS)
    steps = [executor.utterance("yes", understood=False) for _ in range(3)]
    assert not any(outcome.status == "confirmed" for step in steps for outcome in step.outcomes)


@pytest.mark.parametrize("believed", [(True, False), (False, True)])
def test_a_yes_to_the_read_back_is_one_that_is_said_twice_and_believed_once(
    believed: tuple[bool, bool],
) -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    first, second = (executor.utterance("yes", understood=each, doubtful=each) for each in believed)
    assert not first.outcomes and [outcome.status for outcome in second.outcomes] == ["confirmed"]


@pytest.mark.parametrize("between", [("no", False), ("", False), ("no", True)])
def test_no_yes_to_the_read_back_comes_over_something_else(between: tuple[str, bool]) -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    executor.utterance("yes", doubtful=True)
    executor.utterance(*between, doubtful=between[1])
    assert not executor.utterance("yes", understood=False).outcomes


def test_music_that_sounds_like_a_yes_orders_no_call_back() -> None:
    executor = asked(*ANSWERS[:2])
    assert "call you back" in executor.trouble("music", last=True).say
    assert executor.utterance("yeah").say == "Press one for yes, or two for no."
    last = executor.utterance("yeah")
    assert last.end and not last.outcomes


def test_who_presses_a_key_over_the_music_is_called_back() -> None:
    executor = asked(*ANSWERS[:2])
    executor.trouble("music", last=True)
    executor.utterance("yeah")
    assert [outcome.status for outcome in executor.keyed("1").outcomes] == ["callback"]


def test_the_right_answer_may_follow_the_no_and_is_asked_about_too() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    assert executor.utterance("no fifty minutes").say == "Did you say 50 minutes, five zero?"
    assert executor.utterance("fifty minutes").say == "And how many people will there be?"
    assert executor.slots["length"] == 50


def test_the_same_answer_after_a_no_is_neither_yes_nor_no() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    assert executor.utterance("no fifteen minutes").say.startswith("Please say a clear yes, or no.")


def test_keys_answer_whether_it_is_right() -> None:
    for key, length in (("1", 15), ("2", None)):
        executor = at_length()
        step = executor.utterance("fifteen minutes", doubtful=True)
        assert step.keys is not None and step.keys.most == 1
        executor.keyed(key, "length")
        assert executor.slots.get("length") == length


def test_a_doubtful_yes_is_one_where_no_does_not_fit_as_well() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    assert executor.utterance("yes", doubtful=True, alternatives=("right",)).say.startswith("And how many")
    assert executor.slots["length"] == 15 and not executor.sure


def test_a_yes_that_may_have_been_a_no_is_no_yes() -> None:
    executor = at_length()
    executor.utterance("fifteen minutes", doubtful=True)
    question = "Did you say 15 minutes, one five?"
    said = executor.utterance("yes", doubtful=True, alternatives=("no",)).say
    assert said == f"Please say a clear yes, or no. {question}"
    assert executor.silence().say == f"{question} Press one for yes, or two for no."
    assert executor.utterance("", understood=False).say.startswith(
        "Sorry, I didn't get that. Please say how long"
    )
    assert executor.slots.get("length") is None


def test_a_doubtful_yes_after_the_read_back_confirms_nothing() -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    step = executor.utterance("yes", doubtful=True)
    assert step.say.startswith("Please say a clear yes, or no. Press one if it is right")
    assert not step.outcomes
    assert [outcome.status for outcome in executor.utterance("yes").outcomes] == ["confirmed"]


@pytest.mark.parametrize("between", ["", "mountain view", "no"])
def test_a_cough_and_a_doubtful_yes_are_not_the_same_yes_twice(between: str) -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    executor.utterance(between, understood=bool(between), doubtful=bool(between))
    assert not executor.utterance("yes", doubtful=True).outcomes


def test_the_same_doubtful_yes_twice_is_a_yes() -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    assert not executor.utterance("yes", doubtful=True, alternatives=("no",)).outcomes
    assert not executor.utterance("yes", doubtful=True, alternatives=("no",)).outcomes
    assert [o.status for o in executor.utterance("yes", doubtful=True).outcomes] == ["confirmed"]


def test_whatever_is_doubted_the_question_about_it_can_be_recognised() -> None:
    answers = {"wish": "book a room", "place": "paris", "day": "monday", "time": "noon", "change": "the day"}
    for name, answer in (answers | {"length": "an hour", "people": "two"}).items():
        slot = slot_of(name)
        value = slot.parse(answer)
        assert value is not None
        question = Check.of(slot, value, Phrases()).question
        grammar = JsgfGrammar(question.own_grammar.jsgf)
        for said in ("yes", "no", "that's right", answer, f"no {answer}"):
            complete, _ = grammar.judge(said.split())
            assert complete, (name, said)
            assert question.parse(said) is not None


# ---- silence is no yes


def doubtful(executor: FlowExecutor) -> None:
    executor.utterance("half an hour", doubtful=True)
    executor.utterance("yes")


def missed(executor: FlowExecutor) -> None:
    executor.utterance("", understood=False)
    executor.utterance("half an hour")


def unheard(executor: FlowExecutor) -> None:
    executor.silence()
    executor.utterance("half an hour")


def noisy(executor: FlowExecutor) -> None:
    executor.utterance("half an hour", noisy=True)


def mended(executor: FlowExecutor) -> None:
    executor.utterance("an hour")
    executor.utterance("half an hour", amends=True)


def troubled(executor: FlowExecutor) -> None:
    executor.trouble("humming")
    executor.utterance("half an hour")


def miskeyed(executor: FlowExecutor) -> None:
    executor.keyed("1")
    executor.keyed("30")


@pytest.mark.parametrize("answer", [doubtful, missed, unheard, noisy, mended, troubled, miskeyed])
def test_silence_never_confirms_what_was_not_surely_heard(answer: Callable[[FlowExecutor], None]) -> None:
    executor = at_length()
    answer(executor)
    step = executor.utterance("two people")
    assert step.say == EXPLICIT and step.silence_ms >= 6_000, "it does not ask for silence either"
    assert [outcome.status for outcome in step.outcomes] == ["held"]
    executor.heard(FACTS)
    assert executor.hang_up(FACTS) == ()
    steps = [executor.silence() for _ in range(SILENCES + 1)]
    assert steps[0].say == EXPLICIT
    assert "Press one if it is right" in steps[1].say
    assert "I have not booked it, because I heard no clear yes." in steps[2].say
    assert steps[-1].end
    assert not [outcome for step in steps for outcome in step.outcomes], "held, and never confirmed"


@pytest.mark.parametrize(
    ("confidence", "by_silence"), [(None, True), (0.8, False), (0.9, False), (0.96, True)]
)
def test_a_number_that_may_be_another_is_taken_and_not_agreed_to_by_silence(
    confidence: float | None, by_silence: bool
) -> None:
    executor = asked(*ANSWERS[:5])
    step = executor.utterance("five", confidence=confidence)
    assert "5 people." in step.say
    executor.heard(step.say)
    outcomes = [outcome.status for outcome in executor.silence().outcomes]
    assert outcomes == (["confirmed"] if by_silence else [])
    if not by_silence:
        assert [outcome.status for outcome in executor.utterance("yes").outcomes] == ["confirmed"]


@pytest.mark.parametrize(("said", "surely"), [("four", False), ("four p m", True), ("half past four", True)])
def test_a_time_of_several_words_is_no_number_that_may_be_another(said: str, surely: bool) -> None:
    executor = asked(*ANSWERS[:3])
    executor.utterance(said, confidence=0.9)
    assert executor.slots["time"] in ("16:00", "16:30") and executor.sure is surely


@pytest.mark.parametrize("said", ["four people", "forty minutes"])
def test_a_number_is_a_number_with_its_noun_too(said: str) -> None:
    executor = asked(*ANSWERS[: 5 if said.endswith("people") else 4])
    executor.utterance(said, confidence=0.9)
    assert not executor.sure


def test_what_is_no_number_is_agreed_to_by_silence_where_it_is_no_doubt() -> None:
    executor = asked(ANSWERS[0])
    executor.utterance("mountain view", confidence=0.9)
    assert executor.sure


def test_silence_confirms_what_was_surely_heard_by_both() -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    assert executor.sure
    assert [outcome.status for outcome in executor.silence().outcomes] == ["confirmed"]


def read_back() -> FlowExecutor:
    """A caller who has heard the whole read-back; all was surely heard."""
    executor = asked(*ANSWERS)
    executor.heard(f"{FACTS} Say no to change it.")
    return executor


def test_words_that_nobody_made_out_after_the_read_back_are_no_consent() -> None:
    executor = read_back()
    executor.missed_words()
    assert executor.silence().say == EXPLICIT
    assert executor.hang_up(EXPLICIT) == ()
    executor = asked(*ANSWERS[:-1])
    executor.missed_words()  # a cough before the question is nothing
    executor.utterance(ANSWERS[-1])
    executor.heard(FACTS)
    assert executor.silence().outcomes[0].status == "confirmed"


@pytest.mark.parametrize(
    ("objection", "asks", "statuses"),
    [
        ("no", "What should I change", ["withdrawn"]),
        ("no no no", "What should I change", ["withdrawn"]),
        ("no the time", "At what time does it begin", ["withdrawn"]),
        ("cancel", "I have cancelled it.", ["withdrawn", "cancelled"]),
    ],
)
def test_a_no_into_the_goodbye_takes_back_what_silence_has_booked(
    objection: str, asks: str, statuses: list[str]
) -> None:
    executor = read_back()
    assert executor.silence().outcomes[-1].status == "confirmed"
    step = executor.utterance(objection)
    assert step.say.startswith(asks)
    assert [outcome.status for outcome in step.outcomes] == statuses
    assert not executor.sure
    assert executor.hang_up(step.say) == ()


def test_a_no_by_key_into_the_goodbye_takes_it_back_too() -> None:
    executor = read_back()
    executor.silence()
    assert executor.keyed("2").say.startswith("What should I change")


@pytest.mark.parametrize("thanks", ["yes", "thank you bye", "okay", "no thanks that is all"])
def test_thanks_into_the_goodbye_leave_the_booking_as_it_is(thanks: str) -> None:
    executor = read_back()
    executor.silence()
    step = executor.utterance(thanks)
    assert step.end and not step.outcomes


def test_what_was_booked_anew_after_such_a_no_can_be_taken_back_again_and_then_stands() -> None:
    executor = read_back()
    executor.silence()
    executor.utterance("no the time")
    executor.utterance("three thirty p m")
    executor.heard(f"{FACTS.replace('2:30', '3:30')} Is that right?")
    assert executor.utterance("yes").outcomes[-1].status == "confirmed"
    assert executor.utterance("cancel").outcomes[-1].status == "cancelled"
    assert executor.utterance("no").outcomes == ()


def test_a_read_back_in_another_script_is_not_heard_before_it_was_said() -> None:
    assert plain("Θεσσαλονίκη, στις 3.") == "θεσσαλονίκη στις 3"
    document = booking_flow().document
    nodes = tuple(
        node.model_copy(update={"facts": "Θεσσαλονίκη, σήμερα."}) if node.type == "confirm" else node
        for node in document.nodes
    )
    executor = executor_of(compile_document(document.model_copy(update={"nodes": nodes})))
    executor.start()
    for answer in ANSWERS:
        executor.utterance(answer)
    executor.heard("")
    assert executor.hang_up("Θεσσαλονίκη") == ()
    assert [outcome.status for outcome in executor.hang_up("Θεσσαλονίκη, σήμερα.")] == ["confirmed"]


def test_a_yes_or_a_key_confirms_what_was_doubtful_once_it_was_read_back() -> None:
    for by_keys in (False, True):
        executor = at_length()
        doubtful(executor)
        executor.utterance("two people")
        step = executor.keyed("1", "length") if by_keys else executor.utterance("yes")
        assert step.say == EXPLICIT, "a yes that comes before the read-back was heard"
        executor.heard(EXPLICIT)
        step = executor.keyed("1", "length") if by_keys else executor.utterance("yes")
        assert [outcome.status for outcome in step.outcomes] == ["confirmed"]


def test_what_was_spoken_is_never_booked_unheard_and_what_was_keyed_may_be() -> None:
    executor = asked(*ANSWERS)
    executor.heard("Mountain View, today")
    assert executor.utterance("yes").say == EXPLICIT
    executor.heard(EXPLICIT)
    assert [outcome.status for outcome in executor.utterance("yes").outcomes] == ["confirmed"]
    executor = asked()
    for digits in ("1", "1", "1", "1430", "30", "2"):
        executor.keyed(digits)
    assert [outcome.status for outcome in executor.keyed("1").outcomes] == ["confirmed"]


def test_a_read_back_that_nobody_can_hear_ends_without_a_booking() -> None:
    executor = at_length()
    doubtful(executor)
    executor.utterance("two people")
    steps = [executor.utterance("yes") for _ in range(MISSES + 1)]
    assert "I have not booked it" in steps[-1].say


# ---- a line on which nothing works


def test_a_line_on_which_nothing_is_understood_ends_with_a_call_back() -> None:
    executor = at_length()
    said = [executor.utterance("", understood=False).say for _ in range(MISSES + 1)]
    assert said == [
        "Sorry, I didn't get that. Please say how long, for example half an hour, or ninety minutes.",
        "Sorry, I didn't get that. For example: ninety minutes. Key in the minutes, then hash.",
        "I can hardly hear you. Please use the keys. Key in the minutes, then hash.",
        "I can hardly hear you. Please use the keys. Key in the minutes, then hash.",
        "I can hardly hear you. Shall we call you back? Press one for yes, or two for no.",
    ]
    step = executor.keyed("1", "length")
    assert (step.say, step.end) == ("Thank you. We will call you back. Goodbye.", True)
    (outcome,) = step.outcomes
    assert outcome.status == "callback" and outcome.slots["time"] == "14:30"


@pytest.mark.parametrize("answer", ["no", "", "doubtful"])
def test_who_wants_no_call_back_is_let_go_politely(answer: str) -> None:
    executor = at_length()
    for _ in range(MISSES + 1):
        executor.utterance("", understood=False)
    if answer:
        step = executor.utterance("yes" if answer == "doubtful" else answer, doubtful=answer == "doubtful")
    else:
        step = executor.silence()
    assert step.end and step.say.endswith("Goodbye.") and not step.outcomes


def test_on_a_noisy_line_the_keys_come_sooner() -> None:
    executor = at_length()
    executor.utterance("", understood=False, noisy=True)
    step = executor.utterance("", understood=False, noisy=True)
    assert step.say == "I can hardly hear you. Please use the keys. Key in the minutes, then hash."


def test_a_caller_on_a_bad_line_is_told_what_is_wrong_and_how_to_go_on() -> None:
    executor = at_length()
    assert executor.trouble("humming").say == (
        "There is a loud hum on the line. Key in the minutes, then hash."
    )
    assert executor.keyed("30").say == "And how many people will there be?"
    assert executor.trouble("clipped").say.startswith("You are too loud for this line.")
    assert executor.trouble("lossy").say.startswith("Parts of what you say are lost on the line.")
    step = executor.trouble("one-way")
    assert "something wrong with the line. Shall we call you back?" in step.say
    assert executor.trouble("one-way").end


def test_trouble_that_does_not_keep_the_caller_from_answering_ends_nothing() -> None:
    executor = asked()
    for answer in ANSWERS:
        assert not executor.trouble("clipped").end
        executor.utterance(answer)
    assert executor.node == "check"


def test_a_fax_is_told_goodbye_and_nothing_else() -> None:
    step = at_length().trouble("fax")
    assert step.end and step.say == "I hear a machine, and this number is for people. Goodbye."


# ---- an answer that was taken for finished too early

SAID = st.tuples(
    st.sampled_from(
        [*ANSWERS, "an hour", "fifteen minutes", "ninety minutes", "yes", "no", "no the time", "cancel", ""]
    ),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SAID, max_size=9), SAID, SAID)
def test_an_amended_answer_is_answered_as_if_the_first_had_never_been(
    history: list[tuple[str, bool]], first: tuple[str, bool], second: tuple[str, bool]
) -> None:
    def caller() -> FlowExecutor:
        executor = executor_of()
        executor.start()
        for text, doubt in history:
            executor.utterance(text, bool(text), doubtful=doubt)
        return executor

    mended, plain = caller(), caller()
    mended.utterance(first[0], bool(first[0]), doubtful=first[1])
    stale = mended._now.told
    step = mended.utterance(second[0], bool(second[0]), doubtful=second[1], amends=True)
    plain._now.doubts.add("mended")
    plain_before = plain._now.copy()
    wanted = plain.utterance(second[0], bool(second[0]), doubtful=second[1])
    answers = mended._flow.slots.get(getattr(plain_before.node, "slot", ""))
    if answers is None or answers.parse(second[0]) is None:
        return  # what was not understood is another case
    assert (step.say, step.end, step.silence_ms) == (wanted.say, wanted.end, wanted.silence_ms)
    assert (mended.node, mended.slots, mended._now.doubts) == (plain.node, plain.slots, plain._now.doubts)
    assert mended._now.misses == plain._now.misses
    if wanted.outcomes:
        assert step.outcomes == wanted.outcomes
    elif plain._now.told is not None:
        assert mended._now.told == plain._now.told, "what was told before counts again"
    elif stale is not None:
        assert [outcome.status for outcome in step.outcomes] == ["withdrawn"]
    else:
        assert not step.outcomes


def test_a_yes_that_goes_on_as_yes_but_no_takes_the_booking_back() -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    assert executor.utterance("yes").end
    step = executor.utterance("no", amends=True)
    assert step.say.startswith("What should I change")
    assert [outcome.status for outcome in step.outcomes] == ["held"]


def test_what_comes_behind_an_answer_and_is_not_understood_leaves_it_and_repeats_the_next_question() -> None:
    executor = asked(*ANSWERS[:3])
    step = executor.utterance("", understood=False, amends=True)
    assert step.say == "At what time does it begin today?"
    assert not executor.sure and executor.slots["day"] == "2026-11-21"
    executor = asked(*ANSWERS)
    assert executor.utterance("two hundred people", amends=True).say == EXPLICIT


def test_what_comes_behind_a_yes_and_is_not_understood_takes_it_back() -> None:
    executor = asked(*ANSWERS)
    executor.heard(FACTS)
    executor.utterance("yes")
    step = executor.utterance("", understood=False, amends=True)
    assert EXPLICIT in step.say and [outcome.status for outcome in step.outcomes] == ["held"]


def test_keys_after_an_answer_are_not_undone_by_what_would_amend_it() -> None:
    executor = asked(*ANSWERS[:5])
    executor.keyed("3")
    executor.utterance("two people", amends=True)
    assert executor.slots["people"] == 3, "keys came between: it answers what is asked now"


# ---- the agent


class Call:
    """A caller of the booking agent, in text."""

    def __init__(self) -> None:
        self.talk = TextConversation(booking_agent(CALL_ID, TODAY), CALL_ID)
        self.outcomes: list[OutcomeMade] = []

    async def tell(self, *inputs: Answered | Utterance | Keyed | Silence | LineTrouble) -> Answer:
        answers = [await self.talk.tell(said) for said in inputs]
        kept = [record for answer in answers for record in answer.records]
        self.outcomes += [record for record in kept if isinstance(record, OutcomeMade)]
        return answers[-1]


async def test_doubt_noise_and_amends_reach_the_flow_from_the_ear() -> None:
    call = Call()
    await call.tell(Answered(), *[Utterance(text, 0.9) for text in ANSWERS[:4]])
    answer = await call.tell(Utterance("fifteen minutes", doubtful=True, alternatives=("fifty minutes",)))
    assert answer.text == "Did you say 15 minutes, one five?"
    answer = await call.tell(Utterance("ninety minutes", 0.9, amends=True), Utterance("two people", 0.9))
    assert "an hour and a half" in answer.text
    answer = await call.tell(Silence(), Silence(), Silence())
    assert "I have not booked it" in answer.text
    answer = await call.tell(Keyed("1", "length"))
    assert answer.last is not None
    assert [outcome.status for outcome in call.outcomes] == ["held", "callback"]


async def test_a_call_back_of_which_little_is_known_is_kept_all_the_same() -> None:
    call = Call()
    await call.tell(Answered(), LineTrouble("silent"), LineTrouble("silent"), LineTrouble("silent"))
    await call.tell(Keyed("1", "length"))
    assert call.outcomes == [OutcomeMade(CALL_ID, "booking", "callback", {})]
