"""Calls at once and a second, on a fake clock."""

from __future__ import annotations

import weakref

from sip.trunks.limits import FULL, TOO_FAST, TrunkLimits


class Came:
    """A call that came by a trunk."""

    def __init__(self, *, proven: bool = True) -> None:
        self.proven = proven
        self.termination: object | None = None


def test_a_trunk_is_full_until_a_call_is_over_and_both_directions_count() -> None:
    limits = TrunkLimits()
    assert [limits.take(2, 0, 0.0) for _ in range(3)] == ["", "", FULL]
    assert not limits.take_incoming(2, Came())
    limits.give_back()
    assert limits.take_incoming(2, Came()) and limits.calls == 2


def test_who_may_be_anybody_cannot_take_all_places() -> None:
    limits = TrunkLimits()
    forged = [Came(proven=False) for _ in range(8)]
    assert [limits.take_incoming(8, each) for each in forged] == [True] * 6 + [False] * 2
    assert limits.take_incoming(8, Came()) and limits.take(8, 0, 0.0) == ""
    forged[0].termination = "over"
    limits.give_back()
    assert limits.take_incoming(8, forged[6]) and not limits.take_incoming(8, forged[7])
    limits.give_back()
    forged[1].proven = True  # its ACK came
    assert limits.take_incoming(8, forged[7])


def test_who_came_and_went_is_not_kept() -> None:
    limits = TrunkLimits()
    came = Came(proven=False)
    assert limits.take_incoming(4, came)
    gone = weakref.ref(came)
    del came
    assert gone() is None


def test_without_limits_all_are_taken() -> None:
    limits = TrunkLimits()
    assert not any(limits.take(0, 0, 0.0) for _ in range(1000)) and limits.take_incoming(0, Came())


def test_so_many_a_second_and_a_refused_one_takes_no_place() -> None:
    limits = TrunkLimits()
    assert [limits.take(0, 2.0, 0.0) for _ in range(3)] == ["", "", TOO_FAST]
    assert limits.calls == 2
    assert limits.take(0, 2.0, 0.4) == TOO_FAST
    assert limits.take(0, 2.0, 0.5) == ""
    assert [limits.take(0, 2.0, 100.0) for _ in range(3)] == ["", "", TOO_FAST], "no more is saved up"


def test_less_than_one_a_second() -> None:
    limits = TrunkLimits()
    assert [limits.take(0, 0.5, now) for now in (0.0, 1.0, 2.0, 3.0, 4.0)] == ["", TOO_FAST, "", TOO_FAST, ""]
