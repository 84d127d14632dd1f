"""The switchboard with legs, phones and agents made of lists; the clock is driven by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from mediaserver.calls.digit_gate import AT_ONCE, PER_CALL, DigitGate
from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.calls.playing import Frames
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import CallError, CapacityError, NoSuchCallError, VoiceForgeError
from mediaserver.media.leg import Digit, Ended, EndedBy, Hold, LegStats, Termination, Why
from mediaserver.storage.records import (
    CallAnswered,
    CallEnded,
    CallStarted,
    EventHappened,
    LegClosed,
    LegOpened,
    RecordingMade,
)
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Asked, Line, Lines, frame


def test_the_board_is_what_the_api_asks_for(tmp_path: Path) -> None:
    board: Switchboard = Bench(tmp_path).board
    assert list(board) == []


async def test_a_caller_talks_with_an_agent_and_all_is_kept(bench: Bench) -> None:
    ann = Line("ann", 7)
    asked = await bench.dial(ann, "demo")
    await bench.ticks(5)
    (robot,) = bench.robots.made
    assert ann.steps == ["ring", "answer"] and ann.heard == [50] * 5 and robot.heard == [7] * 5
    assert asked.url == "", "only callers on this machine are told where to look"
    ann.leave()
    await bench.settle()
    await bench.recorder.close()
    assert ann.heard == [50] * 5 and robot.events == [Ended(Termination(EndedBy.PEER, Why.HANGUP))]
    (started,), (opened,) = bench.sink.of(CallStarted), bench.sink.of(LegOpened)
    assert (started.direction, started.app) == ("inbound", "demo")
    assert (opened.kind, opened.remote, opened.codec) == ("line", "ann", "L16")
    assert (opened.direction, opened.trunk, opened.number) == ("in", "", "")
    (ended,), (closed,), (made,) = (bench.sink.of(kind) for kind in (CallEnded, LegClosed, RecordingMade))
    assert (ended.ended_by, ended.why) == ("caller", "hung up")
    assert closed.stats["packets"] == 5 and made.seconds == 0.1
    assert len(bench.board) == 0 == len(bench.clock)


@pytest.mark.parametrize("way", ["in", "out"])
async def test_a_leg_by_a_trunk_says_so_with_the_number_that_is_paid_for(bench: Bench, way: str) -> None:
    class ByTrunk(Line):
        def stats(self) -> LegStats:
            detail = {"trunk": "acme"} | ({"number": "+441215550100"} if way == "out" else {})
            return LegStats(detail=detail)

    line = ByTrunk("ann")
    if way == "in":
        bench.board.invited(Asked(line, "demo"))
        await bench.settle()
    else:
        bench.board.carriers = [Lines(bob=line)]
        bench.board.place("bob", "demo")
        await bench.settle()
    (opened,) = bench.sink.of(LegOpened)
    number = "+441215550100" if way == "out" else ""
    assert (opened.direction, opened.trunk, opened.number) == (way, "acme", number)


async def test_a_caller_on_this_machine_is_told_where_to_read_along(bench: Bench) -> None:
    bench.board.transcript_url = lambda call_id: f"http://127.0.0.1:8080/{call_id}?ticket=x"
    asked = Asked(Line("ann"), "echo", "127.0.0.1")
    bench.board.invited(asked)
    await bench.settle()
    assert asked.url == f"http://127.0.0.1:8080/{bench.call.id}?ticket=x"


async def test_the_echo_gives_back_what_it_hears_and_its_digits_are_kept(bench: Bench) -> None:
    ann = Line("ann", 9)
    await bench.dial(ann, "echo")
    await bench.ticks(3)
    ann.press("4")
    assert ann.heard == [9] * 3
    assert [(e.kind, e.data["digit"]) for e in bench.sink.of(EventHappened)] == [("dtmf", "4")]


async def test_a_flood_of_keys_is_a_few_and_a_word_that_more_came(bench: Bench) -> None:
    ann = Line("ann")
    await bench.dial(ann, "echo")
    for _ in range(PER_CALL + 10):
        ann.press("4")
    kept = [event.kind for event in bench.sink.of(EventHappened)]
    assert AT_ONCE <= kept.count("dtmf") <= PER_CALL
    assert kept.count("digits_ignored") == 1


def test_keys_count_as_fast_as_anybody_presses_them() -> None:
    gate = DigitGate()
    assert sum(gate.admits(0) for _ in range(100)) == AT_ONCE and gate.closed
    assert [gate.admits(now) for now in (10, 50, 60, 100)] == [False, True, False, True]
    gate = DigitGate()
    assert sum(gate.admits(100 * n) for n in range(PER_CALL + 50)) == PER_CALL


async def test_an_agent_that_keeps_its_digits_has_them_kept_once(bench: Bench) -> None:
    ann = Line("ann")
    await bench.dial(ann, "demo")
    ann.press("4")
    assert bench.robots.made[0].events == [Digit("4", 0, 100)] and not bench.sink.of(EventHappened)


async def test_who_dials_nobody_is_told_so_and_is_no_call(bench: Bench) -> None:
    ann = Line("ann")
    await bench.dial(ann, "nobody")
    assert ann.termination == Termination(EndedBy.SERVER, Why.NOT_FOUND, 404, "nobody answers at nobody")
    assert not bench.sink.records and ann.steps == []
    assert 'voiceforge_calls_refused_total{reason="unknown"} 1.0' in bench.metrics.render().decode()


async def test_who_may_not_call_there_is_told_so_and_is_no_call(bench: Bench) -> None:
    ann = Line("ann")
    asked = Asked(ann, "demo")
    asked.reach = MayDial(("echo",))
    bench.board.invited(asked)
    await bench.settle()
    assert ann.termination is not None and ann.termination.code == 403
    assert not bench.sink.records and ann.steps == []
    assert 'voiceforge_calls_refused_total{reason="forbidden"} 1.0' in bench.metrics.render().decode()


@pytest.mark.parametrize("reach", [MayDial(("echo",)), AGENTS], ids=["list", "kind"])
async def test_what_a_caller_may_not_call_looks_like_what_does_not_exist(
    tmp_path: Path, reach: MayDial
) -> None:
    bench = Bench(tmp_path)
    answers = []
    for dialled in ("bob", "999"):
        asked = Asked(Line("ann"), dialled)
        asked.reach = reach
        bench.board.invited(asked)
        await bench.settle()
        assert (ended := asked.leg.termination) is not None
        answers.append((ended.by, ended.why, ended.code, ended.detail.replace(dialled, "N")))
    assert answers[0] == answers[1]


async def test_the_log_names_where_a_forbidden_call_came_from_and_says_it_seldom(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        asked = Asked(Line("somebody-else"), "demo", "203.0.113.9")
        asked.reach = MayDial(("echo",))
        bench.board.invited(asked)
    await bench.settle()
    (line,) = [each.getMessage() for each in caplog.records if "may not call" in each.getMessage()]
    assert "203.0.113.9" in line and "'demo'" in line and "somebody-else" not in line


async def test_one_more_call_than_there_is_room_for_is_refused_and_counted(bench: Bench) -> None:
    for n in range(3):
        await bench.dial(Line(str(n)), "echo")
    late = Line("late")
    await bench.dial(late, "echo")
    assert late.termination is not None and late.termination.code == 503
    assert 'voiceforge_calls_refused_total{reason="full"} 1.0' in bench.metrics.render().decode()
    with pytest.raises(CapacityError):
        bench.board.place("bob", "echo")


async def test_a_caller_who_has_gone_before_the_call_is_made_leaves_nothing_behind(bench: Bench) -> None:
    ann = Line("ann")
    ann.leave(Why.CANCELLED)
    await bench.dial(ann, "demo")
    assert list(bench.board) == [] and len(bench.clock) == 0
    assert [record.why for record in bench.sink.of(CallEnded)] == ["cancelled before answer"]
    await bench.board.stop("bye", 1)  # nothing is left that it could end


async def test_a_stop_before_the_caller_took_the_answer_is_no_trouble(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    class NeverAcknowledged(Line):
        gone = asyncio.Event()

        async def hangup(self, why: Termination) -> None:
            await super().hangup(why)
            self.gone.set()

        async def answer(self) -> None:
            await self.gone.wait()
            raise CallError(f"the call was over before the caller took our answer: {self.termination}", 487)

    await bench.dial(NeverAcknowledged("ann"), "demo")
    await bench.board.stop("bye", 1)
    await bench.settle()
    assert [each.getMessage() for each in caplog.records if each.levelname == "WARNING"] == []
    assert list(bench.board) == []


async def test_no_agent_is_made_for_a_call_that_is_taken_back_at_once(bench: Bench) -> None:
    line = Line("ann")
    bench.board.invited(Asked(line, "demo"))
    line.leave(Why.CANCELLED)
    await bench.settle()
    assert bench.robots.made == [] and list(bench.board) == []


async def test_an_agent_that_cannot_be_made_costs_its_call_alone(bench: Bench) -> None:
    bench.robots.trouble = VoiceForgeError("no module named x")
    ann, bob = Line("ann"), Line("bob", 3)
    await bench.dial(ann, "demo")
    bench.robots.trouble = RuntimeError("boom")
    await bench.dial(bob, "demo")
    assert ann.termination is not None and ann.termination.detail == "no module named x"
    assert bob.termination is not None and bob.termination.code == 500
    assert len(bench.sink.of(CallEnded)) == 2


async def test_an_app_that_fails_in_the_middle_ends_its_call_alone(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    await bench.dial(ann, "demo")
    await bench.dial(bob, "echo")
    bench.robots.made[0].level = 40_000  # no int16
    await bench.ticks(2)
    assert ann.termination is not None and ann.termination.why is Why.FAILED
    assert bob.termination is None and bob.heard == [2, 2]


async def test_a_phone_is_rung_and_the_two_are_joined_in_one_call(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    carrier = connected(bench, bob=bob)
    await bench.dial(ann, "bob")
    await bench.ticks(4)
    assert carrier.placed == [("bob", "sip:ann@h")]
    assert ann.heard[1:] == [2] * 3 and bob.heard == [1] * 4
    ann.press("5")
    bob.press("6")
    assert bob.digits == "5" and ann.digits == "6"
    assert len(bench.registry) == 1, "a bridged call takes one place"


async def test_who_hangs_up_a_bridged_call_is_kept_as_who_ended_it(bench: Bench) -> None:
    for leaver, by in (("ann", "caller"), ("bob", "callee")):
        lines = {"ann": Line("ann"), "bob": Line("bob")}
        connected(bench, bob=lines["bob"])
        await bench.dial(lines["ann"], "bob")
        lines[leaver].leave()
        await bench.settle()
        assert all(line.termination is not None for line in lines.values())
        ended = bench.sink.of(CallEnded)[-1]
        assert (ended.ended_by, ended.why) == (by, "hung up")
    assert len(bench.sink.of(LegClosed)) == 4 and len(bench.clock) == 0


@pytest.mark.parametrize(
    ("trouble", "why", "code"),
    [
        (CallError("busy", 486), Why.BUSY, 486),
        (CallError("the phone is not registered", 480), Why.NO_ANSWER, 480),
        (CallError("no answer came"), Why.NO_ANSWER, 480),
    ],
)
async def test_a_phone_that_does_not_answer_is_told_in_words(
    bench: Bench, trouble: CallError, why: Why, code: int
) -> None:
    ann = Line("ann")
    connected(bench, bob=trouble)
    await bench.dial(ann, "bob")
    assert ann.termination == Termination(EndedBy.NETWORK, why, code, str(trouble))
    assert "answer" not in ann.steps


async def test_a_caller_who_gives_up_cancels_the_ringing(bench: Bench) -> None:
    ann = Line("ann")
    carrier = connected(bench, bob=Line("bob"))
    carrier.answering.clear()
    await bench.dial(ann, "bob")
    ann.leave(Why.CANCELLED)
    await bench.settle()
    assert carrier.cancelled == ["bob"] and list(bench.board) == []


async def test_a_phone_that_answers_as_the_caller_gives_up_is_hung_up(bench: Bench) -> None:
    ann, bob = Line("ann"), Line("bob")
    carrier = connected(bench, bob=bob)
    carrier.answering.clear()
    await bench.dial(ann, "bob")
    carrier.answering.set()
    await asyncio.sleep(0)
    ann.leave(Why.CANCELLED)
    await bench.settle()
    assert bob.termination is not None or carrier.cancelled == ["bob"]
    assert len(bench.clock) == 0


async def test_a_listener_hears_an_agents_call_and_is_heard_by_nobody(bench: Bench) -> None:
    ann, spy = Line("ann", 1), Line("spy", 100)
    await bench.dial(ann, "demo")
    await bench.ticks(2)
    bench.board.listen(bench.call.id, spy)
    await bench.ticks(3)
    assert spy.heard == [51] * 3 and ann.heard == [50] * 5
    assert bench.robots.made[0].heard == [1] * 5
    spy.leave()
    await bench.ticks(1)
    assert ann.termination is None and ann.heard == [50] * 6


async def test_a_coach_whispers_to_one_alone(bench: Bench) -> None:
    ann, bob, coach = Line("ann", 1), Line("bob", 10), Line("coach", 100)
    connected(bench, bob=bob)
    await bench.dial(ann, "bob")
    bench.board.listen(bench.call.id, coach, {"callee": 1})
    await bench.ticks(3)
    assert bob.heard[-1] == 101 and ann.heard[-1] == 10 and coach.heard[-1] == 11
    with pytest.raises(CallError, match="no mayor in this call"):
        bench.board.listen(bench.call.id, Line("x"), {"mayor": 1})


async def test_a_listener_does_not_keep_a_call_alive(bench: Bench) -> None:
    ann, bob, spy = Line("ann"), Line("bob"), Line("spy")
    connected(bench, bob=bob)
    await bench.dial(ann, "bob")
    bench.board.listen(bench.call.id, spy)
    bob.leave()
    await bench.settle()
    assert ann.termination is not None and spy.termination is not None


async def test_an_agent_hands_its_caller_over_and_is_told_that_its_part_is_over(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    carrier = connected(bench, bob=bob)
    carrier.answering.clear()
    await bench.dial(ann, "demo")
    (robot,) = bench.robots.made
    await bench.ticks(1)
    robot.controls.transfer("bob")
    await bench.settle()
    assert isinstance(robot.events[-1], Ended), "it has said its last"
    carrier.answering.set()
    await bench.ticks(3)
    await bench.ticks(3)
    assert ann.heard[-2:] == [2, 2] and bob.heard[-2:] == [1, 1] and len(robot.events) == 1
    bob.leave()
    await bench.settle()
    assert ann.termination is not None and bench.sink.of(CallEnded)[-1].ended_by == "callee"


async def test_an_agent_that_said_its_last_and_reaches_nobody_leaves_no_dead_air(bench: Bench) -> None:
    ann = Line("ann", 1)
    connected(bench, bob=CallError("busy", 486))
    await bench.dial(ann, "demo")
    with pytest.raises(CallError, match="busy"):
        await bench.board.transfer(bench.call.id, "bob")
    await bench.ticks(2)
    assert ann.heard == [50] * 2, "what others ask for does not touch it"
    bench.robots.made[0].controls.transfer("bob")
    await bench.settle()
    event = bench.sink.of(EventHappened)[-1]
    assert event.kind == "transfer_failed" and event.data == {"to": "bob", "reason": "busy"}
    assert ann.termination == Termination(EndedBy.NETWORK, Why.BUSY, 486, "busy")


async def test_a_transfer_replaces_whom_the_caller_talked_to(bench: Bench) -> None:
    ann, bob, carl = Line("ann", 1), Line("bob", 10), Line("carl", 100)
    connected(bench, bob=bob, carl=carl)
    await bench.dial(ann, "bob")
    await bench.board.transfer(bench.call.id, "carl")
    await bench.ticks(3)
    assert bob.heard == [0] * 3, "it is out of the room at once"
    assert bob.termination is not None and bob.termination.detail == "the call was transferred"
    assert ann.heard[-1] == 100 and carl.heard[-1] == 1 and ann.termination is None


async def test_a_third_party_makes_it_a_conference_which_goes_on_without_any_but_the_first(
    bench: Bench,
) -> None:
    ann, bob, carl = Line("ann", 1), Line("bob", 10), Line("carl", 100)
    connected(bench, bob=bob, carl=carl)
    await bench.dial(ann, "bob")
    await bench.board.add(bench.call.id, "carl")
    await bench.ticks(3)
    assert (ann.heard[-1], bob.heard[-1], carl.heard[-1]) == (110, 101, 11)
    bob.leave()
    await bench.ticks(3)
    assert (ann.heard[-1], carl.heard[-1]) == (100, 1) and ann.termination is None
    carl.leave()
    await bench.settle()
    assert ann.termination is not None


async def test_a_call_is_placed_for_an_agent(bench: Bench) -> None:
    bob = Line("bob", 2)
    carrier = connected(bench, bob=bob)
    call = bench.board.place("bob", "demo", caller="+4912345")
    assert call.direction == "outbound" and call.state == "new"
    await bench.settle()
    await bench.ticks(3)
    assert carrier.placed == [("bob", "+4912345")] and bob.heard == [50] * 3
    assert len(bench.sink.of(CallAnswered)) == 1
    bob.leave()
    assert call.termination == Termination(EndedBy.CALLEE, Why.HANGUP)
    with pytest.raises(CallError, match="no agent 'mayor'"):
        bench.board.place("bob", "mayor")


async def test_a_call_that_nobody_takes_ends_in_words_and_one_can_be_given_up(bench: Bench) -> None:
    carrier = connected(bench, bob=CallError("busy", 486))
    call = bench.board.place("bob", "demo")
    await bench.settle()
    assert call.termination == Termination(EndedBy.NETWORK, Why.BUSY, 486, "busy")
    carrier.answering.clear()
    call = bench.board.place("bob", "demo")
    await bench.settle()
    assert call.state == "ringing"
    with pytest.raises(CallError, match="not answered"):
        bench.board.send_digits(call.id, "1")
    await bench.board.hang_up(call.id)
    await bench.settle()
    assert carrier.cancelled == ["bob"]
    assert call.termination == Termination(EndedBy.SERVER, Why.CANCELLED)
    bench.board.carriers = []
    call = bench.board.place("bob", "demo")
    await bench.settle()
    assert call.termination is not None and call.termination.code == 503


async def test_a_call_is_hung_up_and_asked_to_speak_and_to_press_keys(bench: Bench) -> None:
    ann = Line("ann")
    await bench.dial(ann, "demo")
    call = bench.call
    bench.board.say(call.id, "One moment.")
    bench.board.send_digits(call.id, "12#")
    assert bench.robots.made[0].said == ["One moment."] and ann.digits == "12#"
    for wrong in ("", "12a", "p"):
        with pytest.raises(CallError, match="digits are"):
            bench.board.send_digits(call.id, wrong)
    await bench.board.hang_up(call.id)
    assert call.termination == Termination(EndedBy.SERVER, Why.HANGUP)
    with pytest.raises(NoSuchCallError):
        await bench.board.hang_up(call.id)
    with pytest.raises(NoSuchCallError):
        bench.board.say(uuid4(), "x")


async def test_an_echo_cannot_be_told_what_to_say(bench: Bench) -> None:
    await bench.dial(Line("ann"), "echo")
    with pytest.raises(CallError, match="nobody in this call"):
        bench.board.say(bench.call.id, "x")


def samples(path: str) -> set[tuple[int, ...]]:
    """The different pairs of samples, caller and agent, in a recording."""
    stereo = np.frombuffer(Path(path).read_bytes()[44:], np.int16).reshape(-1, 2)
    return set(map(tuple, stereo.tolist()))


def sound(*levels: int) -> Frames:
    return np.stack([frame(level) for level in levels])


async def test_a_held_leg_hears_music_over_and_over_and_nobody_hears_it(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    connected(bench, bob=bob)
    await bench.dial(ann, "bob")
    await bench.ticks(2)
    bench.board.hold(bench.call.id, sound(30, 40))
    before = len(ann.heard)
    await bench.ticks(4)
    assert ann.heard[before:] == [30, 40, 30, 40] and bob.heard[-3:] == [0] * 3
    bench.board.resume(bench.call.id)
    await bench.ticks(3)
    assert ann.heard[-2:] == [2, 2] and bob.heard[-2:] == [1, 1]
    with pytest.raises(CallError, match="not on hold"):
        bench.board.resume(bench.call.id)


async def test_an_agent_is_told_of_the_hold_and_time_goes_on_for_it(bench: Bench) -> None:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    bench.board.hold(bench.call.id)
    bench.board.hold(bench.call.id)
    await bench.ticks(2)
    spy = Line("spy")
    bench.board.listen(bench.call.id, spy)  # a room comes to be while it is on hold
    await bench.ticks(2)
    assert ann.heard == [0] * 4 and bench.robots.made[0].heard == []
    bench.board.resume(bench.call.id)
    await bench.ticks(2)
    (robot,) = bench.robots.made
    assert robot.events == [Hold(True), Hold(False)]
    assert ann.heard[-2:] == [50, 50] and robot.heard == [1, 1] and spy.heard[-1] == 51


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (("hold", True, "resume", False), [Hold(True), Hold(False)]),
        (("hold", True, False, "resume"), [Hold(True), Hold(False)]),
        ((True, "hold", "resume", False), [Hold(True), Hold(False)]),
        ((True, "hold", False, "resume"), [Hold(True), Hold(False)]),
    ],
)
async def test_an_agent_is_on_hold_while_either_side_holds(
    bench: Bench, steps: tuple[str | bool, ...], told: list[Hold]
) -> None:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    (robot,) = bench.robots.made
    for step in steps:
        assert robot.events == told[:1] if step is not steps[0] else robot.events == []
        match step:
            case bool():
                ann.holds(step)
            case "hold":
                bench.board.hold(bench.call.id)
            case _:
                bench.board.resume(bench.call.id)
    assert robot.events == told


async def test_a_sound_is_played_to_all_but_the_agent(bench: Bench) -> None:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    bench.board.play(bench.call.id, sound(100, 200))
    await bench.ticks(4)
    assert ann.heard == [150, 250, 50, 50] and bench.robots.made[0].heard == [1] * 4
    bench.board.play(bench.call.id, sound(*[100] * 9))
    await bench.ticks(2)
    bench.board.play(bench.call.id, sound(*[200] * 9))
    await bench.ticks(2)
    bench.board.stop_playing(bench.call.id)
    await bench.ticks(1)
    assert ann.heard[4:] == [150, 150, 250, 250, 50]


async def test_the_recording_goes_on_when_others_come_in(bench: Bench, tmp_path: Path) -> None:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    await bench.ticks(2)
    bench.board.listen(bench.call.id, Line("spy", 5))
    await bench.ticks(2)
    ann.leave()
    await bench.settle()
    await bench.recorder.close()
    (made,) = bench.sink.of(RecordingMade)
    assert made.seconds == 0.08 and samples(made.path) == {(1, 50)}


async def test_what_a_placed_call_is_about_stays_with_it(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    call = bench.board.place("bob", "demo", ring_s=20, about={"name": "Ann", "bill": {"eur": 12.5}})
    await bench.settle()
    assert call.about["bill"] == {"eur": 12.5} and carrier.rang_s == [20]
    assert bench.sink.of(CallStarted)[0].about == {"name": "Ann", "bill": {"eur": 12.5}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ring_s": 0},
        {"ring_s": float("nan")},
        {"about": {"x": "y" * 10_000}},
        {"about": {"x": float("inf")}},
        {"about": {"x": 10**400}},
        {"about": {"x": object()}},
        {"about": {"x": [[[[[[[[[]]]]]]]]]}},
    ],
)
async def test_a_call_that_would_ring_for_ever_or_knows_too_much_is_not_placed(
    bench: Bench, wrong: dict[str, Any]
) -> None:
    carrier = connected(bench, bob=Line("bob"))
    with pytest.raises(CallError) as refused:
        bench.board.place("bob", "demo", **wrong)
    await bench.settle()
    assert refused.value.code == 400 and carrier.placed == [] and list(bench.board) == []


async def test_the_first_carrier_that_serves_a_target_calls_it(bench: Bench) -> None:
    phones, trunk = Lines(bob=Line("bob")), Lines(carl=Line("carl"))
    phones.everybody = trunk.everybody = False
    bench.board.carriers = [phones, trunk]
    for to in ("bob", "carl"):
        bench.board.place(to, "demo")
        await bench.settle()
    nobody = bench.board.place("ann", "demo")
    await bench.settle()
    assert [to for to, _ in phones.placed] == ["bob"] and [to for to, _ in trunk.placed] == ["carl"]
    assert nobody.termination is not None and nobody.termination.detail == "there is no way to call ann"


async def test_who_watches_hears_of_all_calls_until_the_end(bench: Bench) -> None:
    watch = bench.board.watch()
    first = asyncio.ensure_future(anext(watch))
    await bench.settle()
    await bench.dial(Line("ann"), "echo")
    assert (await first).kind == "state"
    await bench.board.close()
    assert [event.kind async for event in watch][-1:] in (["state"], ["ended"])


async def test_a_server_that_stops_takes_no_more_calls_and_returns_when_all_are_over(bench: Bench) -> None:
    await bench.dial(Line("ann"), "demo")
    await bench.board.stop("Goodbye.", 1)
    assert bench.board.draining and list(bench.board) == []
    with pytest.raises(CapacityError, match="being stopped"):
        bench.board.place("bob", "demo")


async def test_when_the_server_stops_agents_say_goodbye_and_ringing_ends(bench: Bench) -> None:
    ann, bob = Line("ann"), Line("bob")
    await bench.dial(ann, "demo")
    await bench.dial(bob, "echo")
    carrier = connected(bench)
    carrier.answering.clear()
    placed = bench.board.place("bob", "demo")
    await bench.settle()
    await bench.board.stop("Goodbye.", 1)
    await bench.settle()
    assert bench.robots.made[0].goodbyes == ["Goodbye."]
    assert {str(line.termination) for line in (ann, bob)} == {"the server was stopped by server"}
    assert placed.termination is not None and list(bench.board) == []


async def test_who_is_on_hold_when_the_server_stops_hears_the_goodbye(bench: Bench) -> None:
    ann = Line("ann")
    await bench.dial(ann, "demo")
    bench.board.hold(bench.call.id, sound(30))
    (robot,) = bench.robots.made

    async def shutdown(goodbye: str, within_s: float) -> None:
        await bench.ticks(2)

    robot.shutdown = shutdown  # type: ignore[method-assign]
    await bench.board.stop("Goodbye.", 1)
    assert ann.heard == [50, 50] and Hold(False) in robot.events


async def test_unknown_calls_are_not_there(bench: Bench) -> None:
    assert bench.board.get(UUID(int=1)) is None and not bench.board.is_live(UUID(int=1))
