"""What a row may say of turn-taking reaches the machine; anything else is told."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from mediaserver.errors import ConfigError
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Say
from pipelines.conversation.floor import FloorState
from pipelines.conversation.timing import Limits, Waits
from pipelines.conversation.turn_settings import RANGES, TurnSettings

LOUD_DB = -15.0
FRAME = 20 * SAMPLES_PER_MS


def test_nothing_said_is_as_usual() -> None:
    assert TurnSettings.of({}) == TurnSettings(Waits(), Limits())


def test_each_key_sets_a_field_and_the_usual_value_is_allowed() -> None:
    usual = asdict(Waits()) | asdict(Limits())
    for key, (low, high) in RANGES.items():
        name = key.removesuffix("_ms")
        assert low <= usual[name] <= high
        made = TurnSettings.of({key: low})
        assert getattr(made.waits if hasattr(made.waits, name) else made.limits, name) == low


@pytest.mark.parametrize("take_floor_ms", [200, 1_000])
def test_a_setting_moves_the_machine(take_floor_ms: int) -> None:
    """How long the caller must speak to interrupt."""
    turn = TurnSettings.of({"take_floor_ms": take_floor_ms, "decide_ms": 2_000}).turn("en")
    turn.answered(0)
    turn.say(0, 1, Say("A long story."))
    turn.progress(0)
    t = 0
    while turn.state is not FloorState.ATTENDING:
        t += FRAME
        turn.frame(t, LOUD_DB)
        assert t < 3_000 * SAMPLES_PER_MS
    assert abs(t / SAMPLES_PER_MS - take_floor_ms) <= 40


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"whole": 200}, "unknown key 'whole'; the nearest known one is 'whole_ms'"),
        ({"patience_ms": 200}, "unknown key 'patience_ms'; the nearest"),
        ({"whole_ms": "200"}, "whole_ms '200', which is no whole number from 40 to 10000"),
        ({"whole_ms": 39}, "whole_ms 39"),
        ({"noises": True}, "noises True"),
        ({"cough_ms": 260.5}, "cough_ms 260.5"),
        ({"final_ms": 100}, "unknown key 'final_ms'"),
    ],
)
def test_what_makes_no_sense_is_told(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        TurnSettings.of(row)
