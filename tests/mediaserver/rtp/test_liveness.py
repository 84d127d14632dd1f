from __future__ import annotations

import pytest

from mediaserver.rtp.liveness import Liveness, SilenceLimits

S = 1_000_000_000
LIMITS = SilenceLimits(first_s=30, talk_s=10, hold_s=120)


def stream(expecting: bool = True, limits: SilenceLimits = LIMITS) -> Liveness:
    made = Liveness(limits)
    made.negotiated(expecting, 100 * S)
    return made


@pytest.mark.parametrize(
    ("heard", "expecting", "limit"), [(None, True, 30), (101, True, 11), (None, False, 120), (90, True, 10)]
)
def test_each_kind_of_silence_has_its_limit(heard: int | None, expecting: bool, limit: int) -> None:
    live, at = stream(expecting), None if heard is None else heard * S
    assert not live.overdue(at, (100 + limit) * S - 1)
    assert live.overdue(at, (100 + limit) * S)


def test_a_limit_of_zero_is_never_over() -> None:
    for expecting in (True, False):
        live = stream(expecting, SilenceLimits(0, 0, 0))
        assert not live.overdue(None, 10**6 * S) and not live.overdue(1, 10**6 * S)


def test_after_a_hold_patience_begins_anew() -> None:
    live = stream()
    live.negotiated(False, 105 * S)
    assert not live.overdue(101 * S, 200 * S)
    live.negotiated(True, 200 * S)
    assert not live.overdue(101 * S, 209 * S)
    assert live.overdue(101 * S, 210 * S)
    assert not live.overdue(205 * S, 214 * S)
