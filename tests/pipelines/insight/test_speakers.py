"""Two people on one line are told apart by their voices; one person is not made two."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from pipelines.conversation.agent import Speaker, Utterance
from pipelines.insight.caller_voice import CallerVoice
from pipelines.insight.pitch import pitch_track
from pipelines.insight.speakers import Speakers, VoiceShape, shape_of_voice
from pipelines.insight.voice_figures import VoiceWishes
from tests.fakes import FakeCall
from tests.pipelines.insight.test_prosody import by_telephone, sung
from tests.pipelines.insight.voices import Looks, looked
from tests.recordings import read_wav
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech"
READER = [f"librivox-{number}" for number in ("0870", "0880", "0890", "0920", "0930")]
SHORT = [f"dialogflow-{words}" for words in ("book_a_room", "mountain_view", "230pm", "half_an_hour")]
recorded = pytest.mark.skipif(not SPEECH.exists(), reason="no recorded speech here")


VOWELS = ((0.6, 2.4), (0.8, 3.4), (1.1, 2.8), (1.4, 3.0), (1.0, 2.3))
"""First and second resonance beside that of the vocal tract."""


def talk(hz: float, formant: float, seed: int) -> npt.NDArray[np.int16]:
    """2 s between a voice and none: every vowel twice, in any order, about a vocal tract's own resonance."""
    rng = np.random.default_rng(seed)
    at = np.arange(3_200) / 16_000
    parts = []
    for vowel in rng.permutation(VOWELS * 2):
        first, second = vowel * formant * rng.normal(1.0, 0.05, 2)
        tone = hz * rng.normal(1.0, 0.05)
        harmonics = np.arange(1, int(3400 / tone))[:, None]
        near = 1 / (1 + ((tone * harmonics - first) / 200) ** 2)
        far = 0.4 / (1 + ((tone * harmonics - second) / 350) ** 2)
        waves = np.sin(2 * np.pi * tone * harmonics * at + harmonics) * (near + far + 0.01)
        parts.append(waves.sum(axis=0) * np.hanning(len(at)))
    sound = np.concatenate(parts)
    noise = rng.normal(0, 20, len(sound))
    return np.asarray(sound / np.abs(sound).max() * 8_000 + noise, dtype=np.int16)


def shape(samples: npt.NDArray[np.int16]) -> VoiceShape:
    found = shape_of_voice(pitch_track(by_telephone(samples)))
    assert found is not None
    return found


@cache
def said(name: str) -> VoiceShape:
    """A recording, by telephone; its last 8 s as in a call."""
    return shape(read_wav(SPEECH / f"{name}.wav")[-128_000:])


def numbers(*shapes: VoiceShape) -> list[int]:
    speakers = Speakers()
    judged = [speakers.judge(each) for each in shapes]
    return [each.number if each is not None else 0 for each in judged]


def test_two_voices_are_one_and_two() -> None:
    deep = [shape(talk(105, 420, seed)) for seed in range(4)]
    high = [shape(talk(165, 560, seed)) for seed in range(10, 14)]
    assert numbers(*deep) == [1] * 4 and numbers(*high) == [1] * 4
    assert numbers(deep[0], deep[1], high[0], deep[2], high[1], high[2], deep[3]) == [1, 1, 2, 1, 2, 2, 1]


def test_how_loud_the_line_is_makes_nobody_another_one() -> None:
    voice = talk(120, 450, 1)
    assert shape(voice).unlike(shape((voice * 0.1).astype(np.int16))) < 1.0


@recorded
def test_a_recorded_reader_stays_one_person() -> None:
    assert numbers(*map(said, READER)) == [1] * 5


@recorded
def test_short_answers_of_one_person_make_no_second() -> None:
    assert numbers(*map(said, SHORT)) == [1] * 4


@recorded
def test_a_recorded_woman_who_takes_the_phone_from_a_man_is_the_second() -> None:
    other = said("jambonz-speak-to-customer-support")
    one, two, three, four, _ = map(said, READER)
    assert numbers(one, two, other, three, four) == [1, 1, 2, 1, 1]
    assert numbers(other, one, two) == [1, 2, 2]


def test_too_little_voice_is_nobodys() -> None:
    assert shape_of_voice(pitch_track(sung(120, 0.4))) is None
    assert shape_of_voice(pitch_track(np.zeros(16_000, np.int16))) is None
    speakers = Speakers()
    assert speakers.judge(None) is None
    assert speakers.judge(shape(talk(120, 450, 1))) == Speaker(1, 0.5)
    assert speakers.judge(None) is None


def test_there_are_never_more_than_two() -> None:
    voices = [shape(talk(hz, formant, 3)) for hz, formant in ((90, 380), (150, 480), (260, 620), (200, 350))]
    assert set(numbers(*voices, *voices)) <= {1, 2}


def test_an_answer_that_is_said_anew_leaves_nothing_behind() -> None:
    deep, high = shape(talk(105, 420, 1)), shape(talk(165, 560, 2))
    speakers = Speakers()
    speakers.judge(deep)
    assert speakers.judge(high) == Speaker(2, speakers.judge(high, amends=True).sure)  # type: ignore[union-attr]
    assert speakers.judge(deep, amends=True) is not None
    assert len(speakers._known) == 1


def test_a_voice_without_any_change_is_no_fault() -> None:
    monotone = shape(sung(120, 3.0))
    assert np.isfinite(monotone.unlike(monotone)) and numbers(monotone, monotone) == [1, 1]


async def test_the_agent_is_told_who_speaks_and_the_record_has_it() -> None:
    call = FakeCall()
    voice = CallerVoice(Looks(), call, "en", VoiceWishes(speakers=True))
    told = []
    for samples in (talk(105, 420, 1), talk(105, 420, 2), talk(165, 560, 3), np.zeros(8_000, np.int16)):
        voice.heard(by_telephone(samples))
        await looked()
        told.append(voice.noted(Utterance("hello")))
    assert [each.speaker and each.speaker.number for each in told] == [1, 1, 2, None]
    assert all(each.mood is None for each in told)
    events = call.happened("caller_voice")
    assert [event.data.get("speaker") for event in events] == [1, 1, 2, None]
    assert all("arousal" not in event.data for event in events)
