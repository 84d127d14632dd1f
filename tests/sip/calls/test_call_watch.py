"""Limits of a call and signs of life, on a clock of the test's own."""

from __future__ import annotations

import pytest

from sip.calls.call_watch import MOST_FAILURES, CallLimits, CallWatch, WatchAction, WatchState

NONE = CallLimits(0.0, 0.0, 0.0, 0.0)
TALK = CallLimits(call_s=0.0, inactive_s=0.0, keep_alive_s=60.0, silence_s=600.0)


def watch(limits: CallLimits, up_at: float | None = 0.0) -> CallWatch:
    made = CallWatch(limits, 0.0)
    if up_at is not None:
        made.begun(up_at)
    return made


def test_a_call_is_ended_so_long_after_its_invite_answered_or_not() -> None:
    for call in (watch(CallLimits(100.0, 0.0, 0.0), None), watch(CallLimits(100.0, 0.0, 0.0), 90.0)):
        assert call.deadline == 100.0
        assert call.due(99.9, 0.0) is None
        assert call.due(100.0, 0.0) is WatchAction.END_LATE


def test_without_limits_there_is_nothing_to_look_for() -> None:
    call = watch(NONE)
    call.agreed(True, 1.0)
    assert call.deadline is None and call.due(1e9, None) is None


def test_a_call_without_audio_in_any_direction_is_ended_unless_that_changes() -> None:
    call = watch(CallLimits(0.0, 50.0, 0.0))
    call.agreed(True, 10.0)
    call.agreed(True, 40.0)  # a refresh
    assert call.deadline == 60.0 and call.due(59.9, 0.0) is None
    call.agreed(False, 59.9)
    assert call.due(70.0, 0.0) is None
    call.agreed(True, 80.0)
    assert call.due(130.0, 0.0) is WatchAction.END_INACTIVE


def test_nobody_is_asked_before_the_call_is_up() -> None:
    call = watch(TALK, None)
    assert call.due(1000.0, None) is None
    call.begun(1000.0)
    call.begun(1001.0)  # the ACK of a later exchange
    assert call.deadline == 1060.0


def test_who_is_heard_is_not_asked() -> None:
    call = watch(TALK)
    assert call.deadline == 60.0
    assert call.due(60.0, 0.02) is None
    assert call.deadline == pytest.approx(119.98)
    call.heard(100.0)  # a request of theirs
    assert call.due(119.98, 60.0) is None
    assert call.deadline == 160.0


@pytest.mark.parametrize("silent_s", [None, 60.0])
def test_who_is_silent_is_asked_once_and_again_after_the_answer(silent_s: float | None) -> None:
    call = watch(TALK)
    assert call.due(60.0, silent_s) is WatchAction.ASK
    assert call.state is WatchState.ASKING
    assert call.due(70.0, silent_s) is None
    assert call.answered(200, True, 71.0)
    assert call.due(130.9, None) is None
    assert call.due(131.0, None) is WatchAction.ASK


@pytest.mark.parametrize("status", [200, 401, 404, 405, 500, 501, 503])
def test_any_answer_is_a_sign_of_life(status: int) -> None:
    call = watch(TALK)
    for now in (60.0, 120.0, 180.0, 240.0, 300.0):
        assert call.due(now, None) is WatchAction.ASK
        assert call.answered(status, True, now)


@pytest.mark.parametrize(("status", "reached"), [(481, True), (408, True), (408, False)])
def test_who_knows_nothing_of_the_call_or_does_not_answer_is_gone(status: int, reached: bool) -> None:
    call = watch(TALK)
    assert call.due(60.0, None) is WatchAction.ASK
    assert not call.answered(status, reached, 61.0)


def test_requests_that_cannot_be_sent_are_tried_again_a_few_times() -> None:
    call = watch(TALK)
    now = 0.0
    for failure in range(MOST_FAILURES + 1):
        now += 60.0
        assert call.due(now, None) is WatchAction.ASK
        assert call.answered(200, True, now) if failure == 0 else True
        if failure:
            assert call.answered(503, False, now) is (failure < MOST_FAILURES)


def test_whose_audio_stays_away_is_asked_at_once_and_ended_without_an_answer() -> None:
    call = watch(TALK)
    assert call.quiet(20.0) is WatchAction.ASK
    assert call.deadline == 25.0 and call.due(24.9, 19.9) is None
    assert call.due(25.0, 20.0) is WatchAction.END_SILENT


@pytest.mark.parametrize("status", [200, 401, 405, 501])
def test_who_answers_may_be_silent_for_much_longer_and_is_asked_now_and_then(status: int) -> None:
    call = watch(TALK)
    assert call.quiet(20.0) is WatchAction.ASK
    assert call.answered(status, True, 21.0)
    now = 21.0
    while now + 60.0 < 620.0:
        now += 60.0
        assert call.due(now, None) is WatchAction.ASK
        assert call.answered(status, True, now)
    assert call.deadline == 620.0 and call.due(620.0, 615.0) is WatchAction.END_SILENT


def test_a_request_or_audio_is_as_good_as_an_answer() -> None:
    by_request, by_audio, by_change = watch(TALK), watch(TALK), watch(TALK)
    for call in (by_request, by_audio, by_change):
        assert call.quiet(20.0) is WatchAction.ASK
    by_request.heard(22.0)
    by_change.agreed(False, 22.0)
    assert by_request.due(25.0, 20.0) is None
    assert by_audio.due(25.0, 1.0) is None
    assert by_change.due(25.0, 20.0) is None
    assert by_request.due(620.0, 615.0) is WatchAction.END_SILENT
    assert by_audio.due(700.0, 1.0) is None
    assert by_change.due(700.0, 1.0) is None


def test_a_failure_to_ask_is_no_answer() -> None:
    call = watch(TALK)
    assert call.quiet(20.0) is WatchAction.ASK
    assert call.answered(503, False, 20.1)
    assert call.due(25.0, None) is WatchAction.END_SILENT


def test_who_is_being_asked_already_is_not_asked_twice() -> None:
    call = watch(TALK)
    assert call.due(60.0, None) is WatchAction.ASK
    assert call.quiet(61.0) is None
    assert call.due(66.0, None) is WatchAction.END_SILENT


def test_where_nobody_is_to_be_asked_silence_is_the_end() -> None:
    assert watch(NONE).quiet(20.0) is WatchAction.END_SILENT
    assert watch(TALK, None).quiet(20.0) is WatchAction.END_SILENT
