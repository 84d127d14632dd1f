"""A conversation that is steered by a keyboard and a button, on the fake clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mediaserver.errors import CallError, ConfigError
from mediaserver.media.leg import Hold
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.storage.records import TurnSaid
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    AskedToSpeak,
    Context,
    Silence,
    Utterance,
)
from pipelines.conversation.ear import EarState
from pipelines.conversation.floor import FloorState
from tests.fakes import CALL_ID, Conversation, FakeTts, Reply, ScriptedAgent, voice

GREETING = Reply("Hello there, what would you like today?")
NEXT = Reply("Fine. Anything else?")
LONG = Reply("one two three four five six seven eight nine ten eleven twelve thirteen fourteen")


async def greeted(*replies: Reply) -> tuple[Conversation, ScriptedAgent]:
    """A conversation whose agent has said its greeting."""
    agent = ScriptedAgent(GREETING, *(replies or (NEXT, NEXT)))
    talk = Conversation(agent)
    await talk.until_quiet()
    return talk, agent


def lines(talk: Conversation) -> list[tuple[str, str]]:
    return [(line.speaker, line.heard) for line in talk.call.lines()]


def floor(talk: Conversation) -> FloorState:
    return talk.session.turn.state


# ---- typed words


async def test_typed_words_are_answered_as_spoken_ones() -> None:
    talk, agent = await greeted()
    await talk.silence(400)
    talk.session.hear("a room, please")
    await talk.until_quiet()
    assert agent.inputs == [Answered(), Utterance("a room, please", 1.0)]
    assert lines(talk)[1:] == [("caller", "a room, please"), ("agent", NEXT.text)]
    latency = talk.call.lines()[2].latency
    assert latency.keys() == {"llm_first_token", "tts_first_audio", "transport", "text_to_voice"}
    said: TurnSaid = talk.call.lines()[1]
    assert said.started_ms == said.ended_ms > talk.call.lines()[0].ended_ms
    final = {"text": "a room, please", "confidence": 1.0, "understood": True, "line": 1}
    assert ("final", final) in talk.call.events
    agent_lines = [data["line"] for kind, data in talk.call.events if kind in ("agent", "heard")]
    assert agent_lines == [0, 0, 2, 2]


async def test_typed_words_stop_the_agent_who_knows_how_much_was_heard() -> None:
    talk, agent = await greeted(LONG, NEXT)
    talk.session.hear("tell me")
    await talk.silence(1_000)
    assert talk.speaking()
    talk.session.hear("stop it")
    assert talk.outlet.cleared == 1
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("tell me", 1.0), Utterance("stop it", 1.0)], (
        "neither amends the other"
    )
    cut = talk.call.lines()[2]
    assert cut.interrupted and LONG.text.startswith(cut.heard) and 0 < len(cut.heard) < len(LONG.text)


async def test_words_typed_before_the_call_began_follow_the_greeting() -> None:
    agent = ScriptedAgent(GREETING, NEXT)
    talk = Conversation(agent)
    talk.session.hear("hello?")
    await talk.until_quiet()
    assert agent.inputs == [Answered(), Utterance("hello?", 1.0)]
    assert lines(talk) == [("caller", "hello?"), ("agent", NEXT.text)]


async def test_typed_words_take_the_place_of_what_was_being_said() -> None:
    talk, agent = await greeted()
    await talk.say("never m", 400)
    talk.session.hear("a room")
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("a room", 1.0)]


async def test_nobody_is_told_words_on_hold_or_after_the_end() -> None:
    talk, _ = await greeted()
    talk.session.on_event(Hold(True))
    with pytest.raises(CallError, match="on hold"):
        talk.session.hear("hello")
    talk.session.on_event(Hold(False))
    await talk.hang_up()
    with pytest.raises(CallError, match="over"):
        talk.session.hear("hello")


async def test_last_words_are_not_typed_over_where_they_insist() -> None:
    talk, _ = await greeted()
    talk.session.say_goodbye("We are closing. Good bye to you all.")
    await talk.silence(200)
    with pytest.raises(CallError, match="does not listen"):
        talk.session.hear("wait")
    talk.session.cancel()
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == "We are closing. Good bye to you all."


# ---- commit


async def test_a_turn_that_is_declared_over_is_answered_without_waiting() -> None:
    talk, agent = await greeted()
    talk.stt.extensible = {"a room for"}
    await talk.say("a room for", 600)
    talk.session.commit()
    for _ in range(4):
        await talk.tick()
    assert agent.inputs[1:] == [Utterance("a room for", 0.9)], "80 ms later, with the final"


async def test_without_it_the_same_words_wait_for_more() -> None:
    talk, agent = await greeted()
    talk.stt.extensible = {"a room for"}
    await talk.say("a room for", 600)
    await talk.silence(200)
    assert agent.inputs[1:] == []


async def test_in_a_pause_what_is_known_already_is_told_at_once() -> None:
    talk, agent = await greeted()
    talk.session.manual(True)
    await talk.say("a room", 600)
    await talk.silence(3_000)
    assert agent.inputs[1:] == [], "a manual turn is ended by no pause"
    talk.session.commit()
    await talk.tick()
    assert agent.inputs[1:] == [Utterance("a room", 0.9)]


async def test_a_manual_turn_goes_on_after_pauses_and_is_one_utterance() -> None:
    talk, agent = await greeted()
    talk.session.manual(True)
    await talk.say("a room", 500)
    await talk.silence(1_500)
    await talk.say("a room for two", 500)
    talk.session.commit()
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("a room for two", 0.9)]


async def test_speech_that_the_detector_notices_late_is_part_of_it() -> None:
    talk, agent = await greeted()
    talk.session.manual(True)
    talk.stt.text = "yes"
    for _ in range(3):
        await talk.tick(voice(FRAME_SAMPLES), 0.02)  # the detector says it a moment later
    assert talk.session.turn.ear is EarState.QUIET
    talk.session.commit()
    for probability in (0.02, 0.02, 0.97, 0.97):
        await talk.tick(voice(FRAME_SAMPLES), probability)
    for _ in range(10):
        await talk.tick()
    assert agent.inputs[1:] == [Utterance("yes", 0.9)]


async def test_nothing_that_was_said_is_nothing_to_answer() -> None:
    talk, agent = await greeted()
    talk.session.commit()
    await talk.silence(400)
    assert agent.inputs[1:] == [] and talk.session.turn.state is FloorState.LISTENING
    await talk.say("a room", 500)
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("a room", 0.9)], "it counts for nothing that comes later"


async def test_it_takes_the_floor_from_an_agent_who_speaks() -> None:
    talk, agent = await greeted(LONG, NEXT)
    await talk.say("a room", 500)
    await talk.silence(1_400)
    assert talk.speaking()
    await talk.say("no wait", 140)
    talk.session.commit()
    await talk.silence(200)
    assert talk.outlet.cleared == 1
    await talk.until_quiet()
    assert agent.inputs[2:] == [Utterance("no wait", 0.9)]


# ---- forget


def loud(talk: Conversation) -> int:
    """Frames with a voice that the recogniser heard of the last utterance."""
    return sum(bool(frame.any()) for frame in talk.stt.utterances[-1].frames)


async def test_what_was_said_of_a_turn_that_is_not_over_can_be_dropped() -> None:
    talk, agent = await greeted()
    talk.session.manual(True)
    await talk.say("a room", 600)
    await talk.silence(400)
    talk.session.forget()
    assert talk.session.turn.ear is EarState.QUIET
    talk.session.commit()
    await talk.silence(400)
    assert agent.inputs[1:] == [], "there is nothing of it any more"
    await talk.say("a table", 600)
    talk.session.commit()
    await talk.silence(200)
    assert agent.inputs[1:] == [Utterance("a table", 0.9)]
    assert loud(talk) == 600 // 20, "nor does the recogniser hear what came before"


async def test_a_turn_that_was_declared_over_is_left_alone() -> None:
    talk, agent = await greeted()
    talk.stt.delay_ticks = 10
    await talk.say("a room", 600)
    talk.session.commit()
    talk.session.forget()
    await talk.silence(400)
    assert agent.inputs[1:] == [Utterance("a room", 0.9)]


async def test_a_turn_that_is_declared_over_before_it_is_noticed_is_left_alone() -> None:
    talk, agent = await greeted()
    talk.session.manual(True)
    talk.stt.text = "yes"
    for _ in range(3):
        await talk.tick(voice(FRAME_SAMPLES), 0.02)
    talk.session.commit()
    talk.session.forget()
    for probability in (0.02, 0.02, 0.97, 0.97):
        await talk.tick(voice(FRAME_SAMPLES), probability)
    await talk.silence(200)
    assert agent.inputs[1:] == [Utterance("yes", 0.9)] and loud(talk) == 7


async def test_what_was_not_noticed_yet_is_dropped_too() -> None:
    talk, _ = await greeted()
    for _ in range(3):
        await talk.tick(voice(FRAME_SAMPLES), 0.02)
    talk.session.forget()
    await talk.say("a room", 600)
    await talk.silence(400)
    assert loud(talk) == 600 // 20


async def test_an_agent_that_is_contested_by_what_is_dropped_goes_on() -> None:
    talk, agent = await greeted(LONG)
    talk.session.hear("tell me")
    await talk.silence(1_000)
    await talk.say("uh", 160)
    talk.session.forget()
    await talk.silence(60)
    assert talk.speaking() and talk.session.turn.state is FloorState.SPEAKING
    await talk.until_quiet()
    assert len(agent.inputs) == 2 and not talk.call.lines()[-1].interrupted


async def test_one_that_has_yielded_to_what_is_dropped_listens_and_asks_again() -> None:
    talk, agent = await greeted(LONG)
    talk.session.hear("tell me")
    await talk.silence(1_000)
    await talk.say("no wait", 700)
    assert floor(talk) is FloorState.ATTENDING
    talk.session.forget()
    assert floor(talk) is FloorState.LISTENING
    await talk.silence(8_000)
    assert agent.inputs[2:3] == [Silence()]


# ---- ask


async def test_an_agent_that_is_asked_speaks_without_words_of_the_callers() -> None:
    talk, agent = await greeted()
    talk.session.ask()
    await talk.until_quiet()
    assert agent.inputs == [Answered(), AskedToSpeak()]
    assert lines(talk)[1:] == [("agent", NEXT.text)]
    await talk.say("a room", 500)
    await talk.until_quiet()
    assert agent.inputs[2:] == [Utterance("a room", 0.9)], "it amends nothing"


async def test_an_agent_that_speaks_or_listens_to_nobody_is_not_asked() -> None:
    talk, agent = await greeted(LONG)
    talk.session.ask()
    await talk.silence(1_000)
    assert talk.speaking()
    with pytest.raises(CallError, match="speaks already"):
        talk.session.ask()
    talk.session.on_event(Hold(True))
    with pytest.raises(CallError, match="on hold"):
        talk.session.ask()
    talk.session.on_event(Hold(False))
    await talk.until_quiet()
    await talk.hang_up()
    with pytest.raises(CallError, match="over"):
        talk.session.ask()
    assert len(agent.inputs) == 2


async def test_one_that_thinks_is_asked_when_nothing_comes_of_it() -> None:
    talk, agent = await greeted(Reply(), NEXT)
    talk.session.hear("a room")
    talk.session.ask()
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("a room", 1.0), AskedToSpeak()]


async def test_one_that_thinks_and_answers_is_not_asked_again() -> None:
    talk, agent = await greeted(NEXT, NEXT)
    talk.session.hear("a room")
    talk.session.ask()
    await talk.until_quiet()
    await talk.silence(1_000)
    assert agent.inputs[1:] == [Utterance("a room", 1.0)]


async def test_a_wish_that_was_cancelled_is_forgotten() -> None:
    talk, agent = await greeted(Reply(), NEXT)
    talk.session.hear("a room")
    talk.session.ask()
    talk.session.cancel()
    await talk.silence(1_000)
    assert AskedToSpeak() not in agent.inputs


async def test_one_is_asked_before_the_call_began_behind_the_greeting_that_it_does_not_say() -> None:
    agent = ScriptedAgent(Reply(), NEXT)
    talk = Conversation(agent)
    talk.session.ask()
    await talk.until_quiet()
    assert agent.inputs == [Answered(), AskedToSpeak()]


async def test_whom_we_call_is_greeted_when_the_agent_is_asked() -> None:
    agent = ScriptedAgent(GREETING, NEXT)
    talk = Conversation(agent, context=Context(CALL_ID, 0, direction="outbound"))
    await talk.silence(400)
    assert agent.inputs == []
    talk.session.ask()
    await talk.silence(20)
    assert agent.inputs == [Answered()]


async def test_what_the_caller_is_saying_is_not_lost_to_it() -> None:
    talk, agent = await greeted()
    await talk.say("a room", 300)
    talk.session.ask()
    await talk.say("a room", 300)
    await talk.until_quiet()
    assert agent.inputs[1:] == [AskedToSpeak(), Utterance("a room", 0.9)]
    assert lines(talk)[-2:] == [("caller", "a room"), ("agent", NEXT.text)]


class Pensive(ScriptedAgent):
    """Thinks for ever about what it is asked, and answers what is said."""

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, AskedToSpeak):
            self.inputs.append(said)
            await asyncio.Event().wait()
        async for act in super().respond(said, context):
            yield act


async def test_what_the_caller_is_saying_counts_while_the_agent_thinks_about_it() -> None:
    agent = Pensive(GREETING, NEXT)
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.say("a room", 300)
    talk.session.ask()
    await talk.say("a room", 300)
    await talk.until_quiet()
    assert agent.inputs[1:] == [AskedToSpeak(), Utterance("a room", 0.9)]


# ---- cancel


async def test_an_agent_that_speaks_is_silenced_and_listens() -> None:
    talk, agent = await greeted(LONG, NEXT)
    talk.session.hear("tell me")
    await talk.silence(1_000)
    talk.session.cancel()
    await talk.silence(60)
    assert not talk.speaking() and talk.session.turn.state is FloorState.LISTENING
    assert talk.call.lines()[-1].interrupted
    await talk.say("a room", 500)
    await talk.until_quiet()
    assert agent.inputs[2:] == [Utterance("a room", 0.9)], "it amends nothing"


async def test_a_thought_is_dropped_before_its_first_sound() -> None:
    agent = ScriptedAgent(GREETING, NEXT, NEXT)
    tts = FakeTts()
    talk = Conversation(agent, tts=tts)
    await talk.until_quiet()
    tts.gate.clear()
    talk.session.hear("a room")
    await talk.silence(200)
    talk.session.cancel()
    tts.gate.set()
    sent = len(talk.sent)
    await talk.silence(1_000)
    assert not any(frame is not None for frame in talk.sent[sent:])
    await talk.say("a table", 500)
    await talk.until_quiet()
    assert agent.inputs[2:] == [Utterance("a table", 0.9)], "it amends nothing"


async def test_who_is_silent_is_not_silenced_and_time_goes_on() -> None:
    talk, agent = await greeted()
    talk.session.cancel()
    assert talk.outlet.cleared == 0
    await talk.silence(8_000)
    assert agent.inputs[1:2] == [Silence()]


# ---- turns are taken otherwise


async def test_pauses_are_as_long_as_was_said_last() -> None:
    talk, agent = await greeted(NEXT, NEXT, NEXT)
    talk.session.take_turns({"whole_ms": 1_000})
    await talk.say("a room", 500)
    await talk.silence(900)
    assert agent.inputs[1:] == []
    await talk.silence(200)
    assert agent.inputs[1:] == [Utterance("a room", 0.9)]
    await talk.until_quiet()
    talk.session.take_turns({})
    await talk.say("a table", 500)
    await talk.silence(240)
    assert agent.inputs[2:] == [Utterance("a table", 0.9)], "as the call began"


@pytest.mark.parametrize(("settings", "takes"), [({}, True), ({"sensitivity": "low"}, False)])
async def test_who_is_not_to_be_interrupted_by_every_sound_waits_for_more(
    settings: dict[str, Any], takes: bool
) -> None:
    talk, _ = await greeted(LONG)
    talk.session.hear("tell me")
    await talk.silence(1_000)
    talk.session.take_turns(settings)
    await talk.say("well then", 460)
    assert (floor(talk) is FloorState.ATTENDING) is takes


async def test_the_pause_that_makes_the_recogniser_finish_is_one_of_them() -> None:
    talk, _ = await greeted()
    talk.session.take_turns({"suspect_ms": 400, "whole_ms": 600})
    await talk.say("a room", 500)
    await talk.silence(360)
    assert talk.stt.utterances[-1].flushed is None
    await talk.silence(60)
    assert talk.stt.utterances[-1].flushed is not None


async def test_settings_that_make_no_sense_change_nothing() -> None:
    talk, _ = await greeted()
    before = talk.session.turn.waits
    with pytest.raises(ConfigError, match="whole_ms 5"):
        talk.session.take_turns({"open_ms": 900, "whole_ms": 5})
    assert talk.session.turn.waits == before
