"""Conversations on a fake clock: who speaks when, what is kept, and what survives failing engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace

import numpy as np
import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import Digit, Ended, EndedBy, Hold, Termination, Why
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from mediaserver.storage.records import Record
from pipelines.conversation.agent import (
    Act,
    AgentInput,
    Answered,
    Context,
    Listen,
    Play,
    Pressed,
    Say,
    Silence,
    Utterance,
)
from pipelines.conversation.floor import FloorState
from pipelines.conversation.own_words import own_words
from pipelines.engines.protocols import Grammar, SttResult, TtsChunk
from tests.fakes import (
    CALL_ID,
    SILENCE,
    WORD_SAMPLES,
    Conversation,
    FakeOutlet,
    FakeTts,
    Reply,
    ScriptedAgent,
    tone,
    voice,
)

GREETING = Reply("Hello there, what would you like today?")
NEXT = Reply("Fine. Anything else?")


async def greeted(*replies: Reply | Exception) -> tuple[Conversation, ScriptedAgent]:
    """A conversation whose agent has said its greeting."""
    agent = ScriptedAgent(GREETING, *(replies or (NEXT,)))
    talk = Conversation(agent)
    await talk.until_quiet()
    return talk, agent


async def test_the_agent_speaks_first_and_its_line_is_kept_as_heard() -> None:
    talk, agent = await greeted()
    assert agent.inputs == [Answered()]
    (line,) = talk.call.lines()
    assert (line.speaker, line.text, line.heard) == ("agent", GREETING.text, GREETING.text)
    assert not line.interrupted
    assert talk.session.turn.state is FloorState.LISTENING


async def test_an_answer_is_recognised_and_answered() -> None:
    talk, agent = await greeted()
    await talk.silence(500)
    await talk.say("a room")
    await talk.until_quiet()
    assert agent.inputs[1] == Utterance("a room", 0.9, True)
    greeting, caller, reply = talk.call.lines()
    assert (caller.speaker, caller.text, caller.understood) == ("caller", "a room", True)
    assert reply.heard == NEXT.text
    assert 600 <= caller.ended_ms - caller.started_ms <= 1200


async def test_latency_parts_add_up_to_voice_to_voice() -> None:
    talk, _ = await greeted()
    await talk.say("a room")
    await talk.until_quiet()
    latency = talk.call.lines()[2].latency
    parts = sum(value for name, value in latency.items() if name != "voice_to_voice")
    assert abs(parts - latency["voice_to_voice"]) <= 1.0
    assert 150 <= latency["voice_to_voice"] <= 300
    assert latency["stt"] == 40.0
    assert ("latency", latency) in talk.call.events


async def test_the_callers_first_word_right_after_pickup_is_not_lost() -> None:
    talk = Conversation(ScriptedAgent(GREETING, NEXT))
    await talk.say("hello", 700)
    await talk.until_quiet()
    loud = [frame for frame in talk.stt.utterances[0].frames if np.abs(frame).max() > 500]
    assert len(loud) == 700 // 20


async def test_the_pre_roll_holds_what_came_before_the_onset() -> None:
    talk, _ = await greeted()
    await talk.silence(1000)
    await talk.say("a room", 700)
    await talk.silence(300)
    stream = talk.stt.utterances[-1]
    quiet_before = next(i for i, frame in enumerate(stream.frames) if np.abs(frame).max() > 500)
    assert quiet_before >= 12


async def test_a_pause_inside_an_utterance_does_not_cut_it() -> None:
    talk, agent = await greeted()
    talk.stt.extensible = {"two"}
    await talk.say("two", 400)
    await talk.silence(140)
    await talk.say("two thirty", 500)
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("two thirty", 0.9, True)]
    (utterance,) = talk.stt.utterances
    assert utterance.told == ["flush", "resume", "flush"]
    loud = [frame for frame in utterance.frames if np.abs(frame).max() > 500]
    assert len(loud) == 900 // 20, "each frame once"


async def test_a_tail_is_heard_with_the_old_grammar_and_takes_the_reply_back() -> None:
    """The caller said "two | people" with a pause that was too long for the wait."""
    talk, agent = await greeted(NEXT, NEXT)
    await talk.say("two", 400)
    await talk.silence(240)
    await talk.say("two people", 400)
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance("two", 0.9, True), Utterance("two people", 0.9, True, amends=True)]
    (utterance,) = talk.stt.utterances
    assert utterance.told == ["flush", "resume", "flush"]
    loud = [frame for frame in utterance.frames if np.abs(frame).max() > 500]
    assert len(loud) == 800 // 20, "each frame once"


async def test_a_tail_that_makes_no_sense_with_the_rest_is_heard_alone() -> None:
    talk, agent = await greeted(NEXT, NEXT)
    await talk.say("today", 400)
    await talk.silence(400)
    await talk.say("", 500)
    while len(talk.stt.utterances) < 2:
        await talk.tick()
    whole, tail = talk.stt.utterances
    assert tail.grammar is whole.grammar
    loud = [frame for frame in tail.frames if np.abs(frame).max() > 500]
    assert len(loud) == 500 // 20
    assert np.abs(tail.frames[0]).max() <= 500, "from a little before it began"
    await talk.until_quiet()
    assert agent.inputs[1] == Utterance("today", 0.9, True)


async def test_a_long_story_loses_no_frame_between_its_pieces() -> None:
    talk, agent = await greeted(NEXT)
    talk.stt.extensible = {"it began"}
    for _ in range(152):  # with gaps between the syllables, as people speak
        await talk.say("it began", 80)
        await talk.silence(20)
    await talk.silence(140)
    await talk.say("and then", 600)
    await talk.until_quiet()
    first, second = talk.stt.utterances
    loud = [sum(np.abs(frame).max() > 500 for frame in piece.frames) for piece in (first, second)]
    assert loud[1] == 600 // 20 and loud[0] >= 152 * 80 // 20
    assert agent.inputs[1:] == [Utterance("it began and then", 0.9, True)]


async def test_barge_in_stops_the_agent_at_once_and_keeps_only_heard_words() -> None:
    talk = Conversation(ScriptedAgent(GREETING, NEXT))
    await talk.silence(800)
    assert talk.speaking()
    before = len(talk.sent)
    await talk.say("a room", 700)
    stopped = next(i for i, f in enumerate(talk.sent[before:]) if f is None or not f[-200:].any())
    assert stopped * 20 <= 140
    await talk.until_quiet()
    greeting, caller, reply = talk.call.lines()
    assert greeting.interrupted
    assert GREETING.text.startswith(greeting.heard) and 2 <= len(greeting.heard.split()) <= 4
    assert caller.text == "a room"
    assert reply.text == NEXT.text and not reply.interrupted
    assert talk.call.happened("barge_in")[-1].data["outcome"] == "taken"


async def test_a_cough_pauses_and_resumes_at_the_beginning_of_the_cut_word() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    await talk.silence(900)
    await talk.cough(240)
    assert talk.sent[-1] is None
    await talk.until_quiet()
    (line,) = talk.call.lines()
    assert line.heard == GREETING.text
    assert not line.interrupted
    played = sum(1 for frame in talk.sent if frame is not None)
    assert 0 <= played * 20 - 7 * 200 <= 240, "one word was said twice, no more"
    assert [e.data["outcome"] for e in talk.call.happened("barge_in")] == ["resumed"]
    assert talk.session.turn.state is FloorState.LISTENING


class QueueingOutlet(FakeOutlet):
    """A leg whose far end has a queue of what it is to hear."""

    taken_back: int = 0

    def take_back(self) -> int | None:
        self.taken_back += 1
        return self.position() - 3_200


async def test_what_waits_at_the_far_end_is_dropped_at_the_pause_and_said_again_after_a_cough() -> None:
    talk = Conversation(ScriptedAgent(GREETING), outlet=QueueingOutlet)
    outlet = talk.outlet
    assert isinstance(outlet, QueueingOutlet)
    await talk.silence(900)
    await talk.cough(240)
    assert talk.sent[-1] is None
    assert (outlet.taken_back, outlet.cleared) == (1, 0), "before anything is decided"
    await talk.until_quiet()
    (line,) = talk.call.lines()
    assert line.heard == GREETING.text and not line.interrupted
    played = sum(1 for frame in talk.sent if frame is not None)
    assert 200 <= played * 20 - 7 * 200 <= 460, "what was dropped, and the word that was cut"


class QuietableOutlet(QueueingOutlet):
    """One that can be had to play what it holds quieter."""

    quietened: tuple[int, ...] = ()
    """When, in 16 kHz samples written."""

    def quieten(self, gain: float) -> bool:
        self.quietened += (self.written(),)
        return True


async def test_what_waits_at_the_far_end_gets_quieter_with_the_first_sound_and_is_not_said_again() -> None:
    talk = Conversation(ScriptedAgent(GREETING), outlet=QuietableOutlet)
    outlet = talk.outlet
    assert isinstance(outlet, QuietableOutlet)
    await talk.silence(900)
    began, before = outlet.written(), len(talk.sent)
    last = talk.sent[-1]
    assert last is not None
    await talk.cough(80)
    (quietened,) = outlet.quietened
    assert quietened - began <= 120 * SAMPLE_RATE // 1_000
    first = talk.sent[before + (quietened - began) // FRAME_SAMPLES]
    assert first is not None and np.abs(first).max() < np.abs(last).max() / 4, (
        "it follows on what is so quiet already"
    )
    await talk.until_quiet()
    (line,) = talk.call.lines()
    assert line.heard == GREETING.text and not line.interrupted
    assert (outlet.taken_back, outlet.cleared, len(outlet.quietened)) == (0, 0, 1)
    played = sum(1 for frame in talk.sent if frame is not None)
    assert abs(played * 20 - 7 * 200) <= 20, "no word twice"


async def test_a_short_understood_word_takes_the_floor() -> None:
    talk = Conversation(ScriptedAgent(GREETING, NEXT))
    await talk.silence(600)
    await talk.say("no", 300)
    await talk.until_quiet()
    assert [line.text for line in talk.call.lines()] == [GREETING.text, "no", NEXT.text]


async def test_long_speech_that_is_not_understood_takes_the_floor_and_is_asked_about() -> None:
    talk = Conversation(ScriptedAgent(GREETING, Reply("Sorry, say that again.")))
    await talk.silence(600)
    await talk.say("", 900)
    await talk.until_quiet()
    assert talk.call.lines()[-1].text == "Sorry, say that again."
    assert talk.call.lines()[1].understood is False


async def test_interrupting_before_the_first_audio_leaves_nothing_stale() -> None:
    talk, agent = await greeted(Reply("This must never be heard."), NEXT)
    talk.tts.gate.clear()
    await talk.say("a room")
    await talk.silence(400)
    assert talk.session.turn.state is FloorState.SPEAKING
    await talk.say("no wait", 700)
    talk.tts.gate.set()
    await talk.until_quiet()
    lines = {line.text: line for line in talk.call.lines()}
    assert lines["This must never be heard."].heard == ""
    assert lines["This must never be heard."].interrupted
    assert talk.call.lines()[-1].heard == NEXT.text


async def test_a_cough_before_the_first_audio_only_delays_it() -> None:
    talk, _ = await greeted(NEXT)
    talk.tts.gate.clear()
    await talk.say("a room")
    await talk.silence(400)
    await talk.cough(200)
    talk.tts.gate.set()
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == NEXT.text


async def test_a_noisy_line_cannot_silence_the_agent() -> None:
    talk = Conversation(ScriptedAgent(Reply("one two three four five six seven eight nine ten " * 3)))
    for _ in range(12):
        await talk.silence(500)
        await talk.cough(200)
    await talk.silence(3000)
    assert len(talk.call.lines()[0].heard.split()) == 30


async def test_a_cough_while_the_agent_listens_is_no_answer() -> None:
    talk, agent = await greeted()
    await talk.say("", 160)
    await talk.silence(2000)
    assert agent.inputs == [Answered()]
    assert talk.session.turn.state is FloorState.LISTENING


async def test_late_recognition_results_are_dropped() -> None:
    talk, agent = await greeted()
    talk.stt.extensible = {"two"}
    await talk.say("two", 400)
    await talk.silence(140)
    await talk.say("two thirty", 500)
    stale = talk.stt.utterances[0].epoch - 1
    talk.stt.post(SttResult("stale", True, 1.0, epoch=stale))
    await talk.until_quiet()
    talk.stt.post(SttResult("staler", True, 1.0, epoch=stale))
    await talk.silence(200)
    assert [said.text for said in agent.inputs if isinstance(said, Utterance)] == ["two thirty"]
    assert talk.session.turn.ignored["late final"] >= 1


async def test_silence_is_told_to_the_agent_once_the_time_is_over() -> None:
    talk, agent = await greeted()
    await talk.silence(6500)
    assert Silence() not in agent.inputs
    await talk.silence(1000)
    assert agent.inputs[-1] == Silence()


async def test_digits_interrupt_and_all_of_them_arrive_in_order() -> None:
    agent = ScriptedAgent(GREETING, Reply(""), Reply(""), NEXT)
    talk = Conversation(agent)
    await talk.silence(500)
    await talk.press("14#")
    await talk.until_quiet()
    assert agent.inputs[1:] == [Pressed("1"), Pressed("4"), Pressed("#")]
    assert talk.call.lines()[0].interrupted
    assert talk.call.lines()[-1].heard == NEXT.text
    assert [e.data["digit"] for e in talk.call.happened("dtmf")] == ["1", "4", "#"]
    assert ("digit", {"digit": "4"}) in talk.call.events


async def test_digits_pressed_faster_than_the_agent_thinks_are_all_told() -> None:
    talk, agent = await greeted(Reply(""), Reply(""), NEXT)
    for digit in "123":
        talk.session.on_event(Digit(digit, talk.t, 100))
    await talk.until_quiet()
    assert agent.inputs[1:] == [Pressed("1"), Pressed("2"), Pressed("3")]
    assert talk.call.lines()[-1].text == NEXT.text


async def test_the_last_word_is_heard_before_the_hangup() -> None:
    talk, _ = await greeted(Reply("All done. Goodbye.", end=True))
    await talk.say("a room")
    await talk.until_quiet()
    await talk.silence(200)
    (termination,) = talk.ended
    assert termination.why is Why.COMPLETED
    assert talk.call.lines()[-1].heard == "All done. Goodbye."
    await talk.hang_up()
    assert len(talk.ended) == 1


async def test_last_words_that_the_caller_speaks_into_are_heard_all_the_same() -> None:
    last = "All done. We are looking forward to you. Goodbye."
    talk, agent = await greeted(Reply(last, end=True), Reply(end=True))
    await talk.say("a room")
    await talk.silence(1100)
    await talk.say("thanks bye", 700)
    await talk.silence(3000)
    assert agent.inputs[-1] == Utterance("thanks bye", 0.9, True)
    assert talk.call.lines()[-1].heard == last
    assert len(talk.ended) == 1


async def test_a_caller_who_hangs_up_in_mid_sentence_has_heard_only_that_much() -> None:
    agent = ScriptedAgent(GREETING)
    talk = Conversation(agent)
    await talk.silence(900)
    await talk.hang_up()
    (line,) = talk.call.lines()
    assert 1 <= len(line.heard.split()) <= 4
    assert GREETING.text.startswith(line.heard)
    assert agent.told[-1] == (1, line.heard, True)
    assert agent.is_over
    assert line.interrupted
    assert not talk.call.happened("barge_in")
    assert not talk.ended, "who is gone needs no hangup"
    assert talk.session.turn.state is FloorState.ENDED


async def test_a_voice_that_fails_once_is_tried_again() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    talk.tts.failures = 1
    await talk.until_quiet()
    assert talk.call.lines()[0].heard == GREETING.text
    assert len(talk.call.happened("engine_failed")) == 1


async def test_a_voice_that_stays_dead_leaves_the_call_listening() -> None:
    talk = Conversation(ScriptedAgent(GREETING, NEXT))
    talk.tts.failures = 2
    await talk.silence(1000)
    assert talk.session.turn.state is FloorState.LISTENING
    assert talk.call.lines()[0].heard == ""
    await talk.say("a room")
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == NEXT.text


class OddVoice(FakeTts):
    """Speaks without marks, in ways of its own: `manner` is asked for each sentence's stream."""

    def __init__(self, manner: Callable[[str], AsyncGenerator[TtsChunk, None]]) -> None:
        super().__init__()
        self.manner = manner

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        self.spoken.append(text)
        async for chunk in self.manner(text):
            yield chunk


def with_voice(agent: ScriptedAgent, manner: Callable[[str], AsyncGenerator[TtsChunk, None]]) -> Conversation:
    return Conversation(agent, tts=OddVoice(manner))


@pytest.mark.parametrize("samples", [None, 0, 320, 16_000])
async def test_a_voice_that_makes_no_sound_has_failed(samples: int | None) -> None:
    async def mute(text: str) -> AsyncGenerator[TtsChunk, None]:
        if samples is not None:
            yield TtsChunk(np.zeros(samples, dtype=np.int16))

    agent = ScriptedAgent(GREETING)
    talk = with_voice(agent, mute)
    await talk.silence(3000)
    assert len(talk.tts.spoken) == 2, "it was tried again"
    assert [event.data["reason"] for event in talk.call.happened("engine_failed")] == ["it made no sound"] * 2
    (line,) = talk.call.lines()
    assert (line.heard, line.interrupted) == ("", True)
    assert agent.told == [(1, "", True)]
    assert talk.session.turn.state is FloorState.LISTENING


async def test_a_voice_that_finds_its_sound_at_the_second_try_is_heard() -> None:
    tries = iter((np.zeros(16_000, dtype=np.int16), tone(3 * WORD_SAMPLES)))

    async def late(text: str) -> AsyncGenerator[TtsChunk, None]:
        yield TtsChunk(next(tries))

    talk = with_voice(ScriptedAgent(Reply("one two three")), late)
    await talk.silence(3000)
    assert talk.call.lines()[0].heard == "one two three"


async def test_audio_of_another_kind_is_refused_in_words() -> None:
    async def floats(text: str) -> AsyncGenerator[TtsChunk, None]:
        yield TtsChunk(np.ones(16_000, dtype=np.float32))

    talk = with_voice(ScriptedAgent(GREETING), floats)
    await talk.silence(3000)
    failed = [event.data["reason"] for event in talk.call.happened("engine_failed")]
    assert failed == ["its audio is float32, which must be int16"] * 2
    assert talk.call.lines()[0].heard == ""
    with pytest.raises(TypeError, match="float64"):
        Play(np.zeros(10))  # type: ignore[arg-type]


async def test_a_voice_with_a_mistake_of_its_own_has_failed() -> None:
    voices: dict[str, TtsChunk] = {}

    async def mistaken(text: str) -> AsyncGenerator[TtsChunk, None]:
        for key in text.split():
            yield voices[key]

    talk = with_voice(ScriptedAgent(GREETING), mistaken)
    await talk.silence(1000)
    assert talk.session.turn.state is FloorState.LISTENING
    assert [e.data["reason"] for e in talk.call.happened("engine_failed")] == ["KeyError: 'Hello'"] * 2


async def test_the_voice_of_another_language_gets_its_words() -> None:
    talk = Conversation(ScriptedAgent(Reply("Das kostet 20 Euro.")), language="de")
    await talk.until_quiet()
    assert talk.tts.spoken == ["Das kostet zwanzig Euro."]


async def test_the_voice_of_a_language_that_is_not_known_gets_what_is_written() -> None:
    talk = Conversation(ScriptedAgent(Reply("Hii ni 20 Euro.")), language="sw")
    await talk.until_quiet()
    assert talk.tts.spoken == ["Hii ni 20 Euro."]


async def test_one_recogniser_hears_the_whole_call_and_is_closed_with_it() -> None:
    talk, _ = await greeted()
    await talk.say("a room", 700)
    await talk.until_quiet()
    await talk.say("a room", 700)
    await talk.silence(500)
    (session,) = talk.stt.sessions
    assert len(talk.stt.utterances) >= 2 and not session.closed
    await talk.hang_up()
    assert session.closed


async def test_a_recogniser_that_cannot_work_is_not_understood() -> None:
    talk, agent = await greeted(Reply("Sorry?"))
    talk.stt.broken = True
    await talk.say("a room", 700)
    await talk.until_quiet()
    assert agent.inputs[1] == Utterance("", understood=False)
    assert talk.call.happened("engine_failed")


async def test_a_recogniser_that_never_answers_is_not_understood() -> None:
    talk, agent = await greeted(Reply("Sorry?"))
    talk.stt.mute = True
    await talk.say("a room", 700)
    await talk.silence(2500)
    assert agent.inputs[1] == Utterance("", understood=False)


async def test_a_recogniser_that_dies_in_mid_speech_is_replaced_and_hears_it_all() -> None:
    talk, agent = await greeted()
    talk.stt.text = "a room"
    for tick in range(40):
        await talk.tick(tone(FRAME_SAMPLES), 0.97)
        if tick == 20:
            epoch = talk.stt.utterances[0].epoch
            talk.stt.post(SttResult("", True, understood=False, failed=True, epoch=epoch))
    await talk.until_quiet()
    assert agent.inputs[1] == Utterance("a room", 0.9, True)
    assert talk.stt.utterances[0].told == ["resume", "flush"]
    assert talk.call.happened("engine_failed")


async def test_a_recogniser_that_ends_utterances_by_itself_is_not_taken_for_a_dead_one() -> None:
    talk, agent = await greeted()
    for tick in range(40):
        await talk.tick(tone(FRAME_SAMPLES), 0.97)
        if tick == 20:
            epoch = talk.stt.utterances[0].epoch
            talk.stt.post(SttResult("a room", True, 0.9, segment=0, epoch=epoch))
    talk.stt.text = "a room for two"
    await talk.until_quiet()
    assert len(talk.stt.utterances) == 1
    assert agent.inputs[1] == Utterance("a room for two", 0.9, True)


async def test_an_end_that_the_recogniser_found_is_not_taken_for_the_answer_to_a_flush() -> None:
    talk, agent = await greeted()
    talk.stt.mute = True  # answered by hand
    await talk.say("book a room", 600)
    (utterance,) = talk.stt.utterances
    began = utterance.epoch
    talk.stt.post(SttResult("book a room for two", True, 0.9, segment=0, epoch=began))
    await talk.say("on monday", 600)
    while not utterance.told:
        await talk.tick()
    talk.stt.post(SttResult("on monday", True, 0.9, segment=1, epoch=began))  # late: after the flush
    await talk.silence(100)
    assert utterance.flushed is not None and utterance.flushed > began
    whole = "book a room for two on monday"
    talk.stt.post(SttResult(whole, True, 0.9, segment=2, epoch=utterance.flushed))
    await talk.until_quiet()
    assert agent.inputs[1:] == [Utterance(whole, 0.9, True)]


async def test_the_voice_is_told_the_language() -> None:
    talk = Conversation(ScriptedAgent(GREETING), language="de")
    await talk.until_quiet()
    assert set(talk.tts.languages) == {"de"}


async def test_what_is_recognised_is_the_line_as_it_came() -> None:
    talk, _ = await greeted()
    await talk.say("a room", 200)
    loud = [frame for frame in talk.stt.utterances[0].frames if np.abs(frame).max() > 500]
    assert all((frame == voice(FRAME_SAMPLES)).all() for frame in loud)
    assert len(loud) == 10


@pytest.mark.parametrize("leaving", [SystemExit, KeyboardInterrupt])
async def test_an_agent_that_ends_the_process_fails_alone(leaving: type[BaseException]) -> None:
    class Leaving(ScriptedAgent):
        async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
            if isinstance(said, Utterance):
                raise leaving(3)
            async for act in super().respond(said, context):
                yield act

        def heard(self, line: int, text: str, cut: bool) -> None:
            raise leaving(3)

        def hung_up(self) -> tuple[Record, ...]:
            raise leaving(3)

    talk = Conversation(Leaving(GREETING))
    await talk.until_quiet()
    await talk.say("a room")
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == own_words("en").apology
    talk.session.on_event(Ended(Termination(EndedBy.CALLER, Why.HANGUP)))
    await talk.session.shutdown("", 10)


async def test_an_agent_that_fails_apologises_and_goes_on() -> None:
    talk, _ = await greeted(RuntimeError("boom"), NEXT)
    await talk.say("a room")
    await talk.until_quiet()
    assert "Sorry" in talk.call.lines()[-1].heard
    await talk.say("a room")
    await talk.until_quiet()
    assert talk.call.lines()[-1].text == NEXT.text


async def test_goodbye_interrupts_and_ends_the_call() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    await talk.silence(600)
    talk.session.say_goodbye("We close now. Goodbye.")
    await talk.until_quiet()
    await talk.silence(200)
    (termination,) = talk.ended
    assert termination.why is Why.SHUTDOWN
    assert talk.call.lines()[-1].heard == "We close now. Goodbye."
    assert talk.call.lines()[0].interrupted


async def test_shutdown_hangs_up_in_time_even_when_nothing_can_be_said() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    await talk.silence(300)
    talk.tts.gate.clear()
    await talk.session.shutdown(within_s=0.01)
    assert [termination.why for termination in talk.ended] == [Why.SHUTDOWN]
    await talk.hang_up()


async def test_the_operators_words_are_said_at_once_while_the_agent_listens() -> None:
    talk, agent = await greeted()
    talk.session.say("One moment please.")
    await talk.silence(100)
    assert talk.speaking()
    await talk.until_quiet()
    line = talk.call.lines()[-1]
    assert (line.speaker, line.text, line.heard) == ("operator", "One moment please.", "One moment please.")
    assert agent.told[-1][1:] == ("One moment please.", False)
    assert agent.told[-1][0] != agent.told[0][0], "a line of its own"
    assert ("operator", {"text": "One moment please.", "line": 1}) in talk.call.events
    assert talk.call.happened("say")[0].data == {"text": "One moment please."}
    await talk.say("a room")
    await talk.until_quiet()
    assert agent.inputs == [Answered(), Utterance("a room", 0.9, True)]


async def test_what_the_agent_expects_stands_after_the_operators_words() -> None:
    grammar = Grammar("yes or no", "#JSGF V1.0;")
    agent = ScriptedAgent(Reply("Is that right?", Listen(grammar, silence_ms=3000)))
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.silence(2000)
    talk.session.say("Please answer.")
    await talk.until_quiet()
    await talk.silence(2500)
    assert agent.inputs == [Answered()], "silence counts from the last word"
    await talk.say("yes", 300)
    assert talk.stt.utterances[-1].grammar is grammar


async def test_the_operators_words_wait_for_the_agents_line_and_for_its_thought() -> None:
    talk = Conversation(ScriptedAgent(GREETING, NEXT))
    await talk.silence(600)
    talk.session.say("One moment please.")
    await talk.until_quiet()
    await talk.say("a room")
    talk.session.say("Thank you.")
    await talk.until_quiet()
    said = [(line.speaker, line.text) for line in talk.call.lines()]
    assert said == [
        ("agent", GREETING.text), ("operator", "One moment please."), ("caller", "a room"),
        ("agent", NEXT.text), ("operator", "Thank you."),
    ]  # fmt: skip
    assert not any(line.interrupted for line in talk.call.lines())


async def test_the_operators_words_are_interrupted_like_any() -> None:
    talk, agent = await greeted()
    talk.session.say("All of our rooms are being cleaned until noon.")
    await talk.silence(800)
    await talk.say("a room", 700)
    await talk.until_quiet()
    _, operators, caller, reply = talk.call.lines()
    assert operators.interrupted and operators.text.startswith(operators.heard)
    assert 2 <= len(operators.heard.split()) <= 4
    assert (caller.text, reply.heard) == ("a room", NEXT.text)
    assert agent.inputs[-1] == Utterance("a room", 0.9, True)


async def test_the_operators_words_come_before_the_hangup() -> None:
    talk, _ = await greeted(Reply("All done. Goodbye.", end=True))
    await talk.say("a room")
    await talk.silence(500)
    talk.session.say("Do not forget your key.")
    await talk.silence(3000)
    assert [line.heard for line in talk.call.lines()[2:]] == ["All done. Goodbye.", "Do not forget your key."]
    assert [termination.why for termination in talk.ended] == [Why.COMPLETED]
    with pytest.raises(CallError):
        talk.session.say("Too late.")


async def test_operators_words_without_end_are_refused() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    for _ in range(20):
        talk.session.say("And another thing.")
    with pytest.raises(CallError):
        talk.session.say("And another thing.")


async def test_on_hold_time_stands_still() -> None:
    talk = Conversation(ScriptedAgent(GREETING, silence_ms=2000))
    await talk.silence(500)
    talk.session.on_event(Hold(True))
    for _ in range(200):
        assert await talk.tick() is None
    talk.session.on_event(Hold(False))
    await talk.until_quiet()
    assert talk.call.lines()[0].heard == GREETING.text
    assert not talk.call.lines()[0].interrupted


async def test_what_was_said_before_a_hold_keeps_its_time_and_is_heard_during_it() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    await talk.silence(820)
    talk.session.on_event(Hold(True))
    for _ in range(200):
        await talk.tick()
    before = talk.call.lines()[0]
    await talk.hang_up()
    (line,) = talk.call.lines()
    assert line.heard == "Hello there, what would", "four words were sent, 200 ms each"
    assert (line.started_ms, line.ended_ms) == (before.started_ms, 820)


async def test_the_ledger_goes_on_after_a_hold() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    await talk.silence(820)
    talk.session.on_event(Hold(True))
    await talk.silence(3000)
    talk.session.on_event(Hold(False))
    await talk.silence(260)
    await talk.hang_up()
    (line,) = talk.call.lines()
    assert line.heard == "Hello there, what would", "the fifth was begun anew and is on its way"
    assert (line.started_ms, line.ended_ms) == (20, 820 + 3000 + 260)


async def test_an_agent_that_comes_into_a_call_counts_from_its_own_first_word() -> None:
    """The leg played music for ten minutes, some of it on another clock."""
    talk = Conversation(ScriptedAgent(GREETING))
    talk.t = 300 * SAMPLE_RATE
    talk.outlet.position = lambda: talk.t + 300 * SAMPLE_RATE
    await talk.silence(820)
    await talk.hang_up()
    (line,) = talk.call.lines()
    assert line.heard == "Hello there, what", "the fourth word was sent and not heard"
    assert (line.started_ms, line.ended_ms) == (20, 820)


async def test_last_words_on_a_slow_path_count_as_heard() -> None:
    """The peer's reports tell of a second between us and its ear; we wait for half of that."""
    talk = Conversation(ScriptedAgent(GREETING))
    talk.outlet.unheard = SAMPLE_RATE
    await talk.silence(600)
    talk.session.say_goodbye("We close now. Goodbye.")
    await talk.until_quiet()
    await talk.silence(500)
    assert len(talk.ended) == 1
    await talk.hang_up()
    assert talk.call.lines()[-1].heard == "We close now. Goodbye."


async def test_a_leg_that_sends_nothing_counts_as_silence() -> None:
    talk, agent = await greeted()
    await talk.say("a room", 700)
    for _ in range(100):
        talk.stt.tick()
        talk.session.next_frame(talk.t)
        talk.t += FRAME_SAMPLES
        await asyncio.sleep(0)
    assert agent.inputs[1] == Utterance("a room", 0.9, True)


async def test_a_voice_without_word_marks_still_has_a_ledger() -> None:
    talk = Conversation(ScriptedAgent(GREETING))
    talk.tts.marks = False
    await talk.silence(900)
    await talk.hang_up()
    heard = talk.call.lines()[0].heard
    assert GREETING.text.startswith(heard) and 1 <= len(heard.split()) <= 5


async def test_audio_held_outside_speech_is_bounded() -> None:
    talk, _ = await greeted()
    for _ in range(300):
        await talk.tick(SILENCE)
    assert talk.stt.utterances == []
    assert len(talk.session._listening._ring) <= 22


async def test_an_agent_is_told_whom_it_talks_to_and_what_the_call_is_about() -> None:
    asked: list[Context] = []

    class Curious:
        async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
            asked.append(context)
            yield Say("Hello.")

        def heard(self, line: int, text: str, cut: bool) -> None: ...

        def hung_up(self) -> tuple[Record, ...]:
            return ()

    known = Context(CALL_ID, 0, "outbound", "+4930", "+4940", {"bill": 12.5})
    await Conversation(Curious(), context=known).silence(1600)
    assert asked == [replace(known, line=asked[0].line)] and asked[0].about == {"bill": 12.5}
