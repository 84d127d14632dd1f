"""The states of a call that we place on a clock of the test's own."""

from __future__ import annotations

import itertools

import pytest

from sip.calls.outgoing_machine import (
    TABLE,
    OutgoingAction,
    OutgoingEvent,
    OutgoingMachine,
    OutgoingState,
)
from sip.transactions.timing import Timing

PATIENCE_S = 20.0
TIMING = Timing(t1=1.0)
"""64*T1 is 64 s."""
WAITING = (OutgoingState.CALLING, OutgoingState.PROCEEDING, OutgoingState.RINGING)
ENDS = [OutgoingEvent.ANSWER, OutgoingEvent.AGAIN, OutgoingEvent.REFUSED, OutgoingEvent.FAILED]


def placed(*events: OutgoingEvent) -> OutgoingMachine:
    """The INVITE went out at 0 s; then this happened at 1 s."""
    machine = OutgoingMachine(PATIENCE_S, TIMING)
    assert machine.happened(OutgoingEvent.PLACE, 0.0) == (OutgoingAction.SEND_INVITE,)
    for event in events:
        machine.happened(event, 1.0)
    return machine


def test_no_cancel_goes_out_before_a_provisional_response() -> None:
    call = placed()
    assert call.happened(OutgoingEvent.GIVE_UP, 1.0) == (OutgoingAction.END,)
    assert call.deadline is None, "the INVITE's own timer ends it"
    assert call.happened(OutgoingEvent.TRYING, 2.0) == (OutgoingAction.SEND_CANCEL,)
    assert call.happened(OutgoingEvent.RINGING, 3.0) == (), "one CANCEL is enough"
    assert call.happened(OutgoingEvent.REFUSED, 4.0) == () and call.state is OutgoingState.OVER


@pytest.mark.parametrize("heard", [OutgoingEvent.TRYING, OutgoingEvent.RINGING])
def test_what_somebody_has_is_cancelled_at_once_and_forgotten_without_an_end(heard: OutgoingEvent) -> None:
    call = placed(heard)
    assert call.happened(OutgoingEvent.GIVE_UP, 2.0) == (OutgoingAction.END, OutgoingAction.SEND_CANCEL)
    assert call.due(65.9) == ()
    assert call.due(66.0) == (OutgoingAction.FORGET,)
    assert call.deadline is None


def test_patience_counts_from_the_invite_whatever_comes_before_the_answer() -> None:
    call = placed(OutgoingEvent.AGAIN, OutgoingEvent.TRYING, OutgoingEvent.RINGING)
    assert call.due(PATIENCE_S - 0.1) == ()
    assert call.due(PATIENCE_S) == (OutgoingAction.END, OutgoingAction.SEND_CANCEL)
    assert placed().due(PATIENCE_S) == (OutgoingAction.END,)


@pytest.mark.parametrize("heard", [(), (OutgoingEvent.TRYING,), (OutgoingEvent.RINGING,)])
def test_an_answer_that_crosses_the_cancel_is_hung_up_on(heard: tuple[OutgoingEvent, ...]) -> None:
    call = placed(*heard, OutgoingEvent.GIVE_UP)
    assert call.happened(OutgoingEvent.ANSWER, 2.0) == (OutgoingAction.DROP,)
    assert call.happened(OutgoingEvent.ANSWER, 2.1) == (OutgoingAction.DROP,), "and each fork after it"
    assert call.due(1_000.0) == ()


def test_one_fork_is_the_call_and_the_others_are_hung_up_on() -> None:
    call = placed(OutgoingEvent.RINGING)
    assert call.happened(OutgoingEvent.ANSWER, 2.0) == (OutgoingAction.ESTABLISH,)
    assert call.deadline is None
    assert call.happened(OutgoingEvent.ANSWER, 2.1) == (OutgoingAction.DROP,)
    assert call.happened(OutgoingEvent.GIVE_UP, 3.0) == (OutgoingAction.HANG_UP,)


def test_an_answer_without_audio_in_common_is_the_end() -> None:
    call = placed(OutgoingEvent.ANSWER)
    doing = call.happened(OutgoingEvent.UNACCEPTABLE, 2.0)
    assert doing == (OutgoingAction.END, OutgoingAction.DROP)
    assert call.happened(OutgoingEvent.GIVE_UP, 2.0) == ()


def test_ringing_is_told_once() -> None:
    call = placed(OutgoingEvent.TRYING)
    assert call.happened(OutgoingEvent.RINGING, 2.0) == (OutgoingAction.RANG,)
    assert call.happened(OutgoingEvent.RINGING, 3.0) == ()
    assert call.happened(OutgoingEvent.TRYING, 3.0) == ()


def test_whoever_gives_up_on_a_challenged_call_proves_nothing_more() -> None:
    for heard in ((), (OutgoingEvent.RINGING,)):
        call = placed(*heard, OutgoingEvent.GIVE_UP)
        assert call.happened(OutgoingEvent.AGAIN, 2.0) == () and call.state is OutgoingState.OVER


def test_every_state_can_be_given_up_and_every_waiting_one_ends() -> None:
    assert all((state, OutgoingEvent.GIVE_UP) in TABLE for state in OutgoingState)
    for state, event in itertools.product(WAITING, [*ENDS, OutgoingEvent.OVERDUE]):
        assert (state, event) in TABLE


def test_whoever_waits_is_told_exactly_once() -> None:
    """No way leads from an END to another one, and none past it that tells nobody."""
    told: set[OutgoingState] = set()
    for (_, _), (after, doing) in TABLE.items():
        if OutgoingAction.END in doing:
            told.add(after)
    reached = set(told)
    while more := {after for (state, _), (after, _) in TABLE.items() if state in reached} - reached:
        reached |= more
    for (state, event), (after, doing) in TABLE.items():
        assert state not in reached or OutgoingAction.END not in doing, (state, event)
        if after in reached and state not in reached:
            assert OutgoingAction.END in doing, (state, event)


def test_an_answer_to_what_was_never_sent_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        OutgoingMachine(PATIENCE_S, TIMING).happened(OutgoingEvent.ANSWER, 0.0)
