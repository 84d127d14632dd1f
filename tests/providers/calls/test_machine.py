"""The life of a provider's call, whatever comes in whichever order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from providers.call_state import CallState
from providers.calls.machine import INSISTED, LIMITS_S, TABLE, CallMachine, Do, Event, Phase

ENDS = [state for state in CallState if state.over]
CHAIN = [CallState.QUEUED, CallState.INITIATED, CallState.RINGING, CallState.IN_PROGRESS]


@given(
    begin=st.sampled_from([Phase.OFFERED, Phase.ORDERED]),
    end=st.sampled_from(ENDS),
    doubled=st.lists(st.integers(1, 3), min_size=5, max_size=5),
    seed=st.integers(0, 10**6),
)
def test_reports_in_any_order_and_doubled_end_in_the_same_state(
    begin: Phase, end: CallState, doubled: list[int], seed: int
) -> None:
    told = [state for state, times in zip([*CHAIN, end], doubled, strict=True) for _ in range(times)]
    random.Random(seed).shuffle(told)
    machine = CallMachine(begin)
    done = [do for state in told for do in machine.reported(state)]
    assert (machine.state, machine.phase) == (end, Phase.OVER)
    assert done.count(Do.SETTLE) == 1 and done.count(Do.END_LEG) == 1
    assert Do.HANG_UP not in done, "the provider has said that it is over"
    assert done.count(Do.RING) <= 1


@given(
    begin=st.sampled_from([Phase.OFFERED, Phase.ORDERED]),
    events=st.lists(st.sampled_from([*Event]) | st.sampled_from([*CallState]), max_size=40),
)
def test_whatever_happens_it_settles_once_and_never_comes_back(
    begin: Phase, events: list[Event | CallState]
) -> None:
    machine, settled = CallMachine(begin), 0
    for event in events:
        was_over = machine.phase is Phase.OVER
        state_was_over = machine.state.over
        before = machine.state
        done = machine.reported(event) if isinstance(event, CallState) else machine.happened(event)
        settled += done.count(Do.SETTLE)
        assert not (was_over and (done or machine.phase is not Phase.OVER))
        assert not (state_was_over and machine.state is not before), "an end that was told stays"
    assert settled == (machine.phase is Phase.OVER)


@given(
    begin=st.sampled_from([Phase.OFFERED, Phase.ORDERED]),
    events=st.lists(st.sampled_from([*Event]), max_size=30),
)
def test_nothing_is_in_progress_for_ever(begin: Phase, events: list[Event]) -> None:
    """Once our leg is over, time alone ends the call: nobody has to say anything more."""
    machine = CallMachine(begin)
    for event in events:
        machine.happened(event)
    machine.happened(Event.LEFT)
    for _ in range(INSISTED + 2):
        if machine.phase is not Phase.OVER:
            assert machine.phase in LIMITS_S
            machine.happened(Event.LATE)
    assert machine.phase is Phase.OVER


def test_each_phase_but_those_that_others_watch_has_a_limit_or_a_leg() -> None:
    """A phase without a limit is one with a leg that somebody can hang up, or that its caller's time-out
    ends."""
    for phase in Phase:
        ends = {event for (at, event) in TABLE if at is phase}
        if phase is not Phase.OVER:
            assert Event.ENDED in ends
            assert phase in LIMITS_S or Event.LEFT in ends, phase
            assert phase not in LIMITS_S or Event.LATE in ends, phase


def test_a_call_that_is_over_before_we_hear_that_it_rang_never_rings() -> None:
    machine = CallMachine(Phase.ORDERED)
    machine.reported(CallState.BUSY)
    assert machine.reported(CallState.RINGING) == ()


def test_an_answer_that_is_told_before_the_ringing_is_one() -> None:
    machine = CallMachine(Phase.ORDERED)
    machine.reported(CallState.IN_PROGRESS)
    assert machine.phase is Phase.CONNECTING
    assert machine.reported(CallState.RINGING) == () and machine.state is CallState.IN_PROGRESS
