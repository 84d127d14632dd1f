"""How callers feel, as far as voice and words tell: beside how they spoke at first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.resample import resample
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, Listen, Mood, Say, Utterance
from pipelines.insight.caller_voice import CallerVoice
from pipelines.insight.feeling_words import LEXICA, Sentiment, sentiment
from pipelines.insight.mood import CallerMood
from pipelines.insight.pitch import pitch_track
from pipelines.insight.prosody import Prosody, prosody_of
from pipelines.insight.voice_figures import VoiceWishes
from tests.fakes import Conversation, FakeCall
from tests.pipelines.insight.test_prosody import ROOM, by_telephone, sung
from tests.pipelines.insight.voices import Looks, looked
from tests.recordings import read_wav
from tests.uncollected import standing_still

CALM = Prosody(0.0, 4.0, -1.0, -25.0, 4.0, 0.1, 2.0, 30.0)
HOT = replace(CALM, pitch_st=4.0, range_st=7.0, level_db=-20.0, rate=5.5)
SILENT = Sentiment(0.0, 0)
MOOD = VoiceWishes(mood=True)


def caller(*turns: Prosody | None) -> tuple[CallerMood, list[Mood]]:
    mood = CallerMood()
    return mood, [mood.judge(turn, SILENT) for turn in turns]


# ---- voice


def test_nothing_is_known_of_a_voice_that_speaks_for_the_first_time() -> None:
    _, (first, second) = caller(HOT, HOT)
    assert (first.arousal, first.arousal_sure) == (0.0, 0.0)
    assert second.arousal == 0.0 and second.arousal_sure == 0.5


def test_a_caller_is_compared_with_nobody_but_himself() -> None:
    high = replace(CALM, pitch_st=14.0, level_db=-10.0, rate=6.0)
    for usual in (CALM, high):
        hot = replace(usual, pitch_st=usual.pitch_st + 4, level_db=usual.level_db + 5, rate=usual.rate + 1)
        low = replace(usual, pitch_st=usual.pitch_st - 3, level_db=usual.level_db - 5, rate=usual.rate - 1)
        _, (*_, calm, agitated, subdued) = caller(usual, usual, usual, usual, hot, low)
        assert calm.arousal == 0.0 and agitated.arousal > 0.4 and subdued.arousal < -0.4
        assert agitated.arousal_sure >= 0.7
        assert agitated.hint == "the caller's voice seems more agitated than at first"
        assert calm.hint == ""


def test_the_first_turns_stay_the_measure_however_long_the_anger_lasts() -> None:
    _, moods = caller(CALM, CALM, CALM, *[HOT] * 20)
    assert moods[-1].arousal == moods[3].arousal > 0.5


def test_an_answer_that_is_said_anew_counts_once() -> None:
    mood, _ = caller(CALM, CALM)
    mood.judge(HOT, SILENT)
    mood.judge(CALM, SILENT, amends=True)
    assert mood.judge(CALM, SILENT).arousal == 0.0


@pytest.mark.parametrize(
    ("worse", "limit"), [({"snr_db": 4.0}, 0.0), ({"snr_db": 12.0}, 0.4), ({"voiced_s": 0.4}, 0.25)]
)
def test_noise_and_few_words_make_it_unsure(worse: dict[str, float], limit: float) -> None:
    _, moods = caller(CALM, CALM, CALM, replace(HOT, **worse))
    assert moods[-1].arousal_sure <= limit and moods[-1].hint == ""


@pytest.mark.skipif(not ROOM.exists(), reason="no recorded speech here")
def test_a_recorded_person_who_speaks_up_is_agitated_beside_himself() -> None:
    """The same words a third of an octave higher, faster and 6 dB louder: what excitement does to a voice."""
    said = read_wav(ROOM).astype(np.float64) * 0.3
    up = resample(np.asarray(said, np.int16), 20, 16) * 2.0
    calm, hot = (prosody_of(pitch_track(by_telephone(np.asarray(each, np.int16)))) for each in (said, up))
    _, moods = caller(calm, calm, calm, hot, calm)
    assert moods[3].arousal > 0.4 and abs(moods[4].arousal) < 0.1


# ---- words


@pytest.mark.parametrize(
    ("language", "cross", "kind"),
    [
        ("en", "this is ridiculous nobody called me back", "perfect thank you that is great"),
        ("es", "esto es inaceptable nadie me ayuda", "perfecto muchas gracias"),
        ("fr", "c'est scandaleux personne ne répond", "parfait merci beaucoup"),
        ("de", "das ist eine frechheit ich warte seit tagen", "wunderbar vielen dank"),
        ("pt", "isso é ridículo ninguém resolve", "perfeito muito obrigada"),
        ("it", "è inaccettabile nessuno risponde", "perfetto grazie mille"),
        ("hi", "यह बकवास है मैं बहुत परेशान हूँ", "बढ़िया धन्यवाद"),
        ("ja", "最悪です、ずっと待って困っています", "ありがとう、助かりました"),
        ("zh", "太过分了我要投诉", "太好了谢谢你"),
    ],
)
def test_kind_and_cross_words_are_told_apart(language: str, cross: str, kind: str) -> None:
    assert sentiment(cross, language).valence < -0.3 < 0.3 < sentiment(kind, f"{language}-XX").valence
    assert set(LEXICA) == {"en", "es", "fr", "de", "pt", "it", "hi", "ja", "zh"}


def test_a_negation_turns_a_word_round() -> None:
    assert sentiment("that is not good", "en").valence < 0 < sentiment("no problem at all", "en").valence
    assert sentiment("das ist nicht schlecht", "de").valence > 0


def test_where_no_word_tells_anything_nothing_is_claimed() -> None:
    assert sentiment("mountain view", "en") == sentiment("kaskad tulu", "sw") == Sentiment(0.0, 0)
    mood = CallerMood().judge(None, sentiment("friday", "en"))
    assert (mood.valence, mood.valence_sure, mood.hint) == (0.0, 0.0, "")
    assert "cross" in CallerMood().judge(None, sentiment("terrible awful", "en")).hint


def test_a_flood_of_words_stays_within_bounds() -> None:
    assert -1.0 < sentiment("terrible " * 50_000, "en").valence < -0.9
    assert sentiment("最悪" * 50_000, "ja").valence >= -1.0


# ---- in a call


async def test_each_turn_tells_the_agent_and_leaves_its_cost_in_the_record() -> None:
    analysis, call = Looks(), FakeCall()
    voice = CallerVoice(analysis, call, "en", MOOD)
    moods = []
    for samples, text in ((sung(110), "hello"), (sung(110), "i said hello"), (sung(150) * 3, "terrible")):
        voice.heard(samples[:8_000])
        voice.heard(samples)
        await looked()
        moods.append(voice.noted(Utterance(text)).mood)
    assert moods[0] is not None and moods[0].arousal_sure == 0.0
    assert moods[2] is not None and moods[2].arousal > 0.4 and moods[2].valence < -0.5
    events = call.happened("caller_voice")
    assert [event.data["arousal"] for event in events] == [mood.arousal for mood in moods if mood]
    assert all(event.data["cpu_ms"] > 0 for event in events)


async def test_what_is_not_known_in_time_is_not_waited_for() -> None:
    analysis, call = Looks(), FakeCall()
    voice = CallerVoice(analysis, call, "en", MOOD)
    voice.heard(sung(110, 8.0))
    mood = voice.noted(Utterance("awful")).mood
    assert mood is not None and mood.arousal_sure == 0.0 and mood.valence < 0
    await looked()
    late = voice.noted(Utterance("so what")).mood
    assert late is not None and late.arousal_sure == 0.0, "the voice of the turn before"


async def test_words_count_in_the_language_that_the_call_goes_on_in() -> None:
    voice = CallerVoice(Looks(), FakeCall(), "en", MOOD)
    before = voice.noted(Utterance("das ist furchtbar")).mood
    voice.go_on_in("de-AT")
    after = voice.noted(Utterance("das ist furchtbar")).mood
    assert before is not None and after is not None
    assert before.valence == 0 > after.valence


async def test_sounds_that_nobody_understood_have_no_mood() -> None:
    voice = CallerVoice(Looks(), FakeCall(), "en", MOOD)
    assert voice.noted(Utterance("", understood=False)).mood is None


async def test_a_voice_that_nobody_could_look_at_keeps_its_words() -> None:
    voice = CallerVoice(Looks(blind=True), FakeCall(), "en", MOOD)
    voice.heard(sung(110))
    await looked()
    mood = voice.noted(Utterance("terrible")).mood
    assert mood is not None and mood.arousal_sure == 0.0 and mood.valence < -0.5


async def test_nothing_of_a_call_is_left_for_the_garbage_collector() -> None:
    analysis = Looks()
    with standing_still():
        voice = CallerVoice(analysis, FakeCall(), "en", MOOD)
        voice.heard(sung(110, 0.2))
        voice.close()
        voice.heard(sung(110, 0.2))
        assert voice.noted(Utterance("x")).mood is None
        del voice
        await looked()


class Noted:
    """Keeps what it heard."""

    def __init__(self) -> None:
        self.heards: list[int] = []
        self.closed = 0

    def heard(self, samples: npt.NDArray[np.int16]) -> None:
        self.heards.append(len(samples))

    def noted(self, said: Utterance) -> Utterance:
        return replace(said, mood=Mood(0.5, 0.9, -0.5, 0.5))

    def go_on_in(self, language: str) -> None: ...

    def close(self) -> None:
        self.closed += 1


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[AgentInput] = []

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        self.told.append(said)
        yield Listen()
        if isinstance(said, Answered):
            yield Say("Hello.")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[()]:
        return ()


async def test_the_agent_is_told_the_mood_with_the_words() -> None:
    agent, notes = Told(), Noted()
    talk = Conversation(agent, voice_notes=notes)
    await talk.until_quiet()
    await talk.say("my parcel is gone", 900)
    await talk.silence(2_000)
    said = next(each for each in agent.told if isinstance(each, Utterance))
    assert said.text == "my parcel is gone" and said.mood == Mood(0.5, 0.9, -0.5, 0.5)
    (final,) = [data for kind, data in talk.call.events if kind == "final"]
    assert final["mood"] | {"hint": ""} == {**asdict(Mood(0.5, 0.9, -0.5, 0.5)), "hint": ""}
    assert "agitated" in final["mood"]["hint"]
    assert notes.heards and 900 * 16 <= notes.heards[-1] <= 2_000 * 16
    await talk.hang_up()
    assert notes.closed == 1


async def test_switched_off_nothing_of_the_voice_is_kept() -> None:
    agent = Told()
    talk = Conversation(agent)
    await talk.until_quiet()
    await talk.say("my parcel is gone", 900)
    assert not talk.session._listening._said
    await talk.silence(2_000)
    assert next(each for each in agent.told if isinstance(each, Utterance)).mood is None
