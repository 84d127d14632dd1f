from __future__ import annotations

from mediaserver.media.leg import Digit, Ended, EndedBy, LegEvent, Termination, Why
from mediaserver.media.leg_events import MOST_EARLY, LegEvents

OVER = Termination(EndedBy.PEER, Why.HANGUP)


class Party(LegEvents):
    def __init__(self) -> None:
        super().__init__()
        self.termination: Termination | None = None

    def press(self, digit: str) -> None:
        self._deliver(Digit(digit, 0, 100))

    def leave(self) -> None:
        self.termination = OVER
        self._deliver(Ended(OVER))


def digits(told: list[LegEvent]) -> str:
    return "".join(each.digit if isinstance(each, Digit) else "." for each in told)


def test_what_happened_before_somebody_wanted_it_is_told_first_and_in_order() -> None:
    leg, told = Party(), list[LegEvent]()
    leg.press("1")
    leg.press("2")
    leg.on_event = told.append
    leg.press("3")
    assert digits(told) == "123"


def test_nothing_follows_the_end_and_the_owner_is_let_go_of() -> None:
    leg, told = Party(), list[LegEvent]()
    leg.on_event = told.append
    leg.press("1")
    leg.leave()
    leg.press("2")
    assert digits(told) == "1." and leg.on_event is None


def test_an_end_that_nobody_saw_is_told_to_who_comes_late() -> None:
    leg, told = Party(), list[LegEvent]()
    leg.press("1")
    leg.leave()
    leg.on_event = told.append
    assert digits(told) == "1." and leg.on_event is None


def test_who_hands_the_leg_on_while_it_is_told_is_told_no_more() -> None:
    leg, later = Party(), list[LegEvent]()
    leg.press("1")
    leg.press("2")

    def hand_on(event: LegEvent) -> None:
        assert digits([event]) == "1"
        leg.on_event = later.append

    leg.on_event = hand_on
    assert digits(later) == "2"


def test_a_leg_that_nobody_wants_keeps_no_more_than_so_much() -> None:
    leg, told = Party(), list[LegEvent]()
    for _ in range(MOST_EARLY):
        leg.press("1")
    leg.press("2")
    leg.on_event = told.append
    assert len(told) == MOST_EARLY and digits(told[-1:]) == "2"
