"""The wire's view of a list of legs follows what happens to them."""

from __future__ import annotations

from mediaserver.rtp.plans import Plans
from mediaserver.rtp.wire import RtpWire
from tests.loopback import own_loopback

HOST = own_loopback(87)


def test_a_plan_follows_streams_that_come_go_and_change() -> None:
    wire = RtpWire(HOST, (22_000, 22_019))
    try:
        first, second = wire.open(), wire.open()
        plans = wire.plans
        legs = [first.lane.number, second.lane.number]
        plan = plans.of(legs)
        assert plan.heard.streams == [first, second] and plan.heard.present is None
        assert plans.of(legs) is plan
        second.configure((HOST, 9), "PCMA", 8)
        assert plans.of(legs).heard.a_law == [1]
        first.close()
        assert plans.of(legs).heard.streams == [second] and plans.of(legs).heard.present == [1]
        third = wire.open()
        assert third.slot == first.slot, "its row is given out again"
        assert plans.of(legs).heard.streams == [second], "and its lane is not"
    finally:
        wire.close()


def test_lists_seen_once_do_not_pile_up() -> None:
    plans = Plans({})
    for _ in range(1_000):
        plans.of([])
    assert len(plans._known) <= 64
