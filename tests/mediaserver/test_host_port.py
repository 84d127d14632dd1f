"""Host and port together, wherever they are written."""

from __future__ import annotations

import errno
import socket

import pytest

from mediaserver.diagnosis import checks
from mediaserver.host_port import bracketed, host_port
from mediaserver.storage.postgres import where
from sip.transport.listening import startup_error


@pytest.mark.parametrize(
    ("host", "written"),
    [("127.0.0.1", "127.0.0.1"), ("pbx.example", "pbx.example"), ("::1", "[::1]"), ("[::1]", "[::1]")],
)
def test_only_ipv6_gets_brackets_and_only_once(host: str, written: str) -> None:
    assert bracketed(host) == written
    assert host_port(host, 15066) == f"{written}:15066"


def test_whoever_names_a_place_writes_it_so() -> None:
    busy = OSError(errno.EADDRINUSE, "in use")
    assert "UDP [::1]:5060 " in str(startup_error(busy, "::1", 5060, "UDP"))
    assert checks.port("http", "http.port", socket.SOCK_STREAM, "::1", 0).ok
    assert "[2001:db8::1]:9" in checks.port("http", "http.port", socket.SOCK_STREAM, "2001:db8::1", 9).detail
    assert where("postgresql://u:secret@[2001:db8::1]:5432/calls") == "[2001:db8::1]:5432/calls"
