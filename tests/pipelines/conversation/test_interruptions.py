"""What callers experience who speak, murmur, cough or call out while the agent speaks or thinks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from mediaserver.media.leg import Digit
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Listen,
    Pressed,
    Say,
    Utterance,
)
from pipelines.conversation.commands import (
    CancelPlayout,
    Decided,
    DuckPlayout,
    PausePlayout,
    ResumePlayout,
    Speak,
    SpotWords,
    Think,
)
from pipelines.conversation.contest import ContestOutcome
from pipelines.conversation.floor import FloorState
from pipelines.conversation.interruption import FORGIVEN_SAMPLES, Sensitivity
from pipelines.conversation.timing import Limits
from pipelines.conversation.turn import Turn
from pipelines.conversation.word_check import MOST
from pipelines.engines.protocols import Grammar, SttResult
from tests.fakes import Conversation, Reply, ScriptedAgent, voice
from tests.pipelines.conversation.test_turn import LOUD, QUIET, Driver

LONG = Reply("one two three four five six seven eight nine ten " * 5)
GRAMMAR = Listen(Grammar("yes or no", "#JSGF V1.0;"))


def speaking(
    turn: Turn | None = None, *, end: bool = False, listen: Listen | None = None, complete: bool = True
) -> Driver:
    """The agent is in the middle of a line."""
    driver = Driver(listen)
    if turn is not None:
        driver.turn, driver.log = turn, []
        driver.do(turn.answered(0))
    thought = driver.last(Think).epoch
    driver.turn.listen(driver.listen)
    driver.do(driver.turn.say(driver.t, thought, Say("well")))
    if end:
        driver.do(driver.turn.last(driver.t, thought, End()))
    if complete:
        driver.do(driver.turn.replied(driver.t, thought))
    driver.turn.progress(driver.t)
    driver.run(300)
    driver.turn.progress(driver.t)
    driver.log.clear()
    return driver


def partial(driver: Driver, text: str) -> None:
    driver.do(driver.turn.partial(driver.t, SttResult(text, False, 0.9, epoch=driver.epoch())))


def outcomes(driver: Driver) -> list[ContestOutcome]:
    return [command.outcome for _, command in driver.log if isinstance(command, Decided)]


# ---- what stops the agent, and what does not


def test_the_agent_is_quieter_within_60_ms_of_any_sound_and_loud_again_when_it_was_a_click() -> None:
    driver = speaking()
    driver.run(60, LOUD, 0.05)
    assert driver.names() == ["DuckPlayout"]
    driver.run(200)
    assert driver.names() == ["DuckPlayout", "UnduckPlayout"]
    assert driver.state() is FloorState.SPEAKING


@pytest.mark.parametrize("ms", [300, 400, 600])
def test_a_short_word_that_no_grammar_holds_stops_the_agent(ms: int) -> None:
    driver = speaking(listen=GRAMMAR)
    begun = driver.t
    driver.speech(ms)
    driver.run(140)
    decided = next(command for _, command in driver.log if isinstance(command, Decided))
    assert decided.outcome is ContestOutcome.TAKEN and decided.figures is not None
    assert decided.figures.duck_ms <= 60 and decided.figures.decision_ms <= 300
    assert driver.has(CancelPlayout) and driver.state() is FloorState.ATTENDING
    driver.final("")
    driver.run(1_000)
    said = driver.last(Think).said
    assert said == Utterance("", 0.9, False), "the agent is told, however short it was"
    assert driver.t > begun


def test_a_cough_leaves_the_agent_silent_for_no_longer_than_300_ms() -> None:
    driver = speaking()
    driver.cough(500)
    driver.run(300)
    silent_ms, since = 0, None
    for at, command in driver.log:
        match command:
            case PausePlayout():
                since = at
            case ResumePlayout() if since is not None:
                silent_ms, since = silent_ms + at - since, None
            case _:
                pass
    assert since is None and silent_ms <= 300
    assert not driver.has(CancelPlayout) and driver.state() is FloorState.SPEAKING


def test_a_cough_that_the_grammar_takes_for_an_answer_is_none_while_the_agent_speaks() -> None:
    driver = speaking(listen=GRAMMAR)
    driver.cough(300)
    driver.run(140)
    driver.final("i need a room", complete=True)
    driver.run(1_000)
    assert not driver.has(CancelPlayout) and not driver.has(Think)


@pytest.mark.parametrize("text", ["mhm", "uh-huh", "okay", "right", "yeah okay"])
def test_a_caller_who_only_listens_does_not_stop_an_agent_whose_recogniser_tells_words(text: str) -> None:
    driver = speaking(Turn(partials_tell=True))
    driver.speech(280)
    partial(driver, text)
    driver.run(140)
    driver.final(text)
    driver.run(1_000)
    assert not driver.has(CancelPlayout) and not driver.has(Think)
    assert outcomes(driver) == [ContestOutcome.BACKCHANNEL]


def test_words_stop_the_agent_before_their_sound_does_where_the_recogniser_tells() -> None:
    driver = speaking(Turn(partials_tell=True, sensitivity=Sensitivity.LOW))
    driver.speech(160)
    assert not driver.has(CancelPlayout)
    partial(driver, "um")
    assert not driver.has(CancelPlayout), "who hesitates has not said anything"
    partial(driver, "no wait")
    assert driver.has(CancelPlayout) and outcomes(driver) == [ContestOutcome.TAKEN]


def test_mhm_without_a_grammar_does_not_take_the_floor_when_its_final_comes() -> None:
    driver = speaking()
    driver.run(200, -30.0, 0.6)  # too faint for a word, by its sound
    driver.run(140)
    driver.final("Mhm.")
    driver.run(1_000)
    assert not driver.has(Think) and driver.state() is FloorState.SPEAKING


def test_how_readily_the_agent_is_interrupted_is_its_own_setting() -> None:
    doubtful = {}
    for sensitivity in Sensitivity:
        driver = speaking(Turn(sensitivity=sensitivity))
        driver.run(400, -26.0, 0.8)
        doubtful[sensitivity] = driver.has(CancelPlayout)
    assert doubtful == {Sensitivity.LOW: False, Sensitivity.MEDIUM: True, Sensitivity.HIGH: True}
    driver = speaking(Turn(sensitivity=Sensitivity.LOW))
    driver.speech(700)
    assert driver.has(CancelPlayout), "who speaks on is heard in any case"


def test_our_own_voice_come_back_does_not_make_the_agent_quieter() -> None:
    driver = speaking()
    for _ in range(20):
        driver.t += 320
        driver.do(driver.turn.frame(driver.t, LOUD, echo=0.9))
    assert driver.log == []


# ---- short words, about which the recogniser is asked


def spotting(ms: int, listen: Listen | None = None) -> Driver:
    """The caller has said something that short over the agent, and it is over."""
    driver = speaking(Turn(spots=True), listen=listen)
    driver.speech(ms)
    driver.run(80)
    return driver


def wants(driver: Driver, text: str) -> None:
    """The recogniser hears this, and nothing follows."""
    spotted(driver, text)
    driver.run(60)


def spotted(driver: Driver, text: str, *, whole: bool = True) -> None:
    asked = driver.last(SpotWords).epoch
    result = SttResult(text, True, 0.9, whole and bool(text), epoch=asked)
    driver.do(driver.turn.spotted(driver.t, result))


def silent_ms(driver: Driver) -> int:
    """For how long the agent fell silent, all in all."""
    silent, since = 0, None
    for at, command in driver.log:
        match command:
            case PausePlayout() if since is None:
                since = at
            case ResumePlayout() if since is not None:
                silent, since = silent + at - since, None
            case _:
                pass
    assert since is None
    return silent


@pytest.mark.parametrize("ms", [240, 340, 440])
def test_okay_leaves_the_agent_speaking_though_its_grammar_does_not_know_the_word(ms: int) -> None:
    driver = spotting(ms, GRAMMAR)
    driver.run(40)
    spotted(driver, "okay")
    driver.run(100)
    driver.final("")
    driver.run(1_000)
    assert not driver.has(CancelPlayout) and not driver.has(Think)
    assert outcomes(driver) == [ContestOutcome.BACKCHANNEL] and silent_ms(driver) <= 300


def test_of_a_short_sound_the_recogniser_is_asked_with_all_of_it() -> None:
    driver = spotting(340)
    asked = [(at, command.frames) for at, command in driver.log if isinstance(command, SpotWords)]
    assert [frames for _, frames in asked] == [(340 + 40) // 20]


@pytest.mark.parametrize("text", ["", "stop"])
def test_a_short_word_that_is_no_sign_of_listening_stops_the_agent(text: str) -> None:
    driver = spotting(340)
    wants(driver, text)
    assert driver.has(CancelPlayout) and outcomes(driver) == [ContestOutcome.TAKEN]


def test_okay_that_may_have_been_something_else_stops_the_agent() -> None:
    driver = spotting(340)
    asked = driver.last(SpotWords).epoch
    result = SttResult("okay", True, 0.5, True, doubtful=True, alternatives=("no way",), epoch=asked)
    driver.do(driver.turn.spotted(driver.t, result))
    driver.run(60)
    assert outcomes(driver) == [ContestOutcome.TAKEN]


def test_a_recogniser_that_does_not_answer_keeps_no_caller_waiting() -> None:
    driver = spotting(340)
    driver.run(540)
    assert driver.has(CancelPlayout) and outcomes(driver) == [ContestOutcome.TAKEN]
    spotted(driver, "okay")
    assert driver.turn.ignored["late spotted"] == 1


def test_half_a_word_is_not_taken_for_a_sign_of_listening() -> None:
    """The lips are closed for a moment in the middle of "uh ... stop"."""
    driver = spotting(240)
    asked = driver.last(SpotWords).epoch
    driver.speech(60)
    driver.do(driver.turn.spotted(driver.t, SttResult("uh huh", True, 0.9, True, epoch=asked)))
    assert outcomes(driver) == [] and driver.turn.ignored["late spotted"] == 1
    driver.speech(100)
    driver.run(60)
    wants(driver, "stop")
    assert outcomes(driver) == [ContestOutcome.TAKEN]


def test_okay_whose_first_half_sounds_like_book_leaves_the_agent_speaking() -> None:
    """The tongue is closed for 100 ms in the middle of it."""
    driver = spotting(240)
    spotted(driver, "book")
    driver.run(20)
    driver.speech(160)
    driver.run(60)
    spotted(driver, "okay")
    assert outcomes(driver) == [ContestOutcome.BACKCHANNEL] and not driver.has(CancelPlayout)


def test_no_after_okay_is_not_asked_about_together_with_it() -> None:
    """Together they sound like "okay okay", and the agent would talk over the objection."""
    driver = spotting(300)
    spotted(driver, "okay")
    driver.run(60, QUIET, 0.5)  # the voice detector is late
    assert outcomes(driver) == [ContestOutcome.BACKCHANNEL]
    driver.speech(340)
    driver.run(40)
    assert driver.last(SpotWords).frames <= (340 + 40) // 20
    wants(driver, "no")
    assert outcomes(driver) == [ContestOutcome.BACKCHANNEL, ContestOutcome.TAKEN]


def test_a_busy_recogniser_is_not_asked_without_end_about_a_sound_that_flickers() -> None:
    """A word, and then something that ticks: it is never quiet for as long as between two words."""
    driver = speaking(Turn(spots=True))
    driver.speech(340)
    for _ in range(40):
        driver.run(40)
        driver.run(20, LOUD, 0.95)
        driver.turn.progress(driver.t)
    assert 0 < sum(isinstance(command, SpotWords) for _, command in driver.log) <= MOST
    assert driver.state() is FloorState.SPEAKING
    assert driver.names()[-1] in ("UnduckPlayout", "ResumePlayout"), "the agent is as loud as before"


def test_the_agent_is_silent_within_220_ms_of_words_and_at_last_stopped_by_those_that_last() -> None:
    driver = speaking(Turn(spots=True))
    driver.speech(420)
    spotted(driver, "wait")
    driver.speech(280)
    assert outcomes(driver) == [ContestOutcome.TAKEN] and not driver.has(ResumePlayout)
    silenced = next(at for at, command in driver.log if isinstance(command, PausePlayout | CancelPlayout))
    assert silenced - driver.log[0][0] <= 220


def test_nobody_is_kept_in_silence_by_a_word_that_the_recogniser_is_still_thinking_of() -> None:
    driver = speaking(Turn(spots=True))
    driver.speech(440)
    driver.run(200)
    silent = [at for at, command in driver.log if isinstance(command, PausePlayout | ResumePlayout)]
    assert len(silent) == 2 and silent[1] - silent[0] <= 280, "the agent goes on"
    assert outcomes(driver) == [] and not driver.has(CancelPlayout)
    wants(driver, "stop")
    assert outcomes(driver) == [ContestOutcome.TAKEN], "and still yields"


def test_a_recogniser_whose_words_come_late_keeps_nobody_in_silence() -> None:
    driver = speaking(Turn(partials_tell=True))
    driver.speech(280)
    driver.run(180)
    assert silent_ms(driver) <= 280 and outcomes(driver) == []
    partial(driver, "stop")
    assert outcomes(driver) == [ContestOutcome.TAKEN] and driver.has(CancelPlayout)


@pytest.mark.parametrize("text", ["all right", "all"])
def test_a_long_sign_of_listening_does_not_stop_the_agent_by_its_length(text: str) -> None:
    driver = speaking(Turn(spots=True))
    driver.speech(420)
    spotted(driver, text, whole=text == "all right")
    driver.speech(300)
    driver.run(60)
    spotted(driver, "all right")
    driver.run(100)
    driver.final("")
    driver.run(1_000)
    assert outcomes(driver) == [ContestOutcome.BACKCHANNEL] and not driver.has(CancelPlayout)


def test_the_final_of_an_utterance_does_not_forestall_the_recogniser_that_is_asked_about_it() -> None:
    """A grammar with a "yes" hears it in each "yeah"."""
    driver = spotting(340, GRAMMAR)
    driver.run(40)
    driver.final("yes", complete=True)
    driver.run(100)
    assert not driver.has(Think) and not driver.has(CancelPlayout)
    spotted(driver, "yeah")
    driver.run(400)
    assert not driver.has(Think) and outcomes(driver) == [ContestOutcome.BACKCHANNEL]


def test_a_word_that_the_general_model_finds_in_mhm_does_not_stop_the_agent() -> None:
    driver = spotting(340)
    spotted(driver, "uh huh")
    driver.run(100)
    driver.final("for")
    driver.run(1_500)
    assert not driver.has(Think) and driver.state() is FloorState.SPEAKING


def test_a_word_that_is_hardly_believed_in_uh_huh_does_not_stop_the_agent() -> None:
    driver = spotting(340, GRAMMAR)
    spotted(driver, "uh huh")
    driver.run(100)
    driver.final("help", confidence=0.5)
    driver.run(1_500)
    assert not driver.has(Think) and driver.state() is FloorState.SPEAKING


def test_stop_that_was_taken_for_uh_huh_stops_the_agent_when_the_general_model_hears_it() -> None:
    driver = spotting(340)
    spotted(driver, "uh huh")
    driver.run(100)
    driver.final("stop")
    driver.run(1_000)
    assert driver.last(Think).said == Utterance("stop", 0.9, True)


def test_an_answer_that_was_taken_for_a_sign_of_listening_is_answered_once_the_question_is_over() -> None:
    driver = spotting(340, GRAMMAR)
    spotted(driver, "yeah")
    driver.run(100)
    driver.final("yes", complete=True)
    driver.run(200)
    assert not driver.has(Think)
    driver.do(driver.turn.drained(driver.t, True))
    driver.run(40)
    assert driver.last(Think).said == Utterance("yes", 0.9, True)


async def test_the_recogniser_is_asked_with_a_grammar_of_such_words_and_the_agent_goes_on() -> None:
    talk = Conversation(ScriptedAgent(LONG), turn=Turn(spots=True))
    await talk.silence(800)
    await talk.say("okay", 340)
    await talk.silence(600)
    learnt, utterance, spot = talk.stt.utterances
    assert learnt.grammar == spot.grammar, "the recogniser has read the grammar before it is asked"
    assert utterance.grammar is None and spot.grammar is not None
    assert spot.grammar.choice and "= okay |" in spot.grammar.jsgf
    assert 12 + 19 <= len(spot.frames) <= 12 + 23, "all of the sound, and the silence before it"
    outcome = talk.call.happened("barge_in")[-1].data["outcome"]
    assert outcome == "backchannel" and await talk.tick() is not None


# ---- noise


def test_coughs_while_the_agent_listens_do_not_make_it_deaf_to_its_next_interruption() -> None:
    driver = Driver()
    driver.reply("")
    for _ in range(5):
        driver.cough(160)
        driver.run(400)
        driver.final("")
        driver.run(800)
    driver.do(driver.turn.digit(driver.t, "1"))
    driver.reply()
    driver.turn.progress(driver.t)
    driver.log.clear()
    driver.speech(160)
    assert driver.has(DuckPlayout)


def hardened() -> Driver:
    driver = speaking()
    for _ in range(Limits().noises):
        driver.cough(200)
        driver.run(300)
        driver.final("")
        driver.run(400)
        driver.turn.progress(driver.t)
    driver.log.clear()
    return driver


def test_noise_without_end_no_longer_touches_the_agent_but_words_do() -> None:
    driver = hardened()
    driver.speech(400)
    assert not driver.has(DuckPlayout) and not driver.has(PausePlayout)
    driver.run(140)
    driver.final("stop", complete=True)
    driver.run(200)
    assert driver.has(CancelPlayout) and driver.last(Think).said == Utterance("stop", 0.9, True)


def test_quiet_makes_up_for_noise() -> None:
    driver = hardened()
    for _ in range(FORGIVEN_SAMPLES // SAMPLES_PER_MS // 1_000 + 1):
        driver.run(1_000)
        driver.turn.progress(driver.t)
    driver.log.clear()
    driver.speech(100)
    assert driver.has(DuckPlayout)


async def test_a_radio_that_talks_on_leaves_the_agent_audible() -> None:
    """Speech-like noise for a minute: at first it is believed, and then no longer."""
    talk = Conversation(ScriptedAgent(*[Reply("la " * 300)] * 3))
    talk.stt.text = ""
    await talk.silence(400)
    heard = 0
    for _ in range(60_000 // 20):
        frame = await talk.tick(voice(FRAME_SAMPLES), 0.97)
        heard += frame is not None and int(np.abs(frame).max()) > 2_000
    assert heard * 20 >= 40_000


# ---- the agent thinks


class Thinker:
    """Thinks until it is let; keeps what it was told."""

    def __init__(self) -> None:
        self.inputs: list[AgentInput] = []
        self.thought = asyncio.Event()

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        if isinstance(said, Utterance):
            await self.thought.wait()
            yield Say("Here you are.")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[()]:
        return ()


async def thinking() -> tuple[Conversation, Thinker]:
    """The agent thinks about "a room", and the caller has been quiet for a second."""
    agent = Thinker()
    talk = Conversation(agent)
    await talk.silence(600)
    await talk.say("a room")
    await talk.silence(1_600)
    assert agent.inputs == [Answered(), Utterance("a room", 0.9, True)]
    return talk, agent


async def test_who_adds_something_while_the_agent_thinks_is_answered_on_all_of_it() -> None:
    talk, agent = await thinking()
    await talk.say("for two")
    await talk.silence(600)
    agent.thought.set()
    await talk.until_quiet()
    assert agent.inputs[-1] == Utterance("a room for two", 0.9, True, amends=True)
    assert not talk.call.happened("barge_in"), "nothing was played: nobody interrupted anything"
    assert talk.call.lines()[-1].heard == "Here you are."


async def test_what_is_not_understood_while_the_agent_thinks_costs_the_caller_nothing() -> None:
    talk, agent = await thinking()
    await talk.say("", 900)
    await talk.silence(700)
    agent.thought.set()
    await talk.until_quiet()
    assert len(agent.inputs) == 2, "the thought went on"
    assert talk.call.lines()[-1].heard == "Here you are."


# ---- last words


def test_an_end_without_words_waits_for_a_caller_who_speaks() -> None:
    driver = Driver()
    driver.speech(200)
    assert driver.state() is FloorState.DOUBTING
    thought = driver.last(Think).epoch
    driver.do(driver.turn.last(driver.t, thought, End()))
    driver.do(driver.turn.replied(driver.t, thought))
    driver.speech(300)
    assert driver.state() is FloorState.PARTING and driver.turn.state is not FloorState.ENDED
    driver.run(140)
    driver.final("wait", complete=True)
    driver.run(200)
    assert driver.last(Think).said == Utterance("wait", 0.9, True)


def test_an_end_without_words_comes_after_a_cough() -> None:
    driver = Driver()
    driver.cough(200)
    thought = driver.last(Think).epoch
    driver.do(driver.turn.last(driver.t, thought, End()))
    driver.do(driver.turn.replied(driver.t, thought))
    driver.run(300)
    driver.final("")
    driver.run(400)
    assert driver.state() is FloorState.ENDED


def test_who_speaks_into_the_goodbye_is_answered() -> None:
    driver = speaking(end=True)
    driver.speech(400)
    assert driver.has(CancelPlayout)
    driver.run(140)
    driver.final("one more thing", complete=True)
    driver.run(200)
    assert driver.last(Think).said == Utterance("one more thing", 0.9, True)
    driver.reply("Yes?")
    assert driver.state() is FloorState.SPEAKING and driver.last(Speak).piece == Say("Yes?")


def test_a_goodbye_that_was_interrupted_is_said_again_when_there_is_nothing_else_to_say() -> None:
    for end in (True, False):
        driver = speaking(end=True)
        driver.speech(400)
        driver.run(140)
        driver.final("bye", complete=True)
        driver.run(200)
        driver.log.clear()
        driver.answer(driver.turn._think_epoch, "", end=end)
        assert driver.last(Speak).piece == Say("well") and driver.state() is FloorState.CLOSING
        driver.turn.progress(driver.t)
        driver.speech(400)
        assert driver.state() is FloorState.CLOSING, "this time it is said to its end"
        driver.do(driver.turn.drained(driver.t, True))
        assert driver.state() is FloorState.ENDED


def test_a_goodbye_is_not_over_while_the_caller_speaks_into_its_last_word() -> None:
    driver = speaking(end=True)
    driver.speech(100)
    driver.do(driver.turn.drained(driver.t, True))
    assert driver.state() is FloorState.PARTING
    driver.speech(400)
    assert driver.state() is FloorState.ATTENDING


async def test_keys_are_heard_during_the_goodbye() -> None:
    agent = ScriptedAgent(Reply("Thank you for your call. Goodbye.", end=True), Reply("Yes?"))
    talk = Conversation(agent)
    await talk.silence(500)
    talk.session.on_event(Digit("1", talk.t, 100))
    await talk.until_quiet()
    assert agent.inputs == [Answered(), Pressed("1")] and not talk.ended


# ---- lines that are said to their end


class Insisting(ScriptedAgent):
    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        if isinstance(said, Answered):
            yield Say("This call is recorded for training.", interruptible=False)
            yield Say("What would you like to have today please?")


async def test_a_line_that_is_not_to_be_interrupted_is_heard_whole_and_the_caller_answered_after_it() -> None:
    agent = Insisting()
    talk = Conversation(agent)
    await talk.silence(300)
    await talk.say("a room", 500)
    loud = [int(np.abs(frame).max()) for frame in talk.sent[-20:] if frame is not None]
    assert len(loud) == 20 and min(loud) > 2_000, "neither ducked nor stopped"
    await talk.silence(3_000)
    assert agent.inputs == [Answered(), Utterance("a room", 0.9, True)]
    heard = talk.call.lines()[0].heard
    assert heard.startswith("This call is recorded for training.") and not heard.endswith("please?")


async def test_what_follows_such_a_line_can_be_interrupted_again() -> None:
    agent = Insisting()
    talk = Conversation(agent)
    await talk.silence(1_900)
    await talk.say("a room", 500)
    assert not talk.speaking()
    await talk.silence(600)
    assert agent.inputs[-1] == Utterance("a room", 0.9, True)


# ---- calls that we place


def called() -> Driver:
    driver = Driver()
    driver.turn, driver.log = Turn(), []
    driver.do(driver.turn.answered(0, called=True))
    return driver


def test_whom_we_call_speaks_first() -> None:
    driver = called()
    driver.run(400)
    driver.speech(600)
    assert not driver.has(Think)
    driver.run(140)
    driver.final("hello this is mary")
    driver.run(700)
    assert driver.last(Think).said == Answered("hello this is mary")


def test_whom_we_call_and_who_says_nothing_is_greeted_after_a_while() -> None:
    driver = called()
    driver.run(Limits().listen_first - 40)
    assert not driver.has(Think)
    driver.run(60)
    assert driver.last(Think).said == Answered()


def test_a_key_of_whom_we_call_comes_after_the_greeting() -> None:
    driver = called()
    driver.do(driver.turn.digit(driver.t, "1"))
    said = [command.said for _, command in driver.log if isinstance(command, Think)]
    assert said == [Answered(), Pressed("1")]


def test_an_agent_that_calls_may_speak_first_all_the_same() -> None:
    turn = Turn(limits=Limits(listen_first=0))
    (think,) = turn.answered(0, called=True)
    assert isinstance(think, Think) and think.said == Answered()


# ---- a caller who talks on


@pytest.mark.parametrize(("text", "cuts_in"), [("", 0), ("two people", 3)])
async def test_the_agent_does_not_cut_in_on_a_caller_who_talks_for_twenty_seconds(
    text: str, cuts_in: int
) -> None:
    """With pauses as people make them, of up to 500 ms. Where a small grammar finds an answer in what is said
    it cannot know better at first."""
    talk = Conversation(ScriptedAgent(Reply("Hello."), *[Reply("Sorry?")] * 9))
    await talk.until_quiet()
    for at in range(11):
        await talk.say(text, 1_400)
        await talk.silence((240, 500, 400)[at % 3])
    sorry = [line for line in talk.call.lines() if line.text == "Sorry?"]
    assert len(sorry) <= cuts_in
    await talk.silence(1_500)
    assert len([line for line in talk.call.lines() if line.text == "Sorry?"]) == len(sorry) + 1


async def test_how_fast_each_contest_was_decided_can_be_read() -> None:
    talk = Conversation(ScriptedAgent(LONG))
    await talk.silence(800)
    await talk.cough(240)
    await talk.silence(600)
    await talk.say("stop", 500)
    await talk.silence(600)
    noise, taken = (event.data for event in talk.call.happened("barge_in"))
    assert noise["outcome"] in ("noise", "resumed") and taken["outcome"] == "taken"
    for data in (noise, taken):
        assert 0 < data["duck_ms"] <= 60 and data["duck_ms"] <= data["decision_ms"] <= 300
    assert [data["outcome"] for kind, data in talk.call.events if kind == "barge_in"][-1] == "taken"
