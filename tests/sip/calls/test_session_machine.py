"""The states of a call on a clock of the test's own."""

from __future__ import annotations

import pytest

from sip.calls.session_machine import (
    BLOCKED_S,
    CHANGES,
    TABLE,
    Change,
    ChangeEvent,
    SessionAction,
    SessionEvent,
    SessionMachine,
    SessionState,
)
from sip.transactions.timing import Timing

TIMING = Timing(t1=1.0, t2=4.0)
"""64*T1 is 64 s."""


def machine(state: SessionState) -> SessionMachine:
    return SessionMachine(state, TIMING)


def answered() -> SessionMachine:
    """At 0 s we sent a 200 to the first INVITE."""
    made = machine(SessionState.OFFERED)
    assert made.happened(SessionEvent.ANSWER, 0.0) == ()
    return made


def test_a_200_is_repeated_at_doubling_intervals_until_its_ack() -> None:
    call = answered()
    repeats = []
    now = 0.0
    while now < 20.0:
        assert call.deadline is not None
        now = call.deadline
        assert call.due(now) == (SessionAction.REPEAT_OK,)
        repeats.append(now)
    assert repeats == [1, 3, 7, 11, 15, 19, 23]
    assert call.happened(SessionEvent.ACK, now) == ()
    assert call.state is SessionState.UP and call.deadline is None
    assert call.due(now + 100) == ()


def test_a_call_without_an_ack_is_ended_after_64_t1() -> None:
    call = answered()
    assert call.due(64.0) == (SessionAction.SEND_BYE, SessionAction.END)
    assert call.over and call.deadline is None


def test_a_hangup_before_the_ack_ends_the_leg_at_once_and_the_dialog_with_the_ack() -> None:
    call = answered()
    assert call.happened(SessionEvent.HANGUP, 0.5) == (SessionAction.END,)
    assert call.due(1.0) == (SessionAction.REPEAT_OK,)
    assert call.happened(SessionEvent.ACK, 1.2) == (SessionAction.SEND_BYE,)
    assert call.happened(SessionEvent.BYE, 1.3) == (SessionAction.LEAVE,), "theirs crossed ours"


def test_a_hangup_whose_ack_never_comes_says_bye_all_the_same() -> None:
    call = answered()
    call.happened(SessionEvent.HANGUP, 0.5)
    assert call.due(64.0) == (SessionAction.SEND_BYE,)


@pytest.mark.parametrize("event", [SessionEvent.HANGUP, SessionEvent.CANCEL, SessionEvent.BYE])
def test_an_unanswered_invite_is_refused_whoever_gives_up(event: SessionEvent) -> None:
    assert SessionAction.REFUSE in machine(SessionState.OFFERED).happened(event, 0.0)


def test_a_cancel_after_the_answer_changes_nothing() -> None:
    call = answered()
    assert call.happened(SessionEvent.CANCEL, 0.1) == () and call.up


def test_no_call_ends_twice() -> None:
    """From every state, whatever follows the first end brings no second one."""
    for (state, event), (after, doing) in TABLE.items():
        if SessionAction.END in doing:
            assert after in (SessionState.LEAVING, SessionState.OVER), (state, event)
    for (state, _), (_, doing) in TABLE.items():
        if state in (SessionState.LEAVING, SessionState.OVER):
            assert SessionAction.END not in doing and SessionAction.REFUSE not in doing


def test_every_hangup_is_foreseen() -> None:
    for state in SessionState:
        assert (state, SessionEvent.HANGUP) in TABLE and (state, SessionEvent.FAILED) in TABLE


def test_an_answer_after_the_end_is_a_fault_of_ours() -> None:
    call = machine(SessionState.OFFERED)
    call.happened(SessionEvent.CANCEL, 0.0)
    with pytest.raises(KeyError):
        call.happened(SessionEvent.ANSWER, 0.1)


def test_a_change_that_would_collide_is_tried_again_and_dropped_with_the_call() -> None:
    call = answered()
    call.changed(ChangeEvent.WANTED, 0.2)
    call.changed(ChangeEvent.BLOCKED, 0.2, BLOCKED_S)
    assert call.due(0.2) == ()
    assert call.due(0.2 + BLOCKED_S) == (SessionAction.TRY_CHANGE,)
    call.changed(ChangeEvent.BLOCKED, 0.3, BLOCKED_S)
    assert call.happened(SessionEvent.HANGUP, 0.35) == (SessionAction.DROP_CHANGE, SessionAction.END)
    assert call.change is Change.NONE
    assert SessionAction.TRY_CHANGE not in call.due(10.0)


def test_glare_waits_and_a_settled_change_makes_room_for_the_next() -> None:
    call = machine(SessionState.CALLING)
    call.happened(SessionEvent.ANSWERED, 0.0)
    call.changed(ChangeEvent.WANTED, 1.0)
    call.changed(ChangeEvent.SENT, 1.0)
    assert call.asking and call.deadline == 65.0
    call.changed(ChangeEvent.AGAIN, 1.5, 2.1)
    assert call.deadline == pytest.approx(3.6)
    assert call.due(3.6) == (SessionAction.TRY_CHANGE,)
    call.changed(ChangeEvent.SENT, 3.6)
    call.changed(ChangeEvent.SETTLED, 3.7)
    call.changed(ChangeEvent.WANTED, 3.8)
    with pytest.raises(KeyError):
        call.changed(ChangeEvent.WANTED, 3.9)


def test_a_change_without_an_answer_is_cancelled_and_then_given_up() -> None:
    call = machine(SessionState.CALLING)
    call.happened(SessionEvent.ANSWERED, 0.0)
    call.changed(ChangeEvent.WANTED, 1.0)
    call.changed(ChangeEvent.SENT, 1.0)
    call.changed(ChangeEvent.PROVISIONAL, 2.0)
    assert call.due(64.9) == ()
    assert call.due(65.0) == (SessionAction.CANCEL_CHANGE,)
    assert call.asking and call.due(128.9) == ()
    assert call.due(129.0) == (SessionAction.GIVE_UP_CHANGE,)
    call.changed(ChangeEvent.SETTLED, 129.0)
    assert call.deadline is None


def test_a_change_that_nobody_has_heard_of_is_not_cancelled_and_given_up_all_the_same() -> None:
    call = machine(SessionState.CALLING)
    call.happened(SessionEvent.ANSWERED, 0.0)
    call.changed(ChangeEvent.WANTED, 1.0)
    call.changed(ChangeEvent.SENT, 1.0)
    assert call.due(65.0) == () and call.asking
    assert call.due(129.0) == (SessionAction.GIVE_UP_CHANGE,)


def test_what_fails_before_its_answer_is_refused_all_the_same() -> None:
    """Its transaction would wait for an answer for ever."""
    for event in SessionEvent:
        step = TABLE.get((SessionState.OFFERED, event))
        assert step is None or event is SessionEvent.ANSWER or SessionAction.REFUSE in step[1]


def test_every_change_can_be_settled() -> None:
    under_way = set(Change) - {Change.NONE}
    assert all(CHANGES[change, ChangeEvent.SETTLED] is Change.NONE for change in under_way)


def test_hold_is_told_when_it_begins_and_when_it_ends_and_only_then() -> None:
    call = answered()
    told = [call.agreed(held) for held in (False, True, True, False, False)]
    assert told == [(), (SessionAction.SAY_HELD,), (), (SessionAction.SAY_RESUMED,), ()]
