"""Lines that give our own voice back, or bring noise, under a guard: what the agent does and is told then."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.leg import Frame
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import Answered, Utterance
from pipelines.conversation.floor import FloorState
from pipelines.conversation.turn import Turn
from pipelines.engines.protocols import SttResult
from tests.fakes import SILENCE, Conversation, Reply, ScriptedAgent, tone, voice


class KnowingCleaner:
    """Takes nothing off; its condition is what the test says."""

    resting = False
    raw = SILENCE

    def __init__(self, condition: LineCondition) -> None:
        self.condition = condition

    def hear(self, frame: Frame) -> Frame:
        return frame

    def spoke(self, frame: Frame | None) -> None: ...

    def rest(self) -> None: ...

    def close(self) -> None: ...


def loudness(frame: Frame | None) -> int:
    return 0 if frame is None else int(np.abs(frame).max())


@pytest.mark.parametrize(
    ("condition", "ducks"),
    [
        (LineCondition(echo=0.9, suspect=True), False),
        (LineCondition(echo=0.1, suspect=True), True),  # the guard looks at whoever talks over us
        (LineCondition(echo=0.9), True),  # it took most of the frame off: the rest is the caller's
        (LineCondition(), True),
    ],
    ids=["echo", "caller", "caller behind an echo", "caller on a clean line"],
)
async def test_an_echo_that_is_not_taken_off_yet_does_not_duck_the_agent(
    condition: LineCondition, ducks: bool
) -> None:
    cleaner = KnowingCleaner(LineCondition())
    talk = Conversation(ScriptedAgent(Reply("one two three four five six seven eight")), cleaner=cleaner)
    while not talk.speaking():
        await talk.tick()
    await talk.silence(200)
    cleaner.condition = condition
    for _ in range(4):
        await talk.tick(tone(FRAME_SAMPLES, 1500), 0.05)
    usual, now = loudness(tone(FRAME_SAMPLES)), loudness(talk.sent[-1])
    assert (now < usual / 4) is ducks


PROMPT = "well you can now say book a room"


async def prompted(condition: LineCondition) -> tuple[Conversation, ScriptedAgent]:
    """The agent has asked, on a line like this."""
    agent = ScriptedAgent(Reply(PROMPT), Reply("Fine."), Reply("Fine."))
    talk = Conversation(agent, cleaner=KnowingCleaner(condition))
    while not talk.speaking():
        await talk.tick()
    return talk, agent


def echoing(delay_ms: float = 100.0) -> LineCondition:
    return LineCondition(echo_loss_db=30.0, echo_delay_ms=delay_ms)


async def ask_and_echo(talk: Conversation, first_word: int, delay_ms: int) -> None:
    """What the agent sends comes back, 30 dB lower, from this word on."""
    began, delay = len(talk.sent) - 1, delay_ms // 20
    talk.stt.text = " ".join(PROMPT.split()[first_word:])
    while len(talk.sent) < began + 10 * len(PROMPT.split()) + delay:
        due = len(talk.sent) - delay
        out = talk.sent[due] if due >= began + 10 * first_word else None
        if out is None:
            await talk.tick()
        else:
            await talk.tick((out / 32).astype(np.int16), 0.97)


@pytest.mark.parametrize(("first_word", "delay_ms"), [(5, 500), (6, 400), (7, 200)])
async def test_our_prompt_that_comes_back_is_no_answer(first_word: int, delay_ms: int) -> None:
    talk, agent = await prompted(echoing(delay_ms))
    await ask_and_echo(talk, first_word, delay_ms)
    await talk.silence(1500)
    assert agent.inputs == [Answered()]
    (line,) = talk.call.lines()
    assert (line.heard, line.interrupted) == (PROMPT, False)
    assert talk.session.turn.state is FloorState.LISTENING
    assert talk.call.happened("own_echo")
    assert not talk.call.happened("barge_in"), "not even a pause"


async def test_a_no_that_stands_on_our_own_no_makes_silence_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    missed: list[object] = []
    monkeypatch.setattr(ScriptedAgent, "missed_words", lambda told: missed.append(told), raising=False)
    talk, agent = await prompted(echoing(200))
    await ask_and_echo(talk, 7, 200)
    await talk.silence(1500)
    assert agent.inputs == [Answered()] and missed


async def test_the_same_on_a_line_that_gives_nothing_back_is_an_answer() -> None:
    talk, agent = await prompted(LineCondition())
    await ask_and_echo(talk, 5, 500)
    await talk.silence(1500)
    assert [said.text for said in agent.inputs[1:] if isinstance(said, Utterance)] == ["book a room"]


async def test_our_prompt_that_took_the_floor_from_us_is_asked_again_and_no_answer() -> None:
    talk, agent = await prompted(echoing())
    talk.stt.text = "you"
    for _ in range(15):
        await talk.tick()
    for _ in range(40):  # as loud as a caller
        await talk.tick(voice(FRAME_SAMPLES), 0.97)
    assert talk.session.turn.state is FloorState.ATTENDING
    await talk.silence(1500)
    assert agent.inputs[1:] == [Utterance("", understood=False)]


@pytest.mark.parametrize("condition", [LineCondition(), echoing()], ids=["clean", "echoing"])
async def test_a_caller_who_answers_in_our_words_is_heard(condition: LineCondition) -> None:
    talk, agent = await prompted(condition)
    while talk.speaking():
        await talk.tick()
    await talk.silence(240)
    await talk.say("book a room")
    await talk.silence(1500)
    assert agent.inputs[1:] == [Utterance("book a room", 0.9)]


@pytest.mark.parametrize("condition", [LineCondition(), echoing()], ids=["clean", "echoing"])
async def test_a_caller_who_takes_up_our_words_while_we_go_on_is_heard(condition: LineCondition) -> None:
    agent = ScriptedAgent(Reply("say book a room or tell me what else I can do for you"), Reply("Fine."))
    talk = Conversation(agent, cleaner=KnowingCleaner(condition))
    while not talk.speaking():
        await talk.tick()
    await talk.silence(1300)
    await talk.say("book a room", 800)
    await talk.silence(1500)
    assert agent.inputs[1:] == [Utterance("book a room", 0.9)]


async def test_an_echo_that_a_caller_goes_on_from_does_not_end_what_he_says() -> None:
    talk, agent = await prompted(echoing(500.0))
    await ask_and_echo(talk, 5, 500)
    await talk.say("book a room for two", 900)
    await talk.silence(1500)
    assert agent.inputs[1:] == [Utterance("book a room for two", 0.9)]


async def test_a_partial_that_is_our_own_does_not_interrupt_us() -> None:
    agent = ScriptedAgent(Reply(PROMPT))
    talk = Conversation(agent, cleaner=KnowingCleaner(echoing()), turn=Turn(partials_tell=True))
    while not talk.speaking():
        await talk.tick()
    await talk.silence(1000)
    for _ in range(10):
        await talk.tick(tone(FRAME_SAMPLES, 190), 0.97)
    talk.stt.post(SttResult("now say", False, epoch=talk.stt.utterances[-1].epoch))
    await talk.silence(100)
    assert talk.session.turn.state in (FloorState.SPEAKING, FloorState.YIELDING)
    await talk.silence(1500)
    assert not talk.call.lines()[0].interrupted


@pytest.mark.parametrize(("noise_db", "noisy"), [(-65.0, False), (-20.0, True)])
async def test_an_answer_in_loud_noise_is_told_as_such_though_the_noise_is_taken_off(
    noise_db: float, noisy: bool
) -> None:
    talk, agent = await prompted(LineCondition(noise_db=noise_db))
    await talk.until_quiet()
    await talk.say("book a room")
    await talk.until_quiet()
    [said] = [told for told in agent.inputs if isinstance(told, Utterance)]
    assert said.text == "book a room" and said.noisy is noisy
