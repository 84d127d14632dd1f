"""Where RTCP goes, and when it goes nowhere."""

from __future__ import annotations

import socket
from typing import cast

import pytest

from mediaserver.media.encryption import SrtpKeys
from mediaserver.rtp.encrypting import StreamEncryption
from mediaserver.rtp.packets import Address
from mediaserver.rtp.permission import Permission
from mediaserver.rtp.report_path import ReportPath
from mediaserver.rtp.telling import tell
from tests.mediaserver.rtp.test_srtp import CM, key

HOST = "192.0.2.1"
MEDIA, REPORTS = (HOST, 4000), (HOST, 4007)


class Line:
    """Of a path whose other side is proven; what went by which port."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, Address]] = []
        self.permission = Permission()
        self.encryption = StreamEncryption()
        unused = cast(socket.socket, self)  # it is only asked for `sendto`
        self.path = ReportPath(unused, unused, self.encryption, self.permission)
        self.path.through(
            lambda data, place: self.went("rtp", data, place),
            lambda data, place: self.went("rtcp", data, place),
        )

    def sendto(self, data: bytes, place: Address) -> int:
        raise AssertionError("it goes by what was given last")

    def went(self, port: str, data: bytes, place: Address) -> int:
        self.sent.append((port, data, place))
        return len(data)

    def proven(self) -> Line:
        self.permission.towards(HOST)
        self.permission.prove(HOST)
        return self


@pytest.mark.parametrize(
    ("place", "nominated", "remote"),
    [
        (MEDIA, None, REPORTS),
        ((HOST, 4100), None, (HOST, 4101)),  # a NAT gave the port of RTP another number
        (MEDIA, (HOST, 4321), (HOST, 4321)),
        (MEDIA, ("192.0.2.2", 4321), REPORTS),  # that way was of another host
    ],
)
def test_it_goes_where_it_was_nominated_else_as_announced_else_beside_the_media(
    place: Address, nominated: Address | None, remote: Address
) -> None:
    path = Line().path
    path.announced(MEDIA[1], REPORTS[1])
    path.goes_beside(place, nominated)
    assert path.remote == remote


def test_without_a_port_in_sdp_it_is_the_next_one_and_muxed_it_is_the_same() -> None:
    path = Line().path
    path.announced(MEDIA[1], None)
    path.goes_beside(MEDIA, None)
    assert path.remote == (HOST, 4001)
    path.muxed = True
    path.goes_beside(MEDIA, (HOST, 4321))
    assert path.remote == MEDIA


def test_it_goes_by_the_port_that_was_agreed_on() -> None:
    line = Line().proven()
    line.path.remote = REPORTS
    line.path.send(b"one", 0)
    line.path.muxed = True
    line.path.send(b"two", 0)
    assert line.sent == [("rtcp", b"one", REPORTS), ("rtp", b"two", REPORTS)]


def test_nothing_goes_to_whom_nothing_may_be_sent() -> None:
    line = Line()
    line.path.send(b"nobody is there", 0)
    line.path.remote = REPORTS
    line.path.send(b"nothing is proven", 0)
    line.proven().path.remote = "192.0.2.2", 4007
    line.path.send(b"another host", 0)
    assert line.sent == []


def test_nothing_goes_in_the_clear_once_there_are_keys() -> None:
    line = Line().proven()
    line.path.remote = REPORTS
    assert line.encryption.take(SrtpKeys(key(CM, 1), key(CM, 2)))
    line.path.send(bytes.fromhex("80c9000400000007") + b"in the clear", 0)
    [(_, sent, _)] = line.sent
    assert b"in the clear" not in sent


def test_a_listener_that_fails_is_logged_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fails(digit: str) -> None:
        raise RuntimeError(digit)

    tell("on_digit", None)
    tell("on_digit", fails, "1")
    assert caplog.messages == ["on_digit failed"]
