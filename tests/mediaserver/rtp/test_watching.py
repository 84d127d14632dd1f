"""Packets are watched as they are on the wire, and what is not watched is as before."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mediaserver.media.encryption import SrtpKeys
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.srtp import SrtpSender
from mediaserver.rtp.stream import RtpStream
from tests.mediaserver.rtp.test_srtp import CM, key
from tests.mediaserver.rtp.test_wire import HOST, TICK, Bench, Phone
from tests.uncollected import standing_still

KEYS = SrtpKeys(key(CM, 1), key(CM, 2))
Seen = tuple[bool, int, tuple[str, int], bytes]


class Looking:
    """Who watches, and what it saw."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.times: list[float] = []

    def __call__(self, at: float, sent: bool, port: int, remote: tuple[str, int], data: bytes) -> None:
        self.seen.append((sent, port, remote, data))
        self.times.append(at)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def talk(bench: Bench, stream: RtpStream, phone: Phone, ticks: int, at: int = 0) -> None:
    for n in range(at, at + ticks):
        phone.send(stream, bytes([n]) * 160, n * 160)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        frames = bench.wire.read([stream.lane.number], bench.clock.now)
        bench.wire.write([stream.lane.number], list(frames), bench.clock.now)


def test_both_directions_of_one_stream_are_seen_and_no_other(bench: Bench) -> None:
    stream, phone = bench.call()
    other, far = bench.call()
    looking, before = Looking(), time.time()
    bench.wire.watch(stream.local_port, time.time(), looking)
    talk(bench, stream, phone, 10)
    talk(bench, other, far, 3)
    came = [data for sent, *_, data in looking.seen if not sent]
    went = [data for sent, *_, data in looking.seen if sent]
    assert len(came) == len(went) == 10
    assert [RtpPacket.parse(data) for data in went] == phone.received()
    assert {(port, remote) for _, port, remote, _ in looking.seen} == {(stream.local_port, phone.address)}
    assert all(before - 1 < at <= time.time() for at in looking.times)


def test_a_steady_stream_is_seen_and_stays_steady(bench: Bench) -> None:
    stream, phone = bench.call()
    talk(bench, stream, phone, 20)
    assert stream.incoming.steady
    looking = Looking()
    bench.wire.watch(stream.local_port, time.time(), looking)
    talk(bench, stream, phone, 20, at=20)
    assert len(looking.seen) == 40 and stream.stats().lost == 0
    assert stream.incoming.steady


def test_when_nobody_looks_any_more_nothing_is_left_on_the_way(bench: Bench) -> None:
    stream, phone = bench.call()
    before = stream.receivers()
    one, two = Looking(), Looking()
    for looking in (one, two):
        bench.wire.watch(stream.local_port, time.time(), looking)
    talk(bench, stream, phone, 2)
    bench.wire.unwatch(one)
    talk(bench, stream, phone, 2, at=2)
    bench.wire.unwatch(two)
    talk(bench, stream, phone, 2, at=4)
    assert (len(one.seen), len(two.seen)) == (4, 8)
    assert stream.receivers() == before
    assert stream.outgoing._sendto == stream.rtp_socket.sendto


def test_reports_are_seen_both_ways(bench: Bench) -> None:
    stream, phone = bench.call()
    looking = Looking()
    bench.wire.watch(stream.local_port, time.time(), looking)
    talk(bench, stream, phone, 2)
    report = bytes.fromhex("80c90001") + phone.ssrc.to_bytes(4, "big")
    phone.rtcp.sendto(report, (HOST, stream.local_port + 1))
    bench.clock.now += 10_000_000_000
    bench.wire.receive(bench.clock.now)
    reports = [(sent, remote) for sent, port, remote, _ in looking.seen if port == stream.local_port + 1]
    assert set(reports) == {(False, phone.rtcp.getsockname()), (True, (HOST, phone.rtcp_port))}


def test_a_port_that_was_another_streams_is_not_watched(bench: Bench) -> None:
    stream, phone = bench.call()
    looking = Looking()
    bench.wire.watch(stream.local_port, stream.opened_at - 1, looking)
    bench.wire.watch(stream.local_port + 2, time.time(), looking)
    talk(bench, stream, phone, 2)
    assert not looking.seen


def test_encrypted_audio_is_seen_encrypted(bench: Bench) -> None:
    stream, phone = bench.call()
    stream.secure(KEYS)
    looking = Looking()
    bench.wire.watch(stream.local_port, time.time(), looking)
    packet = bytes(RtpPacket(0, 0, 0, phone.ssrc, b"\x07" * 160))
    protected = SrtpSender(KEYS.theirs).protect(packet)
    phone.rtp.sendto(protected, (HOST, stream.local_port))
    bench.wire.receive(bench.clock.now)
    assert looking.seen[0][3] == protected != packet


def test_who_fails_is_not_asked_again_and_touches_no_packet(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    stream, phone = bench.call()

    def failing(at: float, sent: bool, port: int, remote: tuple[str, int], data: bytes) -> None:
        raise KeyError(port)

    looking = Looking()
    for look in (failing, looking):
        bench.wire.watch(stream.local_port, time.time(), look)
    talk(bench, stream, phone, 5)
    assert caplog.text.count("cannot be watched") == 1
    assert len(looking.seen) == 10 and stream.stats().packets == 5


def test_a_stream_that_is_closed_while_it_is_watched_leaves_nothing_uncollected() -> None:
    looking = Looking()
    with standing_still() as uncollected:
        bench = Bench()
        stream, phone = bench.call()
        bench.wire.watch(stream.local_port, time.time(), looking)
        talk(bench, stream, phone, 2)
        stream.close()
        stream.watch(looking)  # too late, and no fault
        bench.wire.unwatch(looking)
        bench.close()
        del bench, stream, phone
        ours = ("Watched", "PacketLooks", "RtpStream", "Outgoing", "Incoming")
        assert not [each for each in uncollected() if any(name in each for name in ours)]
