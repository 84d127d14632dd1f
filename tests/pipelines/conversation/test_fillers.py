"""What the caller hears while nothing is said: never more than three seconds of silence that is ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import numpy as np
import pytest

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, End, Say, Silence, Utterance
from pipelines.conversation.floor import FloorState
from pipelines.conversation.own_words import OWN_WORDS, own_words
from pipelines.conversation.signals import TROUBLE
from pipelines.conversation.timing import Limits
from pipelines.conversation.turn import Turn
from pipelines.engines.protocols import TtsChunk
from tests.fakes import Conversation, FakeTts

WORDS = own_words("en")
Answer = Callable[[AgentInput], AsyncGenerator[Act, None]]


class Slow:
    """Greets; says `before` to whatever comes, then thinks until `thought`, then says `after`."""

    def __init__(
        self, *before: Act, after: tuple[Act, ...] = (Say("Here it is."),), greets: bool = True
    ) -> None:
        self.before = before
        self.after = after
        self.greets = greets
        self.thought = asyncio.Event()
        self.inputs: list[AgentInput] = []
        self.told: list[tuple[str, bool]] = []

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.inputs.append(said)
        if isinstance(said, Answered) and self.greets:
            yield Say("Hello.")
            return
        for act in self.before:
            yield act
        await self.thought.wait()
        for act in self.after:
            yield act

    def heard(self, line: int, text: str, cut: bool) -> None:
        self.told.append((text, cut))

    def hung_up(self) -> tuple[Record, ...]:
        return ()


async def asked(
    agent: Slow, *, language: str = "en", limits: Limits | None = None, tts: FakeTts | None = None
) -> Conversation:
    """The agent has greeted and was asked something."""
    talk = Conversation(agent, language=language, turn=Turn(limits=limits, language=language), tts=tts)
    await talk.until_quiet()
    await talk.say("go")
    talk.sent.clear()
    return talk


def longest_silence(talk: Conversation) -> int:
    """In ms, of what was sent since the caller's last word."""
    longest = silent = 0
    for frame in talk.sent:
        silent = 0 if frame is not None and frame.any() else silent + 20
        longest = max(longest, silent)
    return longest


def fillers(talk: Conversation) -> list[str]:
    return [event.data["text"] for event in talk.call.happened("filler")]


async def test_an_agent_that_hangs_leaves_no_dead_air() -> None:
    talk = await asked(agent := Slow())
    await talk.silence(10_400)
    assert longest_silence(talk) <= 3_000
    assert fillers(talk) == list(WORDS.fillers), "one in some four seconds, and not always the same"
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == WORDS.apology
    assert [line.speaker for line in talk.call.lines()] == ["agent", "caller", "agent"]
    assert agent.told[-1] == (WORDS.apology, False)


async def test_an_answer_in_time_comes_without_a_filler() -> None:
    talk = await asked(agent := Slow())
    await talk.silence(1_400)
    agent.thought.set()
    await talk.until_quiet()
    assert fillers(talk) == []


async def test_an_answer_that_comes_during_a_filler_follows_it_and_is_a_line_of_its_own_words() -> None:
    talk = await asked(agent := Slow())
    await talk.silence(2_000)
    assert talk.speaking() and fillers(talk) == ["One moment, please."]
    agent.thought.set()
    await talk.until_quiet()
    line = talk.call.lines()[-1]
    assert (line.text, line.heard, line.interrupted) == ("Here it is.", "Here it is.", False)
    assert agent.told[-1] == ("Here it is.", False)
    assert talk.tts.spoken[1:] == ["One moment, please.", "Here it is."]
    assert 2_300 <= line.started_ms - talk.call.lines()[1].ended_ms <= 2_800, "its own words began then"
    assert 2_300 <= line.latency["voice_to_voice"] <= 2_800
    assert longest_silence(talk) <= 2_000


async def test_an_agent_that_stops_in_the_middle_of_its_answer_is_filled_in_for() -> None:
    talk = await asked(agent := Slow(Say("Let me see.")))
    await talk.silence(4_500)
    agent.thought.set()
    await talk.until_quiet()
    assert longest_silence(talk) <= 3_000 and len(fillers(talk)) == 1
    assert talk.call.lines()[-1].heard == "Let me see. Here it is."


async def test_fillers_do_not_give_an_agent_more_time_to_think() -> None:
    talk = await asked(Slow(Say("Let me see.")))
    await talk.silence(12_000)
    assert [event.data["reason"] for event in talk.call.happened("agent_failed")] == ["nothing came for 10 s"]
    assert longest_silence(talk) <= 3_000


async def test_a_filler_is_interrupted_like_anything_else() -> None:
    talk = await asked(agent := Slow())
    await talk.silence(1_900)
    assert talk.speaking()
    await talk.say("no wait", 700)
    await talk.silence(400)
    agent.thought.set()
    await talk.until_quiet()
    assert agent.inputs[-1] == Utterance("go no wait", 0.9, True, amends=True)
    assert [line.text for line in talk.call.lines()] == ["Hello.", "go", "no wait", "Here it is."]
    assert agent.told[-1] == ("Here it is.", False)


async def test_an_agent_that_has_nothing_to_say_after_a_filler_listens() -> None:
    talk = await asked(agent := Slow(after=()))
    await talk.silence(1_900)
    agent.thought.set()
    await talk.silence(3_000)
    assert talk.session.turn.state is FloorState.LISTENING
    assert talk.session._speaking.playout.line is None
    assert len(talk.call.lines()) == 2 and len(fillers(talk)) == 1
    await talk.silence(6_000)
    assert agent.inputs[-1] == Silence()


async def test_the_silence_of_a_caller_who_was_asked_is_theirs() -> None:
    talk = Conversation(Slow())
    await talk.until_quiet()
    await talk.silence(6_000)
    assert fillers(talk) == []


async def test_a_slow_voice_is_filled_in_for_by_a_signal() -> None:
    talk = await asked(agent := Slow())
    talk.tts.gate.clear()
    agent.thought.set()
    await talk.silence(5_000)
    talk.tts.gate.set()
    await talk.until_quiet()
    assert longest_silence(talk) <= 3_000
    assert fillers(talk) == ["", ""], "no words: they would wait for the same voice"
    assert talk.call.lines()[-1].heard == "Here it is."


async def test_a_goodbye_that_a_slow_voice_keeps_back_is_filled_in_for() -> None:
    talk = await asked(agent := Slow(after=(Say("Goodbye."), End())))
    talk.tts.gate.clear()
    agent.thought.set()
    await talk.silence(4_500)
    talk.tts.gate.set()
    await talk.until_quiet()
    await talk.silence(300)
    assert longest_silence(talk) <= 3_000
    assert talk.call.lines()[-1].heard == "Goodbye." and len(talk.ended) == 1


async def test_a_voice_that_stops_in_mid_sentence_is_filled_in_for() -> None:
    talk = await asked(agent := Slow())
    talk.tts.chunks = asyncio.Semaphore(2)
    agent.thought.set()
    await talk.silence(5_000)
    assert longest_silence(talk) <= 3_000
    talk.tts.chunks.release()
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == "Here it is."


async def test_a_filler_that_the_voice_cannot_say_is_followed_by_a_signal() -> None:
    talk = await asked(Slow())
    talk.tts.gate.clear()
    await talk.silence(6_000)
    assert longest_silence(talk) <= 3_000
    assert fillers(talk)[:2] == ["One moment, please.", ""]


async def test_a_filler_that_never_comes_costs_the_answer_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.conversation.speaking.FILLER_S", 0.0)
    talk = await asked(agent := Slow(after=(Say("Here it is."), Say("And more."))))
    talk.tts.gate.clear()
    await talk.silence(1_700)
    talk.tts.gate.set()
    agent.thought.set()
    await talk.until_quiet()
    assert talk.call.lines()[-1].heard == "Here it is. And more."
    assert [event.data["reason"] for event in talk.call.happened("engine_failed")] == ["no audio in time"]


@pytest.mark.parametrize("broken", ["mute", "broken"])
async def test_a_recogniser_that_fails_leaves_no_dead_air(broken: str) -> None:
    talk = Conversation(Slow(Say("Sorry?")), turn=Turn(limits=Limits(final=6_000)))
    await talk.until_quiet()
    setattr(talk.stt, broken, True)
    await talk.say("go")
    talk.sent.clear()
    await talk.silence(8_000)
    assert longest_silence(talk) <= 3_000


async def test_after_an_interruption_the_agent_has_no_more_time_than_ever() -> None:
    talk = await asked(Slow(Say("one two three four five six seven eight nine ten")))
    await talk.silence(900)
    await talk.say("no wait", 700)
    talk.sent.clear()
    await talk.silence(9_000)
    assert longest_silence(talk) <= 3_000


async def test_a_greeting_that_is_not_ready_is_filled_in_for() -> None:
    talk = Conversation(Slow(greets=False))
    await talk.silence(6_000)
    assert longest_silence(talk) <= 3_000 and fillers(talk)[0] == "One moment, please."


async def test_in_a_language_without_words_the_caller_hears_a_signal() -> None:
    talk = await asked(agent := Slow(), language="xx")
    await talk.silence(9_000)
    assert set(fillers(talk)) == {""} and longest_silence(talk) <= 3_000
    agent.thought.set()
    await talk.until_quiet()
    assert talk.tts.spoken == ["Hello.", "Here it is."]


async def test_in_such_a_language_an_agent_that_has_failed_is_heard_to_have() -> None:
    talk = await asked(Slow(), language="xx", limits=Limits(thinking=1_000))
    await talk.silence(2_000)
    (at, *_) = [index for index, frame in enumerate(talk.sent) if frame is not None]
    assert np.concatenate(talk.sent[at : at + 30]).tolist() == TROUBLE[: 30 * 320].tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("language", OWN_WORDS)
async def test_each_language_has_fillers_of_its_own(language: str) -> None:
    talk = await asked(Slow(), language=language)
    await talk.silence(2_000)
    assert talk.tts.spoken[-1] == own_words(language).fillers[0]
    assert len(set(own_words(language).fillers)) >= 3


async def test_fillers_can_be_switched_off() -> None:
    talk = await asked(Slow(), limits=Limits(filler=0))
    await talk.silence(9_000)
    assert fillers(talk) == [] and longest_silence(talk) >= 8_000


async def test_a_filler_does_not_count_as_the_agents_progress_or_as_its_first_word() -> None:
    talk = await asked(agent := Slow())
    await talk.silence(4_000)
    assert agent.told == [("Hello.", False)] * len(agent.told)
    assert len(talk.call.lines()) == 2
    await talk.hang_up()
    assert agent.told[-1] == ("Hello.", False) and len(talk.call.lines()) == 2


async def test_words_that_pass_the_time_never_come_between_the_words_of_a_sentence() -> None:
    spoken: list[str] = []

    class Noting(FakeTts):
        async def speak(
            self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
        ) -> AsyncGenerator[TtsChunk, None]:
            spoken.append(text)
            async for chunk in super().speak(text):
                yield chunk

    talk = await asked(agent := Slow(Say("One two three."), after=(Say("Four five six."),)), tts=Noting())
    await talk.silence(2_800)
    agent.thought.set()
    await talk.until_quiet()
    assert spoken[1:] == ["One two three.", "One moment, please.", "Four five six."]
    assert talk.call.lines()[-1].heard == "One two three. Four five six."
