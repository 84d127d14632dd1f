"""What a model may give, and what a caller hears of it."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError, ModelFault, fault_of, said_of
from pipelines.engines.tts.neural.worker.guards import (
    HighPass,
    UnsoundAudioError,
    Wave,
    as_wave,
    limit_s,
    softened,
)
from pipelines.engines.tts.neural.worker.sound import ClauseSound


def tone(seconds: float, rate: int, hz: float = 440.0, peak: float = 0.3) -> Wave:
    at = np.arange(round(seconds * rate)) / rate
    return (peak * np.sin(2 * np.pi * hz * at)).astype(np.float32)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_and_counted(bad: float) -> None:
    wave = tone(0.1, 24_000)
    wave[7:9] = bad
    with pytest.raises(UnsoundAudioError, match=r"2 samples of 2400 that are no numbers"):
        as_wave(wave)


def test_one_channel_in_any_wrapping_is_taken_and_two_are_not() -> None:
    assert as_wave(np.zeros((1, 1, 5))).shape == (5,)
    assert as_wave(np.full((1, 3), 16_384, np.int16)).tolist() == [0.5, 0.5, 0.5]
    with pytest.raises(UnsoundAudioError, match="one channel"):
        as_wave(np.zeros((2, 5)))


def test_what_is_too_loud_is_bent_below_full_scale_and_the_rest_is_left_alone() -> None:
    wave = np.array([0.5, -0.8, 0.95, -3.0, 50.0], np.float32)
    soft = softened(wave)
    assert soft[:2].tolist() == wave[:2].tolist()
    assert np.all(np.abs(soft) <= 1.0) and soft[2] < 0.95 and soft[3] < -0.89


def test_a_constant_voltage_is_taken_away_and_speech_is_not() -> None:
    wave = tone(2.0, SAMPLE_RATE, 200.0) + np.float32(0.25)
    passed = HighPass()
    out = np.concatenate([passed.process(wave[at : at + 700]) for at in range(0, len(wave), 700)])
    assert abs(float(out[SAMPLE_RATE:].mean())) < 0.002
    assert 0.28 < float(np.abs(out[SAMPLE_RATE:]).max()) < 0.32


def test_the_high_pass_is_the_same_however_its_input_is_cut() -> None:
    wave = np.random.default_rng(1).standard_normal(3_000).astype(np.float32)
    whole, parts = HighPass().process(wave), HighPass()
    cut = np.concatenate([parts.process(wave[a:b]) for a, b in ((0, 1), (1, 300), (300, 811), (811, 3_000))])
    assert np.allclose(whole, cut, atol=1e-6)


def test_a_clause_may_last_longer_the_more_it_says_and_the_slower_it_is_said() -> None:
    assert limit_s("Hello there.") < limit_s("Hello there. " * 10)
    assert limit_s("Hello", rate=0.5) == pytest.approx(2 * limit_s("Hello"))
    assert limit_s("12 34") > limit_s("ab cd")
    assert limit_s("营业时间") > limit_s("abcd")


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_every_rate_becomes_16_khz_and_no_more_than_20_ms_are_held_back(rate: int) -> None:
    sound = ClauseSound("a tone", rate)
    wave = tone(1.0, rate)
    made = [sound.process(wave[at : at + rate // 10]) for at in range(0, rate, rate // 10)]
    so_far = sum(map(len, made))
    assert SAMPLE_RATE - so_far <= SAMPLE_RATE // 40
    whole = np.concatenate([*made, sound.flush()])
    assert len(whole) == SAMPLE_RATE
    spectrum = np.abs(np.fft.rfft(whole.astype(np.float64)))
    assert int(spectrum.argmax()) == 440


def test_a_model_that_does_not_end_is_cut_and_told() -> None:
    sound = ClauseSound("Hello.", 24_000)
    with pytest.raises(UnsoundAudioError, match=r"did not end: .* s of audio for 6 characters"):
        for _ in range(100):
            sound.process(tone(1.0, 24_000))


def test_silence_for_words_is_refused() -> None:
    sound = ClauseSound("Hello.", 24_000)
    sound.process(np.zeros(24_000, np.float32))
    with pytest.raises(UnsoundAudioError, match="silence for a text of 6 characters"):
        sound.flush()
    with pytest.raises(UnsoundAudioError, match="no audio"):
        ClauseSound("Hello.", 24_000).flush()


class OutOfMemoryError(RuntimeError):
    """As torch names it."""


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried to allocate\n 2 GiB"), ModelFault.MEMORY, "at_once"),
        (RuntimeError("CUDA error: device-side assert triggered"), ModelFault.POISONED, "the GPU failed"),
        (MissingVoiceError("no such voice"), ModelFault.MISSING, "no such voice"),
        (KeyError("x"), ModelFault.OTHER, "KeyError: 'x'"),
        (RuntimeError("many\nlines"), ModelFault.OTHER, "RuntimeError: many lines"),
    ],
)
def test_each_fault_has_a_kind_and_one_line(error: Exception, kind: ModelFault, said: str) -> None:
    assert fault_of(error) is kind
    assert said in said_of(error) and "\n" not in said_of(error)
