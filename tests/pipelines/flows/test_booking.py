"""The demo flow: by the executor alone, then as whole conversations on a fake clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.storage.records import OutcomeMade
from pipelines.conversation.agent import Finality
from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.meaning import Meaning
from pipelines.flows.booking import booking_agent
from pipelines.flows.executor import FlowExecutor, plain
from pipelines.flows.model import Slot
from tests.fakes import CALL_ID, Conversation
from tests.pipelines.flows.desk import TODAY, executor_of
from tests.pipelines.flows.desk import slot as slot_of

WISH, PLACE, DAY, TIME = slot_of("wish"), slot_of("place"), slot_of("day"), slot_of("time")
LENGTH, PEOPLE, VERDICT, PART = slot_of("length"), slot_of("people"), slot_of("check"), slot_of("change")
SLOTS = [WISH, PLACE, DAY, TIME, LENGTH, PEOPLE, VERDICT, PART]
ANSWERS = ["book a room", "mountain view", "today", "two thirty p m", "half an hour", "two people"]
KEYS = ["1", "1", "1", "1430", "30#", "2#"]
ROOM = {"place": "Mountain View", "day": "2026-11-21", "time": "14:30", "minutes": 30, "people": 2}
WANTED = OutcomeMade(CALL_ID, "booking", "held", ROOM)
CONFIRMED = OutcomeMade(CALL_ID, "booking", "confirmed", ROOM)

MEANINGS: list[tuple[Slot, str, str | int | None, Finality]] = [
    (WISH, "book a room", "book", Finality.WHOLE),
    (WISH, "i'd like to book a room", "book", Finality.WHOLE),
    (PLACE, "mountain view", "Mountain View", Finality.WHOLE),
    (PLACE, "in new york", "New York", Finality.WHOLE),
    (PLACE, "mountain", None, Finality.NOTHING),
    (DAY, "today", "2026-11-21", Finality.WHOLE),
    (DAY, "tomorrow", "2026-11-22", Finality.WHOLE),
    (DAY, "the day after tomorrow", "2026-11-23", Finality.WHOLE),
    (DAY, "on monday", "2026-11-23", Finality.WHOLE),
    (DAY, "saturday", "2026-11-28", Finality.WHOLE),
    (DAY, "on", None, Finality.NOTHING),
    (TIME, "two thirty p m", "14:30", Finality.WHOLE),
    (TIME, "two thirty", "14:30", Finality.OPEN),
    (TIME, "two", "14:00", Finality.OPEN),
    (TIME, "half past two", "14:30", Finality.OPEN),
    (TIME, "two o'clock", "14:00", Finality.OPEN),
    (TIME, "a quarter to one", "12:45", Finality.OPEN),
    (TIME, "quarter past ten a m", "10:15", Finality.WHOLE),
    (TIME, "nine", "09:00", Finality.OPEN),
    (TIME, "nine in the evening", "21:00", Finality.WHOLE),
    (TIME, "noon", "12:00", Finality.WHOLE),
    (TIME, "twelve p m", "12:00", Finality.WHOLE),
    (TIME, "fourteen hundred", "14:00", Finality.WHOLE),
    (TIME, "fourteen thirty", "14:30", Finality.WHOLE),
    (TIME, "two five", None, Finality.NOTHING),
    (TIME, "", None, Finality.NOTHING),
    (LENGTH, "half an hour", 30, Finality.WHOLE),
    (LENGTH, "an hour", 60, Finality.OPEN),
    (LENGTH, "one hour", 60, Finality.OPEN),
    (LENGTH, "an hour and a half", 90, Finality.WHOLE),
    (LENGTH, "two and a half hours", 150, Finality.WHOLE),
    (LENGTH, "two hours thirty minutes", 150, Finality.WHOLE),
    (LENGTH, "ninety minutes", 90, Finality.WHOLE),
    (LENGTH, "three quarters of an hour", 45, Finality.WHOLE),
    (LENGTH, "an hour and", None, Finality.HANGING),
    (PEOPLE, "two people", 2, Finality.WHOLE),
    (PEOPLE, "just me", 1, Finality.WHOLE),
    (PEOPLE, "for five", 5, Finality.WHOLE),
    (PEOPLE, "we are six of us", 6, Finality.WHOLE),
    (PEOPLE, "ninety people", None, Finality.NOTHING),
    (VERDICT, "yes", "yes", Finality.WHOLE),
    (VERDICT, "no", "no", Finality.OPEN),
    (VERDICT, "no the time", "change time", Finality.WHOLE),
    (VERDICT, "cancel it", "cancel", Finality.WHOLE),
    (PART, "the number of people", "people", Finality.WHOLE),
]


@pytest.mark.parametrize(("slot", "text", "value", "finality"), MEANINGS)
def test_what_words_mean(slot: Slot, text: str, value: str | int | None, finality: Finality) -> None:
    assert slot.parse(text) == value
    assert slot.finality(text) is finality


@pytest.mark.parametrize(("slot", "text"), [(s, t) for s, t, value, _ in MEANINGS if value is not None])
def test_what_has_a_meaning_is_in_the_grammar(slot: Slot, text: str) -> None:
    complete, _ = JsgfGrammar(slot.own_grammar.jsgf).judge(text.split())
    assert complete


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.name)
def test_every_sentence_of_a_grammar_has_a_meaning(slot: Slot) -> None:
    sentences = _short_sentences(JsgfGrammar(slot.own_grammar.jsgf))
    assert sentences
    assert [words for words in sentences if slot.parse(" ".join(words)) is None] == []


def _short_sentences(grammar: JsgfGrammar, longest: int = 4) -> list[list[str]]:
    """A long one has a beginning that is one, too, mostly."""
    paths = grammar.paths
    found: list[list[str]] = []
    begun: list[tuple[int, list[str]]] = [(paths.start, [])]
    while begun:
        place, sentence = begun.pop()
        complete, branch = paths.places[place]
        if complete and sentence:
            found.append(sentence)
        if len(sentence) < longest:
            begun += [(step.to, [*sentence, step.word]) for step in paths.branches[branch]]
    return found


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: slot.name)
def test_what_the_recogniser_takes_for_the_same_answer_is_the_same(slot: Slot) -> None:
    grammar = JsgfGrammar(slot.own_grammar.jsgf)
    values: dict[Meaning, set[str]] = {}
    for sentence in _short_sentences(grammar):
        values.setdefault(Meaning.of(grammar, sentence), set()).add(str(slot.parse(" ".join(sentence))))
    assert {meaning: found for meaning, found in values.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("slot", "one", "other"),
    [
        (DAY, "today", "for today"),
        (DAY, "monday", "next monday"),
        (TIME, "two thirty", "at two thirty p m"),
        (TIME, "ten", "ten o'clock in the morning"),
        (LENGTH, "an hour", "for one hour"),
        (PEOPLE, "two", "we are two people"),
        (PEOPLE, "just me", "one person"),
        (VERDICT, "yes", "that's right"),
        (VERDICT, "no the place", "change the office"),
        (WISH, "book a room", "i need the room"),
    ],
)
def test_answers_that_differ_in_words_alone_are_no_rivals(slot: Slot, one: str, other: str) -> None:
    grammar = JsgfGrammar(slot.own_grammar.jsgf)
    assert grammar.judge(one.split())[0] and grammar.judge(other.split())[0]
    assert Meaning.of(grammar, one.split()) == Meaning.of(grammar, other.split())


def test_every_word_of_the_grammars_is_in_the_recognisers_dictionary() -> None:
    pocketsphinx = pytest.importorskip("pocketsphinx")
    dictionary = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    known = {line.split(" ", 1)[0] for line in dictionary.read_text().splitlines()}
    for slot in SLOTS:
        assert set(JsgfGrammar(slot.own_grammar.jsgf).words) <= known, slot.name


@pytest.mark.parametrize(
    ("slot", "digits", "value"),
    [
        (PLACE, "2", "San Francisco"),
        (PLACE, "9", None),
        (DAY, "2", "2026-11-22"),
        (DAY, "0", None),
        (TIME, "1430", "14:30"),
        (TIME, "230", "14:30"),
        (TIME, "9", "09:00"),
        (TIME, "2575", None),
        (LENGTH, "90", 90),
        (LENGTH, "1", None),
        (PEOPLE, "12", 12),
        (PEOPLE, "99", None),
        (VERDICT, "2", "no"),
        (PART, "4", "length"),
    ],
)
def test_what_digits_mean(slot: Slot, digits: str, value: str | int | None) -> None:
    assert slot.dtmf.parse(digits) == value


def filled() -> FlowExecutor:
    executor = executor_of()
    executor.start()
    for answer in ANSWERS:
        executor.utterance(answer)
    assert executor.node == "check"
    return executor


FACTS = "Mountain View, today at 2:30 p.m., half an hour, 2 people."


def test_no_asks_what_to_change_and_comes_back_to_the_read_back() -> None:
    executor = filled()
    assert "What should I change" in executor.utterance("no").say
    assert "how long" in executor.utterance("the length").say.lower()
    step = executor.utterance("an hour")
    assert executor.node == "check"
    assert "one hour" in step.say
    assert [outcome.slots["minutes"] for outcome in step.outcomes] == [60]
    assert step.say.endswith("one hour, 2 people. Is that right? Please say yes or no.")
    executor.heard(step.say)
    step = executor.utterance("yes")
    assert step.end
    assert [outcome.status for outcome in step.outcomes] == ["confirmed"]


def test_no_with_the_part_goes_straight_there() -> None:
    executor = filled()
    assert "what time" in executor.utterance("no the time").say
    assert "3:00 p.m." in executor.utterance("three").say


def test_cancel_ends_it_as_cancelled() -> None:
    step = filled().utterance("cancel")
    assert step.end
    assert [outcome.status for outcome in step.outcomes] == ["cancelled"]


def test_silence_after_the_read_back_agrees() -> None:
    executor = filled()
    executor.heard(FACTS + " Say no")
    assert [outcome.status for outcome in executor.silence().outcomes] == ["confirmed"]


def test_silence_after_a_read_back_that_was_cut_off_agrees_to_nothing() -> None:
    executor = filled()
    executor.heard(FACTS[:30])
    assert executor.silence().say == f"{FACTS} Is that right? Please say yes or no."


def test_hanging_up_agrees_only_to_what_was_heard() -> None:
    assert [outcome.status for outcome in filled().hang_up(FACTS + " Say")] == ["confirmed"]
    assert filled().hang_up(FACTS.rsplit(" ", 1)[0]) == ()
    assert filled().hang_up("") == ()


def surely_heard() -> Conversation:
    """With a caller of whom every word is clear."""
    talk = Conversation(booking_agent(CALL_ID, TODAY))
    talk.stt.confidence = 0.97
    return talk


async def test_words_of_others_after_the_read_back_take_nothing_from_it() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    for answer in ANSWERS:
        await talk.say(answer)
        await talk.until_quiet()
    talk.session.say("One moment please.")
    await talk.until_quiet()
    await talk.hang_up()
    assert talk.call.outcomes() == [WANTED, CONFIRMED]


async def test_the_whole_booking_by_speech() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    for answer in ANSWERS:
        await talk.say(answer)
        await talk.until_quiet()
    assert talk.call.outcomes() == [WANTED]
    await talk.silence(4500)
    assert talk.call.outcomes() == [WANTED, CONFIRMED]
    assert [data["status"] for kind, data in talk.call.events if kind == "outcome"] == ["held", "confirmed"]
    assert [line.text for line in talk.call.lines() if line.speaker == "caller"] == ANSWERS
    await talk.silence(1000)
    assert len(talk.ended) == 1


async def test_the_whole_booking_by_keys() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    for keys in KEYS:
        await talk.press(keys)
        await talk.until_quiet()
    await talk.press("1")
    await talk.until_quiet()
    assert talk.call.outcomes() == [WANTED, CONFIRMED]


async def test_the_whole_booking_by_keys_without_waiting_for_a_single_prompt() -> None:
    talk = surely_heard()
    await talk.silence(100)
    for keys in [*KEYS, "1"]:
        await talk.press(keys)
    await talk.until_quiet()
    assert talk.call.outcomes() == [WANTED, CONFIRMED]
    assert talk.ended


async def test_the_whole_booking_half_spoken_half_keyed() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    for number, (answer, keys) in enumerate(zip(ANSWERS, KEYS, strict=True)):
        if number % 2:
            await talk.press(keys)
        else:
            await talk.say(answer)
        await talk.until_quiet()
    assert talk.call.outcomes() == [WANTED]


async def test_digits_without_hash_are_taken_after_a_pause() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    for keys in ["1", "1", "1", "1430"]:
        await talk.press(keys)
        await talk.until_quiet()
    await talk.press("45")
    await talk.silence(2800)
    await talk.until_quiet()
    await talk.say("two people")
    await talk.until_quiet()
    assert talk.call.outcomes()[0].data["minutes"] == 45


@pytest.mark.parametrize("at", range(7))
async def test_interrupted_at_every_stage_it_still_books(at: int) -> None:
    talk = surely_heard()
    for number, answer in enumerate([*ANSWERS, "yes"]):
        if number == at:
            await talk.silence(1_000)
            assert talk.speaking()
        else:
            await talk.until_quiet()
        await talk.say(answer)
    await talk.until_quiet()
    if at == 6:
        assert talk.call.lines()[-1].text == f"{FACTS} Is that right? Please say yes or no."
        await talk.say("yes")
        await talk.until_quiet()
    assert talk.call.outcomes()[-1] == CONFIRMED
    cut = [line for line in talk.call.lines() if line.interrupted]
    assert len(cut) == 1 and cut[0].heard != cut[0].text


async def test_not_understood_twice_offers_the_keys() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    await talk.say("")
    await talk.until_quiet()
    await talk.say("")
    await talk.until_quiet()
    first, second = [line.text for line in talk.call.lines() if line.speaker == "agent"][1:]
    assert first == "Sorry, I didn't get that. Please say: book a room."
    assert second == "Sorry, I didn't get that. Press one to book a room."


async def test_star_repeats_the_question_with_help() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    await talk.press("*")
    await talk.until_quiet()
    assert talk.call.lines()[-1].text == "Please say: book a room. Press one to book a room."


async def test_a_silent_caller_is_asked_twice_and_then_let_go_politely() -> None:
    talk = surely_heard()
    for _ in range(4):
        await talk.until_quiet()
    await talk.silence(500)
    assert len(talk.ended) == 1
    assert [line.text for line in talk.call.lines()][1:] == [
        "Please say: book a room.",
        "I cannot hear you. Press one to book a room.",
        "I am sorry, I cannot hear you. Please call again. Goodbye.",
    ]


async def test_hanging_up_after_the_read_back_confirms_and_before_leaves_it_held() -> None:
    for wait_ms, status in ((600, "held"), (6000, "confirmed")):
        talk = surely_heard()
        await talk.until_quiet()
        for answer in ANSWERS[:-1]:
            await talk.say(answer)
            await talk.until_quiet()
        await talk.say(ANSWERS[-1])
        await talk.silence(wait_ms)
        await talk.hang_up()
        assert talk.call.outcomes()[-1].status == status


async def test_a_cough_during_the_read_back_neither_confirms_nor_cuts_it() -> None:
    talk = surely_heard()
    await talk.until_quiet()
    for answer in ANSWERS[:-1]:
        await talk.say(answer)
        await talk.until_quiet()
    await talk.say(ANSWERS[-1])
    await talk.silence(900)
    await talk.cough(200)
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard.endswith("Say no to change it.")
    assert [outcome.status for outcome in talk.call.outcomes()] == ["held"]


def test_plain_text_ignores_case_and_punctuation() -> None:
    assert plain("Mountain View, 2:30 p.m.") == "mountain view 2 30 p m"
