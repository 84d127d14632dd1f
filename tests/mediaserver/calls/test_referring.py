"""A party has a call transferred: whoever is wanted takes its place, and the others go on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mediaserver.calls import referring, succession
from mediaserver.calls.call import CallState
from mediaserver.calls.may_dial import AGENTS, EVERYBODY, MayDial
from mediaserver.calls.protocols import Behalf
from mediaserver.calls.ringing_tone import ringing_tone
from mediaserver.errors import CallError
from mediaserver.media.leg import (
    Direction,
    Ended,
    EndedBy,
    Frame,
    Hold,
    Leg,
    MayReach,
    Termination,
    TransferAsked,
    Why,
)
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.storage.records import CallEnded, EventHappened, LegClosed, LegOpened
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Asked, Line, frame


@dataclass
class Told:
    """Implements TransferAnswer: keeps what it is told, as statuses; 202 is taken on."""

    said: list[int] = field(default_factory=list)
    why: str = ""

    def accept(self) -> None:
        if 202 not in self.said:
            self.said.append(202)

    def refuse(self, code: int, why: str) -> None:
        self.said.append(code)
        self.why = why

    def happened(self, code: int, why: str = "") -> None:
        self.said.append(code)
        self.why = why or self.why


def refers(
    line: Line, to: str, *, here: bool = True, reach: MayReach = EVERYBODY, other: Leg | None = None
) -> Told:
    """The far end of a line wants whom it talks to connected there."""
    told = Told()
    ways = (to,) if here else (f"sip:{to}",)
    address = f"{to}@h" if here else to
    deliver = line.on_event
    assert deliver is not None
    deliver(TransferAsked(address, here, ways, "sip:ref@h", reach, told, other))
    return told


async def bridged(bench: Bench) -> tuple[Line, Line]:
    """Ann called bob, who answered."""
    ann, bob = Line("ann", 1), Line("bob", 2)
    connected(bench, bob=bob, carl=Line("carl", 3))
    await bench.dial(ann, "bob")
    await bench.ticks(3)
    return ann, bob


def steps(bench: Bench) -> list[dict[str, Any]]:
    """What watchers of the call that is up hear of its transfers."""
    (call,) = bench.board
    return [event.data for event in call.history if event.kind == "transfer"]


def gone(line: Line) -> bool:
    return line.termination is not None


def phone(bench: Bench, name: str) -> Line:
    line = bench.board.carriers[0].phones[name]  # type: ignore[attr-defined]
    assert isinstance(line, Line)
    return line


async def test_a_callee_has_the_caller_connected_to_another_phone(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    carl = phone(bench, "carl")
    told = refers(bob, "carl")
    await bench.ticks(3)
    assert told.said == [202, 180, 200]
    assert steps(bench) == [{"step": "accepted", "to": "carl", "by": "callee"}]
    bob.leave()
    ann.heard.clear()
    await bench.ticks(3)
    assert ann.heard[-1] == 3 and carl.heard[-1] == 1 and not gone(ann)
    assert bench.board.carriers[0].behalf == Behalf("sip:ref@h")  # type: ignore[attr-defined]
    carl.leave()
    await bench.settle()
    assert gone(ann) and list(bench.board) == []
    assert len(bench.sink.of(LegOpened)) == len(bench.sink.of(LegClosed)) == 3


async def test_a_caller_has_the_callee_connected_to_another_phone_and_the_call_goes_on(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    carl, call = phone(bench, "carl"), bench.call
    assert refers(ann, "carl").said[0] == 202
    await bench.ticks(3)
    ann.leave()
    bob.heard.clear()
    await bench.ticks(3)
    assert bob.heard[-1] == 3 and carl.heard[-1] == 2 and call.state is CallState.ANSWERED
    carl.leave()
    await bench.settle()
    assert gone(bob) and call.termination is not None
    assert (call.termination.by, call.termination.why) == (EndedBy.CALLEE, Why.HANGUP)
    assert len(bench.sink.of(LegOpened)) == len(bench.sink.of(LegClosed)) == 3 and len(bench.clock) == 0


async def test_a_caller_that_hangs_up_at_once_leaves_the_callee_to_hear_it_ring(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    carrier = bench.board.carriers[0]
    carrier.answering.clear()  # type: ignore[attr-defined]
    refers(ann, "carl")
    await bench.settle()
    ann.leave()
    bob.heard.clear()
    await bench.ticks(4)
    assert bob.heard[1:] == [int(each[0]) for each in ringing_tone()[:3]] and not gone(bob)
    carrier.answering.set()  # type: ignore[attr-defined]
    await bench.settle()
    await bench.ticks(4)
    assert bob.heard[-1] == 3 and phone(bench, "carl").heard[-1] == 2
    await bench.board.hang_up(bench.call.id)
    await bench.settle()
    assert gone(bob) and gone(phone(bench, "carl"))
    assert list(bench.board) == [] and len(bench.clock) == 0


async def test_who_is_left_alone_by_a_transfer_that_failed_is_hung_up_with_the_reason(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    carrier = connected(bench, bob=bob, carl=CallError("busy", 486))
    await bench.dial(ann, "bob")
    carrier.answering.clear()
    refers(ann, "carl")
    await bench.settle()
    ann.leave()
    await bench.settle()
    carrier.answering.set()
    await bench.settle()
    (ended,) = bench.sink.of(CallEnded)
    assert (ended.why, ended.code) == (str(Why.BUSY), 486) and gone(bob)
    assert list(bench.board) == [] and len(bench.clock) == 0


@pytest.mark.parametrize("who", ["ann", "bob"])
async def test_a_transfer_that_fails_leaves_the_call_as_it_was(bench: Bench, who: str) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    connected(bench, bob=bob, carl=CallError("nobody answered", 408))
    await bench.dial(ann, "bob")
    told = refers({"ann": ann, "bob": bob}[who], "carl")
    await bench.ticks(3)
    assert told.said == [202, 180, 408] and ann.heard[-1] == 2 and bob.heard[-1] == 1
    (failed,) = [each for each in bench.sink.of(EventHappened) if each.kind == "transfer_failed"]
    assert failed.data["to"] == "carl"
    assert steps(bench) == [{"step": "failed", "to": "carl", "reason": "nobody answered"}]
    ann.leave()  # and its end is the call's end, as before
    await bench.settle()
    assert list(bench.board) == []


class Hasty(Line):
    """Asks for a transfer in the very packet after its ACK."""

    told: Told
    leaves = False

    async def answer(self) -> None:
        await super().answer()
        self.told = refers(self, "carl")
        if self.leaves:
            self.leave()


async def test_a_caller_may_ask_before_the_call_that_was_answered_is_connected(bench: Bench) -> None:
    connected(bench, carl=Line("carl", 3))
    ann = Hasty("ann", 1)
    await bench.dial(ann, "demo")
    await bench.ticks(3)
    assert ann.told.said == [202, 180, 200]


async def test_whoever_asks_and_hangs_up_before_the_call_is_connected_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referring, "CONNECTED_WITHIN_S", 0)
    connected(bench, carl=Line("carl", 3))
    ann = Hasty("ann", 1)
    ann.leaves = True
    await bench.dial(ann, "demo")
    await bench.ticks(3)
    assert ann.told.said == [202, 480]


async def test_an_agent_goes_on_with_whom_the_caller_had_called_and_its_time_goes_on(bench: Bench) -> None:
    carrier = connected(bench, carl=Line("carl", 3))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    await bench.ticks(5)
    (robot,) = bench.robots.made
    times: list[int] = []

    def next_frame(t: int) -> Frame:
        times.append(t)
        return frame(50)

    robot.next_frame = next_frame  # type: ignore[method-assign]
    refers(ann, "carl")
    await bench.ticks(2)
    carl = phone(bench, "carl")
    ann.leave()
    await bench.ticks(3)
    assert carl.heard[-3:] == [50] * 3 and robot.heard[-3:] == [3] * 3
    assert times == list(range(5 * FRAME_SAMPLES, 10 * FRAME_SAMPLES, FRAME_SAMPLES))
    assert not any(isinstance(event, Ended) for event in robot.events)
    live = bench.board._live[bench.call.id]
    assert live.agents_leg.written() == 10 * FRAME_SAMPLES and live.agents_leg.remote == "carl"
    carl.press("5")
    carl.leave()
    await bench.settle()
    assert isinstance(robot.events[-1], Ended) and carrier.cancelled == [] and list(bench.board) == []


async def test_an_agent_is_on_hold_while_nobody_is_there(bench: Bench) -> None:
    carrier = connected(bench, carl=Line("carl", 3))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    carrier.answering.clear()
    refers(ann, "carl")
    await bench.ticks(2)
    (robot,) = bench.robots.made
    ann.holds(True)  # as phones do before they transfer
    ann.leave()
    await bench.ticks(2)
    assert [event for event in robot.events if isinstance(event, (Hold, Ended))] == [Hold(True)]
    carrier.answering.set()
    await bench.ticks(2)
    assert [event for event in robot.events if isinstance(event, (Hold, Ended))] == [Hold(True), Hold(False)]


async def test_an_agent_whose_transfer_fails_after_the_caller_has_left_is_told_of_the_end(
    bench: Bench,
) -> None:
    carrier = connected(bench, carl=CallError("nobody", 480))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    carrier.answering.clear()
    refers(ann, "carl")
    await bench.settle()
    ann.leave()
    await bench.settle()
    carrier.answering.set()
    await bench.settle()
    assert isinstance(bench.robots.made[0].events[-1], Ended)
    assert list(bench.board) == [] and len(bench.clock) == 0


async def test_whoever_is_left_and_hangs_up_while_it_rings_takes_the_ringing_with_it(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    carrier = bench.board.carriers[0]
    carrier.answering.clear()  # type: ignore[attr-defined]
    refers(ann, "carl")
    await bench.settle()
    ann.leave()
    await bench.settle()
    bob.leave()
    await bench.settle()
    assert carrier.cancelled == ["carl"] and list(bench.board) == []  # type: ignore[attr-defined]
    assert len(bench.clock) == 0


async def test_a_callee_that_leaves_while_it_rings_lets_the_caller_hear_it(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    carrier = bench.board.carriers[0]
    carrier.answering.clear()  # type: ignore[attr-defined]
    refers(bob, "carl")
    await bench.settle()
    bob.leave()
    ann.heard.clear()
    await bench.ticks(2)
    assert ann.heard == [int(each[0]) for each in ringing_tone()[:2]]
    carrier.answering.set()  # type: ignore[attr-defined]
    await bench.settle()
    await bench.ticks(3)
    assert ann.heard[-1] == 3
    ann.leave()
    await bench.settle()
    assert list(bench.board) == []


async def test_who_does_not_hang_up_after_its_transfer_is_hung_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession, "PARTING_S", 0)
    ann, bob = await bridged(bench)
    refers(bob, "carl")
    await bench.settle()
    await bench.settle()
    assert bob.termination is not None and bob.termination.why is Why.COMPLETED and not gone(ann)


async def test_an_agent_takes_the_place_of_a_callee(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    told = refers(bob, "demo")
    await bench.ticks(3)
    assert told.said == [202, 200] and ann.heard[-1] == 50 and bench.robots.made[0].heard[-1] == 1
    bob.leave()
    await bench.ticks(1)
    ann.leave()
    await bench.settle()
    assert isinstance(bench.robots.made[0].events[-1], Ended) and list(bench.board) == []


async def test_an_agent_takes_the_place_of_a_caller(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    told = refers(ann, "demo")
    await bench.ticks(3)
    ann.leave()
    await bench.ticks(2)
    assert told.said == [202, 200] and bob.heard[-1] == 50 and bench.robots.made[0].heard[-1] == 2
    bob.leave()
    await bench.settle()
    assert isinstance(bench.robots.made[0].events[-1], Ended) and list(bench.board) == []
    assert len(bench.sink.of(LegOpened)) == len(bench.sink.of(LegClosed)) == 2


LIST = MayDial(("b*", "demo", "+49*"))


@pytest.mark.parametrize(
    ("to", "here", "reach", "code"),
    [
        ("carl", True, AGENTS, 404),
        ("carl", True, LIST, 403),
        ("nobody", True, EVERYBODY, 403),
        ("+4930", True, EVERYBODY, 403),  # no trunk, and on no list of ours
        ("eve@evil.example", False, EVERYBODY, 403),
        ("echo", True, EVERYBODY, 488),  # an agent talks to one party, and there is one
    ],
)
async def test_nobody_reaches_by_a_transfer_whom_it_may_not_reach(
    bench: Bench, to: str, here: bool, reach: MayDial, code: int
) -> None:
    carrier = connected(bench, carl=Line("carl", 3))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    told = refers(ann, to, here=here, reach=reach)
    await bench.ticks(2)
    assert told.said == [code] and told.why and carrier.placed == []
    assert ann.heard[-1] == 50 and not gone(ann)


@pytest.mark.parametrize(
    ("reach", "said"),
    [
        (EVERYBODY, [202, 180, 200]),
        (LIST, [202, 180, 200]),
        (AGENTS, [403]),
        (MayDial(("*",), out=False), [403]),
    ],
)
async def test_a_number_is_called_for_those_who_may_call_out(
    bench: Bench, reach: MayDial, said: list[int]
) -> None:
    carrier = connected(bench, **{"+4930": Line("pstn", 3)})
    bench.board.targets.trunks = lambda number: "+49" if number.startswith("+49") else None
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    told = refers(ann, "+4930", reach=reach)
    await bench.ticks(2)
    assert told.said == said and bool(carrier.placed) == (said[0] == 202)


async def test_two_transfers_at_once_are_one_too_many(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    bench.board.carriers[0].answering.clear()  # type: ignore[attr-defined]
    assert refers(bob, "carl").said == [202]
    await bench.settle()
    assert refers(ann, "carl").said == [491]
    with pytest.raises(CallError, match="already"):
        await bench.board.transfer(bench.call.id, "carl")
    assert not gone(ann)


async def test_a_call_that_is_sent_round_and_round_stays_where_it_is_in_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referring, "MOST_TRANSFERS", 3)
    ann = Line("ann", 1)
    carrier = connected(bench, bob=Line("bob", 2))
    await bench.dial(ann, "bob")
    for n in range(3):
        carrier.phones["carl"] = Line(f"carl {n}", n)
        last = bench.board._live[bench.call.id].others[-1].leg
        assert isinstance(last, Line)
        assert refers(last, "carl").said == [202]
        await bench.settle()
    last = bench.board._live[bench.call.id].others[-1].leg
    assert isinstance(last, Line)
    assert refers(last, "carl").said == [483] and not gone(ann)


async def test_hops_that_are_used_up_end_a_transfer_and_not_the_call(bench: Bench) -> None:
    connected(bench, carl=Line("carl", 3))
    ann = Line("ann", 1)
    await bench.dial(ann, "demo", hops_left=0)
    told = refers(ann, "carl")
    await bench.ticks(2)
    assert told.said == [202, 483] and ann.heard[-1] == 50


async def test_a_listener_transfers_nobody(bench: Bench) -> None:
    ann, _ = await bridged(bench)
    carl = phone(bench, "carl")
    carl.direction = Direction.OUTBOUND
    bench.board.listen(bench.call.id, carl)
    assert refers(carl, "bob").said == [403] and not gone(ann)


async def test_a_call_that_the_server_ends_lets_nobody_be_transferred(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    bench.board._live[bench.call.id].draining = True
    assert refers(bob, "carl").said == [503]


async def two_calls(bench: Bench, second: str) -> tuple[Line, Line, Line, Line]:
    """Ann called bob; the same human, as bob's second line, called somebody else."""
    ann, bob, again, carl = Line("ann", 1), Line("bob", 2), Line("bob", 2), Line("carl", 3)
    connected(bench, bob=bob, carl=carl)
    await bench.dial(ann, "bob")
    await bench.dial(again, second)
    return ann, bob, again, carl


async def test_those_whom_a_party_talks_to_in_two_calls_are_joined(bench: Bench) -> None:
    ann, bob, again, carl = await two_calls(bench, "carl")
    told = refers(bob, "carl", other=again)
    await bench.ticks(3)
    assert told.said == [202, 200] and ann.heard[-1] == 3 and carl.heard[-1] == 1
    bob.leave()
    again.leave()
    await bench.ticks(2)
    assert len(list(bench.board)) == 1 and not gone(ann) and not gone(carl)
    ann.leave()
    await bench.settle()
    assert gone(carl) and list(bench.board) == [] and len(bench.clock) == 0
    assert len(bench.sink.of(CallEnded)) == 2
    assert len(bench.sink.of(LegOpened)) == len(bench.sink.of(LegClosed)) == 5  # carl in both calls


async def test_a_caller_joins_its_two_calls(bench: Bench) -> None:
    ann, again, bob, carl = Line("ann", 1), Line("ann", 1), Line("bob", 2), Line("carl", 3)
    connected(bench, bob=bob, carl=carl)
    await bench.dial(ann, "bob")
    await bench.dial(again, "carl")
    told = refers(ann, "carl", other=again)
    await bench.ticks(3)
    assert told.said == [202, 200] and bob.heard[-1] == 3 and carl.heard[-1] == 2
    ann.leave()
    again.leave()
    await bench.ticks(1)
    assert not gone(bob) and not gone(carl) and len(list(bench.board)) == 1
    bob.leave()
    await bench.settle()
    assert gone(carl) and list(bench.board) == []


async def test_a_caller_is_joined_to_an_agent_that_a_human_asked_before(bench: Bench) -> None:
    ann, bob, again, _ = await two_calls(bench, "demo")
    told = refers(bob, "demo", other=again)
    await bench.ticks(3)
    assert told.said == [202, 200] and ann.heard[-1] == 50 and bench.robots.made[0].heard[-1] == 1
    bob.leave()
    again.leave()
    await bench.ticks(2)
    assert not gone(ann) and len(list(bench.board)) == 1
    ann.leave()
    await bench.settle()
    assert isinstance(bench.robots.made[0].events[-1], Ended) and list(bench.board) == []


async def test_an_agent_is_on_hold_with_a_caller_that_holds_whoever_joins_it(bench: Bench) -> None:
    ann, bob, again, _ = await two_calls(bench, "demo")
    ann.holds(True)
    refers(bob, "demo", other=again)
    await bench.ticks(1)
    robot = bench.robots.made[0]
    assert robot.events == [Hold(True)]
    ann.holds(False)
    assert robot.events == [Hold(True), Hold(False)]


async def test_who_holds_is_known_to_hold_in_the_call_that_it_is_joined_to(bench: Bench) -> None:
    ann, bob, again, carl = await two_calls(bench, "carl")
    ann.holds(True)
    carl.holds(True)
    refers(bob, "carl", other=again)
    await bench.ticks(1)
    held = {
        each.leg: each.far_held for live in bench.board._live.values() for each in (live.first, *live.others)
    }
    assert held[ann] and held[carl]


async def test_two_agents_are_not_joined(bench: Bench) -> None:
    ann, again = Line("ann", 1), Line("ann", 1)
    await bench.dial(ann, "demo")
    await bench.dial(again, "demo")
    assert refers(ann, "demo", other=again).said == [488]
    assert refers(ann, "demo", other=Line("gone")).said == [603]
    assert refers(ann, "demo", other=ann).said == [488]
    await bench.ticks(1)
    assert ann.heard[-1] == again.heard[-1] == 50


async def test_a_recording_goes_on_with_whoever_takes_the_callers_place(bench: Bench, tmp_path: Path) -> None:
    ann, bob = await bridged(bench)
    refers(ann, "carl")
    await bench.ticks(2)
    ann.leave()
    await bench.ticks(2)
    live = bench.board._live[bench.call.id]
    recording = live.first.recording
    assert recording is not None and live.first.leg is phone(bench, "carl")
    stopped = [recording.stopped]
    phone(bench, "carl").leave()
    await bench.settle()
    assert [*stopped, recording.stopped] == [False, True]
    assert bob.termination == Termination(EndedBy.CALLEE, Why.HANGUP)


async def takes_over(bench: Bench, line: Line, other: Leg) -> None:
    """A new call that wants the place of a leg."""
    asked = Asked(line, "whoever")
    asked.replaces = other
    bench.board.invited(asked)
    await bench.settle()


async def test_a_new_call_takes_the_place_of_a_caller_who_talks_to_an_agent(bench: Bench) -> None:
    ann, desk = Line("ann", 1), Line("desk", 4)
    await bench.dial(ann, "demo")
    await bench.ticks(2)
    await takes_over(bench, desk, ann)
    await bench.ticks(2)
    (robot,) = bench.robots.made
    assert ann.termination == succession.GAVE_ITS_PLACE and desk.steps == ["answer"]
    assert desk.heard[-1] == 50 and robot.heard[-1] == 4 and len(list(bench.board)) == 1
    desk.leave()
    await bench.settle()
    assert list(bench.board) == [] and len(bench.clock) == 0
    assert len(bench.sink.of(LegOpened)) == len(bench.sink.of(LegClosed)) == 2


async def test_a_new_call_takes_the_place_of_a_phone(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    desk = Line("desk", 4)
    await takes_over(bench, desk, bob)
    await bench.ticks(3)
    assert gone(bob) and ann.heard[-1] == 4 and desk.heard[-1] == 1
    ann.leave()
    await bench.settle()
    assert gone(desk) and list(bench.board) == []


@pytest.mark.parametrize("leaves", ["ann", "bob"])
async def test_whoever_is_replaced_may_hang_up_while_the_new_call_is_answered(
    bench: Bench, leaves: str
) -> None:
    ann, bob = await bridged(bench)
    lines = {"ann": ann, "bob": bob}
    desk, acknowledged = Line("desk", 4), asyncio.Event()

    async def answer() -> None:
        await acknowledged.wait()

    desk.answer = answer  # type: ignore[method-assign]
    await takes_over(bench, desk, lines[leaves])
    lines.pop(leaves).leave()
    await bench.ticks(1)
    (other,) = lines.values()
    assert not gone(other)
    acknowledged.set()
    await bench.settle()
    await bench.ticks(3)
    assert other.heard[-1] == 4
    await bench.board.hang_up(bench.call.id)
    await bench.settle()
    assert gone(other) and gone(desk) and list(bench.board) == [] and len(bench.clock) == 0


async def test_a_new_call_that_is_not_acknowledged_changes_nothing(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    desk = Line("desk", 4)
    desk.leave()
    await takes_over(bench, desk, bob)
    await bench.ticks(3)
    assert ann.heard[-1] == 2 and bob.heard[-1] == 1


async def test_nobody_takes_a_place_in_a_call_that_is_over_or_the_place_of_a_listener(bench: Bench) -> None:
    ann, _ = await bridged(bench)
    carl, first, second = phone(bench, "carl"), Line("first"), Line("second")
    bench.board.listen(bench.call.id, carl)
    await takes_over(bench, first, carl)
    await takes_over(bench, second, Line("gone"))
    assert first.termination is not None and first.termination.code == 403
    assert second.termination is not None and second.termination.code == 603
    assert not gone(carl) and not gone(ann)


async def test_whoever_is_left_when_the_new_call_comes_to_nothing_is_hung_up(bench: Bench) -> None:
    ann, bob = await bridged(bench)
    desk, acknowledged = Line("desk", 4), asyncio.Event()

    async def answer() -> None:
        await acknowledged.wait()
        raise CallError("no ACK arrived")

    desk.answer = answer  # type: ignore[method-assign]
    await takes_over(bench, desk, bob)
    bob.leave()
    await bench.settle()
    acknowledged.set()
    await bench.settle()
    assert gone(ann) and gone(desk) and list(bench.board) == []
