"""Noisy lines are made quieter, clean ones are left alone."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.cleaning.noise_suppressor import NoiseSuppressor
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from tests.mediaserver.media.cleaning.lines import frames, noise, run, telephone, voice


def line(always: bool = False) -> LineCleaner:
    return LineCleaner(Cancellers(0, threaded=False), NoiseSuppressor(always))


def silent(sound: Frame) -> Frame:
    return np.zeros_like(sound)


def test_on_a_noisy_line_the_pauses_get_quiet_and_the_words_stay() -> None:
    talk = np.zeros(112_000)
    talk[48_000:] = voice(1, 4.0, -20)
    noisy = telephone(talk + noise(2, len(talk), -38))
    cleaner = line()
    clean = np.array([level_db(frame) for frame in run(cleaner, noisy, silent(noisy))])
    came = np.array([level_db(frame) for frame in frames(noisy)])
    alone = np.array([level_db(frame) for frame in frames(telephone(talk))])
    assert np.median((came - clean)[100:150]) > 10
    loud = alone > -24
    assert np.median(np.abs(clean - alone)[loud]) < 2
    assert cleaner.condition.noise_db > -43
    assert cleaner.condition.left_db < cleaner.condition.noise_db - 6


def test_a_clean_line_is_left_alone_unless_all_are_to_be_cleaned() -> None:
    said = voice(1, 6.0)
    said[np.arange(len(said)) // 8_000 % 2 == 0] = 0
    talk = telephone(said + noise(1, len(said), -66))
    assert (run(line(), talk, silent(talk)) == frames(talk)).all()
    assert not (run(line(always=True), talk, silent(talk)) == frames(talk)).all()


def test_it_ends_when_the_noise_does() -> None:
    loud, quiet = noise(1, 80_000, -40), noise(2, 160_000, -66)
    near = telephone(np.concatenate((loud, quiet)))
    cleaner = line()
    clean = run(cleaner, near, silent(near))
    assert not (clean[150] == frames(near)[150]).all()
    assert (clean[-50:] == frames(near)[-50:]).all()
    assert cleaner.condition.left_db == cleaner.condition.noise_db


def test_without_the_library_noise_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pywebrtc_audio", None)
    near = telephone(noise(1, 48_000, -38))
    assert (run(line(), near, silent(near)) == frames(near)).all()


def test_our_echo_on_a_line_that_is_not_guarded_is_left_alone() -> None:
    far = voice(1, 2.0)
    near = telephone(far * 0.5)
    cleaner = LineCleaner(Cancellers(1, threaded=False), None, guards=False)
    assert (run(cleaner, near, far) == frames(near)).all()
    assert cleaner.condition.echo == 0.0
