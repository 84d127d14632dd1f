"""What the doors say as they are opened."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from cli.serving.doors import dialled_host, open_rtp
from mediaserver.config import load
from sip.transport.addresses import LocalAddresses
from sip.transport.own_addresses import OwnAddresses


@pytest.mark.parametrize(
    ("host", "public", "said"),
    [
        ("0.0.0.0", "", "10.0.0.1"),
        ("::", "", "10.0.0.1"),
        ("0.0.0.0", "9.9.9.9", "9.9.9.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.0.0.1", "9.9.9.9", "10.0.0.1"),
    ],
)
def test_the_address_that_is_told_can_be_called(host: str, public: str, said: str) -> None:
    assert dialled_host(OwnAddresses(host, public, (), LocalAddresses(lambda _: "10.0.0.1"))) == said


async def test_too_few_ports_for_the_calls_are_told_of_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    rtp = {"port_min": 42_000, "port_max": 42_003}
    settings = load(None, {"sip": {"port": 0, "max_calls": 400}, "rtp": rtp})
    async with AsyncExitStack() as undo:
        open_rtp(settings, undo)
    assert "room for 2 calls" in caplog.text and "rtp.port_max" in caplog.text
