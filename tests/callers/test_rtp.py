"""The measuring stream packet by packet (without its thread), and what else the caller reads."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import numpy as np
import pytest

from callers.rtp import MeasuringStream, MeasuringWire
from callers.server_child import parse_metrics
from callers.sound import PACKET, PCMA, PCMU, SILENCE, encode
from callers.transcript import ServerEvent, parse_event, transcript_url
from callers.voiced import Clip

MS = 1_000_000
TONE = np.full(PACKET * 3, 5000, np.int16)
LOUD = encode(TONE[:PACKET], PCMU)


class Pair:
    """A stream whose packets land in a socket of ours; the test is its clock."""

    def __init__(self) -> None:
        self.wire = MeasuringWire()
        self.far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.far.bind(("127.0.0.1", 0))
        self.far.settimeout(2)
        self.stream: MeasuringStream = self.wire.open()
        self.stream.configure(self.far.getsockname(), "PCMU", 0, 101, 20, "sendrecv", None)
        self.stream.secure(None)
        self.wire.halt(self.stream)
        while select_readable(self.far):  # what the thread sent before it was halted
            self.far.recv(2048)
        self.stream.departures.clear()

    def tick(self) -> tuple[int, bool, int, int, bytes]:
        """(payload type, marker, sequence, timestamp, payload) of the next packet."""
        self.stream.tick()
        data = self.far.recv(2048)
        flags, kind, sequence, timestamp, _ = struct.unpack_from("!BBHII", data)
        assert flags == 0x80
        return kind & 127, bool(kind >> 7), sequence, timestamp, data[12:]

    def close(self) -> None:
        self.stream.close()
        self.wire.close()
        self.far.close()


def select_readable(sock: socket.socket) -> bool:
    import select

    return bool(select.select([sock], [], [], 0)[0])


@pytest.fixture
def pair() -> Iterator[Pair]:
    each = Pair()
    yield each
    each.close()


def packet(sequence: int, payload: bytes, timestamp: int | None = None, kind: int = PCMU) -> bytes:
    at = sequence * PACKET if timestamp is None else timestamp
    return struct.pack("!BBHII", 0x80, kind, sequence, at, 7) + payload


def test_the_port_is_even_and_rtcp_lies_above(pair: Pair) -> None:
    assert pair.stream.local_port % 2 == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, pytest.raises(OSError):
        other.bind(("127.0.0.1", pair.stream.local_port + 1))


def test_a_line_is_sent_between_silence_and_its_times_are_kept(pair: Pair) -> None:
    assert pair.tick()[4] == SILENCE[PCMU] * PACKET
    playing = pair.stream.say(Clip.of("tone", TONE))
    sent = [pair.tick() for _ in range(4)]
    assert [p[4] for p in sent] == [LOUD] * 3 + [SILENCE[PCMU] * PACKET]
    assert playing.done and len(playing.sent_ns) == 3
    assert playing.at_ns(PACKET + 8) == playing.sent_ns[1] + MS
    numbers = [p[2] for p in sent]
    assert numbers == [numbers[0] + i & 0xFFFF for i in range(4)]
    assert [p[3] - sent[0][3] for p in sent] == [0, 160, 320, 480]


def test_a_key_is_one_event_with_three_end_packets(pair: Pair) -> None:
    pair.stream.press("5", press_ms=60)
    sent = [pair.tick() for _ in range(6)]
    assert [p[0] for p in sent] == [101] * 6
    assert [p[1] for p in sent] == [True] + [False] * 5
    assert len({p[3] for p in sent}) == 1
    assert [p[4][0] for p in sent] == [5] * 6
    assert [p[4][1] >> 7 for p in sent] == [0, 0, 0, 1, 1, 1]
    assert [int.from_bytes(p[4][2:]) for p in sent] == [160, 320, 480, 480, 480, 480]
    kind, _, _, timestamp, _ = pair.tick()
    assert kind == PCMU and timestamp == sent[0][3] + 6 * 160


def test_a_dynamic_payload_type_is_sent_and_heard(pair: Pair) -> None:
    pair.stream.configure(pair.far.getsockname(), "PCMA", 97, None, 20, "sendrecv", None)
    pair.stream.secure(None)
    pair.wire.halt(pair.stream)
    while select_readable(pair.far):
        pair.far.recv(2048)
    kind, _, _, _, payload = pair.tick()
    assert (kind, payload) == (97, SILENCE[PCMA] * PACKET)
    pair.stream.arrived(0, packet(1, encode(TONE[:PACKET], PCMA), kind=97))
    assert pair.stream.voiced_packets == 1 and pair.stream.arrivals[0].payload_type == PCMA


def test_an_unknown_key_is_refused(pair: Pair) -> None:
    with pytest.raises(ValueError):
        pair.stream.press("1x")


def test_speech_of_the_far_end_is_noticed(pair: Pair) -> None:
    stream = pair.stream
    for i in range(3):
        stream.arrived(i * 20 * MS, packet(i, SILENCE[PCMU] * PACKET))
    assert stream.silent_for_ms(0) == float("inf")
    for i in range(3, 6):
        stream.arrived(i * 20 * MS, packet(i, LOUD))
    assert (stream.run_began_ns, stream.last_voiced_ns) == (60 * MS, 100 * MS)
    stream.arrived(1000 * MS, packet(50, LOUD))
    assert stream.run_began_ns == 1000 * MS
    assert stream.silent_for_ms(1500 * MS) == 500


def test_a_digit_of_the_far_end_counts_once(pair: Pair) -> None:
    for i in range(6):
        pair.stream.arrived(i * MS, packet(i, b"\x03\x0a\x01\x40", 800, 101))
    pair.stream.arrived(9 * MS, packet(9, b"\x03\x8a\x01\x40", 8000, 101))
    assert pair.stream.digits_heard == "33"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x90" + packet(1, b"")[1:],
        b"\x9f" + packet(1, b"abc")[1:],
        b"\x40" * 40,
        b"\xa0" + packet(1, b"\xff")[1:],
    ],
)
def test_what_is_no_rtp_is_survived(pair: Pair, data: bytes) -> None:
    pair.stream.arrived(0, data)
    assert pair.stream.arrivals == []


def test_loss_that_the_far_end_reports_is_read(pair: Pair) -> None:
    ours = int.from_bytes(first_ssrc(pair))
    block = struct.pack("!IIIIII", ours, 3 << 24 | 17, 0, 160, 0, 0)
    pair.far.sendto(struct.pack("!BBHI", 0x81, 201, 7, 99) + block, ("127.0.0.1", pair.stream.local_port + 1))
    pair.stream.report(0.0)
    assert pair.stream.far_lost == 17
    assert pair.stream.far_jitter_ms == 20.0


def first_ssrc(pair: Pair) -> bytes:
    pair.stream.tick()
    return pair.far.recv(2048)[8:12]


EVENTS = "http://127.0.0.1:8080/api/telephony/calls/123e4567-e89b-12d3-a456-426614174000/events"


def test_the_transcript_is_found_in_call_info() -> None:
    assert transcript_url([f"<{EVENTS}>;purpose=transcript"], "127.0.0.1") == EVENTS
    both = f"<http://x/icon.png>;purpose=icon, <{EVENTS}> ; purpose=transcript"
    assert transcript_url([both], "pbx.example") == EVENTS


@pytest.mark.parametrize(
    "url",
    [
        EVENTS.replace("127.0.0.1", "evil.example"),
        EVENTS.replace("http:", "file:"),
        EVENTS.replace("//", "//user@"),
        EVENTS.replace("8080", "99999"),
        EVENTS + "?x=1",
        "http://127.0.0.1:8080/shutdown",
        "http://[::1",
    ],
)
def test_other_addresses_are_not_followed(url: str) -> None:
    assert transcript_url([f"<{url}>;purpose=transcript"], "127.0.0.1") is None


def test_an_event_is_read_from_its_lines() -> None:
    lines = ["event: final", 'data: {"text":', 'data: "today"}']
    assert parse_event(lines) == ServerEvent("final", {"text": "today"})
    assert parse_event([": keep-alive"]) is None
    assert parse_event(["event: final", "data: [1]"]) is None
    assert parse_event(["event: final", "data: {"]) is None


def test_metrics_are_read_with_their_labels() -> None:
    text = '# HELP x y\nvoiceforge_calls 3\nlate_bucket{le="5.0"} 17\nbad line\n'
    assert parse_metrics(text) == {"voiceforge_calls": 3.0, 'late_bucket{le="5.0"}': 17.0}


def test_nothing_is_sent_before_it_is_known_whether_to_encrypt() -> None:
    wire = MeasuringWire("127.0.0.1")
    try:
        stream = wire.open()
        stream.configure(("127.0.0.1", 9), "PCMU", 0, None, 20, "sendrecv", None)
        assert stream.slot is None, "the wire's thread would send in plain"
        stream.secure(None)
        assert stream.slot is not None
    finally:
        wire.close()
