"""An echo is found, however late, faint or blurred; nobody who only talks is taken for one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mediaserver.media.cleaning.echo_finder import MOST_MS, EchoFinder
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES
from tests.mediaserver.media.cleaning.lines import Sound, echo, frames, lossy, noise, telephone, voice


def searched(near: Frame, far: Frame, most: int = 10_000) -> tuple[EchoFinder, int | None]:
    """The finder, and after how many frames of sound it was certain; None: it never was."""
    finder, heard, said = EchoFinder(), frames(near), frames(far)
    looked = 0
    for tick in range(1, len(heard)):
        if np.abs(heard[tick]).max() > 40:
            looked += 1
            finder.look(tick, heard[tick - 1], heard[tick], lambda at: said[at] if at >= 0 else None)
            if finder.belief >= 1.0:
                return finder, looked
            if looked >= most:
                break
    return finder, None


def most_believed(near: Frame, far: Frame) -> float:
    """How sure the finder ever was."""
    finder, heard, said = EchoFinder(), frames(near), frames(far)
    beliefs = [0.0]
    for tick in range(1, len(heard)):
        if np.abs(heard[tick]).max() > 40:
            finder.look(tick, heard[tick - 1], heard[tick], lambda at: said[at] if at >= 0 else None)
            beliefs.append(finder.belief)
    return max(beliefs)


@pytest.mark.parametrize("delay_ms", [21, 60, 130, 250, 420, 600])
@pytest.mark.parametrize("db", [-6, -20, -30])
def test_our_voice_that_comes_back_is_found_within_a_quarter_of_a_second(delay_ms: int, db: int) -> None:
    taken = []
    for seed, (room_ms, direct) in enumerate(((40, 3.0), (150, 1.0), (350, 0.7))):
        far = voice(seed, 2.0, -18)
        back = echo(far, db, delay_ms, seed=seed, room_ms=room_ms, direct=direct)
        finder, frames_taken = searched(telephone(back + noise(seed, len(far), -70)), far)
        assert frames_taken is not None
        # A blurred room's strongest reflection may come a little after its first.
        assert -1 <= finder.delay / 16 - delay_ms <= 30
        taken.append(frames_taken)
    assert sorted(taken)[1] <= 12


def test_an_echo_on_a_line_that_loses_packets_is_found() -> None:
    far = voice(5, 3.0)
    near = lossy(telephone(echo(lossy(far, 0.05), -15, 180)), 0.05)
    finder, taken = searched(near, far)
    assert taken is not None and taken <= 20
    assert abs(finder.delay / 16 - 180) <= 5


def test_a_caller_who_talks_over_us_is_no_echo() -> None:
    for seed, (mine, theirs) in enumerate(itertools.product((105.0, 190.0), repeat=2)):
        far, near = voice(2 * seed, 4.0, pitch=mine), voice(2 * seed + 1, 4.0, pitch=theirs)
        assert searched(telephone(near), far)[1] is None


def test_a_caller_who_begins_when_we_have_broken_off_is_no_echo() -> None:
    """Nothing goes out any more at most of the delays: what was alike by chance there is no evidence."""
    for seed, gap in itertools.product((5, 12, 18, 21, 37, 48), (5, 15, 25)):
        said = voice(2 * seed, 1.4)
        talk = telephone(voice(2 * seed + 1, 0.6, pitch=190))
        far = np.concatenate((said, np.zeros(gap * FRAME_SAMPLES + len(talk), np.int16)))
        near = np.concatenate((np.zeros(len(said) + gap * FRAME_SAMPLES, np.int16), talk))
        assert most_believed(near, far) < 0.5, (seed, gap)


def test_noise_and_tones_are_no_echo() -> None:
    far = voice(3, 3.0)
    hum = 3_000 * np.sin(np.arange(len(far)) * 2 * np.pi * 50 / 16_000)
    busy = 5_000 * np.sin(np.arange(len(far)) * 2 * np.pi * 425 / 16_000)
    for near in (noise(1, len(far), -30), hum, busy):
        assert searched(telephone(near), far)[1] is None


def bangs(every: float, samples: int) -> Sound:
    """A line that crackles."""
    line, random = np.zeros(samples), np.random.default_rng(3)
    at = 0
    while at < samples:
        line[at] = random.choice([-20_000, 20_000])
        at += int(every * random.uniform(0.9, 1.1) * 16_000) if every > 0.02 else 320
    return line


def test_a_line_that_crackles_or_jumps_takes_no_canceller_from_those_that_echo() -> None:
    far = voice(1, 20.0)
    jumps = np.where(np.arange(len(far)) // 8_000 % 2, 8_000.0, 0.0)
    for near in (bangs(0.02, len(far)), bangs(0.3, len(far)), jumps):
        assert searched(telephone(near), far)[1] is None


def test_an_echo_on_a_line_that_crackles_now_and_then_is_found() -> None:
    far = voice(5, 3.0)
    finder, taken = searched(telephone(echo(far, -15, 180) + bangs(0.4, len(far))), far)
    assert taken is not None
    assert abs(finder.delay / 16 - 180) <= 5


def test_an_echo_under_a_caller_who_talks_is_found_all_the_same() -> None:
    far, talk = voice(8, 4.0), voice(9, 4.0, -22, pitch=200)
    finder, taken = searched(telephone(echo(far, -6, 120) + talk), far)
    assert taken is not None
    assert abs(finder.delay / 16 - 120) <= 30


def test_what_comes_later_than_it_looks_is_not_found() -> None:
    far = voice(4, 3.0)
    assert searched(telephone(echo(far, -10, MOST_MS + 60, room_ms=20)), far)[1] is None


def test_while_we_say_nothing_there_is_nothing_to_find() -> None:
    near = voice(4, 1.0)
    finder, taken = searched(near, np.zeros_like(near))
    assert taken is None and finder.belief == 0.0


def test_a_stretch_of_sound_is_undecided_for_less_than_a_tenth_of_a_second() -> None:
    far, near = voice(1, 2.0), voice(2, 2.0)
    finder, said, heard = EchoFinder(), frames(far), frames(near)
    undecided = []
    for tick in range(30, 50):
        finder.look(tick, heard[tick - 1], heard[tick], lambda at: said[at])
        undecided.append(finder.undecided)
    assert undecided[0] and not any(undecided[5:])
