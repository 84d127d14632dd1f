"""What people, rooms and networks sound like beside a caller: nothing of it is taken for a fax or a modem,
which are left at once; and what lasts is at most asked about (`bad_line`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mediaserver.media.line_watch.figures import ToneKind
from pipelines.conversation.bad_line import MACHINES, NETWORKS
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
)


def cycles(count: int, *parts: Wave) -> Wave:
    return join(*parts * count)


def glide(hz: Callable[[Wave], Wave], seconds: float, db: float = -20.0) -> Wave:
    """A pure tone whose pitch moves: `hz` of the time in s."""
    t = (np.arange(round(seconds * RATE)) / RATE).astype(np.float32)
    return at_db(np.sin(2 * np.pi * np.cumsum(hz(t)) / RATE).astype(np.float32), db)


def vibrato(hz: float, by: float, rate: float, seconds: float) -> Wave:
    return glide(lambda t: hz + by * np.sin(2 * np.pi * rate * t), seconds)


def kinds(sound: Wave) -> set[ToneKind]:
    heard = join(noise(1.0, -60), sound, noise(2.0, -60))
    return {seen.kind for seen in figures(heard).tones}


def whistled(seed: int) -> Wave:
    """A melody: notes of a whistle with vibrato, sliding into each other."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(24):
        hz, length = float(rng.uniform(900, 2_300)), float(rng.uniform(0.2, 0.9))
        by, rate = float(rng.uniform(5, 60)), float(rng.uniform(4, 7))
        parts.append(vibrato(hz, by, rate, length))
        if rng.random() < 0.3:
            parts.append(silence(float(rng.uniform(0.05, 0.4))))
    return join(*parts)


BEEPS = {
    "a scanner at a till": cycles(12, tone(2_000, 0.1), silence(0.9)),
    "a scanner on 2,100 Hz": cycles(12, tone(2_100, 0.12), silence(0.4)),
    "a lorry that backs, 1,100 Hz": cycles(12, tone(1_100, 0.5), silence(0.5)),
    "a lorry that backs slowly": cycles(12, tone(1_100, 0.5), silence(0.7)),
    "a lorry that backs, 1,300 Hz": cycles(12, tone(1_300, 0.5), silence(0.5)),
    "a microwave oven": cycles(5, tone(2_048, 1.0), silence(1.0)),
    "a microwave oven on 2,100 Hz": cycles(5, tone(2_100, 1.0), silence(1.0)),
    "a smoke alarm": cycles(4, *(tone(3_100, 0.5), silence(0.5)) * 3, silence(1.0)),
    "a low smoke alarm": cycles(4, *(tone(520, 0.5), silence(0.5)) * 3, silence(1.0)),
    "an alarm clock": cycles(10, *(tone(2_048, 0.06), silence(0.06)) * 4, silence(0.5)),
    "a heart monitor": cycles(20, tone(960, 0.12), silence(0.7)),
    "a seat belt chime": cycles(8, tone(1_300, 0.3), silence(0.5)),
    "a lift": cycles(3, tone(1_400, 0.3), tone(1_100, 0.5), silence(2.0)),
    "an answering machine": join(tone(1_000, 0.5), silence(3)),
    "a recorder that warns": cycles(3, tone(1_400, 0.5), silence(9.5)),
    "a call that waits": cycles(3, tone(440, 0.3), silence(5.0)),
    "keys": cycles(10, tone((770, 1_336), 0.15), silence(0.25)),
}


@pytest.mark.parametrize("what", BEEPS)
@pytest.mark.parametrize("db", [-14.0, -34.0])
def test_beeps_beside_a_caller_mean_nothing(what: str, db: float) -> None:
    assert not kinds(at_db(BEEPS[what], db)) & {*MACHINES, *NETWORKS}


WAILING = {
    "a police car, wailing": glide(lambda t: 1_100 + 500 * np.sin(2 * np.pi * 0.25 * t), 12),
    "a police car, yelping": glide(lambda t: 1_100 + 500 * np.sin(2 * np.pi * 3 * t), 12),
    "a fire engine": cycles(8, tone(435, 0.75), tone(580, 0.75)),
    "a warbling alarm": cycles(30, tone(1_600, 0.2), tone(1_900, 0.2)),
    "a fast warbling alarm": cycles(60, tone(1_650, 0.08), tone(1_850, 0.08)),
    "an old telephone that rings": glide(lambda t: 1_750 + 100 * np.sin(2 * np.pi * 20 * t), 6),
    "a car alarm": glide(lambda t: 1_500 + 450 * (t * 2 % 1), 10),
    "a trained whistle": vibrato(1_750, 45, 6, 6),
    "a whistle that wavers": vibrato(1_750, 90, 5, 6),
    "birds": glide(lambda t: 1_800 + 150 * np.sin(2 * np.pi * 12 * t), 6),
    "a kettle": glide(lambda t: 1_000 + 180 * t, 8),
}


@pytest.mark.parametrize("what", WAILING)
def test_alarms_and_whistles_are_no_machines(what: str) -> None:
    assert not kinds(WAILING[what]) & {*MACHINES}


@pytest.mark.parametrize("seed", range(6))
def test_who_whistles_a_tune_is_no_machine(seed: int) -> None:
    assert not kinds(whistled(seed)) & {*MACHINES, *NETWORKS}


@pytest.mark.parametrize("seed", range(3))
def test_a_language_with_tones_and_singing_are_neither(seed: int) -> None:
    assert not kinds(talk(14, seed)) & {*MACHINES, *NETWORKS}
    sung = join(*[vibrato(float(hz), 8, 5.5, 0.9) for hz in (220, 247, 262, 294, 330, 294, 262, 247) * 2])
    assert not kinds(sung) & {*MACHINES, *NETWORKS}
    assert not kinds(chords(14, seed)) & {*MACHINES, *NETWORKS}


RINGING = {
    "Germany": cycles(4, tone(425, 1.0), silence(4.0)),
    "the United States": cycles(4, tone((440, 480), 2.0), silence(4.0)),
    "the United Kingdom": cycles(6, tone((400, 450), 0.4), silence(0.2), tone((400, 450), 0.4), silence(2.0)),
    "France": cycles(4, tone(440, 1.5), silence(3.5)),
    "Italy": cycles(4, tone(425, 1.0), silence(4.0)),
    "Spain": cycles(4, tone(425, 1.5), silence(3.0)),
    "India": cycles(6, tone((400, 425), 0.4), silence(0.2), tone((400, 425), 0.4), silence(2.0)),
    "Australia": cycles(6, tone((425, 450), 0.4), silence(0.2), tone((425, 450), 0.4), silence(2.0)),
    "Japan": cycles(6, tone((384, 416), 1.0), silence(2.0)),
    "China": cycles(4, tone(450, 1.0), silence(4.0)),
    "Russia": cycles(4, tone(425, 0.8), silence(3.2)),
}
"""ITU-T E.180 supplement 2."""


@pytest.mark.parametrize("country", RINGING)
def test_a_telephone_that_rings_at_the_far_end_is_waited_for(country: str) -> None:
    """A call that was passed on, or early audio: somebody will answer."""
    assert not kinds(RINGING[country]) & {*MACHINES, *NETWORKS}
