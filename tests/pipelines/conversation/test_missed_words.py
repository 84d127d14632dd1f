"""Words of the caller's that the agent is told nothing of: it must know that there may have been some, and
none may answer another question later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import numpy as np
import pytest

from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.leg import Hold
from mediaserver.media.line_condition import USUAL_NOISE_DB
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    Keyed,
    Keys,
    Listen,
    Say,
    Utterance,
)
from pipelines.conversation.commands import MissedWords, Think
from pipelines.conversation.floor import FloorState
from pipelines.engines.protocols import Grammar, SttResult
from pipelines.flows.booking import booking_agent
from tests.fakes import CALL_ID, Conversation, ScriptedAgent, voice
from tests.pipelines.conversation.test_turn import Driver

TODAY = date(2026, 11, 21)
ANSWERS = ["book a room", "mountain view", "today", "two thirty p m", "half an hour", "two people"]
GRAMMAR = Grammar("drink", "#JSGF V1.0;\ngrammar drink;\npublic <drink> = tea | coffee;\n")


async def at_the_read_back() -> Conversation:
    """The caller has heard what is booked and how to object."""
    talk = Conversation(booking_agent(CALL_ID, TODAY))
    talk.stt.confidence = 0.97
    await talk.until_quiet()
    for answer in ANSWERS:
        await talk.say(answer)
        await talk.until_quiet()
    assert [outcome.status for outcome in talk.call.outcomes()] == ["held"]
    return talk


async def short_word(talk: Conversation) -> None:
    """A "no" that the recogniser rejects, too short to be told from a cough."""
    talk.stt.text = ""
    for _ in range(9):
        await talk.tick(voice(FRAME_SAMPLES), 0.97)


async def test_a_short_no_that_was_not_understood_books_nothing() -> None:
    talk = await at_the_read_back()
    await talk.silence(600)
    await short_word(talk)
    await talk.silence(3_500)
    assert [outcome.status for outcome in talk.call.outcomes()] == ["held"]
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard.endswith("Please say yes or no.")


async def test_silence_after_the_same_read_back_books() -> None:
    talk = await at_the_read_back()
    await talk.silence(4_500)
    assert talk.call.outcomes()[-1].status == "confirmed"


def at_a_question(*, words_lost: bool) -> Driver:
    """The caller is faint, or the line noisy: a "no" of his may not have been noticed at all."""
    driver = Driver(Listen(grammar=GRAMMAR, silence_ms=3_000))
    driver.reply()
    driver.do(driver.turn.drained(driver.t, True))
    driver.log.clear()
    driver.turn.words_lost = words_lost
    return driver


@pytest.mark.parametrize("words_lost", [True, False])
def test_on_a_line_that_loses_words_nobody_agrees_by_silence(words_lost: bool) -> None:
    driver = at_a_question(words_lost=words_lost)
    driver.run(3_500)
    told = [command for _, command in driver.log if isinstance(command, MissedWords | Think)]
    assert [type(command) for command in told] == [MissedWords, Think][not words_lost :]


@pytest.mark.parametrize("words_lost", [True, False])
def test_on_a_line_that_loses_words_nobody_agrees_by_hanging_up(words_lost: bool) -> None:
    driver = at_a_question(words_lost=words_lost)
    driver.run(1_000)
    driver.do(driver.turn.end())
    assert driver.has(MissedWords) is words_lost


@pytest.mark.parametrize(("doubtful", "missed"), [(False, False), (True, True)])
def test_yes_over_the_read_back_that_was_perhaps_a_no_is_no_sign_of_listening(
    doubtful: bool, missed: bool
) -> None:
    driver = Driver(Listen(grammar=GRAMMAR))
    driver.reply()
    driver.turn.progress(driver.t)
    driver.run(1_000)
    driver.turn.progress(driver.t)
    driver.cough(300)
    driver.run(120)
    driver.do(
        driver.turn.final(
            driver.t, SttResult("yeah", True, 0.6, True, True, doubtful=doubtful, epoch=driver.epoch())
        )
    )
    driver.run(1_500)
    assert driver.has(MissedWords) is missed


def test_what_was_said_while_the_agent_thought_answers_no_question_that_comes_after_it() -> None:
    driver = at_a_question(words_lost=False)
    driver.run(300)
    driver.speech(400)
    driver.run(120)
    driver.final("tea", complete=True)
    driver.run(1_200)  # its tail would be a part of it
    driver.cough(300)
    driver.run(120)
    driver.final("yeah", complete=True)
    driver.run(200)
    assert driver.state() is FloorState.THINKING
    driver.reply("Sure?")
    driver.run(200)
    driver.do(driver.turn.drained(driver.t, True))
    thought = driver.last(Think)
    driver.run(200)
    assert driver.last(Think) is thought


async def test_who_says_something_and_hangs_up_has_not_agreed() -> None:
    talk = await at_the_read_back()
    await talk.silence(600)
    await talk.say("no", 240)
    await talk.hang_up()
    assert [outcome.status for outcome in talk.call.outcomes()] == ["held"]


async def test_a_no_that_comes_with_the_goodbye_is_not_too_late() -> None:
    talk = await at_the_read_back()
    await talk.silence(3_400)
    assert talk.call.outcomes()[-1].status == "confirmed"
    await talk.say("no", 400)
    await talk.until_quiet()
    assert not talk.ended
    assert talk.call.outcomes()[-1].status == "withdrawn"
    assert talk.call.lines()[-1].heard.startswith("What should I change")


@pytest.mark.parametrize(("confidence", "answers"), [(0.58, True), (0.2, False)])
async def test_a_short_yes_that_was_nearly_understood_is_asked_for_again_at_once(
    confidence: float, answers: bool
) -> None:
    agent = ScriptedAgent()
    talk = Conversation(agent)
    await talk.silence(400)
    await short_word(talk)
    epoch = talk.stt.utterances[-1].epoch
    talk.session._recognised(SttResult("yes", False, confidence, True, epoch=epoch))
    await talk.silence(900)
    assert (Utterance("", 0.9, False) in agent.inputs) is answers


@pytest.mark.parametrize(("left_ms", "answers"), [(300, True), (1_500, False)])
@pytest.mark.parametrize(("said", "doubtful"), [("yeah", False), ("yes", True), ("no", True)])
def test_an_answer_at_the_last_word_of_a_question_is_one_and_an_earlier_one_is_not(
    said: str, doubtful: bool, left_ms: int, answers: bool
) -> None:
    """Whatever it sounds like. What is no sign of listening and sounded like a noise is not sure."""
    driver = Driver(Listen(grammar=GRAMMAR))
    driver.reply()
    driver.turn.progress(driver.t)
    driver.run(1_000)
    driver.turn.progress(driver.t)
    driver.cough(300)  # it sounds like nothing
    driver.run(120)
    driver.final(said, complete=True)
    driver.run(left_ms)
    assert driver.state() is FloorState.SPEAKING
    driver.do(driver.turn.drained(driver.t, True))
    driver.run(200)
    assert (driver.last(Think).said == Utterance(said, 0.9, doubtful=doubtful)) is answers


# ---- said over a line that is not to be interrupted


class Insisting(ScriptedAgent):
    """A long line that is said to its end; `grammar`: of what is listened for."""

    def __init__(self, grammar: Grammar | None = None, keys: Keys | None = None) -> None:
        super().__init__()
        self.way = Listen(grammar=grammar, keys=keys)

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        yield self.way
        if isinstance(said, Answered):
            yield Say(
                "This call is recorded for training, for our files, and for much more.", interruptible=False
            )
        else:
            yield Say("Right.")


async def over_the_line(agent: Insisting, *said: str) -> Conversation:
    talk = Conversation(agent)
    await talk.silence(200)
    for text in said:
        await talk.say(text, 500)
        await talk.silence(700)
    return talk


async def test_all_that_was_said_over_such_a_line_is_answered_once() -> None:
    agent = Insisting()
    talk = await over_the_line(agent, "i want", "a room")
    assert agent.inputs == [Answered()]
    await talk.silence(6_000)
    assert agent.inputs == [Answered(), Utterance("i want a room", 0.9)]


@pytest.mark.parametrize(("said", "doubtful"), [(("tea", "coffee"), True), (("coffee", "coffee"), False)])
async def test_of_two_answers_over_such_a_line_the_last_counts_and_is_asked_about(
    said: tuple[str, str], doubtful: bool
) -> None:
    agent = Insisting(GRAMMAR)
    talk = await over_the_line(agent, *said)
    await talk.silence(6_000)
    [_, told] = agent.inputs
    assert told == Utterance("coffee", 0.9, doubtful=doubtful)


async def test_keys_after_such_words_are_the_answer_and_the_words_answer_no_later_question() -> None:
    agent = Insisting(keys=Keys(1))
    talk = await over_the_line(agent, "a room")
    await talk.press("1")
    await talk.silence(6_000)
    assert agent.inputs[:2] == [Answered(), Keyed("1", "length")]
    assert not any(isinstance(told, Utterance) for told in agent.inputs)


# ---- on hold


async def test_after_a_hold_its_music_is_not_taken_for_the_callers_noise() -> None:
    cleaner = LineCleaner(Cancellers(0))
    talk = Conversation(ScriptedAgent(), cleaner=cleaner)
    music = np.random.default_rng(1).normal(0, 2_000, (400, FRAME_SAMPLES)).astype(np.int16)
    await talk.silence(400)
    talk.session.on_event(Hold(True))
    for frame in music:  # the clock has whatever comes cleaned, also on hold
        await talk.tick(cleaner.hear(frame))
    assert cleaner.condition.noise_db > -40
    talk.session.on_event(Hold(False))
    assert cleaner.condition.noise_db == cleaner.condition.left_db == USUAL_NOISE_DB
