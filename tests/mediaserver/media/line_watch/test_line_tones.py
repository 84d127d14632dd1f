"""What the tones on a line mean, by pitch and cadence; and that voices and music mean nothing."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.g711 import PCMA
from mediaserver.media.line_watch.figures import ToneKind
from tests.mediaserver.media.line_watch.sounds import (
    RATE,
    Wave,
    at_db,
    chords,
    figures,
    join,
    noise,
    silence,
    talk,
    tone,
    watched,
)


def kinds(heard: Wave, voice: Wave | None = None) -> set[ToneKind]:
    return {seen.kind for seen in figures(heard, voice=voice).tones}


def cycles(wave: Wave, pause: float, count: int) -> Wave:
    return join(*[join(wave, silence(pause)) for _ in range(count)])


def answer_tone_of_a_modem(seconds: float) -> Wave:
    """ANSam: 2,100 Hz, its phase turned round every 450 ms, its level swelling at 15 Hz (V.8)."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * 2_100 * t + np.pi * (np.floor(t / 0.45) % 2))
    return at_db((wave * (1 + 0.2 * np.sin(2 * np.pi * 15 * t))).astype(np.float32), -20)


def flags_of_v21(seconds: float) -> Wave:
    bits = np.tile([0, 1, 1, 1, 1, 1, 1, 0], round(seconds * 300 / 8))
    sent = bits[(np.arange(len(bits) * RATE // 300) * 300 // RATE)]
    wave = np.sin(2 * np.pi * np.cumsum(np.where(sent == 1, 1_650, 1_850)) / RATE)
    return at_db(wave.astype(np.float32), -22)


SPECIAL = join(silence(1.1), tone(950, 0.33), tone(1_400, 0.33), tone(1_800, 0.33), silence(2))
CALLS = cycles(tone(1_100, 0.5, -28), 3.0, 3)


def test_a_fax_that_calls_is_known_by_its_second_tone() -> None:
    seen = figures(join(noise(1.3, -62), CALLS)).tones
    assert [tone.kind for tone in seen] == [ToneKind.FAX_CALLING]
    assert abs(seen[0].hz - 1_100) < 10
    assert seen[0].at_ms < 6_500


def test_a_fax_that_calls_is_known_over_a_law_and_in_room_noise() -> None:
    heard = join(silence(0.4), CALLS) + noise(10.9, -50)
    assert {seen.kind for seen in watched(heard, law=PCMA).figures().tones} == {ToneKind.FAX_CALLING}


@pytest.mark.parametrize("begins", [0.0, 0.2, 0.45, 0.7, 0.9])
def test_a_fax_is_known_wherever_its_tone_falls_in_what_is_looked_at(begins: float) -> None:
    assert ToneKind.FAX_CALLING in kinds(join(silence(begins), CALLS) + noise(begins + 10.5, -60)[: 10**6])


def test_one_whistle_of_a_caller_is_no_fax() -> None:
    assert kinds(join(noise(1, -60), tone(1_100, 0.5), noise(9, -60))) == set()


def test_a_fax_or_modem_that_answers_is_known_by_its_tone() -> None:
    assert kinds(join(noise(1, -60), tone(2_100, 3), silence(1))) == {ToneKind.ANSWER_TONE}


def test_a_modem_is_told_from_a_fax_by_its_phase_reversals() -> None:
    found = kinds(join(noise(1, -60), answer_tone_of_a_modem(4), silence(1)))
    assert found == {ToneKind.ANSWER_TONE, ToneKind.MODEM_ANSWER}


def test_flags_of_a_fax_are_known() -> None:
    assert kinds(join(silence(0.5), flags_of_v21(1.4), silence(1))) == {ToneKind.FAX_SIGNAL}


@pytest.mark.parametrize("hz", [2_225, 2_250])
def test_old_modems_that_answer_are_known(hz: int) -> None:
    assert kinds(join(silence(1), tone(hz, 3), silence(1))) == {ToneKind.MODEM_ANSWER}


def test_a_modem_that_calls_is_known() -> None:
    assert kinds(cycles(tone(1_300, 0.6), 1.7, 4)) == {ToneKind.MODEM_CALLING}


@pytest.mark.parametrize(
    ("sound", "kind"),
    [
        (tone(425, 6), ToneKind.DIAL),
        (tone((350, 440), 6), ToneKind.DIAL),
        (cycles(tone(425, 0.5), 0.5, 8), ToneKind.BUSY),
        (cycles(tone((480, 620), 0.5), 0.5, 8), ToneKind.BUSY),
        (cycles(tone(400, 0.375), 0.375, 10), ToneKind.BUSY),
        (cycles(tone(425, 0.25), 0.25, 14), ToneKind.CONGESTION),
        (cycles(tone((480, 620), 0.25), 0.25, 14), ToneKind.CONGESTION),
        (cycles(tone(425, 1.0), 4.0, 4), ToneKind.RINGING),
        (cycles(tone((440, 480), 2.0), 4.0, 4), ToneKind.RINGING),
        (SPECIAL, ToneKind.SPECIAL),
        (tone(1_004, 9), ToneKind.STEADY),
    ],
)  # fmt: skip
def test_what_networks_play_is_known(sound: Wave, kind: ToneKind) -> None:
    assert kinds(sound) == {kind}
    assert kinds(at_db(sound, -38) + noise(len(sound) / RATE, -62)) == {kind}, "and faint, in noise"


@pytest.mark.parametrize("key", [(697.0, 1_209.0), (770.0, 1_477.0), (941.0, 1_336.0), (941.0, 1_633.0)])
def test_who_leans_on_a_key_is_somebody(key: tuple[float, float]) -> None:
    """Phones without telephone events send keys as sounds, as long as they are held (ITU-T Q.23)."""
    assert kinds(tone(key, 12)) == set()


@pytest.mark.parametrize("seed", range(4))
def test_speech_and_music_are_no_tones(seed: int) -> None:
    assert kinds(talk(12, seed)) == set()
    assert kinds(chords(12, seed)) == set()


def test_keys_are_no_tones_of_the_line() -> None:
    assert kinds(cycles(tone((697, 1_209), 0.2), 0.2, 12)) == set()


def test_bursts_unlike_their_pauses_are_no_busy_tone() -> None:
    assert kinds(cycles(tone(440, 0.4), 0.1, 20)) == set()
