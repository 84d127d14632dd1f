"""The clock is driven by `tick` with times of the test's own; legs, apps and detector are real objects of
the seam, made of lists."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.clock import SETTLE_TICKS, MediaClock
from mediaserver.media.lateness import Lateness
from mediaserver.media.leg import Frame, Lane, LegEvent, Voice
from mediaserver.media.line_condition import LineCondition

MS = 1_000_000
START = 5_000 * MS


class ListLeg:
    """Reads from a list (None: a gap) and keeps what was written."""

    def __init__(self, frames: Sequence[Frame | None] = ()) -> None:
        self.lane: Lane | None = None
        self.frames = list(frames)
        self.written: list[Frame] = []

    def read(self) -> Frame | None:
        return self.frames.pop(0) if self.frames else None

    def write(self, frame: Frame) -> None:
        self.written.append(frame)


class ListWire:
    """Batches of numbered frames; keeps what was written and when."""

    def __init__(self, early_ns: int | None = None) -> None:
        self.received: list[int] = []
        self.written: dict[int, list[tuple[int, Frame | None]]] = {}
        self.batches: list[int] = []
        self.early = early_ns
        self.moves = 0

    def receive(self, now_ns: int) -> None:
        self.received.append(now_ns)

    def read(self, lanes: Sequence[int], now_ns: int) -> npt.NDArray[np.int16]:
        self.batches.append(len(lanes))
        return np.stack([np.full(320, lane, np.int16) for lane in lanes])

    def write(self, lanes: Sequence[int], frames: Sequence[Frame | None], now_ns: int) -> None:
        for lane, frame in zip(lanes, frames, strict=True):
            self.written.setdefault(lane, []).append((now_ns, frame))

    def early_ns(self, lane: int) -> int | None:
        return self.early

    def moved(self, lane: int, now_ns: int) -> None:
        self.moves += 1


class WireLeg(ListLeg):
    def __init__(self, wire: ListWire, number: int) -> None:
        super().__init__()
        self.lane = Lane(wire, number)
        self.number = number


class Echo:
    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.times: list[int] = []
        self.events: list[LegEvent] = []

    def on_frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    def next_frame(self, t: int) -> Frame | None:
        self.times.append(t)
        return self.frames[-1]

    def on_event(self, event: LegEvent) -> None:
        self.events.append(event)


class Broken(Echo):
    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def on_frame(self, frame: Frame) -> None:
        super().on_frame(frame)
        if self.where == "on_frame":
            raise RuntimeError("on_frame")

    def next_frame(self, t: int) -> Frame | None:
        if self.where == "next_frame":
            raise RuntimeError("next_frame")
        return np.zeros(160, np.int16) if self.where == "shape" else None

    def on_event(self, event: LegEvent) -> None:
        if self.where == "on_event":
            raise RuntimeError("on_event")


class Detector:
    """A chunk is complete whenever enough frames came; the level is its probability."""

    def __init__(self, chunk_samples: int = 512) -> None:
        self.chunk_samples = chunk_samples
        self.samples: dict[int, int] = {}
        self.batches: list[list[int]] = []
        self.broken = False

    def open(self) -> int:
        slot = next(i for i in range(1_000) if i not in self.samples)
        self.samples[slot] = 0
        return slot

    def close(self, slot: int) -> None:
        del self.samples[slot]

    def reset(self, slot: int) -> None:
        self.samples[slot] = 0

    def process(self, slots: list[int], frames: npt.NDArray[np.int16]) -> tuple[list[int], list[float]]:
        if self.broken:
            raise RuntimeError("model")
        self.batches.append(list(slots))
        assert frames.shape == (len(slots), 320)
        assert len(set(slots)) == len(slots)
        rows = []
        for row, slot in enumerate(slots):
            self.samples[slot] += 320
            if self.samples[slot] >= self.chunk_samples:
                self.samples[slot] -= self.chunk_samples
                rows.append(row)
        return rows, [float(frames[row, 0]) / 100 for row in rows]


def clock_of(detector: Detector | None = None, phases: int = 4) -> MediaClock:
    return MediaClock(detector, phases, now_ns=lambda: 0)


def run(clock: MediaClock, ms: int, begin: int = START, step_ms: int = 5) -> int:
    now = begin
    for now in range(begin, begin + ms * MS, step_ms * MS):
        clock.tick(now)
    return now + step_ms * MS


def test_each_leg_gets_one_frame_each_way_per_20_ms_in_the_same_tick() -> None:
    clock, wire = clock_of(), ListWire()
    legs = [WireLeg(wire, n) for n in range(10)]
    apps = [Echo() for _ in legs]
    for leg, app in zip(legs, apps, strict=True):
        clock.attach(leg, app)
    run(clock, 200)
    for leg, app in zip(legs, apps, strict=True):
        sent = wire.written[leg.number]
        assert len(sent) == 10
        assert {b[0] - a[0] for a, b in zip(sent, sent[1:], strict=False)} == {20 * MS}
        assert all(frame is not None and frame[0] == leg.number for _, frame in sent)
        assert app.times == [n * 320 for n in range(10)]
    assert clock.frames == 100
    assert len(wire.received) == 40  # every phase drains the sockets
    assert sorted(set(wire.batches)) == [2, 3]  # spread over the phases


def test_legs_without_a_wire_are_read_singly_and_gaps_are_silence() -> None:
    clock = clock_of()
    voice = np.full(320, 5, np.int16)
    leg, app = ListLeg([voice, None, voice]), Echo()
    clock.attach(leg, app)
    run(clock, 60)
    assert [int(frame[0]) for frame in app.frames] == [5, 0, 5]
    assert [int(frame[0]) for frame in leg.written] == [5, 0, 5]


@pytest.mark.parametrize("where", ["on_frame", "next_frame", "on_event", "shape"])
@pytest.mark.parametrize("batched", [True, False])
def test_an_app_that_fails_ends_its_own_call_only(where: str, batched: bool) -> None:
    clock, wire = clock_of(Detector(), phases=1), ListWire()
    good, bad = (WireLeg(wire, 1), WireLeg(wire, 2)) if batched else (ListLeg(), ListLeg())
    app, errors = Echo(), list[Exception]()
    clock.attach(bad, Broken(where), errors.append)
    clock.attach(good, app)
    run(clock, 200)
    assert len(errors) == 1 and len(clock) == 1 and clock.app_errors == 1
    assert len(app.frames) == 10
    assert clock.wire_errors == clock.detector_errors == 0


def test_without_on_error_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    clock = clock_of()
    clock.attach(ListLeg(), Broken("on_frame"))
    run(clock, 40)
    assert "an app failed" in caplog.text and len(clock) == 0


def test_voice_is_told_where_its_chunk_ends() -> None:
    detector = Detector()
    clock, wire = clock_of(detector, phases=1), ListWire()
    legs, apps = [WireLeg(wire, 30), WireLeg(wire, 60)], [Echo(), Echo()]
    for leg, app in zip(legs, apps, strict=True):
        clock.attach(leg, app)
    run(clock, 160)
    assert apps[0].events == [Voice(512 * n, 0.3) for n in range(1, 6)]
    assert apps[1].events == [Voice(512 * n, 0.6) for n in range(1, 6)]
    assert detector.batches[0] == [0, 1]
    detector.reset(0)  # it misses a part of a chunk
    run(clock, 160, START + 160 * MS)
    ends = [event.t for event in apps[0].events if isinstance(event, Voice)]
    assert ends == sorted(set(ends)) and 5 * 512 < ends[-1] <= 16 * 320


def test_voice_is_judged_behind_the_writes_and_for_two_phases_at_once() -> None:
    detector = Detector()
    clock, wire = clock_of(detector), ListWire()
    legs = [WireLeg(wire, n) for n in range(8)]
    for leg in legs:
        clock.attach(leg, Echo())
    clock.tick(START)
    assert len(wire.written) == 2 and not detector.batches
    clock.tick(START + 5 * MS)
    assert len(wire.written) == 4 and [len(batch) for batch in detector.batches] == [4]
    run(clock, 90, START + 10 * MS)
    assert [len(batch) for batch in detector.batches] == [4] * 10


@pytest.mark.parametrize("chunk", [320, 480, 1_600])
def test_a_detector_says_how_much_it_judges_at_once(chunk: int) -> None:
    clock, app, wire = clock_of(Detector(chunk)), Echo(), ListWire()
    clock.attach(WireLeg(wire, 1), app)
    run(clock, 400)
    ends = [event.t for event in app.events if isinstance(event, Voice)]
    assert len(ends) > 3 and ends == [chunk * n for n in range(1, len(ends) + 1)]


@pytest.mark.parametrize("early_ms", [5, 10, 15])
@pytest.mark.parametrize("phases", [1, 2, 4, 5, 10])
def test_a_call_that_moves_is_heard_once_per_frame(early_ms: int, phases: int) -> None:
    detector = Detector()
    clock, wire = clock_of(detector, phases), ListWire(early_ns=early_ms * MS)
    legs = [WireLeg(wire, n) for n in range(12)]
    for leg in legs:
        clock.attach(leg, Echo())
    now = run(clock, SETTLE_TICKS * 20 + 500)
    run(clock, 500, now + 45 * MS)  # nor after a stall, when a phase comes again out of turn
    clock.tick(now + 2_000 * MS)  # judges what is left
    assert clock.moves > 0 or phases < 4
    assert clock.detector_errors == 0
    read = sum(len(sent) for sent in wire.written.values())
    assert read - len(legs) <= sum(len(batch) for batch in detector.batches) <= read


def test_a_call_that_ends_before_it_is_heard_leaves_its_slot_to_the_next() -> None:
    detector = Detector()
    clock, wire = clock_of(detector), ListWire()
    first, second = WireLeg(wire, 1), WireLeg(wire, 2)
    clock.attach(first, Echo())
    clock.tick(START)
    clock.detach(first)
    clock.attach(second, Echo())
    clock.tick(START + 5 * MS)
    assert detector.batches == [] and detector.samples == {0: 0}


def test_a_broken_detector_leaves_calls_alone(caplog: pytest.LogCaptureFixture) -> None:
    detector = Detector()
    detector.broken = True
    clock, leg, app = clock_of(detector), ListLeg(), Echo()
    clock.attach(leg, app)
    run(clock, 200)
    assert len(app.frames) == 10 and clock.detector_errors == 10
    assert caplog.text.count("voice detection failed") == 2


def test_slots_are_given_back() -> None:
    detector = Detector()
    clock = clock_of(detector)
    leg = ListLeg()
    clock.attach(leg, Echo())
    clock.detach(leg)
    clock.detach(leg)
    assert detector.samples == {}


def test_apps_may_detach_attach_and_swap_in_mid_tick() -> None:
    clock, wire = clock_of(phases=1), ListWire()
    legs = [WireLeg(wire, n) for n in range(3)]
    second, late, third = Echo(), Echo(), Echo()

    class Busy(Echo):
        def on_frame(self, frame: Frame) -> None:
            super().on_frame(frame)
            if len(self.frames) == 3:
                clock.detach(legs[1])
                clock.attach(newcomer, late)
                clock.swap(legs[2], third)
            if len(self.frames) == 5:
                clock.detach(legs[0])

    newcomer = WireLeg(wire, 9)
    busy = Busy()
    for leg, app in zip(legs, (busy, second, Echo()), strict=True):
        clock.attach(leg, app)
    run(clock, 200)
    assert len(second.frames) == 2  # not even in the tick it was detached in
    assert len(busy.frames) == 5 and len(busy.times) == 4
    assert len(late.frames) == 7 and late.times[0] == 0
    assert third.times[0] == 2 * 320
    assert len(wire.written[1]) == 2 and len(wire.written[0]) == 4


def test_attaching_twice_and_swapping_the_unknown_are_mistakes() -> None:
    clock, leg = clock_of(), ListLeg()
    clock.attach(leg, Echo())
    with pytest.raises(ValueError, match="swap"):
        clock.attach(leg, Echo())
    with pytest.raises(KeyError):
        clock.swap(ListLeg(), Echo())


@pytest.mark.parametrize("stall_ms", [20, 33, 100, 1_000])
def test_after_a_stall_turns_are_left_out_and_never_made_up_for(stall_ms: int) -> None:
    clock, wire = clock_of(), ListWire()
    legs = [WireLeg(wire, n) for n in range(4)]
    for leg in legs:
        clock.attach(leg, Echo())
    now = run(clock, 100)
    now = run(clock, 100, now + stall_ms * MS)
    assert clock.stalls == 1
    assert clock.skipped_phases == stall_ms // 5
    for leg in legs:
        times = [at for at, _ in wire.written[leg.number]]
        steps = [b - a for a, b in zip(times, times[1:], strict=False)]
        assert min(steps) >= 15 * MS
        assert max(steps) <= (stall_ms + 30) * MS
    assert clock.start_lateness.max_ns < 20 * MS


def test_a_delay_below_a_frame_is_caught_up_with_by_every_phase() -> None:
    clock, wire = clock_of(), ListWire()
    legs = [WireLeg(wire, n) for n in range(4)]
    for leg in legs:
        clock.attach(leg, Echo())
    run(clock, 100)
    clock.tick(START + 118 * MS)
    assert {len(wire.written[n]) for n in range(4)} == {6}
    assert clock.stalls == 0
    assert clock.start_lateness.max_ns == 18 * MS


def test_the_schedule_is_absolute() -> None:
    clock = clock_of()
    assert clock.tick(START) == START + 5 * MS
    assert clock.tick(START + 7 * MS) == START + 10 * MS
    assert clock.tick(START + 8 * MS) == START + 10 * MS


def test_a_call_moves_once_to_the_phase_that_follows_its_packets() -> None:
    clock, wire = clock_of(), ListWire(early_ns=12 * MS)
    leg, app = WireLeg(wire, 1), Echo()
    clock.attach(leg, app)
    run(clock, SETTLE_TICKS * 20 + 2_000)
    times = [at for at, _ in wire.written[1]]
    steps = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert steps.count(10 * MS) == 1 and steps.count(20 * MS) == len(steps) - 1
    assert wire.moves == clock.moves == 1
    assert app.times == [n * 320 for n in range(len(app.times))]


def test_calls_do_not_all_crowd_into_one_phase() -> None:
    clock, wire = clock_of(), ListWire(early_ns=15 * MS)
    for n in range(200):
        clock.attach(WireLeg(wire, n), Echo())
    run(clock, SETTLE_TICKS * 20 + 100)
    assert max(wire.batches) <= 80


def test_a_wire_is_drained_before_its_first_call_and_its_failure_is_contained(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(ListWire):
        def receive(self, now_ns: int) -> None:
            raise OSError("gone")

    clock, failing, wire = clock_of(), Failing(), ListWire()
    clock.add_wire(failing)
    clock.add_wire(wire)
    clock.add_wire(wire)
    clock.tick(START)
    assert wire.received == [START]
    assert clock.wire_errors == 1 and "gone" in caplog.text


async def test_it_runs_on_the_event_loop_until_stopped() -> None:
    clock, leg = MediaClock(), ListLeg()
    seen = asyncio.Event()

    class Waiting(Echo):
        def on_frame(self, frame: Frame) -> None:
            super().on_frame(frame)
            if len(self.frames) == 3:
                seen.set()

    clock.attach(leg, Waiting())
    clock.start()
    await seen.wait()
    clock.stop()
    count = len(leg.written)
    assert count >= 2
    clock.start()
    clock.stop()
    clock.stop()


class Bystander:
    """Beside the clock: keeps what it is told."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[tuple[int, int]] = []
        self.twice = asyncio.Event()

    def begins(self, due_ns: int) -> None:
        self.begun.append(due_ns)

    def ends(self, due_ns: int, calls: int) -> None:
        self.ended.append((due_ns, calls))
        if len(self.ended) == 2:
            self.twice.set()


async def test_who_goes_beside_the_clock_is_told_when_each_tick_is_due_and_of_how_many_legs() -> None:
    clock, bystander = MediaClock(phases=1), Bystander()
    clock.attach(ListLeg(), Echo())
    clock.beside = (bystander,)
    clock.start()
    await bystander.twice.wait()
    clock.stop()
    (first, calls), (second, _) = bystander.ended[:2]
    assert bystander.begun[1] == first < second and calls == 1


def test_lateness_percentiles() -> None:
    late = Lateness()
    assert late.as_dict() == {"count": 0, "mean_ms": 0.0, "p50_ms": 0.0, "p99_ms": 0.0, "max_ms": 0.0}
    for n in range(1, 101):
        late.add(n * MS // 10)
    late.add(-5)
    assert late.percentile_ms(50) == pytest.approx(5.0, abs=0.2)
    assert late.percentile_ms(99) == pytest.approx(9.9, abs=0.2)
    late.add(500 * MS)
    assert late.percentile_ms(100) == 500 and late.count == 102


class Halver:
    """Halves what is heard, and keeps what it was told."""

    def __init__(self, broken: bool = False) -> None:
        self.condition = LineCondition()
        self.raw = np.zeros(320, np.int16)
        self.resting = False
        self.said: list[Frame | None] = []
        self.rests = 0
        self.broken = broken

    def hear(self, frame: Frame) -> Frame:
        if self.broken:
            raise RuntimeError("cleaner")
        self.raw = frame
        return frame // 2

    def spoke(self, frame: Frame | None) -> None:
        self.said.append(frame)

    def rest(self) -> None:
        self.rests += 1
        self.resting = True

    def close(self) -> None: ...


class Cleaned(Echo):
    def __init__(self, broken: bool = False) -> None:
        super().__init__()
        self.cleaner = Halver(broken)


def test_an_app_that_wants_the_caller_cleaned_gets_that_and_the_voice_detector_too() -> None:
    detector, wire = Detector(320), ListWire()
    clock = clock_of(detector, phases=1)
    plain, cleaned = Echo(), Cleaned()
    clock.attach(WireLeg(wire, 60), plain)
    clock.attach(WireLeg(wire, 80), cleaned)
    run(clock, 40)
    assert [frame[0] for frame in plain.frames] == [60, 60], "a bridge hears what came"
    assert [frame[0] for frame in cleaned.frames] == [40, 40]
    assert cleaned.cleaner.raw[0] == 80, "what came stays as it was"
    assert [frame[0] for frame in cleaned.cleaner.said if frame is not None] == [40, 40]
    heard = [event.probability for event in cleaned.events if isinstance(event, Voice)]
    assert heard and set(heard) == {0.4}


def test_a_leg_read_singly_is_cleaned_as_well() -> None:
    clock = clock_of(phases=1)
    app = Cleaned()
    clock.attach(ListLeg([np.full(320, 10, np.int16)]), app)
    run(clock, 20)
    assert app.frames[0][0] == 5


def test_a_cleaner_rests_while_its_leg_has_another_app() -> None:
    clock = clock_of(phases=1)
    wire = ListWire()
    leg, app, other = WireLeg(wire, 80), Cleaned(), Echo()
    clock.attach(leg, app)
    run(clock, 20)
    clock.swap(leg, other)
    run(clock, 20, START + 20 * MS)
    assert other.frames[0][0] == 80 and app.cleaner.rests == 1
    clock.swap(leg, app)
    run(clock, 20, START + 40 * MS)
    assert [frame[0] for frame in app.frames] == [40, 40] and len(app.cleaner.said) == 2


def test_a_cleaner_that_fails_is_left_out_and_the_call_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    clock = clock_of(phases=1)
    wire = ListWire()
    app = Cleaned(broken=True)
    clock.attach(WireLeg(wire, 80), app)
    run(clock, 60)
    assert [frame[0] for frame in app.frames] == [80, 80, 80]
    assert clock.cleaning_errors == 1 and clock.app_errors == 0 and "not cleaned" in caplog.text
    assert app.cleaner.resting, (
        "who reads it knows that it is old: no agent stays deaf, no recording stands still"
    )


def test_a_cleaner_that_fails_on_what_goes_out_takes_no_other_call_along() -> None:
    class Mute(Halver):
        def spoke(self, frame: Frame | None) -> None:
            raise RuntimeError("cleaner")

    clock, wire = clock_of(phases=1), ListWire()
    broken, other = Cleaned(), Echo()
    broken.cleaner = Mute()
    clock.attach(WireLeg(wire, 80), broken)
    clock.attach(WireLeg(wire, 60), other)
    run(clock, 60)
    assert len(wire.written[60]) == len(wire.written[80]) == 3, "all are sent their frames"
    assert clock.cleaning_errors == 1 and clock.wire_errors == 0
    assert [frame[0] for frame in broken.frames] == [40, 80, 80]
