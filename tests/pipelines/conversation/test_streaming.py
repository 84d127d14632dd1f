"""Agents that think as they speak: what is said when, what was heard of it, and that nothing told is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from mediaserver.media.leg import Digit, Hold, Voice
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    End,
    Play,
    Pressed,
    Say,
    Transfer,
    Utterance,
)
from pipelines.conversation.floor import FloorState
from tests.fakes import WORD_SAMPLES, Conversation, FakeOutlet, Reply, ScriptedAgent, tone

FIRST = "Let me look that up."
SECOND = "There are two rooms left on Monday."


class SlowAgent:
    """Greets; then says one sentence, and the other only once `thought` is set."""

    def __init__(self) -> None:
        self.memory: list[AgentInput] = []
        self.told: list[tuple[int, str, bool]] = []
        self.lines: list[int] = []
        self.thought = asyncio.Event()
        self.finished = 0

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.memory.append(said)
        self.lines.append(context.line)
        if isinstance(said, Answered):
            yield Say("Hello.")
            return
        yield Say(FIRST)
        await self.thought.wait()
        yield Say(SECOND)
        self.finished += 1

    def heard(self, line: int, text: str, cut: bool) -> None:
        self.told.append((line, text, cut))

    def hung_up(self) -> tuple[Record, ...]:
        return ()


def floor(talk: Conversation) -> FloorState:
    return talk.session.turn.state


async def asked() -> tuple[Conversation, SlowAgent]:
    """The agent was greeted and asked, and says its first sentence."""
    agent = SlowAgent()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.say("a room")
    await talk.silence(400)
    return talk, agent


async def test_the_first_sentence_is_said_while_the_second_is_not_yet_made() -> None:
    talk, agent = await asked()
    assert talk.speaking()
    assert talk.tts.spoken == ["Hello.", FIRST]
    await talk.silence(2000)
    assert floor(talk) is FloorState.SPEAKING, "there is more to come"
    agent.thought.set()
    await talk.until_quiet()
    line = talk.call.lines()[-1]
    assert line.text == line.heard == f"{FIRST} {SECOND}"
    assert not line.interrupted
    assert agent.told[-1] == (agent.lines[-1], line.text, False)
    assert floor(talk) is FloorState.LISTENING


@pytest.mark.parametrize("marks", [True, False])
async def test_interrupted_in_the_middle_what_was_heard_is_known_to_the_word(marks: bool) -> None:
    talk, agent = await asked()
    talk.tts.marks = marks
    agent.thought.set()
    await talk.silence(1000)  # 200 ms a word: the sentence before is over and this one has begun
    await talk.silence(700)
    await talk.say("no wait", 700)
    await talk.silence(500)
    line = next(line for line in talk.call.lines() if line.text.startswith(FIRST))
    assert line.interrupted and line.text == f"{FIRST} {SECOND}"
    assert line.text.startswith(line.heard)
    assert 6 <= len(line.heard.split()) <= 9
    asked_line = agent.lines[1]
    assert [told for told in agent.told if told[0] == asked_line][-1] == (asked_line, line.heard, True)
    assert agent.memory[-1] == Utterance("no wait", 0.9, True)


async def test_a_voice_without_marks_cut_while_it_still_speaks_is_heard_by_proportion() -> None:
    talk = Conversation(ScriptedAgent(Reply("one two three four five six seven eight nine ten")))
    talk.tts.marks = False
    talk.tts.chunks = asyncio.Semaphore(5)
    await talk.silence(1000)
    await talk.hang_up()
    (line,) = talk.call.lines()
    assert line.interrupted
    assert 2 <= len(line.heard.split()) <= 5, "a second of speech is some words"


async def test_interrupted_between_two_sentences_the_line_counts_as_cut() -> None:
    talk, agent = await asked()
    await talk.silence(2000)
    await talk.say("are you there", 700)
    await talk.silence(100)
    line = agent.lines[1]
    assert (line, FIRST, True) in agent.told
    assert agent.finished == 0
    await talk.silence(600)
    assert agent.memory[-1] == Utterance("are you there", 0.9, True)


async def test_an_interrupted_thought_loses_nothing_that_was_said() -> None:
    talk, agent = await asked()
    for digit in "123":
        talk.session.on_event(Digit(digit, talk.t, 100))
    await talk.silence(200)
    assert agent.memory[1:] == [Utterance("a room", 0.9, True), Pressed("1"), Pressed("2"), Pressed("3")]


async def test_what_was_heard_is_told_before_the_next_question_is_put() -> None:
    talk, agent = await asked()
    await talk.silence(300)
    before = len(agent.told)
    talk.session.on_event(Digit("1", talk.t, 100))
    for _ in range(4):
        await asyncio.sleep(0)
    assert agent.memory[-1] == Pressed("1")
    line, text, cut = agent.told[before]
    assert (line, cut) == (agent.lines[1], True)
    assert text and FIRST.startswith(text)


async def test_an_agent_that_thinks_too_long_between_sentences_is_given_up() -> None:
    talk, agent = await asked()
    await talk.silence(15_000)
    assert floor(talk) is FloorState.LISTENING
    agent.thought.set()
    await talk.silence(200)
    assert SECOND not in talk.call.lines()[-1].text


async def test_what_is_on_its_way_out_is_dropped_when_the_agent_is_cut() -> None:
    talk = Conversation(ScriptedAgent(Reply("one two three four five six seven eight nine ten")))
    await talk.silence(700)
    assert talk.outlet.cleared == 0
    await talk.say("stop", 700)
    await talk.silence(400)
    assert talk.outlet.cleared >= 1


async def test_the_ledger_follows_what_the_leg_says_was_played() -> None:
    """A leg with a second of buffer: what the clock has written is not what was heard."""
    talk = Conversation(ScriptedAgent(Reply("one two three four five six seven eight nine ten")))
    talk.session._outlet = FakeOutlet(lambda: talk.t, unheard=16_000)
    await talk.silence(1500)
    await talk.hang_up()
    assert talk.call.lines()[0].heard == "one two"


async def test_voices_on_hold_are_not_heard() -> None:
    talk = Conversation(ScriptedAgent(Reply("Hello.")))
    await talk.until_quiet()
    talk.session.on_event(Hold(True))
    for _ in range(100):
        talk.session.on_event(Voice(talk.t, 0.99))
        await talk.tick(tone(320), 0.99)
    assert talk.stt.utterances == []
    assert floor(talk) is FloorState.LISTENING


class Acting:
    """Greets with these acts."""

    def __init__(self, *acts: Act) -> None:
        self.acts = acts

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        for act in self.acts:
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


async def test_a_transfer_is_made_once_what_was_said_is_heard() -> None:
    talk = Conversation(Acting(Say("I connect you."), Transfer("sip:desk@example.com")))
    await talk.silence(600)
    assert talk.transferred == []
    await talk.until_quiet()
    await talk.silence(300)
    assert talk.transferred == ["sip:desk@example.com"]
    assert talk.ended == []
    assert talk.call.lines()[0].heard == "I connect you."


async def test_a_recording_stands_where_a_sentence_would() -> None:
    talk = Conversation(
        Acting(Say("Listen."), Play(tone(2 * WORD_SAMPLES), "ding dong"), Say("That was it."), End())
    )
    await talk.until_quiet()
    await talk.silence(300)
    (line,) = talk.call.lines()
    assert line.text == line.heard == "Listen. ding dong That was it."
    assert talk.tts.spoken == ["Listen.", "That was it."]
    assert len(talk.ended) == 1


async def test_a_recording_that_is_cut_is_told_as_cut() -> None:
    agent = SlowAgent()
    talk = Conversation(agent)
    await talk.until_quiet()

    async def playing(said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Play(tone(25 * WORD_SAMPLES))

    agent.respond = playing  # type: ignore[method-assign]
    await talk.press("1")
    await talk.silence(800)
    talk.session.on_event(Digit("2", talk.t, 100))
    await talk.silence(200)
    assert (2, "", True) in agent.told
