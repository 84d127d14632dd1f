"""A quiet caller is heard as well as a loud one; a loud one is left as he is."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from mediaserver.media.line_condition import LineCondition
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.conversation.caller_level import MOST_DB, WANTED_DB, CallerLevel
from pipelines.conversation.listening import Listening
from tests.fakes import FakeStt
from tests.mediaserver.media.cleaning.lines import at_level
from tests.pipelines.conversation.test_answers_with_pauses import SPEECH, decoded, telephone
from tests.pipelines.engines.test_pocketsphinx import grammar, recorded
from tests.recordings import read_wav


def frame(db: float, seed: int = 1) -> Frame:
    noise = np.random.default_rng(seed).normal(0, 1, FRAME_SAMPLES)
    noise *= 32_768 * 10 ** (db / 20) / np.sqrt(np.mean(noise**2))
    return np.clip(noise, -32_768, 32_767).astype(np.int16)


def onset(db: float) -> list[Frame]:
    return [frame(-70)] * 18 + [frame(db - 6), frame(db), frame(db - 2), frame(db)]


def test_a_quiet_caller_is_raised_to_where_others_talk() -> None:
    level = CallerLevel()
    level.begin(onset(-45))
    assert level_db(level.raised(frame(-45))) == pytest.approx(WANTED_DB, abs=1)
    assert level_db(level.raised(frame(-50))) == pytest.approx(WANTED_DB - 5, abs=1)
    assert level.gain_db == pytest.approx(WANTED_DB + 45, abs=1)


def test_a_caller_as_loud_as_most_is_handed_on_untouched() -> None:
    level = CallerLevel()
    level.begin(onset(-24))
    said = frame(-40)
    assert level.raised(said) is said
    assert level.gain_db == 0


def test_a_loud_caller_who_begins_softly_is_not_raised() -> None:
    level = CallerLevel()
    level.begin(onset(-24))
    level.begin(onset(-45))
    said = frame(-45)
    assert level.raised(said) is said


@pytest.mark.parametrize("understood", [False, True])
def test_voices_behind_a_loud_caller_who_is_silent_are_not_raised_at_last(understood: bool) -> None:
    """Whoever is understood has taken over the telephone."""
    stt = FakeStt()
    stt.text = "well" if understood else ""
    ears = Listening(stt, lambda result: None, lambda engine, reason: None, "en")
    for epoch, db in enumerate([-20.0] + 20 * [-45.0]):
        for part in onset(db):
            ears.hear(part)
        ears.start(22 * FRAME_SAMPLES, 2 * epoch)
        ears.finish(2 * epoch + 1)
        for _ in range(stt.delay_ticks):
            stt.tick()
        ears.close()
    assert (level_db(stt.utterances[-1].frames[-1]) > -30) is understood


def test_who_gets_louder_within_an_utterance_is_not_cut_off_at_the_top() -> None:
    level = CallerLevel()
    level.begin(onset(-50))
    heard = [level.raised(frame(db)) for db in (-50, -30, -18, -18, -50)]
    assert level_db(heard[0]) == pytest.approx(-50 + MOST_DB, abs=1)
    assert level_db(heard[3]) == pytest.approx(-18, abs=1)
    assert level_db(heard[4]) == pytest.approx(-50, abs=1)
    assert all(np.mean(np.abs(part.astype(int)) >= 32_767) < 0.01 for part in heard[2:])


def test_what_may_be_left_of_our_own_voice_is_not_raised() -> None:
    level = CallerLevel()
    level.begin(onset(-45), echoes=True)
    left = frame(-45)
    assert level.raised(left) is left


async def test_the_recogniser_hears_a_quiet_caller_loud_from_the_first_sound_on() -> None:
    stt = FakeStt()
    ears = Listening(stt, lambda result: None, lambda engine, reason: None, "en")
    ears.line = LineCondition(left_db=-72.0)
    for part in onset(-45):
        ears.hear(part)
    ears.start(22 * FRAME_SAMPLES, 1)
    ears.hear(frame(-45))
    ears.mark(0)
    ears.hear(frame(-46))
    ears.restart(2)
    first, second = stt.utterances
    assert [level_db(part) > -30 for part in first.frames[-6:]] == [False] + [True] * 5
    assert level_db(second.frames[0]) > -30
    assert first.noise_db == pytest.approx(-72 + 21, abs=1)


ANSWERS = (
    ("dialogflow-mountain_view", "mountain view | san francisco | new york", "mountain view"),
    ("dialogflow-two_people", "(one | two | three | ten) people", "two people"),
    ("dialogflow-half_an_hour", "half an hour | an hour | two hours", "half an hour"),
)


@recorded
def test_answers_that_are_nearly_whispered_are_understood() -> None:
    as_it_came = []
    for name, words, said in ANSWERS:
        line = telephone(at_level(read_wav(SPEECH / f"{name}.wav"), -47.0).astype(np.int16))
        parts = list(line[: len(line) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES))
        loud = next(at for at, part in enumerate(parts) if level_db(part) > -48)
        level, asked = CallerLevel(), grammar("asked", words)
        level.begin(parts[: loud + 3])
        assert decoded(np.concatenate([level.raised(part) for part in parts]), asked)["text"] == said
        as_it_came.append(decoded(line, asked)["text"] == said)
    assert not all(as_it_came)
