"""What is there when nobody speaks."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.cleaning.line_noise import LEAST_DB, MOST_DB, LineNoise
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from tests.mediaserver.media.cleaning.lines import frames, noise, voice


def floor_of(sound: Frame) -> float:
    floor = LineNoise(-65.0)
    for frame in frames(sound):
        floor.add(level_db(frame))
    return floor.db


@pytest.mark.parametrize("db", [-60, -45, -30])
def test_it_is_the_noise_and_not_who_talks_over_it(db: int) -> None:
    talk = voice(1, 12.0, -20)
    talk[np.arange(len(talk)) // 48_000 % 2 == 1] = 0  # three seconds, and as long a silence
    hiss = noise(2, len(talk), db)
    assert abs(floor_of(hiss.astype(np.int16)) - db) < 2
    assert -2 < floor_of((talk + hiss).clip(-32_768, 32_767).astype(np.int16)) - db < 4


def test_noise_that_comes_up_is_known_within_seconds_and_forgotten_as_soon() -> None:
    floor = LineNoise(-65.0)
    for level, until in ((-70.0, 400), (-40.0, 400), (-70.0, 400)):
        for _ in range(until):
            floor.add(level)
        assert abs(floor.db - level) < 2


def test_nothing_is_known_in_the_first_half_second() -> None:
    floor = LineNoise(-65.0)
    for _ in range(24):
        floor.add(-30.0)
    assert floor.db == -65.0


def test_it_stays_within_bounds() -> None:
    assert floor_of(np.zeros(16_000, np.int16)) == LEAST_DB
    assert floor_of(np.full(16_000, 32_000, np.int16)) == MOST_DB
