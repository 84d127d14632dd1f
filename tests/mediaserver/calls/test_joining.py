"""Everything may end while a phone rings for a call; no leg stays up that nobody talks to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from mediaserver.calls import live, waiting
from mediaserver.calls.may_dial import EVERYBODY, MayDial
from mediaserver.calls.ringing_tone import ringing_tone
from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import Direction, Ended, EndedBy, Termination, Why
from mediaserver.media.time import SAMPLE_RATE
from mediaserver.storage.records import CallEnded, EventHappened, LegClosed, LegOpened, RecordingMade
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Asked, Line, Lines, frame


class Gone(Line):
    """A phone that hangs up as soon as it has answered."""

    def __init__(self, name: str) -> None:
        super().__init__(name, direction=Direction.OUTBOUND)
        self.leave()


async def asked(bench: Bench, work: Any) -> asyncio.Task[None]:
    """Something that rings, begun."""
    task = asyncio.create_task(work)
    await bench.settle()
    return task


async def with_agent(bench: Bench) -> tuple[Line, UUID]:
    ann = Line("ann", 1)
    await bench.dial(ann, "demo")
    return ann, bench.call.id


async def test_a_transfer_to_a_phone_that_hangs_up_at_once_leaves_the_caller_with_the_agent(
    bench: Bench,
) -> None:
    connected(bench, bob=Gone("bob"))
    ann, call_id = await with_agent(bench)
    with pytest.raises(CallError, match="hung up at once"):
        await bench.board.transfer(call_id, "bob")
    await bench.ticks(3)
    assert ann.heard == [50] * 3 and bench.robots.made[0].events == []
    assert len(bench.sink.of(LegOpened)) == 2 and len(bench.sink.of(LegClosed)) == 1


async def test_a_bridge_to_a_phone_that_hangs_up_at_once_is_not_answered(bench: Bench) -> None:
    connected(bench, bob=Gone("bob"))
    ann = Line("ann")
    await bench.dial(ann, "bob")
    assert "answer" not in ann.steps and ann.termination is not None
    assert (ann.termination.by, ann.termination.why) == (EndedBy.CALLEE, Why.HANGUP)
    assert list(bench.board) == [] and len(bench.clock) == 0


@pytest.mark.parametrize("ask", ["transfer", "add", "monitor"])
async def test_a_caller_who_goes_while_it_rings_leaves_no_leg(bench: Bench, ask: str) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann, call_id = await with_agent(bench)
    carrier.answering.clear()
    task = await asked(bench, getattr(bench.board, ask)(call_id, "bob"))
    ann.leave()
    await bench.settle()
    assert carrier.cancelled == ["bob"] and list(bench.board) == []
    with pytest.raises(CallError, match="ended meanwhile"):
        await task


@pytest.mark.parametrize("steps", range(5))
@pytest.mark.parametrize("ask", ["transfer", "add", "monitor"])
async def test_a_phone_that_answers_as_the_caller_goes_is_hung_up(bench: Bench, ask: str, steps: int) -> None:
    bob = Line("bob")
    carrier = connected(bench, bob=bob)
    ann, call_id = await with_agent(bench)
    carrier.answering.clear()
    task = await asked(bench, getattr(bench.board, ask)(call_id, "bob"))
    carrier.answering.set()
    for _ in range(steps):  # it is answered, and some know it already
        await asyncio.sleep(0)
    ann.leave()
    await asyncio.gather(task, return_exceptions=True)
    await bench.settle()
    assert bob.termination is not None or carrier.cancelled == ["bob"]
    assert len(bench.clock) == 0 and list(bench.board) == []


async def test_an_asker_who_stops_waiting_as_it_is_answered_leaves_no_leg(bench: Bench) -> None:
    for steps in range(1, 6):
        bob = Line("bob")
        carrier = connected(bench, bob=bob)
        ann, call_id = await with_agent(bench)
        carrier.answering.clear()
        task = await asked(bench, bench.board.transfer(call_id, "bob"))
        carrier.answering.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await bench.settle()
        joined = bench.board.parties(call_id)
        assert any(party["remote"] == "bob" for party in joined) or (
            bob.termination is not None or carrier.cancelled == ["bob"]
        )
        ann.leave()
        await bench.settle()


async def test_the_api_hangs_up_while_a_transfer_rings(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann, call_id = await with_agent(bench)
    carrier.answering.clear()
    task = await asked(bench, bench.board.transfer(call_id, "bob"))
    await bench.board.hang_up(call_id)
    with pytest.raises(CallError):
        await task
    assert carrier.cancelled == ["bob"] and ann.termination is not None


async def test_the_api_hangs_up_a_bridge_that_rings(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    carrier.answering.clear()
    ann = Line("ann")
    await bench.dial(ann, "bob")
    await bench.board.hang_up(bench.call.id)
    await bench.settle()
    assert carrier.cancelled == ["bob"] and list(bench.board) == []
    assert [record.why for record in bench.sink.of(CallEnded)] == ["hung up"]


async def test_a_placed_call_given_up_before_it_could_begin_is_over(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    call = bench.board.place("bob", "demo")
    await bench.board.hang_up(call.id)
    await bench.settle()
    assert call.termination == Termination(EndedBy.SERVER, Why.CANCELLED)
    assert carrier.placed == [] and list(bench.board) == []


async def test_a_second_transfer_while_one_rings_is_refused(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob", 2), carl=Line("carl", 3))
    ann, call_id = await with_agent(bench)
    carrier.answering.clear()
    first = await asked(bench, bench.board.transfer(call_id, "bob"))
    with pytest.raises(CallError, match="being transferred already"):
        await bench.board.transfer(call_id, "carl")
    carrier.answering.set()
    await first
    await bench.ticks(3)
    assert ann.heard[-1] == 2 and [to for to, _ in carrier.placed] == ["bob"]
    await bench.board.transfer(call_id, "carl")
    await bench.ticks(3)
    assert ann.heard[-1] == 3


async def test_a_party_that_leaves_while_its_successor_rings_leaves_the_caller_waiting(bench: Bench) -> None:
    ann, bob, carl = Line("ann", 1), Line("bob", 2), Line("carl", 3)
    carrier = connected(bench, bob=bob, carl=carl)
    await bench.dial(ann, "bob")
    carrier.answering.clear()
    task = await asked(bench, bench.board.transfer(bench.call.id, "carl"))
    bob.leave()
    await bench.settle()
    assert ann.termination is None
    carrier.answering.set()
    await task
    await bench.ticks(3)
    assert ann.heard[-1] == 3 and carl.heard[-1] == 1


async def test_who_waits_for_a_successor_that_does_not_answer_is_hung_up(bench: Bench) -> None:
    ann, bob = Line("ann"), Line("bob")
    carrier = connected(bench, bob=bob, carl=CallError("busy", 486))
    await bench.dial(ann, "bob")
    carrier.answering.clear()
    task = await asked(bench, bench.board.transfer(bench.call.id, "carl"))
    bob.leave()
    await bench.settle()
    carrier.answering.set()
    with pytest.raises(CallError, match="busy"):
        await task
    await bench.settle()
    assert ann.termination is not None and ann.termination.why is Why.BUSY


async def test_a_listener_that_rings_does_not_keep_a_call_alive(bench: Bench) -> None:
    ann, bob, spy = Line("ann"), Line("bob"), Line("carl")
    carrier = connected(bench, bob=bob, carl=spy)
    await bench.dial(ann, "bob")
    carrier.answering.clear()
    task = await asked(bench, bench.board.monitor(bench.call.id, "carl"))
    bob.leave()
    await bench.settle()
    assert ann.termination is not None and carrier.cancelled == ["carl"]
    with pytest.raises(CallError):
        await task


async def test_a_coach_whose_pupil_has_left_meanwhile_is_hung_up(bench: Bench) -> None:
    ann, bob, carl, coach = Line("ann"), Line("bob"), Line("carl"), Line("ann 2")
    carrier = connected(bench, bob=bob, carl=carl, ann=coach)
    await bench.dial(ann, "bob")
    await bench.board.add(bench.call.id, "carl")
    carrier.answering.clear()
    task = await asked(bench, bench.board.monitor(bench.call.id, "ann", {"carl": 1.0}))
    carl.leave()
    carrier.answering.set()
    with pytest.raises(CallError, match="no carl"):
        await task
    await bench.settle()
    assert coach.termination is not None and ann.termination is None


async def test_a_transfer_ends_a_hold(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    connected(bench, bob=bob)
    await bench.dial(ann, "demo")
    bench.board.hold(bench.call.id)
    await bench.board.transfer(bench.call.id, "bob")
    await bench.ticks(3)
    assert ann.heard[-1] == 2 and bob.heard[-1] == 1
    with pytest.raises(CallError, match="not on hold"):
        bench.board.resume(bench.call.id)


async def test_the_last_seat_is_given_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_PARTIES", 2)
    carrier = connected(bench, bob=Line("bob"), carl=Line("carl"))
    _, call_id = await with_agent(bench)
    carrier.answering.clear()
    first = await asked(bench, bench.board.add(call_id, "bob"))
    with pytest.raises(CapacityError, match="2 parties"):
        await bench.board.add(call_id, "carl")
    carrier.answering.set()
    await first
    with pytest.raises(CapacityError):
        bench.board.listen(call_id, Line("spy"))
    assert [to for to, _ in carrier.placed] == ["bob"]


async def test_a_server_that_stops_calls_nobody_any_more(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann, call_id = await with_agent(bench)
    (robot,) = bench.robots.made
    carrier.answering.clear()
    task = await asked(bench, bench.board.transfer(call_id, "bob"))
    rung_in_goodbye: list[Exception] = []

    async def shutdown(goodbye: str, within_s: float) -> None:
        carrier.answering.set()
        await bench.settle()
        try:
            await bench.board.transfer(call_id, "bob")
        except CapacityError as error:
            rung_in_goodbye.append(error)

    robot.shutdown = shutdown  # type: ignore[method-assign]
    await bench.board.stop("Goodbye.", 1)
    with pytest.raises(CallError):
        await task
    assert carrier.cancelled == ["bob"] and len(rung_in_goodbye) == 1
    assert ann.termination is not None and ann.termination.why is Why.SHUTDOWN
    assert robot.events[-1] == Ended(ann.termination)


async def test_a_full_carrier_leaves_the_caller_with_the_agent(bench: Bench) -> None:
    connected(bench, bob=CapacityError("all RTP ports are taken"))
    ann, call_id = await with_agent(bench)
    with pytest.raises(CapacityError):
        await bench.board.transfer(call_id, "bob")
    await bench.ticks(2)
    assert ann.termination is None and ann.heard == [50] * 2


async def test_an_agent_may_not_be_talked_into_calling_anybody(bench: Bench) -> None:
    carrier = connected(bench)
    ann, _ = await with_agent(bench)
    bench.robots.made[0].controls.transfer("+19005550100")
    await bench.settle()
    assert carrier.placed == [] and ann.termination is not None and ann.termination.code == 403
    with pytest.raises(CallError, match="not allowed"):
        bench.board.place("sip:x@evil.example", "demo")
    assert list(bench.board) == []


async def test_a_second_transfer_of_an_agent_does_not_end_the_first(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob", 2))
    ann, _ = await with_agent(bench)
    carrier.answering.clear()
    for _ in range(2):
        bench.robots.made[0].controls.transfer("bob")
        await bench.settle()
    carrier.answering.set()
    await bench.settle()
    await bench.ticks(3)
    assert ann.heard[-1] == 2


async def test_who_came_in_while_an_agents_transfer_rang_stays_when_it_fails(bench: Bench) -> None:
    ann, carl = Line("ann", 1), Line("carl", 3)
    carrier = connected(bench, bob=CallError("busy", 486), carl=carl)
    await bench.dial(ann, "demo")
    carrier.answering.clear()
    bench.robots.made[0].controls.transfer("bob")
    await bench.settle()
    spare = Lines(carl=carl)
    bench.board.carriers = [spare]
    await bench.board.add(bench.call.id, "carl")
    carrier.answering.set()
    await bench.ticks(3)
    assert ann.heard[-1] == 3 and carl.heard[-1] == 1
    assert ann.termination is None and carl.termination is None
    carl.leave()
    await bench.settle()
    assert ann.termination is not None, "nobody is left"


async def test_an_agent_that_said_its_last_leaves_those_who_talk(bench: Bench) -> None:
    ann, bob = Line("ann", 1), Line("bob", 2)
    connected(bench, bob=bob)
    await bench.dial(ann, "demo")
    await bench.board.add(bench.call.id, "bob")
    (robot,) = bench.robots.made
    robot.controls.hang_up(Termination(EndedBy.AGENT, Why.COMPLETED))
    await bench.settle()
    await bench.ticks(3)
    assert isinstance(robot.events[-1], Ended) and ann.heard[-1] == 2 and bob.heard[-1] == 1
    bob.leave()
    await bench.settle()
    assert ann.termination is not None


async def test_an_agents_transfer_that_a_stopping_server_gives_up_is_no_missing_answer(bench: Bench) -> None:
    carrier = connected(bench, bob=Line("bob"))
    ann, _ = await with_agent(bench)
    carrier.answering.clear()
    bench.robots.made[0].controls.transfer("bob")
    await bench.settle()
    await bench.board.stop("Goodbye.", 1)
    await bench.settle()
    assert ann.termination == Termination(EndedBy.SERVER, Why.SHUTDOWN)


def test_the_ringing_tone_is_a_second_of_425_hz_and_a_pause_of_four() -> None:
    tone = ringing_tone().reshape(-1).astype(np.float64)
    assert len(tone) == 5 * SAMPLE_RATE and not tone[SAMPLE_RATE:].any()
    assert int(np.abs(np.fft.rfft(tone[:SAMPLE_RATE])).argmax()) == 425


async def test_who_has_nobody_to_talk_to_hears_that_it_rings_and_its_keys_are_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "ringing_tone", lambda: np.stack([frame(20), frame(0)]))
    ann, carl = Line("ann", 1), Line("carl", 3)
    carrier = connected(bench, bob=Line("bob", 2), carl=carl)
    await bench.dial(ann, "demo")
    await bench.ticks(2)
    carrier.answering.clear()
    bench.robots.made[0].controls.transfer("bob")
    await bench.settle()
    await bench.ticks(4)
    assert ann.heard == [50, 50, 20, 0, 20, 0]
    ann.press("7")
    events = bench.sink.of(EventHappened)
    assert [e.kind for e in events] == ["transfer_begun", "transfer_ringing", "dtmf"]
    assert events[-1].data["digit"] == "7"
    carrier.answering.set()
    await bench.settle()
    await bench.ticks(3)
    assert ann.heard[-1] == 2
    assert [party["name"] for party in bench.board.parties(bench.call.id)] == ["caller", "callee"]
    carrier.answering.clear()
    adding = await asked(bench, bench.board.add(bench.call.id, "carl"))
    await bench.ticks(3)
    assert ann.heard[-3:] == [2, 2, 2], "who talks hears no ringing"
    carrier.answering.set()
    await adding


@pytest.mark.parametrize("moment", ["end", "hand over"])
async def test_an_agent_that_fails_at_its_end_does_not_keep_the_call(bench: Bench, moment: str) -> None:
    connected(bench, bob=Line("bob", 2))
    ann, call_id = await with_agent(bench)
    (robot,) = bench.robots.made

    def fail(event: object) -> None:
        raise RuntimeError("boom")

    await bench.ticks(2)
    robot.on_event = fail  # type: ignore[method-assign]
    if moment == "end":
        ann.leave()
    else:
        await bench.board.transfer(call_id, "bob")
    await bench.settle()
    assert ann.termination is not None and list(bench.board) == [] and len(bench.clock) == 0
    assert len(bench.sink.of(CallEnded)) == 1 and bench.clock.app_errors == 1
    async with asyncio.timeout(5):  # the recording is whole before the server ends
        while not bench.sink.of(RecordingMade):
            await bench.settle()
    assert [made.seconds for made in bench.sink.of(RecordingMade)] == [0.04]


async def test_two_parties_of_one_name_have_names_of_their_own(bench: Bench) -> None:
    spies = Line("spy", 5), Line("other spy", 7)
    ann, call_id = await with_agent(bench)
    for spy in spies:
        bench.board.listen(call_id, spy)
    names = [party["name"] for party in bench.board.parties(call_id)]
    assert names == ["caller", "agent", "listener", "listener 2"]
    bench.board.set_gain(call_id, "caller", "listener 2", 1.0)
    await bench.ticks(3)
    assert ann.heard[-1] == 57


def last_samples(path: str) -> list[int]:
    """Of a recording: caller and agent."""
    return [int(sample) for sample in np.frombuffer(Path(path).read_bytes()[-4:], np.int16)]


async def test_a_call_of_three_is_recorded_the_first_against_all_others(bench: Bench) -> None:
    ann, bob, carl = Line("ann", 1), Line("bob", 10), Line("carl", 100)
    connected(bench, bob=bob, carl=carl)
    await bench.dial(ann, "bob")
    await bench.board.add(bench.call.id, "carl")
    bench.board.listen(bench.call.id, Line("spy", 1000))
    await bench.ticks(4)
    ann.leave()
    await bench.settle()
    await bench.recorder.close()
    (made,) = bench.sink.of(RecordingMade)
    assert last_samples(made.path) == [1, 110] and all(line.termination is not None for line in (bob, carl))


async def test_a_muted_caller_is_not_heard_by_the_agent_either(bench: Bench) -> None:
    _, call_id = await with_agent(bench)
    await bench.ticks(1)
    bench.board.mute(call_id, "caller", True)
    await bench.ticks(2)
    bench.board.mute(call_id, "caller", False)
    await bench.ticks(1)
    assert bench.robots.made[0].heard == [1, 0, 0, 1]


async def test_who_may_have_anybody_called_dials_numbers_elsewhere_and_chooses_how_to_be_shown(
    bench: Bench,
) -> None:
    bench.board.targets.trunks = lambda number: "+49" if number.startswith("+49") else None
    lines = connected(bench)
    lines.phones["+4930"] = Line("far")
    for reach, left in ((EVERYBODY, 404), (MayDial(dials_out=True), None)):
        asked = Asked(line := Line("ann"), "+4930@here.example")
        asked.reach, asked.payer, asked.shown_as = reach, "extension:web-1", "+49301234"
        bench.board.receive(asked, None, None)
        await bench.settle()
        assert (line.termination.code if line.termination else None) == left
    assert lines.placed == [("+4930", "+49301234")]
    for dialled in ("+1555@here.example", "nobody@here.example", "4711@here.example"):
        asked = Asked(line := Line("ann"), dialled)
        asked.reach = MayDial(dials_out=True)
        bench.board.receive(asked, None, None)
        await bench.settle()
        assert line.termination is not None and line.termination.code == 404, dialled


@pytest.mark.parametrize(
    ("payer", "shown"),
    [("anonymous", ""), ("inbound:acme", "sip:ann@test"), ("extension:ann", "sip:ann@test")],
)
async def test_the_number_that_a_stranger_claims_is_not_passed_on_as_our_word(
    bench: Bench, payer: str, shown: str
) -> None:
    bench.board.targets.trunks = lambda number: "+49" if number.startswith("+49") else None
    lines = connected(bench, bob=Line("bob"))
    lines.phones["+4930"] = Line("far")
    _, call_id = await with_agent(bench)
    bench.call.payer, bench.call.from_uri = payer, "sip:ann@test"
    await bench.board.add(call_id, "bob")
    await bench.board.add(call_id, "+4930")
    assert lines.placed == [("bob", "sip:ann@test"), ("+4930", shown)]
