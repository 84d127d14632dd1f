"""The sounds that may lie under an agent's words: made here, or read from a file; their rules and levels."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaserver.calls.background.choices import BackgroundChoices
from mediaserver.calls.background.loops import LONGEST_S, PEAK, levelled, loop_of
from mediaserver.calls.background.made import SOUNDS, THINKING, room_tone
from mediaserver.calls.sounds import Sounds
from mediaserver.errors import ConfigError, PeerError
from mediaserver.media.background import Loop
from mediaserver.media.leg import Frame
from pipelines.engines.vad.silero.engine import SileroVad


def written(folder: Path, pcm: Frame) -> Sounds:
    with wave.open(str(folder / "shop.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(pcm.tobytes())
    return Sounds(folder)


def level(loop: Loop) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(loop.frames.astype(np.float64)))) / 32_768))


@pytest.mark.parametrize("name", [*SOUNDS, *THINKING])
def test_what_is_made_here_has_its_level_no_seam_and_nothing_that_sounds_like_a_caller(
    name: str, tmp_path: Path
) -> None:
    loop = loop_of(name, -42.0, Sounds(tmp_path))
    frames = loop.frames
    assert frames.dtype == np.int16 and frames.shape[1] == 320 and not frames.flags.writeable
    assert abs(level(loop) + 42.0) < 0.5 and np.abs(frames).max() <= PEAK
    pcm = frames.reshape(-1).astype(np.int32)
    assert abs(int(pcm[0]) - int(pcm[-1])) <= np.abs(np.diff(pcm)).max(), "its end leads into its beginning"
    detector = SileroVad()
    slot = detector.open()
    some = frames[:250]
    heard = [p for frame in some for p in detector.process([slot], frame[None])[1]]
    assert max(heard) < 0.5, "as an echo it would be taken for somebody who speaks"


def test_it_is_the_same_at_every_start() -> None:
    assert np.array_equal(room_tone(), room_tone())


def test_a_file_of_the_operators_is_brought_to_its_level_and_goes_round_without_a_click(
    tmp_path: Path,
) -> None:
    pcm = (8_000 * np.sin(2 * np.pi * 440.3 * np.arange(40_000) / 16_000)).astype(np.int16)
    loop = loop_of("shop.wav", -50.0, written(tmp_path, pcm))
    assert abs(level(loop) + 50.0) < 0.5
    round_and_round = np.concatenate((loop.frames.reshape(-1), loop.frames.reshape(-1))).astype(np.int32)
    steps = np.abs(np.diff(round_and_round))
    assert steps[len(loop) * 320 - 2_000 : len(loop) * 320 + 2_000].max() <= 1.5 * steps[:8_000].max()


@pytest.mark.parametrize(
    ("seconds", "loud", "says"),
    [
        (LONGEST_S + 1, 1000, "longer than 120 s"),
        (0.9, 1000, "shorter than 1 s"),
        (3, 0, "nothing to be heard"),
    ],
)
def test_a_file_that_is_no_background_is_refused_in_words(
    seconds: float, loud: int, says: str, tmp_path: Path
) -> None:
    files = written(tmp_path, np.full(int(seconds * 16_000), loud, np.int16))
    with pytest.raises(PeerError, match=says):
        loop_of("shop.wav", -48.0, files)


def test_a_few_loud_samples_are_bounded() -> None:
    sound = np.zeros(16_000)
    sound[100] = 1.0
    assert np.abs(levelled(sound, -30.0).frames).max() == PEAK


def test_a_row_says_what_differs_from_the_settings() -> None:
    usual = BackgroundChoices("office", -50.0)
    assert usual.changed({"level_db": -40, "thinking": "typing"}) == BackgroundChoices(
        "office", -40, "typing"
    )
    assert not usual.changed({"sound": "none"}).any
    assert usual.changed({"sound": "my shop.wav"}).sound == "my shop.wav"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"sond": "office"}, "unknown key 'sond'; the nearest known one is 'sound'"),
        (
            {"sound": "ofice"},
            "background.sound is one of none, room, office, cafe, pad, or the name of a .wav",
        ),
        ({"sound": "../secret.wav"}, "background.sound is one of"),
        ({"sound": 3}, "background.sound is one of"),
        ({"thinking": "office"}, "background.thinking is one of none, typing"),
        ({"level_db": -3}, "background.level_db is a level from -70 to -30"),
        ({"level_db": True}, "background.level_db is a level"),
        ({"level_db": float("nan")}, "background.level_db is a level"),
        ({"thinking_db": "loud"}, "background.thinking_db is a level"),
    ],
)
def test_a_row_that_makes_no_sense_is_told_of(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        BackgroundChoices().changed(row)
