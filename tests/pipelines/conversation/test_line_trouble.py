"""What a caller on a bad line hears, and what the agent is told, in whole conversations."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import numpy as np
import pytest

from mediaserver.media.leg import EndedBy, Hold, LegStats, Why
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.storage.records import HearingReport
from pipelines.conversation import bad_line
from pipelines.conversation.agent import LineTrouble, Listen, Silence, Utterance
from pipelines.conversation.line_words import GIVEN_UP, LINE_WORDS
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.engines.protocols import TtsChunk
from tests.fakes import SILENCE, Conversation, FakeTts, Reply, ScriptedAgent, voice
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


@pytest.mark.parametrize("make", [ScriptedAgent, Minding])
async def test_beside_a_fax_machine_a_sentence_is_heard_before_the_end(
    make: Callable[..., ScriptedAgent],
) -> None:
    agent = make(Reply("hello", PATIENT), Reply("this number is for people", PATIENT))
    conversation = Conversation(agent)
    await hears(conversation, join(CALLING, CALLING))
    (ended,) = conversation.ended
    assert (ended.by, ended.why) == (EndedBy.SERVER, Why.FAX)
    assert "fax calling" in ended.detail
    told = isinstance(agent, Minding)
    assert said(conversation)[-1] == ("this number is for people" if told else ENGLISH["fax"])
    last = conversation.call.lines()[-1]
    assert last.speaker == "agent" and not last.interrupted
    assert noted(conversation) == [("fax", "give up")]
    report = await report_of(conversation)
    assert report.tones == ("fax calling",) and report.troubles == ("fax",)


async def test_an_agent_that_has_nothing_to_say_to_a_machine_ends_the_call_all_the_same() -> None:
    conversation = Conversation(Minding(Reply("hello", PATIENT)))
    await hears(conversation, join(CALLING, CALLING))
    assert [ended.why for ended in conversation.ended] == [Why.FAX]


async def test_a_busy_tone_is_spoken_of_and_ends_the_call_when_nobody_answers() -> None:
    conversation = Conversation(ScriptedAgent(Reply("hello", PATIENT)))
    await hears(conversation, join(*[join(tone(425, 0.5), silence(0.5)) for _ in range(36)]))
    (ended,) = conversation.ended
    assert ended.why is Why.BAD_LINE and "a tone" in ended.detail
    assert said(conversation) == ["hello", ENGLISH["tone"], ENGLISH[GIVEN_UP]]


class TalkingTts(FakeTts):
    """Speaks in a voice that swells and glides; a greeting takes 12 s."""

    async def speak(
        self, text: str, *, voice: str = "", language: str = "en", rate: float = 1.0
    ) -> AsyncGenerator[TtsChunk, None]:
        yield TtsChunk(np.concatenate(list(frames(talk(12 if text == "hello" else 1)))), ())


async def test_a_line_that_gives_back_all_that_we_say_is_left_in_words() -> None:
    conversation = Conversation(ScriptedAgent(Reply("hello", PATIENT)), tts=TalkingTts())
    out = await conversation.tick()
    for _ in range(900):
        out = await conversation.tick(SILENCE if out is None else out)
    assert [ended.why for ended in conversation.ended] == [Why.BAD_LINE]
    assert noted(conversation) == [("looped", "give up")]
    assert said(conversation)[-1] == ENGLISH["looped"]


async def test_music_on_hold_is_said_now_and_then_and_the_conversation_goes_on_after_it() -> None:
    brief = Listen(silence_ms=7_000)
    agent = ScriptedAgent(*[Reply("which room", brief)] * 3, Reply("thank you", PATIENT))
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await hears(conversation, chords(22))
    asked = len(agent.inputs)
    await hears(conversation, chords(18, 9))
    assert len(agent.inputs) == asked, "nobody talks to the music"
    assert noted(conversation) == [("music", "wait"), ("music", "remind")]
    assert said(conversation)[-2:] == [ENGLISH["music"]] * 2
    assert not conversation.ended
    await hears(conversation, noise(3.5, -60))
    assert noted(conversation)[-1] == ("music", "go on")
    await conversation.say("mountain view")
    await conversation.until_quiet()
    heard = agent.inputs[-1]
    assert isinstance(heard, Utterance) and heard.text == "mountain view"
    assert (await report_of(conversation)).music_s > 20


async def test_who_comes_back_from_the_music_and_waits_is_spoken_to_soon() -> None:
    agent = ScriptedAgent(*[Reply("which room", PATIENT)] * 2)
    conversation = Conversation(agent)
    await conversation.until_quiet()
    await hears(conversation, chords(16))
    await hears(conversation, noise(7, -60))
    assert noted(conversation)[-1] == ("music", "go on")
    assert isinstance(agent.inputs[-1], Silence)
    assert said(conversation)[-1] == "which room"


async def test_the_first_word_of_whoever_comes_back_from_the_music_is_heard() -> None:
    conversation = Conversation(ScriptedAgent(*[Reply("which room", PATIENT)] * 2))
    await conversation.until_quiet()
    await hears(conversation, chords(18))
    await conversation.say("mountain view")
    await conversation.until_quiet()
    assert noted(conversation) == [("music", "wait"), ("music", "go on")]
    heard = next(line for line in conversation.call.lines() if line.speaker == "caller")
    assert heard.text == "mountain view"
    frames_heard = conversation.stt.utterances[-1].frames
    spoken = sum(np.array_equal(frame, voice(FRAME_SAMPLES)) for frame in frames_heard)
    assert spoken * 20 >= 660, "of 700 ms"


async def test_a_key_ends_the_wait_for_music() -> None:
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)))
    await conversation.until_quiet()
    await hears(conversation, chords(15))
    await conversation.press("4")
    assert noted(conversation) == [("music", "wait"), ("music", "go on")]


async def test_who_puts_us_on_hold_properly_while_music_plays_is_left_alone() -> None:
    settings = TurnSettings.of({"on_hold_ms": 30_000})
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)), turn=settings.turn("en"))
    await conversation.until_quiet()
    await hears(conversation, chords(16))
    conversation.session.on_event(Hold(True))
    asked = len(said(conversation))
    await hears(conversation, chords(40, 9))
    assert len(said(conversation)) == asked and not conversation.ended
    conversation.session.on_event(Hold(False))
    await hears(conversation, noise(7, -60))
    assert noted(conversation)[-1] == ("music", "go on")


async def test_music_without_an_end_is_given_up_in_words_after_the_set_time() -> None:
    settings = TurnSettings.of({"on_hold_ms": 8_000})
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)), turn=settings.turn("en"))
    await conversation.until_quiet()
    await hears(conversation, chords(30))
    assert [ended.why for ended in conversation.ended] == [Why.BAD_LINE]
    assert said(conversation)[-1] == ENGLISH[GIVEN_UP]


async def test_an_agent_that_minds_the_line_may_offer_a_call_back_after_the_music() -> None:
    settings = TurnSettings.of({"on_hold_ms": 8_000})
    agent = Minding(*[Reply("which room", PATIENT)] * 4)
    conversation = Conversation(agent, turn=settings.turn("en"))
    await conversation.until_quiet()
    await hears(conversation, chords(50))
    told = [given for given in agent.inputs if isinstance(given, LineTrouble)]
    assert [(given.kind, given.last, given.over) for given in told] == [
        ("music", False, False), ("music", True, False), ("music", False, True),
    ]  # fmt: skip
    assert [ended.why for ended in conversation.ended] == [Why.BAD_LINE]


@pytest.mark.parametrize("make", [ScriptedAgent, Minding])
async def test_who_is_muted_is_told_so(make: Callable[..., ScriptedAgent]) -> None:
    agent = make(Reply("which room", PATIENT), Reply("are you there", PATIENT))
    conversation = Conversation(agent, stats=packets)
    await conversation.silence(16_000)
    assert noted(conversation) == [("silent", "tell")]
    told = isinstance(agent, Minding)
    assert said(conversation) == ["which room", "are you there" if told else ENGLISH["silent"]]
    assert any(isinstance(given, LineTrouble) for given in agent.inputs) == told


async def test_of_whom_nothing_arrives_is_told_so() -> None:
    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)), stats=LegStats)
    await conversation.silence(15_000)
    assert noted(conversation) == [("one-way", "tell")]
    assert said(conversation) == ["which room", ENGLISH["one-way"]]
    assert not conversation.ended


@pytest.mark.parametrize("stats", [packets, LegStats])
async def test_who_is_not_heard_waits_no_longer_than_three_seconds_for_the_agent(
    stats: Callable[[], LegStats],
) -> None:
    agent = Minding(*[Reply(f"line {number}") for number in range(30)])
    conversation = Conversation(agent, stats=stats)
    quiet, silences = 0, [0]
    for _ in range(30_000 // 20):
        quiet = 0 if await conversation.tick() is not None else quiet + 20
        if agent.troubles:
            silences = silences + [0] if not quiet else [*silences[:-1], quiet]
    assert Silence() in agent.inputs
    assert max(silences[1:]) <= 3_100


async def test_a_caller_who_says_nothing_yet_on_a_phone_that_sends_zeros_has_time_to_think() -> None:
    agent = Minding(Reply("which room", Listen()), Reply("what a pity"))
    conversation = Conversation(agent, stats=packets)
    await conversation.until_quiet()
    await conversation.silence(2_800)
    await conversation.say("the blue one")
    await conversation.silence(1_000)
    assert not agent.troubles and Silence() not in agent.inputs


async def test_a_far_end_that_gets_nothing_of_ours_is_in_the_report() -> None:
    def stats() -> LegStats:
        return LegStats(packets=900, detail={"reports": 4, "unheard_reports": 3, "remote_lost": 7})

    conversation = Conversation(ScriptedAgent(Reply("which room", PATIENT)), stats=stats)
    await hears(conversation, noise(8, -60))
    assert noted(conversation) == [("unheard", "note")]
    report = await report_of(conversation)
    assert report.arrives is False and report.troubles == ("unheard",)
    assert not conversation.ended


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
    assert said(conversation)[-1] == "sorry", "in the agent's own words"


async def test_in_a_language_without_words_nothing_is_said_in_the_agents_name() -> None:
    agent = ScriptedAgent(Reply("which room", PATIENT))
    conversation = Conversation(agent, language="xx", stats=packets)
    await conversation.silence(14_000)
    assert said(conversation) == ["which room"]


@pytest.mark.parametrize("language", LINE_WORDS)
def test_every_language_has_all_the_words(language: str) -> None:
    assert LINE_WORDS[language].keys() == ENGLISH.keys()
