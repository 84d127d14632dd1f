"""What a Homer collector gets: HEP version 3, masked, never at a call's expense."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
from collections import Counter

import pytest
from pydantic import ValidationError

from mediaserver.config import load
from mediaserver.errors import ConfigError
from mediaserver.settings.tracing import TracingSettings, place_of
from sip.tracing.hep import encoded
from sip.tracing.hep_sender import HepSender
from sip.tracing.kept import TraceLimits
from sip.tracing.traced import TracedMessage
from sip.tracing.tracer import Tracer
from tests.loopback import own_loopback
from tests.sip.tracing.messages import said

HOST = own_loopback(91)


def chunks(data: bytes) -> dict[int, bytes]:
    """As a collector reads them. Raises AssertionError where it could not."""
    assert data[:4] == b"HEP3" and struct.unpack_from("!H", data, 4)[0] == len(data)
    found, at = {}, 6
    while at < len(data):
        vendor, kind, length = struct.unpack_from("!HHH", data, at)
        assert vendor == 0 and length >= 6 and kind not in found
        found[kind] = data[at + 6 : at + length]
        at += length
    assert at == len(data)
    return found


def number(value: bytes) -> int:
    return int.from_bytes(value, "big")


def test_a_message_that_came() -> None:
    made = encoded(said(0.25), 2001)
    assert made is not None
    found = chunks(made)
    assert {kind: number(value) for kind, value in found.items() if kind not in (3, 4, 15)} == {
        1: 2, 2: 17, 7: 5060, 8: 5060, 9: 1_000, 10: 250_000, 11: 1, 12: 2001,
    }  # fmt: skip
    assert [str(ipaddress.ip_address(found[kind])) for kind in (3, 4)] == ["192.0.2.7", "192.0.2.1"]
    assert found[15] == said(0.25).data


def test_one_that_we_sent_by_tls_over_ipv6_with_a_password() -> None:
    message = TracedMessage(
        1.0, 1.0, True, "TLS", ("2001:db8::1", 5061), ("2001:db8::7", 40_000), b"SIP/2.0 200 OK\r\n\r\n"
    )
    made = encoded(message, 1, "let me in")
    assert made is not None
    found = chunks(made)
    assert (number(found[1]), number(found[2]), found[14]) == (10, 6, b"let me in")
    assert [str(ipaddress.ip_address(found[kind])) for kind in (5, 6)] == ["2001:db8::1", "2001:db8::7"]
    assert (number(found[7]), number(found[8])) == (5061, 40_000)


def test_what_cannot_be_said_is_not() -> None:
    assert encoded(said(1, body="x" * 65_500), 1) is None
    nowhere = TracedMessage(1.0, 1.0, True, "UDP", ("", 0), ("some.name", 5060), b"x")
    assert encoded(nowhere, 1) is None


def test_the_length_that_a_message_names_is_true_of_what_is_left_of_it() -> None:
    tracer = Tracer(TraceLimits(after_s=0), lambda call: False)
    seen: list[TracedMessage] = []
    tracer.onlookers.append(seen.append)
    body = b"m=audio 1 RTP/SAVP 0\r\na=crypto:1 X inline:aVeryLongKeyThatNobodyMayRead\r\n"
    head = b"INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\nl: %d\r\n\r\n" % len(body)

    async def see() -> None:
        tracer(head + body, False, "UDP", "192.0.2.7", 5060)

    asyncio.run(see())
    made = encoded(seen[0], 1)
    assert made is not None
    head, _, left = chunks(made)[15].partition(b"\r\n\r\n")
    assert b"inline:***" in left and head.endswith(b"\r\nl: %d" % len(left))


class Collector:
    """One on loopback; `fates` are what became of the messages."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.fates: Counter[str] = Counter()

    def sender(self) -> HepSender:
        return HepSender(self.socket.getsockname(), 7, "", self.note)

    def note(self, fate: str) -> None:
        self.fates[fate] += 1

    async def next(self) -> dict[int, bytes]:
        data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 65_535), 10)
        return chunks(data)


async def test_messages_go_to_the_collector_once_it_is_known_where_it_is() -> None:
    collector = Collector()
    sender = collector.sender()
    sender(said(1))
    assert collector.fates == {"dropped": 1}
    running = asyncio.create_task(sender.run())
    async with asyncio.timeout(10):
        while not collector.fates["sent"]:
            sender(said(2))
            await asyncio.sleep(0)
    found = await collector.next()
    assert (number(found[12]), number(found[9])) == (7, 1_002)
    collector.socket.close()
    before = collector.fates["dropped"]
    async with asyncio.timeout(10):
        while collector.fates["dropped"] == before:  # nobody is there, says the network of the one before
            sender(said(3))
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    sent = collector.fates["sent"]
    sender(said(4))
    assert collector.fates["sent"] == sent


async def test_a_collector_that_nobody_knows_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    fates: Counter[str] = Counter()
    sender = HepSender(("nobody.invalid", 9060), 7, "", lambda fate: fates.update([fate]))
    for _ in range(3):
        await sender._look_up()
        sender(said(1))
    assert caplog.text.count("no HEP to nobody.invalid:9060") == 1 and fates == {"dropped": 3}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("homer.example", ("homer.example", 9060)),
        ("192.0.2.9:9061", ("192.0.2.9", 9061)),
        ("[2001:db8::9]:1", ("2001:db8::9", 1)),
        ("[2001:db8::9]", ("2001:db8::9", 9060)),
    ],
)
def test_a_collector_is_named_by_host_and_port(text: str, place: tuple[str, int]) -> None:
    assert TracingSettings(hep_target=text).hep_target == text
    assert place_of(text) == place


@pytest.mark.parametrize(
    "text", ["udp://x", "x:y", "x:0", "x:70000", ":9060", "u@x", "x/y", "2001:db8::9", "["]
)
def test_what_names_none_is_a_fault_of_the_settings(text: str) -> None:
    with pytest.raises(ValidationError, match=r"must be HOST, HOST:PORT"):
        TracingSettings(hep_target=text)
    with pytest.raises(ConfigError, match=r"sip\.hep_target"):
        load(None, {"sip": {"hep_target": text}})
