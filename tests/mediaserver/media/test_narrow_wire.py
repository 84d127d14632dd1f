"""8 kHz legs without RTP on the real media clock: in the same tick as an RTP leg, on the same bank, with
bursts, gaps, marks and clearing."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.arrays import Rows
from mediaserver.media.clock import SETTLE_TICKS, MediaClock
from mediaserver.media.g711 import CODECS, PCMU
from mediaserver.media.leg import EndedBy, Frame, Leg, LegEvent, Termination, Why
from mediaserver.media.narrow_wire import NarrowStream, NarrowWire
from mediaserver.media.narrowband import Mend, NarrowBand, NarrowVoice
from mediaserver.media.time import FRAME_NS, FRAME_SAMPLES, SAMPLES_PER_MS
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.wire import RtpStream, RtpWire
from tests.loopback import own_loopback
from tests.mediaserver.media.narrow_leg import StreamLeg

HOST = own_loopback(86)
MS = SAMPLES_PER_MS


class WatchedBand(NarrowBand):
    """Keeps how many rows each batch had."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[str, int]] = []

    def widen(
        self, slots: Rows, codes: npt.NDArray[np.uint8], a_law: Sequence[int], mends: Sequence[Mend]
    ) -> npt.NDArray[np.int16]:
        self.batches.append(("in", len(slots)))
        return super().widen(slots, codes, a_law, mends)

    def narrow(
        self,
        voices: Sequence[NarrowVoice],
        slots: Rows,
        a_law: Sequence[int],
        frames: Sequence[Frame | None],
    ) -> list[bytes]:
        self.batches.append(("out", len(slots)))
        return super().narrow(voices, slots, a_law, frames)


class Talker:
    """Says frames of a list, then nothing; keeps what it hears."""

    def __init__(self, says: Iterable[Frame] = ()) -> None:
        self.says = list(says)
        self.heard: list[Frame] = []
        self.times: list[int] = []

    def on_frame(self, frame: Frame) -> None:
        self.heard.append(frame)

    def next_frame(self, t: int) -> Frame | None:
        self.times.append(t)
        return self.says.pop(0) if self.says else None

    def on_event(self, event: LegEvent) -> None: ...


class Bench:
    def __init__(self) -> None:
        self.now = 10_000 * FRAME_NS
        self.band = WatchedBand()
        self.wire = NarrowWire(self.band, lambda: self.now)
        self.rtp = RtpWire(HOST, (23_000, 23_099), now_ns=lambda: self.now, band=self.band)
        self.clock = MediaClock(phases=1, now_ns=lambda: self.now)

    def leg(self, app: Talker, codec: str = "PCMU") -> StreamLeg:
        leg = StreamLeg(self.wire, codec)
        self.clock.attach(leg, app)
        return leg

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.clock.tick(self.now)
            self.now += FRAME_NS


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.rtp.close()


def tone(ticks: int, rate: int, hz: int = 700) -> Frame:
    t = np.arange(ticks * rate // 50) / rate
    return np.asarray(np.rint(8_000 * np.sin(2 * np.pi * hz * t)), np.int16).reshape(ticks, -1)


def packets(ticks: int, codec: str = "PCMU") -> list[bytes]:
    return [CODECS[codec].encode(frame).tobytes() for frame in tone(ticks, 8_000)]


def loudness(samples: Any, hz: int, rate: int) -> float:
    """The amplitude of a tone."""
    signal = np.concatenate([np.asarray(part, np.float64) for part in samples])
    return float(abs(signal @ np.exp(-2j * np.pi * hz / rate * np.arange(len(signal))))) * 2 / len(signal)


def test_two_of_them_are_one_batch_in_the_tick_of_an_rtp_leg(bench: Bench) -> None:
    apps = [Talker(tone(40, 16_000, 1_000)) for _ in range(3)]
    first, second = bench.leg(apps[0]), bench.leg(apps[1], "PCMA")
    seam: Leg = first
    assert seam.lane is not None and seam.lane.wire is bench.wire
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as phone:
        phone.bind((HOST, 0))
        stream = bench.rtp.open()
        stream.configure(phone.getsockname(), "PCMU", 0)
        bench.clock.attach(stream, apps[2])
        for n, (ours, theirs) in enumerate(zip(packets(40), packets(40, "PCMA"), strict=True)):
            first.says(ours)
            second.says(theirs)
            phone.sendto(bytes(RtpPacket(0, n, n * 160, 7, ours)), (HOST, stream.local_port))
            del bench.band.batches[:]
            bench.tick()
            assert sorted(bench.band.batches) == [("in", 1), ("in", 2), ("out", 1), ("out", 2)]
    assert apps[0].times == apps[1].times == apps[2].times == [n * FRAME_SAMPLES for n in range(40)]
    assert all(loudness(app.heard[10:], 700, 16_000) > 7_000 for app in apps)
    for leg in (first, second):
        leg.plays(40)
        decoded = CODECS[leg.codec].decode(np.frombuffer(bytes(leg.heard), np.uint8))
        assert loudness([decoded[800:]], 1_000, 8_000) > 7_000
    assert bench.clock.wire_errors == 0


def test_bursts_are_heard_whole(bench: Bench) -> None:
    app = Talker()
    leg, said = bench.leg(app), b"".join(packets(60))
    for at in range(0, len(said), 480):  # 60 ms at once, every 60 ms
        leg.says(said[at : at + 480])
        bench.tick(3)
    bench.tick(5)
    assert min(np.abs(frame.astype(int)).max() for frame in app.heard[:60]) > 7_000
    assert loudness(app.heard[2:60], 700, 16_000) > 7_900
    assert leg.stats().detail["gaps"] == leg.stats().detail["concealed"] == 0
    assert (leg.stats().packets, leg.stats().lost) == (20, 0)


def test_a_gap_is_bridged_and_the_end_of_speech_is_not_drawn_out(bench: Bench) -> None:
    app = Talker()
    leg, said = bench.leg(app), packets(30)
    for octets in said[:10]:
        leg.says(octets)
        bench.tick()
    bench.tick(3)  # what waited is played, then two frames are missing
    for octets in said[10:]:
        leg.says(octets)
        bench.tick()
    bench.tick(30)
    heard = np.concatenate(app.heard).astype(int)
    loud = np.abs(heard.reshape(-1, 320)).max(axis=1)
    began = int(np.argmax(loud > 4_000))
    assert loud[began : began + 11].min() > 4_000, "the first missing frame sounds like those before it"
    assert np.abs(np.diff(heard)).max() < 1.5 * 8_000 * 2 * np.pi * 700 / 16_000, "without a click"
    late = int(np.flatnonzero(loud > 4_000)[-1]) + 1
    assert loudness(app.heard[late - 19 : late], 700, 16_000) > 7_000, "what came late is heard"
    assert not heard[-20 * 320 :].any()
    assert leg.stats().detail["gaps"] == 1 and leg.stats().detail["concealed"] in (2, 3, 4)


def test_a_piece_that_fills_no_frame_is_bridged_at_its_end(bench: Bench) -> None:
    app = Talker()
    leg, said = bench.leg(app), b"".join(packets(10))
    leg.says(said[: 5 * 160 + 40])
    bench.tick(20)
    heard = np.concatenate(app.heard).astype(int)
    assert np.abs(np.diff(heard)).max() < 1.5 * 8_000 * 2 * np.pi * 700 / 16_000


def test_silence_is_not_sent_and_its_time_goes_on(bench: Bench) -> None:
    leg = bench.leg(Talker(tone(5, 16_000)))
    bench.tick(20)
    assert len(leg.queue) == 6, "the words and the filter's tail"
    assert leg.silent_ticks == 14
    assert leg.played() == (400 - 80) * MS


def test_played_follows_the_marks(bench: Bench) -> None:
    leg = bench.leg(Talker(tone(100, 16_000)))
    bench.tick(10)
    leg.mark("a")
    bench.tick(10)
    assert leg.played() == 200 * MS, "a far end that has not reached the mark has not heard what follows it"
    leg.plays(10)
    assert leg.played() == 200 * MS
    bench.tick(10)
    assert leg.played() == 400 * MS


def test_clear_says_what_was_heard_and_nothing_stale_is_ever_told(bench: Bench) -> None:
    leg = bench.leg(Talker(tone(100, 16_000)))
    bench.tick(10)
    leg.mark("a")
    leg.plays(10)
    bench.tick(15)
    leg.mark("b")
    bench.tick(5)
    leg.plays(5)
    assert leg.clear() == 500 * MS, "no more than up to the mark that was not reached"
    assert not leg.queue and leg.meant == ["a"], "the mark that came back with the clear was not heard"
    assert leg.played() == 500 * MS
    bench.tick()
    leg.plays(1)
    assert leg.played() == 620 * MS


def test_one_that_cannot_send_disturbs_no_other(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def broken(octets: bytes | None) -> None:
        raise ConnectionError("it is gone")

    stream = bench.wire.open(broken)
    bench.clock.attach(stream, Talker(tone(5, 16_000)))
    leg = bench.leg(Talker(tone(5, 16_000)))
    bench.tick(5)
    assert len(leg.queue) == 5 and stream.stats().detail["send_errors"] == 5
    assert bench.clock.wire_errors == 0 and "it is gone" in caplog.text


async def test_a_place_is_given_back_once_and_a_closed_stream_is_silent(bench: Bench) -> None:
    app = Talker(tone(9, 16_000))
    leg, other = bench.leg(app), bench.leg(Talker(tone(9, 16_000)))
    assert bench.wire.active == 2
    bench.tick(2)
    stream, why = leg.stream, Termination(EndedBy.PEER, Why.HANGUP)
    assert stream is not None
    await leg.hangup(why)
    await leg.hangup(why)
    stream.close()
    stream.push(packets(1)[0])
    bench.tick(4)
    assert bench.wire.active == 1 and len(leg.queue) == 2 and len(other.queue) == 6
    assert not np.concatenate(app.heard).any()
    assert bench.wire.open(lambda octets: None).voice.slot == stream.voice.slot


def test_a_leg_may_be_read_singly_and_before_it_has_a_stream(bench: Bench) -> None:
    leg = StreamLeg(bench.wire)
    stream, leg.stream = leg.stream, None
    assert leg.read() is None and leg.lane is None
    leg.stream = stream
    for octets in packets(5):
        leg.says(octets)
    heard = [frame for _ in range(5) if (frame := leg.read()) is not None]
    assert loudness(heard[1:], 700, 16_000) > 6_000
    leg.write(tone(1, 16_000)[0])
    assert len(leg.queue) == 1


def waits_for_its_tick(bench: Bench, clock: MediaClock, leg: StreamLeg, after_ns: int, ticks: int) -> None:
    """A piece comes so long after each time that is a whole number of frames, for so many frames."""
    for _ in range(ticks * 4):
        clock.tick(bench.now)
        if bench.now % FRAME_NS == after_ns // (FRAME_NS // 4) * (FRAME_NS // 4):
            came, bench.now = bench.now, bench.now + after_ns % (FRAME_NS // 4)
            leg.says(packets(1)[0])
            bench.now = came
        bench.now += FRAME_NS // 4


def test_its_tick_is_moved_once_to_the_first_after_its_pieces(bench: Bench) -> None:
    clock = MediaClock(phases=4, now_ns=lambda: bench.now)
    leg = StreamLeg(bench.wire)
    clock.attach(leg, Talker())  # its ticks are at whole frames; what comes 2 ms after them waits for 18
    waits_for_its_tick(bench, clock, leg, 2_000_000, 4 * SETTLE_TICKS)
    assert clock.moves == 1
    stream = leg.stream
    assert stream is not None and stream.wait.early_ns == 2_000_000  # its tick is 3 ms behind, 1 is kept


def test_its_tick_stays_where_its_pieces_come_just_before_it(bench: Bench) -> None:
    clock = MediaClock(phases=4, now_ns=lambda: bench.now)
    leg = StreamLeg(bench.wire)
    clock.attach(leg, Talker())
    waits_for_its_tick(bench, clock, leg, 16_000_000, 2 * SETTLE_TICKS)
    assert clock.moves == 0


def test_rtp_streams_and_these_share_the_rows_of_a_bank(bench: Bench) -> None:
    streams: list[RtpStream | NarrowStream] = [
        bench.rtp.open(),
        bench.wire.open(lambda octets: None),
        bench.rtp.open(),
    ]
    assert [stream.voice.slot for stream in streams] == [0, 1, 2]
    assert PCMU is streams[1].codec
