"""What a caller on a bad line hears, and what the agent is told, in whole conversations."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import numpy as np
import pytest

from mediaserver.media.leg import EndedBy, LegStats, Why
from mediaserver.storage.records import HearingReport
from pipelines.conversation import bad_line
from pipelines.conversation.agent import LineTrouble, Listen, Utterance
from pipelines.conversation.line_words import GIVEN_UP, LINE_WORDS
from pipelines.engines.protocols import TtsChunk
from tests.fakes import SILENCE, Conversation, FakeTts, Reply, ScriptedAgent
from tests.mediaserver.media.line_watch.sounds import Wave, chords, frames, join, noise, silence, talk, tone

PATIENT = Listen(silence_ms=600_000)
ENGLISH = LINE_WORDS["en"]


class Minding(ScriptedAgent):
    """An agent that has words of its own for a bad line."""

    minds_line = True

    @property
    def troubles(self) -> list[str]:
        return [said.kind for said in self.inputs if isinstance(said, LineTrouble)]


def packets() -> LegStats:
    return LegStats(packets=900)


async def hears(conversation: Conversation, wave: Wave, probability: float = 0.02) -> None:
    for frame in frames(wave):
        await conversation.tick(frame, probability)


def said(conversation: Conversation) -> list[str]:
    return [line.text for line in conversation.call.lines() if line.speaker == "agent"]


def noted(conversation: Conversation) -> list[tuple[str, str]]:
    happened = conversation.call.happened("line_trouble")
    return [(event.data["trouble"], event.data["step"]) for event in happened]


async def report_of(conversation: Conversation) -> HearingReport:
    await conversation.hang_up()
    (report,) = [record for record in conversation.call.records if isinstance(record, HearingReport)]
    return report


CALLING = join(*[join(tone(1_100, 0.5, -28), silence(3)) for _ in range(3)])


async def test_a_fax_machine_is_hung_up_at_once_and_known_for_one() -> None:
    agent = Minding(Reply("hello", PATIENT))
    conversation = Conversation(agent)
    await hears(conversation, CALLING)
    (ended,) = conversation.ended
    assert (ended.by, ended.why) == (EndedBy.SERVER, Why.FAX)
    assert "fax calling" in ended.detail
    assert agent.troubles == []
    assert noted(conversation) == [("fax", "hang up")]
    report = await report_of(conversation)
    assert report.tones == ("fax calling",) and report.troubles == ("fax",)


async def test_a_busy_tone_behind_a_caller_who_is_gone_ends_the_call() -> None:
    conversation = Conversation(ScriptedAgent(Reply("hello", PATIENT)))
    await hears(conversation, join(*[join(tone(425, 0.5), silence(0.5)) for _ in range(8)]))
    (ended,) = conversation.ended
    assert (ended.why, ended.detail) == (Why.BAD_LINE, "busy tone: nobody is there any more")


class TalkingTts(FakeTts):
    """Says anything in a voice that swells and glides, for 12 s."""

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        yield TtsChunk(np.concatenate(list(frames(talk(12)))), ())


async def test_a_line_that_gives_back_all_that_we_say_is_hung_up() -> None:
    conversation = Conversation(ScriptedAgent(Reply("hello", PATIENT)), tts=TalkingTts())
    out = await conversation.tick()
    for _ in range(600):
        out = await conversation.tick(SILENCE if out is None else out)
    assert [ended.why for ended in conversation.ended] == [Why.BAD_LINE]
    assert noted(conversation) == [("looped", "hang up")]


async def test_music_on_hold_is_waited_for_and_the_conversation_goes_on_after_it() -> None:
    brief = Listen(silence_ms=7_000)
    agent = ScriptedAgent(*[Reply("which room", brief)] * 3, Reply("thank you", PATIENT))
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await hears(conversation, chords(22))
    asked = len(agent.inputs)
    await hears(conversation, chords(8, 9))
    assert len(agent.inputs) == asked, "nobody talks to the music"
    assert noted(conversation) == [("music", "wait")]
    assert not conversation.ended
    await hears(conversation, noise(4, -60))
    assert noted(conversation)[-1] == ("music", "go on")
    await conversation.say("mountain view")
    await conversation.until_quiet()
    heard = agent.inputs[-1]
    assert isinstance(heard, Utterance) and heard.text == "mountain view"
    assert (await report_of(conversation)).music_s > 20


async def test_a_key_ends_the_wait_for_music() -> None:
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)))
    await conversation.until_quiet()
    await hears(conversation, chords(15))
    await conversation.press("4")
    assert noted(conversation) == [("music", "wait"), ("music", "go on")]


async def test_music_without_an_end_is_given_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bad_line, "MUSIC_LIMIT_S", 4.0)
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)))
    await conversation.until_quiet()
    await hears(conversation, chords(30))
    assert [ended.why for ended in conversation.ended] == [Why.BAD_LINE]
    assert said(conversation)[-1] == ENGLISH[GIVEN_UP]


@pytest.mark.parametrize("make", [ScriptedAgent, Minding])
async def test_who_is_muted_is_told_so(make: Callable[..., ScriptedAgent]) -> None:
    agent = make(Reply("which room", PATIENT), Reply("are you there", PATIENT))
    conversation = Conversation(agent, stats=packets)
    await conversation.silence(16_000)
    assert noted(conversation) == [("silent", "tell")]
    told = isinstance(agent, Minding)
    assert said(conversation) == ["which room", "are you there" if told else ENGLISH["silent"]]
    assert any(isinstance(given, LineTrouble) for given in agent.inputs) == told


async def test_a_line_without_packets_is_left_to_the_leg() -> None:
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)), stats=LegStats)
    await conversation.silence(14_000)
    assert noted(conversation) == []


async def test_who_never_stops_is_interrupted_to_the_end_of_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bad_line, "ENDLESS_S", 4.0)
    agent = Minding(Reply("which room", PATIENT), *[Reply("one short answer please", PATIENT)] * 3)
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await conversation.say("", 8_000)
    assert agent.troubles == ["endless"]
    assert noted(conversation) == [("endless", "break in")]


async def test_who_never_stops_at_all_is_left_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bad_line, "ENDLESS_S", 3.0)
    monkeypatch.setattr(bad_line, "ENDLESS_LIMIT_S", 6.0)
    conversation = Conversation(Minding(*[Reply("sorry", PATIENT)] * 9))
    await conversation.say("", 14_000)
    assert [ended.why for ended in conversation.ended] == [Why.BAD_LINE]
    assert said(conversation)[-1] == ENGLISH[GIVEN_UP]


async def test_in_a_language_without_words_nothing_is_said_in_the_agents_name() -> None:
    agent = ScriptedAgent(Reply("which room", PATIENT))
    conversation = Conversation(agent, language="xx", stats=packets)
    await conversation.silence(14_000)
    assert said(conversation) == ["which room"]


@pytest.mark.parametrize("language", LINE_WORDS)
def test_every_language_has_all_the_words(language: str) -> None:
    assert LINE_WORDS[language].keys() == ENGLISH.keys()
