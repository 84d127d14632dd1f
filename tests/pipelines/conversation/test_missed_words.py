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
from pipelines.conversation.commands import Think
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
def test_a_yeah_at_the_last_word_of_a_question_is_its_answer_and_an_earlier_one_is_not(
    left_ms: int, answers: bool
) -> None:
    driver = Driver(Listen(grammar=GRAMMAR))
    driver.reply()
    driver.turn.progress(driver.t)
    driver.run(1_000)
    driver.turn.progress(driver.t)
    driver.cough(300)  # it sounds like nothing
    driver.run(120)
    driver.final("yeah", complete=True)
    driver.run(left_ms)
    assert driver.state() is FloorState.SPEAKING
    driver.do(driver.turn.drained(driver.t, True))
    driver.run(200)
    assert (driver.last(Think).said == Utterance("yeah", 0.9)) is answers


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
