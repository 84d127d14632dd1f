"""The wire over real loopback sockets, on a clock of the test's own; nothing waits or sleeps."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.errors import CapacityError, PortInUseError
from mediaserver.media.g711 import CODECS, PCMU
from mediaserver.media.leg import Frame
from mediaserver.rtp import rtcp
from mediaserver.rtp.liveness import SilenceLimits
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.telephone_events import EVENT, DigitReceiver
from mediaserver.rtp.wire import RtpStream, RtpWire
from tests.loopback import own_loopback

HOST = own_loopback(84)
TICK = 20_000_000
S = 1_000_000_000
MS = 1_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 1_000 * S

    def __call__(self) -> int:
        return self.now


class Phone:
    """The far end of one stream: a pair of plain sockets."""

    def __init__(self, host: str = HOST, ssrc: int = 77) -> None:
        self.ssrc = ssrc
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind((host, 0))
        self.rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtcp.bind((host, 0))
        self.address: tuple[str, int] = self.rtp.getsockname()
        self.rtcp_port: int = self.rtcp.getsockname()[1]
        self.number = 0

    def send(
        self, stream: RtpStream, payload: bytes, timestamp: int, kind: int = 0, marker: bool = False
    ) -> None:
        packet = RtpPacket(kind, self.number & 0xFFFF, timestamp, self.ssrc, payload, marker)
        self.number += 1
        self.rtp.sendto(bytes(packet), (HOST, stream.local_port))

    def received(self) -> list[RtpPacket]:
        packets = []
        while select.select([self.rtp], [], [], 0)[0]:
            packet = RtpPacket.parse(self.rtp.recv(2_048))
            assert packet is not None
            packets.append(packet)
        return packets

    def reports(self) -> list[rtcp.Part]:
        parts: list[rtcp.Part] = []
        while select.select([self.rtcp], [], [], 0)[0]:
            parts += rtcp.parse(self.rtcp.recv(2_048))
        return parts

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.wire = RtpWire(HOST, (21_000, 21_199), now_ns=self.clock)
        self.phones: list[Phone] = []

    def call(
        self, codec: str = "PCMU", ptime_ms: int = 20, direction: str = "sendrecv"
    ) -> tuple[RtpStream, Phone]:
        stream, phone = self.wire.open(), Phone()
        self.phones.append(phone)
        stream.configure(
            phone.address, codec, CODECS[codec].payload_type, 101, ptime_ms, direction, phone.rtcp_port
        )
        stream.proven(HOST)
        return stream, phone

    def close(self) -> None:
        self.wire.close()
        for phone in self.phones:
            phone.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def tone(ticks: int, rate: int) -> npt.NDArray[np.int16]:
    t = np.arange(ticks * rate // 50) / rate
    return np.asarray(np.rint(8_000 * np.sin(2 * np.pi * 700 * t)), np.int16).reshape(ticks, -1)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_what_the_phone_says_is_echoed_in_the_tick_it_is_read(bench: Bench, codec: str) -> None:
    law = CODECS[codec]
    stream, phone = bench.call(codec)
    other, _ = bench.call("PCMU")  # another law in the same batch
    t = np.arange(40 * 160) / 8_000
    sweep = np.rint(8_000 * np.sin(2 * np.pi * (300 + 1_500 * t) * t)).astype(np.int16)
    said, echoed, silent = sweep.reshape(40, 160), [], law.silence
    legs = [other.lane.number, stream.lane.number]
    for n in range(40):
        phone.send(stream, law.encode(said[n]).tobytes(), n * 160, law.payload_type)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        frames = bench.wire.read(legs, bench.clock.now)
        assert frames.shape == (2, 320) and frames.dtype == np.int16
        bench.wire.write(legs, list(frames), bench.clock.now)
        echoed += phone.received()
    assert len(echoed) == 40
    assert {p.payload_type for p in echoed} == {law.payload_type}
    assert [p.sequence - echoed[0].sequence & 0xFFFF for p in echoed] == list(range(40))
    assert [(p.timestamp - echoed[0].timestamp) & 0xFFFFFFFF for p in echoed] == [n * 160 for n in range(40)]
    assert [p.marker for p in echoed] == [True] + [False] * 39
    heard = law.decode(np.frombuffer(b"".join(p.payload for p in echoed), np.uint8)).astype(float)
    assert echoed[0].payload.count(silent) > 150
    flat = said.reshape(-1)[800:5_600].astype(float)
    delay = int(np.argmax([np.dot(heard[lag + 800 : lag + 5_600], flat) for lag in range(400)]))
    assert 160 <= delay <= 160 + 24  # one tick of margin and the two filters
    stats = stream.stats()
    assert (stats.packets, stats.sent, stats.lost, stats.concealed) == (40, 40, 0, 0)
    assert stats.mos is not None and stats.mos > 4.2 and stats.as_dict()["codec"] == codec


@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 60])
def test_outgoing_packets_have_the_negotiated_length(bench: Bench, ptime: int) -> None:
    stream, phone = bench.call(ptime_ms=ptime)
    said = tone(30, 16_000)
    for n in range(30):
        bench.clock.now += TICK
        stream.write(said[n])
    packets = phone.received()
    assert len(packets) == 600 // ptime
    assert {len(p.payload) for p in packets} == {ptime * 8}
    steps = {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in zip(packets, packets[1:], strict=False)}
    assert steps == {ptime * 8}


def test_no_frame_is_sent_as_silence(bench: Bench) -> None:
    stream, phone = bench.call()
    frames: list[Frame | None] = [tone(1, 16_000)[0], None, None, None]
    for frame in frames:
        bench.clock.now += TICK
        stream.write(frame)
    packets = phone.received()
    assert len(packets) == 4
    assert packets[1].payload != bytes([0xFF]) * 160  # the filter's tail
    assert packets[2].payload == packets[3].payload == bytes([0xFF]) * 160


def test_ticks_that_were_left_out_are_a_gap_in_the_time_line(bench: Bench) -> None:
    stream, phone = bench.call()
    for step in (1, 1, 6, 1):
        bench.clock.now += step * TICK
        stream.write(None)
    packets = phone.received()
    assert [(b.timestamp - a.timestamp) // 160 for a, b in zip(packets, packets[1:], strict=False)] == [
        1,
        6,
        1,
    ]
    assert [(b.sequence - a.sequence) & 0xFFFF for a, b in zip(packets, packets[1:], strict=False)] == [
        1,
        1,
        1,
    ]
    assert packets[2].marker
    assert stream.stats().lateness_ms == pytest.approx(100)


@pytest.mark.parametrize(
    ("direction", "sends", "hears"),
    [
        ("sendrecv", True, True),
        ("sendonly", True, False),
        ("recvonly", False, True),
        ("inactive", False, False),
    ],
)
def test_direction_is_respected(bench: Bench, direction: str, sends: bool, hears: bool) -> None:
    stream, phone = bench.call(direction=direction)
    said = tone(10, 8_000)
    loudest = 0
    for n in range(10):
        phone.send(stream, PCMU.encode(said[n]).tobytes(), n * 160)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        frame = stream.read()
        assert frame is not None
        loudest = max(loudest, int(frame.max()))
        stream.write(frame)
    assert bool(phone.received()) == sends
    assert (loudest > 5_000) == hears


def test_hold_by_address_zero_stops_sending_and_resume_marks_the_first_packet(bench: Bench) -> None:
    stream, phone = bench.call()
    stream.write(None)
    stream.configure(("0.0.0.0", phone.address[1]), "PCMU", 0, 101)
    bench.clock.now += TICK
    stream.write(None)
    stream.configure(phone.address, "PCMU", 0, 101)
    bench.clock.now += TICK
    stream.write(None)
    first, second = phone.received()
    assert second.marker and (second.timestamp - first.timestamp) & 0xFFFFFFFF == 320
    assert second.ssrc == first.ssrc


@pytest.mark.parametrize("direction", ["sendonly", "recvonly", "inactive"])
def test_on_hold_nobody_is_timed_out_unless_that_is_wanted(direction: str) -> None:
    clock = Clock()
    ended = []
    for limits in (SilenceLimits(), SilenceLimits(hold_s=60)):
        wire = RtpWire(HOST, (21_800, 21_899), limits, now_ns=clock)
        stream = wire.open()
        stream.configure((HOST, 9), "PCMU", 0, 101, direction=direction)
        silences: list[int] = []
        stream.on_silent = lambda: silences.append(1)  # noqa: B023 - called before the next round
        for _ in range(100):
            clock.now += S
            wire.receive(clock.now)
        ended.append(len(silences))
        wire.close()
    assert ended == [0, 1]


def test_rtcp_is_life_and_so_is_comfort_noise(bench: Bench) -> None:
    """Of phones that send no audio while nobody speaks."""
    reporting, one = bench.call()
    hissing, other = bench.call()
    told: list[str] = []
    reporting.on_silent = lambda: told.append("reports")
    hissing.on_silent = lambda: told.append("comfort noise")
    other.send(hissing, b"@", 0, kind=13)
    for n in range(60):
        if not n % 5:
            report = bytes(rtcp.Report(78)) + bytes(rtcp.Description(78, "phone"))
            one.rtcp.sendto(report, (HOST, reporting.local_port + 1))
            other.send(hissing, b"@", n * 8_000, kind=13)
        bench.clock.now += S
        bench.wire.receive(bench.clock.now)
    assert told == []
    for _ in range(20):
        bench.clock.now += S
        bench.wire.receive(bench.clock.now)
    assert sorted(told) == ["comfort noise", "reports"]


def test_rtcp_of_strangers_is_no_life_and_changes_nothing(bench: Bench) -> None:
    stream, phone = bench.call()
    mallory = Phone("127.0.0.85")
    bench.phones.append(mallory)
    told: list[int] = []
    stream.on_silent = lambda: told.append(1)
    for _ in range(20):
        block = rtcp.ReportBlock(stream.outgoing.sender.ssrc, 255, 99, 0, 80, 0, 0)
        packets = bytes(rtcp.Report(78, (block,))) + bytes(rtcp.Description(78, "m")) + bytes(rtcp.Bye((78,)))
        mallory.rtcp.sendto(packets, (HOST, stream.local_port + 1))
        bench.clock.now += S
        bench.wire.receive(bench.clock.now)
    assert told == [1] and stream.stats().remote_lost is None and not stream.rtcp.goodbye
    assert phone.reports() and not mallory.reports()


def test_packets_from_elsewhere_are_dropped_and_never_answered(bench: Bench) -> None:
    stream, phone = bench.call()
    mallory = Phone("127.0.0.85", ssrc=99)
    bench.phones.append(mallory)
    for n in range(2):
        phone.send(stream, bytes(160), n * 160)
    bench.wire.receive(bench.clock.now)
    for n in range(5):
        mallory.send(stream, bytes(160), n * 160)
    bench.wire.receive(bench.clock.now)
    stream.write(None)
    assert stream.stats().foreign_packets == 5
    assert len(phone.received()) == 1 and not mallory.received()


def test_answers_go_to_where_the_media_comes_from(bench: Bench) -> None:
    stream, announced = bench.call()
    behind_nat = Phone()
    bench.phones.append(behind_nat)
    for n in range(3):
        behind_nat.send(stream, bytes(160), n * 160)
    bench.wire.receive(bench.clock.now)
    stream.write(None)
    assert behind_nat.received() and not announced.received()


def test_digits_are_heard_once_with_position_and_length(bench: Bench) -> None:
    stream, phone = bench.call()
    heard: list[tuple[str, int, int]] = []
    stream.on_digit = lambda *digit: heard.append(digit)
    for n in range(10):
        phone.send(stream, bytes(160), n * 160)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        stream.read()
    for n in range(5):  # the end never comes
        phone.send(stream, EVENT.pack(5, 10, n * 160 + 160), 1_600, kind=101)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        stream.read()
    assert heard == []
    for _ in range(12):
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        stream.read()
    assert len(heard) == 1
    digit, position, duration = heard[0]
    assert (digit, duration) == ("5", 100)
    assert position == pytest.approx(10 * 320, abs=330)
    assert stream.stats().digits == 1
    assert stream.stats().concealed == 0  # the pause under the digit is no loss


def test_digits_sent_replace_audio_and_its_time_line_goes_on(bench: Bench) -> None:
    stream, phone = bench.call()
    stream.send_digit("7", 100)
    stream.send_digit("#")
    for _ in range(30):
        bench.clock.now += TICK
        stream.write(None)
    packets = phone.received()
    assert len(packets) == 30
    assert [(p.sequence - packets[0].sequence) & 0xFFFF for p in packets] == list(range(30))
    receiver = DigitReceiver()
    heard = [h for p in packets if p.payload_type == 101 for h in receiver.push(p.timestamp, p.payload, 0)]
    assert [(h.digit, h.duration_ms) for h in heard] == [("7", 100), ("#", 100)]
    base = packets[0].timestamp
    for i, p in enumerate(packets):
        if p.payload_type == 0:
            assert (p.timestamp - base) & 0xFFFFFFFF == i * 160


def test_a_callback_that_raises_ends_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    stream, phone = bench.call()

    def broken(*_: object) -> None:
        raise RuntimeError("listener")

    stream.on_digit = stream.on_silent = broken
    phone.send(stream, EVENT.pack(1, 0x8A, 800), 0, kind=101)
    bench.wire.receive(bench.clock.now)
    bench.clock.now += 20 * S
    bench.wire.receive(bench.clock.now)
    assert caplog.text.count("RuntimeError: listener") == 2


def test_silence_is_told_once_and_not_while_held(bench: Bench) -> None:
    held, _ = bench.call(direction="sendonly")
    live, phone = bench.call()
    told: list[str] = []
    held.on_silent, live.on_silent = (lambda: told.append("held")), (lambda: told.append("live"))

    def wait(seconds: float) -> None:
        for _ in range(int(seconds * 4)):
            bench.clock.now += S // 4
            bench.wire.receive(bench.clock.now)

    wait(14)
    assert told == []
    wait(2)
    assert told == ["live"]
    wait(20)
    phone.send(live, bytes(160), 0)
    wait(14)
    assert told == ["live"]
    wait(3)
    assert told == ["live", "live"]


@pytest.mark.parametrize(
    ("host", "direction"), [(HOST, "recvonly"), ("0.0.0.0", "sendrecv")], ids=["recvonly", "no address"]
)
def test_a_phone_that_holds_us_may_be_silent(bench: Bench, host: str, direction: str) -> None:
    stream, phone = bench.call()
    told: list[str] = []
    stream.on_silent = lambda: told.append("silent")
    stream.configure((host, phone.address[1]), "PCMU", 0, 101, 20, direction)
    for _ in range(60):
        bench.clock.now += S
        bench.wire.receive(bench.clock.now)
    assert told == []
    stream.configure(phone.address, "PCMU", 0, 101)
    for _ in range(20):
        bench.clock.now += S
        bench.wire.receive(bench.clock.now)
    assert told == ["silent"]


def test_a_phone_behind_nat_that_held_by_address_zero_is_heard_at_once(bench: Bench) -> None:
    stream, phone = bench.call()
    behind_nat = Phone()
    bench.phones.append(behind_nat)
    for n in range(3):
        behind_nat.send(stream, bytes(160), n * 160)
    bench.wire.receive(bench.clock.now)
    stream.configure(("0.0.0.0", phone.address[1]), "PCMU", 0, 101)
    stream.configure(phone.address, "PCMU", 0, 101)
    behind_nat.send(stream, bytes(160), 480)
    bench.wire.receive(bench.clock.now)
    assert stream.stats().packets == 2
    stream.write(None)
    assert behind_nat.received()


def test_a_barge_in_takes_no_key_back(bench: Bench) -> None:
    stream, phone = bench.call()
    for digit in "12#":
        stream.send_digit(digit)
    for _ in range(40):
        stream.clear()
        bench.clock.now += TICK
        stream.write(None)
    receiver = DigitReceiver()
    events = [p for p in phone.received() if p.payload_type == 101]
    heard = [h.digit for p in events for h in receiver.push(p.timestamp, p.payload, 0)]
    assert heard == ["1", "2", "#"]


def test_the_second_codec_of_an_answer_is_heard_and_keys_by_our_own_number(bench: Bench) -> None:
    stream, phone = bench.call()
    stream.configure(
        phone.address, "PCMU", 0, 96, 20, "sendrecv", phone.rtcp_port, others=[(8, "PCMA")], events_in=101
    )
    heard: list[str] = []
    stream.on_digit = lambda digit, *_: heard.append(digit)
    loudest = 0
    for n, samples in enumerate(tone(30, 8_000)):
        phone.send(stream, CODECS["PCMA"].encode(samples).tobytes(), n * 160, kind=8)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        frame = stream.read()
        loudest = max(loudest, 0 if frame is None else int(frame.max()))
    assert 7_000 < loudest < 9_000
    for number, digit in ((101, 1), (96, 2)):
        phone.send(stream, EVENT.pack(digit, 0x8A, 800), 9_600 * number, kind=number)
    bench.clock.now += TICK
    bench.wire.receive(bench.clock.now)
    assert heard == ["1", "2"]


def test_a_closing_callback_in_the_middle_of_a_round_is_survived(bench: Bench) -> None:
    first, phone = bench.call()
    second, _ = bench.call()

    def hang_up(*_: object) -> None:
        first.close()
        second.close()

    first.on_digit = hang_up
    phone.send(first, EVENT.pack(1, 0x8A, 800), 0, kind=101)
    bench.wire.receive(bench.clock.now)
    assert bench.wire.active == 0
    frames = bench.wire.read([first.lane.number, -1], bench.clock.now)
    assert frames.shape == (2, 320) and not frames.any()
    bench.wire.write([first.lane.number, -1], [None, frames[0]], bench.clock.now)


def test_rtcp_reports_go_out_and_come_in(bench: Bench) -> None:
    stream, phone = bench.call()
    phone.send(stream, bytes(160), 0)
    bench.wire.receive(bench.clock.now)
    stream.write(None)
    for _ in range(28):
        bench.clock.now += S // 4
        bench.wire.receive(bench.clock.now)
    reports = [p for p in phone.reports() if isinstance(p, rtcp.Report)]
    assert reports and reports[0].ntp is not None and reports[0].blocks[0].ssrc == 77
    block = rtcp.ReportBlock(stream.outgoing.sender.ssrc, 26, 3, 10, 80, 0, 0)
    phone.rtcp.sendto(bytes(rtcp.Report(77, (block,))), (HOST, stream.local_port + 1))
    bench.wire.receive(bench.clock.now)
    stats = stream.stats()
    assert (stats.remote_lost, stats.remote_loss_pct, stats.remote_jitter_ms) == (3, 10.16, 10.0)
    stream.close()
    assert any(isinstance(p, rtcp.Bye) for p in phone.reports())


def test_lost_packets_are_concealed_and_joined(bench: Bench) -> None:
    stream, phone = bench.call()
    said = tone(30, 8_000)
    heard = []
    for n in range(30):
        if n != 15:
            phone.send(stream, PCMU.encode(said[n]).tobytes(), n * 160)
        else:
            phone.number += 1
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        frame = stream.read()
        assert frame is not None
        heard.append(frame)
    whole = np.concatenate(heard[3:29]).astype(float)
    assert np.abs(np.diff(whole)).max() < 1.5 * 8_000 * 2 * np.pi * 700 / 16_000
    levels = [float(np.abs(frame.astype(float)).mean()) for frame in heard[3:29]]
    assert min(levels) > 3_000
    assert (stream.stats().lost, stream.stats().concealed) == (1, 1)


def test_ports_are_even_pairs_and_run_out_with_one_clear_error() -> None:
    wire = RtpWire(HOST, (21_301, 21_306))
    streams = [wire.open(), wire.open()]
    assert sorted(s.local_port for s in streams) == [21_302, 21_304]
    with pytest.raises(CapacityError, match="RTP port"):
        wire.open()
    port = streams[0].local_port
    streams[0].close()
    streams[0].close()
    assert wire.open().local_port == port
    wire.close()


def test_ports_in_use_by_others_are_passed_over() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOST, 21_311))  # somebody's port where our RTCP would be
        wire = RtpWire(HOST, (21_310, 21_313))
        assert wire.open().local_port == 21_312
        wire.close()


def test_an_address_that_is_not_ours_is_said_so() -> None:
    wire = RtpWire("192.0.2.77", (21_320, 21_330))
    with pytest.raises(PortInUseError, match=r"192\.0\.2\.77"):
        wire.open()
    wire.close()


def test_a_flood_of_garbage_on_one_port_harms_nobody(bench: Bench) -> None:
    flooded, attacker = bench.call()
    calm, phone = bench.call()
    rng = np.random.default_rng(5)
    for _ in range(200):
        data = rng.integers(0, 256, int(rng.integers(0, 80)), np.uint8).tobytes()
        attacker.rtp.sendto(data, (HOST, flooded.local_port))
        attacker.rtp.sendto(data, (HOST, flooded.local_port + 1))
    phone.send(calm, bytes(160), 0)
    bench.wire.receive(bench.clock.now)
    assert calm.stats().packets == 1
    for _ in range(20):
        bench.wire.receive(bench.clock.now)
    assert flooded.stats().invalid_packets + flooded.stats().packets >= 100


def test_a_flood_of_many_calls_is_taken_in_bounded_bites_and_no_call_starves(bench: Bench) -> None:
    calls = [bench.call() for _ in range(30)]
    mallory = Phone("127.0.0.85")
    bench.phones.append(mallory)
    for n in range(50):
        for stream, phone in calls:
            phone.send(stream, bytes(160), n * 160)
            for _ in range(12):
                mallory.rtp.sendto(b"\x80" + bytes(40), (HOST, stream.local_port))
        bench.clock.now += TICK
        before = sum(stream.stats().foreign_packets for stream, _ in calls)
        for phase in range(5):
            bench.wire.receive(bench.clock.now + phase)
            taken = sum(stream.stats().foreign_packets for stream, _ in calls) - before
            assert taken <= (phase + 1) * (128 + 30)
    assert all(stream.stats().packets == 50 for stream, _ in calls)


def test_what_the_peer_has_heard_trails_what_was_sent_by_the_path(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = 1_800_000_000 * S
    monkeypatch.setattr(time, "time_ns", lambda: wall)
    stream, phone = bench.call()
    for _ in range(3):
        stream.write(None)
    assert stream.played() == 0
    for _ in range(47):
        stream.write(None)
    assert stream.played() == 16_000 - 80 * 16  # nothing is known of the path yet
    sent_at = (rtcp.ntp_time(wall - 260 * MS) >> 16) & 0xFFFFFFFF
    block = rtcp.ReportBlock(stream.outgoing.sender.ssrc, 0, 0, 0, 80, sent_at, 0)
    packets = bytes(rtcp.Report(78, (block,))) + bytes(rtcp.Description(78, "phone"))
    phone.rtcp.sendto(packets, (HOST, stream.local_port + 1))
    bench.wire.receive(bench.clock.now)
    rtt_ms = stream.stats().rtt_ms
    assert rtt_ms is not None and rtt_ms == pytest.approx(260, abs=0.1)
    assert stream.played() == 16_000 - 80 * 16, "what was heard stays heard, though the path is longer"
    for _ in range(50):
        stream.write(None)
    unheard_ms = rtt_ms / 2 + 40 + 2 * 10
    assert stream.played() == pytest.approx(32_000 - 16 * unheard_ms, abs=1)


def stranded(bench: Bench) -> tuple[RtpStream, Phone]:
    """A stream that is configured, and of which nothing was proven."""
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    stream.configure(phone.address, "PCMU", 0, 101, rtcp_port=phone.rtcp_port)
    return stream, phone


def write_and_sweep(bench: Bench, stream: RtpStream, ticks: int, phone: Phone) -> list[RtpPacket]:
    """What comes at the phone."""
    came = []
    for _ in range(ticks):
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        stream.write(None)
        came += phone.received()
    return came


def test_nothing_is_sent_before_the_address_is_proven_and_all_of_it_after(bench: Bench) -> None:
    stream, phone = stranded(bench)
    assert write_and_sweep(bench, stream, 1_000, phone) == []
    stream.close()
    assert phone.reports() == []
    stream, phone = stranded(bench)
    write_and_sweep(bench, stream, 50, phone)
    assert stream.written() == 50 * 320 and stream.played() == 0, "what was not sent was not heard"
    stream.proven(HOST)
    packets = write_and_sweep(bench, stream, 500, phone)
    assert len(packets) == 500 and packets[0].marker and phone.reports()


def test_a_stranger_that_an_offer_names_gets_what_signalling_is_worth_and_no_more(bench: Bench) -> None:
    stream, victim = stranded(bench)
    stream.proven("192.0.2.1", 900)
    came = write_and_sweep(bench, stream, 1_500, victim)
    stream.configure(victim.address, "PCMU", 0, 101, direction="sendonly", rtcp_port=victim.rtcp_port)
    stream.proven("192.0.2.1", 900)
    came += write_and_sweep(bench, stream, 1_500, victim)
    stream.close()
    spent = sum(len(p.payload) + 12 for p in came) + 100 * len(victim.reports())
    assert 10 * 172 < spent <= 3 * 900 + 100
    assert 0 < stream.played() < 22 * 320


def test_a_gateway_apart_from_signalling_that_talks_is_talked_to(bench: Bench) -> None:
    stream, gateway = stranded(bench)
    stream.proven("192.0.2.1", 900)

    def talk(first: int, last: int) -> int:
        """Packets that come meanwhile."""
        got = 0
        for n in range(first, last):
            gateway.send(stream, bytes(160), n * 160)
            got += len(write_and_sweep(bench, stream, 1, gateway))
        return got

    assert talk(0, 400) == 400
    silent = len(write_and_sweep(bench, stream, 3_000, gateway))
    assert 100 < silent <= 820, "three bytes for each that came, and no more"
    assert talk(400, 500) > 80, "and it is heard anew"


def test_a_gateway_that_reports_on_our_packets_gets_all_until_it_is_silent(bench: Bench) -> None:
    stream, gateway = stranded(bench)
    stream.proven("192.0.2.1", 900)
    came = write_and_sweep(bench, stream, 10, gateway)
    block = rtcp.ReportBlock(stream.outgoing.sender.ssrc, 0, 0, 0, 80, 0, 0)
    report = bytes(rtcp.Report(78, (block,))) + bytes(rtcp.Description(78, "phone"))
    for _ in range(5):
        gateway.rtcp.sendto(report, (HOST, stream.local_port + 1))
        came += write_and_sweep(bench, stream, 500, gateway)
    assert len(came) == 2_510
    assert len(write_and_sweep(bench, stream, 2_000, gateway)) < 400


def test_a_gateway_of_a_verified_caller_is_sent_all_though_it_only_listens(bench: Bench) -> None:
    stream, gateway = stranded(bench)
    assert write_and_sweep(bench, stream, 100, gateway) == []
    stream.proven("192.0.2.1", 300, verified=True)
    assert len(write_and_sweep(bench, stream, 1_400, gateway)) == 1_400 and gateway.reports()
    assert len(write_and_sweep(bench, stream, 1_400, gateway)) < 200, "it may be gone"
    report = bytes(rtcp.Report(78)) + bytes(rtcp.Description(78, "phone"))
    gateway.rtcp.sendto(report, (HOST, stream.local_port + 1))
    assert len(write_and_sweep(bench, stream, 1_000, gateway)) > 995, "it is not"


def test_and_so_is_the_music_server_that_it_names_in_mid_call(bench: Bench) -> None:
    stream, _ = stranded(bench)
    stream.proven("192.0.2.1", 300, verified=True)
    other = Phone("127.0.0.85")
    bench.phones.append(other)
    bench.clock.now += 100 * TICK * 50
    stream.configure(other.address, "PCMU", 0, 101, rtcp_port=other.rtcp_port)
    assert len(write_and_sweep(bench, stream, 500, other)) == 500


def test_audio_that_is_withheld_is_said_once_a_call_and_never_before_the_call_is_proven(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []
    bench.wire.on_withheld = lambda: told.append(1)
    stream, gateway = stranded(bench)
    write_and_sweep(bench, stream, 100, gateway)
    trusted, phone = bench.call()
    write_and_sweep(bench, trusted, 100, phone)
    held, held_phone = stranded(bench)
    held.configure(held_phone.address, "PCMU", 0, 101, direction="recvonly")
    held.proven("192.0.2.1", 1)
    write_and_sweep(bench, held, 100, held_phone)
    assert told == [] and not caplog.records
    stream.proven("192.0.2.1", 300)
    write_and_sweep(bench, stream, 1_000, gateway)
    assert told == [1]
    assert [f"{HOST} is withheld" in line and "rtp.trusted_networks" in line for line in caplog.messages] == [
        True
    ]


def test_a_witness_at_one_place_proves_nothing_for_another(bench: Bench) -> None:
    """It told its own SSRC to whoever forges the other's reports."""
    stream, own = bench.call()
    write_and_sweep(bench, stream, 5, own)
    told = stream.outgoing.sender.ssrc
    victim = Phone("127.0.0.85")
    bench.phones.append(victim)
    stream.configure(victim.address, "PCMU", 0, 101, rtcp_port=victim.rtcp_port)
    block = rtcp.ReportBlock(told, 0, 0, 0, 80, 0, 0)
    forged = bytes(rtcp.Report(78, (block,))) + bytes(rtcp.Description(78, "phone"))
    came = []
    for _ in range(4):
        victim.rtcp.sendto(forged, (HOST, stream.local_port + 1))
        came += write_and_sweep(bench, stream, 500, victim)
    sent = sum(len(p.payload) + 12 for p in came) + 100 * len(victim.reports())
    assert sent <= 3 * 4 * len(forged) + 20 * 172 + 100


def test_on_heard_is_told_once_and_by_no_single_packet(bench: Bench) -> None:
    stream, phone = stranded(bench)
    told: list[int] = []
    stream.on_heard = lambda: told.append(1)
    phone.send(stream, bytes(160), 0)
    bench.wire.receive(bench.clock.now)
    assert told == []
    for n in range(1, 9):
        phone.send(stream, bytes(160), n * 160)
        bench.wire.receive(bench.clock.now)
    assert told == [1]


def test_on_heard_is_told_of_audio_and_not_of_packets_without_any(bench: Bench) -> None:
    """Their headers alone are cheap to guess a port with."""
    stream, phone = stranded(bench)
    told: list[int] = []
    stream.on_heard = lambda: told.append(1)
    for n in range(20):
        phone.send(stream, b"", n * 160)
        bench.wire.receive(bench.clock.now)
    assert told == []
    phone.send(stream, bytes(160), 20 * 160)
    bench.wire.receive(bench.clock.now)
    assert told == [1]


def test_rtcp_says_that_somebody_hears_us_only_when_it_names_our_stream(bench: Bench) -> None:
    stream, phone = stranded(bench)
    told: list[int] = []
    stream.on_heard = lambda: told.append(1)
    bye = bytes(rtcp.Description(78, "phone"))
    other, ours = stream.outgoing.sender.ssrc ^ 1, stream.outgoing.sender.ssrc
    wrong = rtcp.ReportBlock(other, 0, 0, 0, 80, 0, 0)
    for report in (rtcp.Report(78), rtcp.Report(78, (wrong,))):
        phone.rtcp.sendto(bytes(report) + bye, (HOST, stream.local_port + 1))
        bench.wire.receive(bench.clock.now)
        assert told == [] and stream.silent_s() == 0  # a sign of life, and no proof
    right = rtcp.Report(78, (rtcp.ReportBlock(ours, 0, 0, 0, 80, 0, 0),))
    phone.rtcp.sendto(bytes(right) + bye, (HOST, stream.local_port + 1))
    bench.wire.receive(bench.clock.now)
    assert told == [1]


def test_a_private_address_behind_a_public_one_is_answered_where_signalling_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phones behind a NAT that keeps ports hear us before they speak."""
    monkeypatch.setattr("mediaserver.rtp.incoming.is_global", lambda host: host == HOST)
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    stream.configure(("10.0.0.7", phone.address[1]), "PCMU", 0, 101, rtcp_port=phone.rtcp_port)
    stream.proven(HOST)
    assert stream.remote == phone.address
    assert len(write_and_sweep(bench, stream, 400, phone)) == 400 and phone.reports()


def test_a_call_of_which_nothing_was_heard_has_no_quality(bench: Bench) -> None:
    stream, phone = bench.call()
    write_and_sweep(bench, stream, 100, phone)
    assert stream.stats().mos is None
    phone.send(stream, bytes(160), 0)
    bench.wire.receive(bench.clock.now)
    assert stream.stats().mos is not None


def test_a_loss_of_240_ms_is_told_from_a_pause_by_its_numbers(bench: Bench) -> None:
    concealed = []
    for numbered in (True, False):
        stream, phone = bench.call()
        for n in range(60):
            if not 20 <= n < 32:
                phone.send(stream, bytes(160), n * 160)
            elif numbered:
                phone.number += 1
            bench.clock.now += TICK
            bench.wire.receive(bench.clock.now)
            stream.read()
        concealed.append((stream.stats().lost, stream.stats().concealed))
    assert concealed == [(12, 12), (0, 0)]
