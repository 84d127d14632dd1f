"""A flood that does not flood, and a setting that is not there: an attack of nothing must not be held."""

from __future__ import annotations

import pytest

from tests.attack.__main__ import summary
from tests.attack.flooding import Flood
from tests.attack.target import HERE, Target


def test_a_flood_that_cannot_begin_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="did not begin"):
        Flood("nonsense", ("127.0.0.1", 9), 10, 0.1)


def test_a_flood_that_dies_is_an_error() -> None:
    with Flood("malformed", ("127.0.0.1", 9), 10, 60.0) as flood:
        flood.kill()
        with pytest.raises(RuntimeError, match="before its time"):
            flood.wait()


def test_what_was_sent_is_told() -> None:
    with Flood("malformed", ("127.0.0.1", 9), 500, 0.1) as flood:
        assert flood.wait() == 50


def test_a_setting_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"sip\.no_such_thing"):
        Target(HERE, {"sip": {"no_such_thing": 1}})


def test_what_was_left_out_is_not_passed_over() -> None:
    assert summary(2, [], ["real_nat"]).endswith(
        "2 of 2 held; 1 left out, which says nothing of them: real_nat"
    )
    assert summary(2, ["bad"], []).endswith("1 of 2 held; not: bad")
