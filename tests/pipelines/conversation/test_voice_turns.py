"""What a watcher of a call is told of its caller's voice: each turn, and that no words come of one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.leg import Hold
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.agent import Act, AgentInput, Context, Say, Utterance
from pipelines.conversation.voice_turns import VoiceTurns
from tests.fakes import Conversation, FakeCall, Reply, ScriptedAgent, voice

GREETING = Reply("Hello there, what would you like today?")
NEXT = Reply("Fine. Anything else?")
Told = tuple[str, dict[str, Any]]


async def greeted(*replies: Reply) -> tuple[Conversation, ScriptedAgent]:
    agent = ScriptedAgent(GREETING, *(replies or (NEXT, NEXT)))
    talk = Conversation(agent)
    await talk.until_quiet()
    return talk, agent


def told(talk: Conversation) -> list[Told]:
    return [event for event in talk.call.events if event[0] in ("voice", "unheard", "final")]


def shapes(talk: Conversation) -> list[str]:
    """What was told, without times: "1 began", "1 ended", "1 ended!" (committed), "final", "no words 1"."""
    said = []
    for kind, data in told(talk):
        match kind, data:
            case "voice", {"began": _, "turn": turn}:
                said.append(f"{turn} began")
            case "voice", {"ended": _, "turn": turn, "committed": committed}:
                said.append(f"{turn} ended{'!' * committed}")
            case "unheard", {"why": why}:
                said.append(f"{why} {data.get('turn', '-')}")
            case _:
                said.append(kind)
    return said


async def test_a_turn_begins_and_ends_before_its_words_are_told() -> None:
    talk, _ = await greeted()
    await talk.silence(400)
    since = talk.t // 16
    await talk.say("a room", 600)
    await talk.until_quiet()
    assert shapes(talk) == ["1 began", "1 ended", "final"]
    began, ended = (data for kind, data in told(talk) if kind == "voice")
    assert began["began"] == pytest.approx(since, abs=40)
    assert ended["ended"] == pytest.approx(since + 600, abs=40)
    line = next(line for line in talk.call.lines() if line.speaker == "caller")
    assert ended["ended"] == line.ended_ms, "on the scale of the transcript"


async def test_it_is_told_that_the_caller_speaks_while_he_does() -> None:
    talk, _ = await greeted()
    talk.stt.extensible = {"a room for"}
    await talk.say("a room", 200)
    assert shapes(talk) == ["1 began"]
    await talk.say("a room for", 300)
    await talk.silence(200)
    assert shapes(talk) == ["1 began"], "a pause ends nothing"


async def test_a_noise_comes_to_no_words() -> None:
    talk, agent = await greeted()
    await talk.cough(160)
    await talk.silence(2_000)
    assert shapes(talk) == ["1 began", "1 ended", "no words 1"] and len(agent.inputs) == 1


async def test_speech_that_nobody_understood_is_told_to_the_agent_and_so_is_no_turn_without_words() -> None:
    talk, agent = await greeted()
    await talk.say("", 600)
    await talk.until_quiet()
    assert shapes(talk) == ["1 began", "1 ended", "final"]
    assert agent.inputs[1:] == [Utterance("", 0.9, understood=False)]


async def test_a_recogniser_that_never_answers_ends_the_turn_all_the_same() -> None:
    talk, _ = await greeted()
    talk.stt.mute = True
    await talk.say("a room", 600)
    await talk.until_quiet()
    assert shapes(talk) == ["1 began", "1 ended", "final"]


async def test_who_goes_on_behind_a_turn_that_was_taken_begins_another() -> None:
    talk, agent = await greeted(Reply(), NEXT)
    await talk.say("a room", 500)
    await talk.silence(360)
    await talk.say("a room for two", 500)
    await talk.until_quiet()
    assert shapes(talk) == ["1 began", "1 ended", "final", "2 began", "2 ended", "final"]
    assert agent.inputs[-1] == Utterance("a room for two", 0.9, amends=True)


async def test_typed_words_in_the_place_of_spoken_ones_leave_a_turn_without_words() -> None:
    talk, _ = await greeted()
    await talk.say("a room", 400)
    talk.session.hear("a table")
    assert shapes(talk) == ["1 began", "1 ended", "no words 1", "final"]


async def test_nobody_is_told_of_voices_when_the_call_is_over() -> None:
    talk, _ = await greeted()
    await talk.say("a room", 400)
    await talk.hang_up()
    talk.session.commit()
    assert shapes(talk) == ["1 began"]


class Insisting(ScriptedAgent):
    """Says its second reply to the end, whoever speaks."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        text = "one two three four five six seven eight nine ten eleven twelve " * 2
        yield Say(text, interruptible=len(self.inputs) != 2)


async def test_words_that_wait_for_the_end_of_a_line_come_with_the_last_of_them() -> None:
    agent = Insisting()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.say("a room", 500)
    await talk.silence(500)
    for text in ("for two", "tomorrow"):
        await talk.say(text, 500)
        await talk.silence(1_000)
    assert talk.speaking()
    assert shapes(talk)[3:] == ["2 began", "2 ended", "3 began", "3 ended"]
    await talk.silence(4_000)
    assert shapes(talk)[7:] == ["with the next 2", "final"]
    assert agent.inputs[2:] == [Utterance("for two tomorrow", 0.9)]


# ---- turns that are declared over


async def test_a_turn_that_was_declared_over_says_so() -> None:
    talk, _ = await greeted()
    talk.session.manual(True)
    await talk.say("a room", 600)
    await talk.silence(1_000)
    assert shapes(talk) == ["1 began"]
    talk.session.commit()
    await talk.silence(100)
    assert shapes(talk) == ["1 began", "1 ended!", "final"]


async def test_each_turn_that_is_declared_over_without_a_word_is_told() -> None:
    talk, agent = await greeted()
    talk.session.manual(True)
    talk.session.commit()
    talk.session.commit()
    await talk.silence(200)
    assert shapes(talk) == [], "the detector may be late"
    await talk.silence(60)
    assert shapes(talk) == ["nothing said -"] * 2 and len(agent.inputs) == 1
    talk.session.on_event(Hold(True))
    talk.session.commit()
    assert shapes(talk) == ["nothing said -"] * 3


async def test_speech_that_the_detector_notices_late_is_the_turn_that_was_declared_over() -> None:
    talk, _ = await greeted()
    talk.session.manual(True)
    talk.stt.text = "yes"
    for _ in range(3):
        await talk.tick(voice(FRAME_SAMPLES), 0.02)
    talk.session.commit()
    talk.session.commit()
    for probability in (0.02, 0.02, 0.97, 0.97):
        await talk.tick(voice(FRAME_SAMPLES), probability)
    await talk.silence(400)
    assert shapes(talk) == ["1 began", "1 ended!", "final", "nothing said -"]


async def test_declaring_a_turn_over_without_end_costs_nothing() -> None:
    talk, _ = await greeted()
    for _ in range(200):
        talk.session.commit()
    await talk.silence(300)
    assert shapes(talk) == ["nothing said -"] * 200


# ---- by itself


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(("told", "dropped", "spoken", "else", "nothing")), st.booleans())))
def test_every_turn_is_settled_once(steps: list[tuple[str, bool]]) -> None:
    call = FakeCall()
    turns, told, words = VoiceTurns(call), 0, 0
    for step, committed in steps:
        match step:
            case "told" | "dropped":
                turns.began(1)
                turns.ended(2, told=step == "told", committed=committed)
                told += step == "told"
            case "spoken":
                words += told > 0
                turns.think(spoken=True)
                told = 0
            case "else":
                turns.think(spoken=False)
                told = 0
            case _:
                turns.nothing()
    ended = [data["turn"] for kind, data in call.events if kind == "voice" and "ended" in data]
    settled = [data["turn"] for kind, data in call.events if kind == "unheard" and "turn" in data]
    assert ended == sorted(set(ended)) and len(settled) == len(set(settled)) <= len(ended)
    assert len(ended) == len(settled) + words + told
