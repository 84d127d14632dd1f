"""What whoever asked for a transfer is told, on a clock of the test's."""

from __future__ import annotations

import pytest

from sip.calls.refer_subscription import EXPIRES_S, ReferState, ReferSubscription


def told(subscription: ReferSubscription, *happened: int) -> list[int]:
    """What is sent, each NOTIFY being answered before the next thing happens."""
    first = subscription.accepted(0.0)
    sent = [first.status] if first is not None else []
    subscription.answered(200, 0.0)
    for status in happened:
        notice = subscription.happened(status, 1.0)
        if notice is not None:
            sent.append(notice.status)
            subscription.answered(200, 1.0)
    return sent


def test_a_transfer_is_told_from_its_beginning_to_its_end() -> None:
    subscription = ReferSubscription()
    assert told(subscription, 180, 200) == [100, 180, 200] and subscription.over


def test_the_last_notice_ends_the_subscription_and_those_before_say_how_long_it_lasts() -> None:
    subscription = ReferSubscription()
    first = subscription.accepted(10.0)
    assert first is not None and str(first.state) == f"active;expires={EXPIRES_S}"
    subscription.answered(200, 11.0)
    ringing = subscription.happened(180, 40.0)
    assert ringing is not None and str(ringing.state) == f"active;expires={EXPIRES_S - 30}"
    subscription.answered(200, 41.0)
    last = subscription.happened(486, 42.0)
    assert last is not None and str(last.state) == "terminated;reason=noresource"
    assert not subscription.running
    subscription.answered(200, 43.0)
    assert subscription.over is True and subscription.happened(200, 44.0) is None


def test_notices_never_overtake_each_other_and_only_the_latest_waits() -> None:
    subscription = ReferSubscription()
    subscription.accepted(0.0)
    assert subscription.happened(180, 0.1) is None and subscription.happened(183, 0.2) is None
    assert subscription.happened(200, 0.3) is None and subscription.happened(180, 0.4) is None
    assert subscription.running
    last = subscription.answered(200, 0.5)
    assert last is not None and last.status == 200 and last.state.over
    assert subscription.answered(200, 0.6) is None and subscription.over


@pytest.mark.parametrize("status", [481, 408, 503])
def test_whoever_takes_no_notices_gets_no_more(status: int) -> None:
    subscription = ReferSubscription()
    subscription.accepted(0.0)
    subscription.happened(180, 0.1)
    assert subscription.answered(status, 0.2) is None and subscription.over
    assert subscription.happened(200, 0.3) is None


def test_a_last_notice_that_nobody_answers_is_the_last() -> None:
    subscription = ReferSubscription()
    subscription.accepted(0.0)
    subscription.answered(200, 0.1)
    subscription.happened(200, 0.2)
    assert subscription.answered(408, 32.0) is None and subscription.over


def test_without_a_subscription_nothing_is_told_and_it_ends_with_the_transfer() -> None:
    subscription = ReferSubscription(silent=True)
    assert told(subscription, 180) == [] and subscription.running
    assert told(subscription, 200) == [] and subscription.over


def test_a_refusal_is_all_that_is_said_of_it() -> None:
    subscription = ReferSubscription()
    subscription.refused()
    assert subscription.state is ReferState.OVER
    assert subscription.accepted(0.0) is None and subscription.happened(200, 0.0) is None


def test_the_end_of_the_call_ends_what_was_waiting() -> None:
    subscription = ReferSubscription()
    subscription.accepted(0.0)
    subscription.happened(200, 0.1)
    subscription.dropped()
    assert subscription.answered(200, 0.2) is None and subscription.over


def test_who_asks_how_things_stand_is_told_and_who_wants_to_hear_no_more_is_told_that_it_will_not() -> None:
    subscription = ReferSubscription()
    assert subscription.unwanted(0.0) is None  # nobody has decided yet
    subscription = ReferSubscription()
    told(subscription, 180)
    renewed = subscription.renewed(30.0)
    assert renewed is not None and (renewed.status, renewed.state.expires) == (180, EXPIRES_S - 30)
    assert subscription.unwanted(31.0) is None  # a NOTIFY is under way
    last = subscription.answered(200, 32.0)
    assert last is not None and str(last.state) == "terminated;reason=timeout" and last.status == 180
    assert subscription.happened(200, 33.0) is None
    subscription.answered(200, 34.0)
    assert subscription.over and subscription.renewed(35.0) is None


def test_an_end_that_waits_is_told_as_such_to_who_wants_to_hear_no_more() -> None:
    subscription = ReferSubscription()
    subscription.accepted(0.0)
    assert subscription.happened(486, 1.0) is None and subscription.unwanted(2.0) is None
    last = subscription.answered(200, 3.0)
    assert last is not None and last.status == 486 and str(last.state) == "terminated;reason=noresource"
