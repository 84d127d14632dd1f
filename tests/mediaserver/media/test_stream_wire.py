"""Legs of a stream of messages on the real media clock: every format and rate, bursts, marks, what follows
audio, and what is no audio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Ended, EndedBy, Frame, Leg, LegEvent, Termination, Why
from mediaserver.media.opus import OpusDecoder, OpusEncoder
from mediaserver.media.resample import FrameConverter
from mediaserver.media.socket_audio import DONE_A_TICK, MOST_WRONG
from mediaserver.media.socket_leg import SocketLeg
from mediaserver.media.stream_format import RATES, Coding, StreamFormat
from mediaserver.media.stream_wire import StreamWire
from mediaserver.media.time import FRAME_NS, SAMPLES_PER_MS

HZ = 600
EVERY_FORMAT = [StreamFormat(coding, rate) for coding, rates in RATES.items() for rate in rates]
HALF_A_SECOND = 25


def tone(ticks: int, rate: int) -> npt.NDArray[np.int16]:
    wave = np.sin(np.arange(ticks * rate // 50) * (2 * np.pi * HZ / rate)) * 8_000
    return np.asarray(np.rint(wave), np.int16)


def loudness(samples: npt.NDArray[Any], rate: int) -> float:
    """The amplitude of the tone."""
    turns = np.exp(-2j * np.pi * HZ / rate * np.arange(len(samples)))
    return float(abs(samples.astype(np.float64) @ turns)) * 2 / len(samples)


class Far:
    """The far end of a leg, in lists."""

    def __init__(self) -> None:
        self.audio_sent: list[bytes] = []
        self.cleared_at: list[int] = []
        self.digits = ""
        self.ends: list[Termination] = []

    def audio(self, octets: bytes) -> None:
        self.audio_sent.append(octets)

    def cleared(self, heard_ms: int) -> None:
        self.cleared_at.append(heard_ms)

    def digit(self, digit: str, duration_ms: int) -> None:
        self.digits += digit

    def over(self, why: Termination) -> None:
        self.ends.append(why)


class Talker:
    """Says frames of a list, then nothing; keeps what it hears."""

    def __init__(self, says: Iterable[Frame] = ()) -> None:
        self.says = list(says)
        self.heard: list[Frame] = []

    def on_frame(self, frame: Frame) -> None:
        self.heard.append(frame)

    def next_frame(self, t: int) -> Frame | None:
        return self.says.pop(0) if self.says else None

    def on_event(self, event: LegEvent) -> None: ...


class Bench:
    def __init__(self) -> None:
        self.wire = StreamWire()
        self.clock = MediaClock(phases=1)
        self.now = 10_000 * FRAME_NS

    def leg(
        self, app: Talker, fmt: StreamFormat, queue_ms: int = 0, out: StreamFormat | None = None
    ) -> tuple[SocketLeg, Far]:
        far = Far()
        leg = SocketLeg(self.wire, fmt, far, ref="session", remote="192.0.2.1:5", queue_ms=queue_ms, out=out)
        self.clock.attach(leg, app)
        return leg, far

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.tick(self.now)
            self.now += FRAME_NS


@pytest.fixture
def bench() -> Bench:
    return Bench()


def coded(fmt: StreamFormat, ticks: int) -> list[bytes]:
    """The tone as a client sends it, a message for each 20 ms."""
    if fmt.coding is Coding.OPUS:
        encoder = OpusEncoder()
        return [encoder.encode(frame) for frame in tone(ticks, 16_000).reshape(ticks, -1)]
    return [fmt.octets(frame) for frame in tone(ticks, fmt.rate).reshape(ticks, -1)]


def decoded(fmt: StreamFormat, messages: list[bytes]) -> npt.NDArray[np.int16]:
    if fmt.coding is Coding.OPUS:
        decoder = OpusDecoder()
        return np.concatenate([decoder.decode(each) for each in messages])
    return np.concatenate([fmt.samples(each) for each in messages])


@pytest.mark.parametrize("fmt", EVERY_FORMAT, ids=str)
def test_a_tone_comes_through_both_ways_in_every_format(bench: Bench, fmt: StreamFormat) -> None:
    app = Talker(tone(HALF_A_SECOND, 16_000).reshape(HALF_A_SECOND, -1))
    leg, far = bench.leg(app, fmt)
    seam: Leg = leg
    assert seam.kind == "websocket" and seam.codec == str(fmt)
    for message in coded(fmt, HALF_A_SECOND):
        assert leg.push(message) == 0
        bench.tick()
    bench.tick(5)
    heard = np.concatenate(app.heard)
    assert loudness(heard[3_200:6_400], 16_000) == pytest.approx(8_000, rel=0.05)
    assert len(far.audio_sent) == HALF_A_SECOND, "silence does not travel"
    sent = decoded(fmt, far.audio_sent)
    rate = fmt.inner_rate
    assert len(sent) == HALF_A_SECOND * rate // 50
    assert loudness(sent[rate // 5 : 2 * rate // 5], rate) == pytest.approx(8_000, rel=0.05)


def test_legs_of_one_rate_are_converted_together_and_keep_apart(bench: Bench) -> None:
    fmt = StreamFormat(Coding.PCM16, 24_000)
    loud, quiet = Talker(), Talker()
    one, _ = bench.leg(loud, fmt)
    other, _ = bench.leg(quiet, fmt)
    for message in coded(fmt, HALF_A_SECOND):
        one.push(message)
        other.push(bytes(len(message)))
        bench.tick()
    assert loudness(np.concatenate(loud.heard)[3_200:6_400], 16_000) > 7_500
    assert not np.concatenate(quiet.heard).any()


@pytest.mark.parametrize(("from_rate", "to_rate"), [(8_000, 16_000), (48_000, 16_000), (16_000, 24_000)])
def test_conversion_keeps_the_band_and_nothing_else(from_rate: int, to_rate: int) -> None:
    converter, row = FrameConverter(from_rate, to_rate), np.array([0])

    def through(hz: float) -> float:
        converter.reset(0)
        wave = 8_000 * np.sin(np.arange(from_rate // 2) * (2 * np.pi * hz / from_rate))
        frames = np.asarray(np.rint(wave), np.int16).reshape(25, 1, -1)
        made = np.concatenate([converter.process(row, frame)[0] for frame in frames])[to_rate // 10 :]
        return float(np.sqrt(2 * np.mean(made.astype(np.float64) ** 2)))

    band = min(from_rate, to_rate) / 2
    assert through(0.8 * band) == pytest.approx(8_000, rel=0.03)
    if from_rate > to_rate:
        assert through(1.15 * band) < 80, "what would alias is gone"


def test_a_recording_sent_at_once_is_heard_whole_at_the_pace_of_the_clock(bench: Bench) -> None:
    app = Talker()
    leg, _ = bench.leg(app, StreamFormat(), queue_ms=5_000)
    said = np.arange(40 * 320).astype(np.int16)
    assert leg.push(said.tobytes()) == 0
    bench.tick(40)
    assert np.array_equal(np.concatenate(app.heard), said)
    assert leg.push(bytes(2 * 16 * 6_000)) == 1_000, "a second of the six is too much"
    assert leg.stats().as_dict()["refused_ms"] == 1_000


def test_live_audio_that_comes_late_in_a_heap_loses_its_oldest(bench: Bench) -> None:
    app = Talker()
    leg, _ = bench.leg(app, StreamFormat())
    assert leg.push(tone(100, 16_000).tobytes()) == 0
    assert leg.stats().as_dict()["dropped_ms"] == 1_000
    assert leg.stats().as_dict()["buffer_ms"] == 1_000


@pytest.mark.parametrize("queue_ms", [0, 5_000])
def test_what_follows_audio_is_done_once_that_was_heard(bench: Bench, queue_ms: int) -> None:
    app = Talker()
    leg, _ = bench.leg(app, StreamFormat(), queue_ms)
    done: list[int] = []
    leg.push(tone(10, 16_000).tobytes())
    leg.after(lambda: done.append(len(app.heard)))
    leg.push(tone(10, 16_000).tobytes())
    bench.tick(9)
    assert done == []
    bench.tick(4)
    assert done and 9 <= done[0] <= 12
    bench.tick(20)
    leg.after(lambda: done.append(-1))
    bench.tick(2)
    assert done[1:] == [-1], "nothing waits: at once"


@pytest.mark.parametrize("queue_ms", [0, 5_000])
def test_audio_that_is_forgotten_is_not_heard(bench: Bench, queue_ms: int) -> None:
    app = Talker()
    leg, _ = bench.leg(app, StreamFormat(), queue_ms)
    done: list[int] = []
    leg.push(tone(10, 16_000).tobytes())
    leg.forget()
    leg.after(lambda: done.append(len(app.heard)))
    bench.tick(3)
    assert not np.any(app.heard) and done == [0], "nor is it waited for"
    leg.push(tone(10, 16_000).tobytes())
    bench.tick(20)
    assert np.count_nonzero(np.any(app.heard, axis=1)) == 10


def test_audio_that_something_is_to_follow_is_heard_though_what_came_behind_it_is_forgotten(
    bench: Bench,
) -> None:
    app = Talker()
    leg, _ = bench.leg(app, StreamFormat(), 5_000)
    said, done = tone(20, 16_000), list[str]()
    leg.push(said[: 5 * 320].tobytes())
    leg.after(lambda: done.append("committed"))
    bench.tick(2)
    leg.push(said[5 * 320 :].tobytes())
    leg.forget()
    leg.after(lambda: done.append("forgotten"))
    bench.tick(2)
    assert done == []
    bench.tick(20)
    assert done == ["committed", "forgotten"]
    assert np.array_equal(np.concatenate(app.heard[:5]), said[: 5 * 320]) and not np.any(app.heard[5:])


@pytest.mark.parametrize(
    ("fmt", "out"),
    [
        (StreamFormat(Coding.PCM16, 24_000), StreamFormat(Coding.MULAW, 8_000)),
        (StreamFormat(Coding.ALAW, 8_000), StreamFormat(Coding.PCM16, 24_000)),
        (StreamFormat(Coding.PCM16, 16_000), StreamFormat(Coding.OPUS, 48_000)),
        (StreamFormat(Coding.OPUS, 48_000), StreamFormat(Coding.PCM16, 8_000)),
        (StreamFormat(Coding.PCM16, 8_000), StreamFormat(Coding.MULAW, 8_000)),
    ],
    ids=str,
)
def test_what_comes_and_what_is_sent_may_differ(bench: Bench, fmt: StreamFormat, out: StreamFormat) -> None:
    app = Talker(tone(HALF_A_SECOND, 16_000).reshape(HALF_A_SECOND, -1))
    leg, far = bench.leg(app, fmt, out=out)
    assert leg.codec == f"{fmt} / {out}" == leg.stats().as_dict()["codec"]
    for message in coded(fmt, HALF_A_SECOND):
        assert leg.push(message) == 0
        bench.tick()
    bench.tick(5)
    assert loudness(np.concatenate(app.heard)[3_200:6_400], 16_000) == pytest.approx(8_000, rel=0.05)
    sent, rate = decoded(out, far.audio_sent), out.inner_rate
    assert len(sent) == HALF_A_SECOND * rate // 50
    assert loudness(sent[rate // 5 : 2 * rate // 5], rate) == pytest.approx(8_000, rel=0.05)


def test_a_leg_of_two_formats_keeps_apart_from_others_of_either() -> None:
    fmt, out = StreamFormat(Coding.PCM16, 8_000), StreamFormat(Coding.PCM16, 24_000)

    def sent(*, beside: bool) -> npt.NDArray[np.int16]:
        bench = Bench()
        if beside:
            bench.leg(Talker(np.full((HALF_A_SECOND, 320), 99, np.int16)), out)
        says = tone(HALF_A_SECOND, 16_000).reshape(HALF_A_SECOND, -1)
        says[10] = 0  # behind a pause it begins anew
        _, far = bench.leg(Talker(says), fmt, out=out)
        bench.tick(HALF_A_SECOND)
        return decoded(out, far.audio_sent)

    assert np.allclose(sent(beside=True), sent(beside=False), atol=2)


async def test_both_places_of_a_leg_are_given_back(bench: Bench) -> None:
    fmt, out = StreamFormat(Coding.PCM16, 8_000), StreamFormat(Coding.PCM16, 24_000)
    for _ in range(2):
        first, _ = bench.leg(Talker(), fmt, out=out)
        second, _ = bench.leg(Talker(), out)
        assert (first.stream.slot, first.stream.out_slot, second.stream.slot) == (0, 0, 1)
        await second.hangup(Termination(EndedBy.SERVER, Why.COMPLETED))
        await first.hangup(Termination(EndedBy.SERVER, Why.COMPLETED))


def test_a_far_end_that_says_nothing_has_heard_what_the_clock_says(bench: Bench) -> None:
    leg, far = bench.leg(Talker(tone(50, 16_000).reshape(50, -1)), StreamFormat())
    bench.tick(50)
    assert leg.written() == 50 * 320 and leg.played() == 50 * 320 - 80 * SAMPLES_PER_MS
    assert leg.clear() == leg.played() and far.cleared_at == [920]


def test_a_far_end_that_says_what_it_played_is_believed(bench: Bench) -> None:
    leg, _ = bench.leg(Talker(tone(50, 16_000).reshape(50, -1)), StreamFormat())
    leg.stream.acknowledged = True
    bench.tick(50)
    assert leg.played() == 100 * SAMPLES_PER_MS, "never beyond a mark that was not reached"
    leg.stream.played_to(470)
    assert 400 * SAMPLES_PER_MS <= leg.played() <= 500 * SAMPLES_PER_MS
    leg.stream.played_to(10**9)
    assert leg.played() == 50 * 320
    leg.clear()
    leg.stream.played_to(200)
    assert leg.played() == 50 * 320, "nothing is taken back"


def test_what_is_no_audio_of_its_format_is_told(bench: Bench) -> None:
    leg, _ = bench.leg(Talker(), StreamFormat())
    with pytest.raises(ValueError, match="whole samples"):
        leg.push(b"abc")
    opus, _ = bench.leg(Talker(), StreamFormat(Coding.OPUS, 48_000))
    for _ in range(MOST_WRONG - 1):
        opus.push(b"\xff\xff")
    with pytest.raises(ValueError, match="no Opus"):
        opus.push(b"\xff\xff")
    bench.tick(3)


def test_formats_are_named_with_what_there_is() -> None:
    assert StreamFormat.of("mulaw") == StreamFormat(Coding.MULAW, 8_000)
    assert StreamFormat.of("pcm16") == StreamFormat()
    with pytest.raises(ValueError, match="8000, 16000, 24000, 48000"):
        StreamFormat.of("pcm16", 11_025)
    with pytest.raises(ValueError, match="pcm16, mulaw, alaw, opus"):
        StreamFormat.of("mp3")


async def test_a_leg_ends_once_and_gives_its_place_back(bench: Bench) -> None:
    leg, far = bench.leg(Talker(), StreamFormat(Coding.PCM16, 8_000))
    leg.press("5")
    with pytest.raises(ValueError, match="0-9"):
        leg.press("x")
    told: list[LegEvent] = []
    leg.on_event = told.append
    leg.send_digit("7")
    await leg.hangup(Termination(EndedBy.SERVER, Why.COMPLETED))
    leg.left()
    assert [type(each).__name__ for each in told] == ["Digit", "Ended"]
    assert isinstance(told[1], Ended) and far.ends == [told[1].termination] and far.digits == "7"
    assert bench.wire.active == 0 and leg.push(bytes(320)) == 0
    bench.tick(2)
    again, _ = bench.leg(Talker(), StreamFormat(Coding.PCM16, 8_000))
    assert again.stream.slot == leg.stream.slot
    await asyncio.sleep(0)


def test_a_tick_does_no_more_than_so_much_of_what_follows_audio(bench: Bench) -> None:
    """A far end may ask for thousands behind the same audio; all calls wait for a tick."""
    leg, _ = bench.leg(Talker(), StreamFormat(), 5_000)
    done: list[int] = []
    leg.push(tone(2, 16_000).tobytes())
    for number in range(50):
        leg.after(lambda number=number: done.append(number))  # type: ignore[misc]
    most = 0
    for _ in range(20):
        before = len(done)
        bench.tick(1)
        most = max(most, len(done) - before)
    assert done == list(range(50)) and most == DONE_A_TICK


def test_what_was_dropped_once_is_not_dropped_again(bench: Bench) -> None:
    """At a takeover the agent, the hold and the takeover each clear the leg."""
    app = Talker(tone(30, 16_000).reshape(30, -1))
    leg, far = bench.leg(app, StreamFormat(Coding.PCM16, 16_000))
    leg.clear()
    assert far.cleared_at == [], "it was sent nothing"
    bench.tick(10)
    assert leg.clear() == leg.clear() == leg.clear()
    assert len(far.cleared_at) == 1
    bench.tick()
    leg.clear()
    assert len(far.cleared_at) == 2, "something came after"
