"""A call's packets: what was said, what is said from now on, and of audio the headers alone."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from uuid import UUID, uuid4

import pytest

from mediaserver import logs
from mediaserver.rtp.packets import RtpPacket
from sip.tracing.capture import Capture, CaptureLimits, header_of
from sip.tracing.kept import TraceLimits
from sip.tracing.tracer import Tracer
from tests.sip.tracing.packets import Captured, read

CALL, PEER = uuid4(), ("192.0.2.7", 5060)
SDP = "v=0\r\nm=audio {port} RTP/SAVP 0\r\na=crypto:1 X inline:hushhush\r\n"
Look = Callable[[float, bool, int, tuple[str, int], bytes], None]


class Audio:
    """Who shows packets: by port."""

    def __init__(self) -> None:
        self.looks: dict[int, Look] = {}

    def watch(self, port: int, before: float, look: Look) -> None:
        self.looks[port] = look

    def unwatch(self, look: Look) -> None:
        self.looks = {port: each for port, each in self.looks.items() if each != look}


class Scene:
    def __init__(self) -> None:
        self.live = True
        self.tracer = Tracer(TraceLimits(), lambda call: self.live)
        self.tracer.local = lambda name, host: ("192.0.2.1", 5060)
        self.audio = Audio()

    def say(
        self, line: str, *, sent: bool = False, port: int = 0, call: UUID = CALL, transport: str = "UDP"
    ) -> None:
        kind, body = ("Content-Type: application/sdp\r\n", SDP.format(port=port)) if port else ("", "")
        data = (
            f"{line}\r\nCall-ID: {call}\r\nCSeq: 1 INVITE\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        with logs.in_call(call):
            self.tracer(data, sent, transport, *PEER)

    def capture(self, seconds: float = 600, **limits: int) -> Capture:
        asked = CaptureLimits(seconds=seconds, **limits)
        return Capture(self.tracer, self.audio, CALL, lambda call: self.live, asked, hand_over_s=0)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def rest(blocks: AsyncGenerator[bytes, None]) -> bytes:
    return b"".join([block async for block in blocks])


def lines(packets: list[Captured]) -> list[str]:
    return [packet.payload.partition(b"\r\n")[0].decode(errors="replace") for packet in packets]


async def test_what_was_said_so_far_is_a_file(scene: Scene) -> None:
    scene.say("INVITE sip:x SIP/2.0", port=30_000, transport="TLS")
    scene.say("SIP/2.0 200 OK", sent=True, port=20_000)
    scene.say("SIP/2.0 200 OK", sent=True, call=uuid4())
    found = read(await rest(scene.capture(seconds=0).blocks()))
    assert lines(found.packets) == ["INVITE sip:x SIP/2.0", "SIP/2.0 200 OK"] and found.dropped == 0
    invite, ok = found.packets
    assert (invite.source, invite.target, invite.comment) == (PEER, ("192.0.2.1", 5060), "by TLS")
    assert (ok.source, ok.target, ok.comment) == (("192.0.2.1", 5060), PEER, "")
    for each in found.packets:
        head, _, body = each.payload.partition(b"\r\n\r\n")
        assert b"hush" not in body and f"Content-Length: {len(body)}".encode() in head
    assert not scene.audio.looks


async def test_it_goes_on_with_the_call_and_the_headers_of_its_audio(scene: Scene) -> None:
    scene.say("INVITE sip:x SIP/2.0", port=30_000)
    scene.say("SIP/2.0 200 OK", sent=True, port=20_000)
    async with aclosing(scene.capture().blocks()) as blocks:
        data = await anext(blocks)
        assert scene.audio.looks.keys() == {20_000}  # the other side's port is not ours
        packet = bytes(RtpPacket(101, 1, 160, 7, b"\x04\x0a\x00\xa0"))
        scene.audio.looks[20_000](1_700_000_000.5, False, 20_000, ("198.51.100.1", 4_000), packet)
        scene.audio.looks[20_000](1_700_000_000.6, True, 20_000, ("198.51.100.1", 4_000), packet)
        scene.say("INVITE sip:y SIP/2.0", sent=True, port=20_002)
        assert scene.audio.looks.keys() == {20_000, 20_002}
        scene.live = False
        data += await anext(blocks)
        scene.say("SIP/2.0 481 Gone")
        data += await rest(blocks)
    found = read(data)
    assert lines(found.packets)[-2:] == ["INVITE sip:y SIP/2.0", "SIP/2.0 481 Gone"]
    came, went = found.packets[2:4]
    assert (
        (came.source, came.target)
        == (went.target, went.source)
        == (("198.51.100.1", 4_000), ("192.0.2.1", 20_000))
    )
    assert came.payload == packet[:12] and came.length == len(packet) and came.at == 1_700_000_000.5
    assert (scene.audio.looks, scene.tracer.onlookers) == ({}, [])


async def test_who_goes_away_leaves_nothing_behind(scene: Scene) -> None:
    scene.say("SIP/2.0 200 OK", sent=True, port=20_000)
    async with aclosing(scene.capture().blocks()) as blocks:
        await anext(blocks)
        assert scene.audio.looks and scene.tracer.onlookers
    assert (scene.audio.looks, scene.tracer.onlookers) == ({}, [])


async def test_what_is_not_read_in_time_is_left_out_and_counted(scene: Scene) -> None:
    scene.say("SIP/2.0 200 OK", sent=True, port=20_000)
    async with aclosing(scene.capture(waiting_bytes=2_000).blocks()) as blocks:
        data = await anext(blocks)
        for _ in range(100):
            scene.audio.looks[20_000](1.0, True, 20_000, PEER, bytes(RtpPacket(0, 1, 1, 1, b"x" * 160)))
        scene.live = False
        data += await rest(blocks)
    found = read(data)
    assert found.dropped and len(found.packets) + found.dropped == 101 and len(data) < 3_000


async def test_it_ends_when_it_is_large_enough(scene: Scene) -> None:
    for i in range(30):
        scene.say(f"INFO sip:{i} SIP/2.0", sent=True)
    data = await rest(scene.capture(bytes=2_000).blocks())
    assert read(data).dropped and len(data) < 3_000


async def test_it_ends_with_the_server(scene: Scene) -> None:
    scene.say("INVITE sip:x SIP/2.0", sent=True)
    async with aclosing(scene.capture().blocks()) as blocks:
        data = await anext(blocks)
        scene.tracer.stop()
        assert read(data + await rest(blocks)).dropped == 0


async def test_streams_that_are_watched_are_few(scene: Scene) -> None:
    for i in range(10):
        scene.say(f"INVITE sip:{i} SIP/2.0", sent=True, port=20_000 + i)
    async with aclosing(scene.capture(streams=3).blocks()) as blocks:
        await anext(blocks)
        assert len(scene.audio.looks) == 3


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (bytes(RtpPacket(0, 1, 1, 1, b"x" * 160)), 12),
        (b"\x82" + bytes(11) + bytes(8) + b"x" * 160, 20),
        (b"\x91" + bytes(11) + bytes(4) + b"\xbe\xde\x00\x02" + bytes(8) + b"x" * 160, 28),
        (b"\x90" + bytes(11) + b"\xbe\xde\xff\xff" + b"x" * 300, 128),
        (b"\x90" + bytes(11), 12),
        (b"\x80\xc9\x00\x01" + bytes(40), 44),
        (b"\x00\x01\x00\x50" + b"x" * 80, 20),
        (b"\x16\xfe\xfd" + b"x" * 80, 20),
        (b"\x80", 1),
        (b"", 0),
    ],
)
def test_of_audio_nothing_is_kept_that_can_be_heard_or_pressed(data: bytes, kept: int) -> None:
    assert len(data[: header_of(data)]) == kept
