"""What is measured of a line: levels, clipping, hum, silence, echo, loops, music, and who talks."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.g711 import PCMA
from mediaserver.media.line_watch.watch import LineWatch
from mediaserver.media.resample import resample
from tests.mediaserver.media.line_watch.sounds import (
    at_db,
    chords,
    echo,
    figures,
    frames,
    join,
    noise,
    silence,
    talk,
    tone,
    watched,
)
from tests.recordings import read_wav
from tests.testdata import TESTDATA

SPEECH = TESTDATA / "speech"
QUIET = -60.0


def near(found: float | None, wanted: float, by: float) -> bool:
    return found is not None and abs(found - wanted) <= by


# ---- levels


def test_noise_and_speech_have_their_levels() -> None:
    said = join(silence(3), talk(6, db=-24), silence(3))
    found = figures(said + noise(12, -55), voice=said)
    assert near(found.noise_db, -55, 1.5)
    assert near(found.speech_db, -23, 3)
    assert 4 < found.speech_s < 7


def test_our_own_voice_come_back_is_no_noise() -> None:
    ours = join(talk(6), silence(4))
    found = figures(echo(ours, -12, 60) + noise(10, -58), ours)
    assert near(found.noise_db, -58, 1.5)


def test_nothing_is_told_of_what_was_not_heard() -> None:
    found = LineWatch().figures()
    assert found.noise_db is found.speech_db is found.echo_loss_db is found.hum_hz is None
    assert found.double_talk_pct == found.clipping_pct == found.dead_s == 0


def test_double_talk_is_the_share_of_talk_in_which_both_do() -> None:
    theirs, ours = join(silence(4), talk(4, 1), silence(2)), join(talk(6, 2), silence(4))
    found = figures(theirs + noise(10, -60), ours, voice=theirs)
    assert 12 < found.double_talk_pct < 45
    assert figures(theirs + noise(10, -60), voice=theirs).double_talk_pct == 0


# ---- clipping


@pytest.mark.parametrize("quieter", [1.0, 0.35])
def test_a_voice_that_was_cut_off_at_the_top_is_clipped_wherever_the_top_is(quieter: float) -> None:
    said = talk(8, db=-14)
    top = 0.15 * float(np.abs(said).max())
    cut = np.clip(said, -top, top).astype(np.float32)
    assert figures(cut * np.float32(quieter), voice=said).clipping_pct > 3


@pytest.mark.skipif(not SPEECH.exists(), reason="no recorded speech beside the project")
@pytest.mark.parametrize("name", ["librivox-0870.wav", "librivox-0890.wav", "librivox-0920.wav"])
def test_recorded_speech_is_clipped_once_it_was_cut_in_the_phone_and_not_before(name: str) -> None:
    said = read_wav(SPEECH / name)
    top = int(np.quantile(np.abs(said), 0.94))
    found = []
    for sound in (said, said.clip(-top, top)):
        wave = at_db((resample(sound, 16_000, 8_000) / 32_768).astype(np.float32), -18)
        found.append(figures(wave, voice=wave).clipping_pct)
    assert found[0] < 0.5 < 2 < found[1]


def test_a_tone_that_is_taken_for_a_voice_is_not_clipped() -> None:
    for hz in (200.0, 1_000.0):
        sound = tone(hz, 4, -16)
        assert figures(sound, voice=np.ones_like(sound)).clipping_pct == 0


def test_a_loud_voice_that_was_not_cut_off_is_not_clipped() -> None:
    said = talk(8, db=-16)
    assert figures(said, voice=said).clipping_pct < 0.2


# ---- hum and direct current


@pytest.mark.parametrize("mains", [50, 60])
def test_a_line_that_hums_is_told_by_its_mains(mains: int) -> None:
    humming = at_db(tone(mains, 8, -42) + tone(3 * mains, 8, -44) + tone(5 * mains, 8, -50), -40)
    found = figures(humming + noise(8, -62))
    assert found.hum_hz == mains
    assert near(found.hum_db, -40, 2)


def test_neither_noise_nor_a_tone_nor_a_deep_voice_hums() -> None:
    said = talk(8)
    for sound in (noise(8, -40), tone(425, 8, -40), tone(1_100, 8, -30)):
        assert figures(sound).hum_hz is None
    assert figures(said, voice=said).hum_hz is None


def test_direct_current_is_told_in_percent_of_full_scale() -> None:
    assert near(figures(noise(4, -50) + np.float32(0.04)).dc_pct, 4, 0.3)
    assert figures(noise(4, -50)).dc_pct < 0.1


# ---- nothing comes


@pytest.mark.parametrize("law", [None, PCMA])
def test_packets_of_silence_are_a_dead_line(law: object) -> None:
    heard = silence(6)
    found = (watched(heard, law=PCMA) if law else watched(heard)).figures()
    assert found.dead_s > 4


def test_a_quiet_room_is_no_dead_line() -> None:
    assert figures(noise(6, -68)).dead_s == 0


def test_a_line_that_has_lived_is_never_dead_again() -> None:
    assert figures(join(noise(2, QUIET), silence(6))).dead_s == 0


# ---- our voice comes back


@pytest.mark.parametrize(("db", "ms"), [(-6, 20), (-10, 200), (-14, 120), (-25, 400), (-30, 60)])
def test_an_echo_is_measured(db: float, ms: float) -> None:
    ours = join(silence(0.5), talk(9, 4))
    found = figures(echo(ours, db, ms) + noise(9.5, -64), ours)
    assert near(found.echo_loss_db, -db, 1.5)
    assert near(found.echo_delay_ms, ms, 2)
    assert not found.looped


@pytest.mark.parametrize(("db", "ms"), [(0, 0), (-1, 300), (-2, 800)])
def test_a_line_that_leads_back_to_us_is_looped(db: float, ms: float) -> None:
    ours = join(silence(0.5), talk(11, 4))
    assert figures(echo(ours, db, ms), ours).looped


def test_a_line_on_which_anybody_was_heard_is_not_looped() -> None:
    ours = join(silence(4), talk(11, 4))
    theirs = join(talk(3, 9), silence(12))
    assert not figures(echo(ours, 0, 120) + theirs, ours, voice=theirs).looped


def test_two_who_talk_at_once_are_no_echo() -> None:
    found = figures(talk(10, 1), talk(10, 2))
    assert found.echo_loss_db is None
    assert not found.looped


def test_a_tone_that_both_sides_send_is_no_loop() -> None:
    both = join(silence(0.5), *[join(tone(200, 0.8), silence(0.3)) for _ in range(9)])
    found = figures(both, both)
    assert not found.looped and found.echo_loss_db is None


# ---- music, and who never stops


@pytest.mark.parametrize("seed", range(4))
def test_music_on_hold_is_music(seed: int) -> None:
    assert figures(chords(16, seed) + noise(16, -50)).music_s > 12


@pytest.mark.parametrize("seed", range(3))
def test_neither_one_voice_nor_many_nor_noise_are_music(seed: int) -> None:
    many = sum((talk(14, 10 * seed + each) for each in range(8)), silence(14))
    for sound in (talk(14, seed), at_db(many, -24), noise(14, -30, seed)):
        assert figures(sound).music_s < 6


def test_music_that_ends_is_music_no_more() -> None:
    assert figures(join(chords(14), noise(8, -55))).music_s == 0


def test_who_never_stops_is_told_in_seconds_and_a_pause_ends_it() -> None:
    said = talk(20)
    assert figures(said, voice=said).talking_s > 18
    paused = join(talk(8), silence(2.5), talk(4))
    assert figures(paused, voice=paused).talking_s < 6


# ---- what it costs


def test_a_call_is_looked_at_once_a_block() -> None:
    watch = LineWatch(stagger=5)
    at: list[int] = []
    for index, frame in enumerate(frames(noise(4, -50))):
        if watch.hear(frame):
            at.append(index)
        watch.spoke(None)
    assert at == [53, 101, 149, 197]
    assert watch.blocks == 4


def test_a_leg_of_which_nothing_comes_is_not_looked_at() -> None:
    watch = LineWatch()
    for frame in frames(noise(2, -50)):
        watch.spoke(frame)
    assert watch.blocks == 0
    watch.hear(np.zeros(320, np.int16))
    watch.spoke(None)
