"""A real relay (coturn) takes the credentials that browsers are given and no others, and calls go by it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aioice.stun
import aioice.turn
import pytest
from aiortc import RTCIceServer

from tests.webrtc.bench import calling, open_bench, until
from webrtc.turn import ice_servers

OWN = Path(__file__).parents[2] / "build" / "coturn"
"""Out of Debian's packages, by scripts/setup.sh."""
TURNSERVER = str(OWN / "usr/bin/turnserver") if (OWN / "ready").exists() else shutil.which("turnserver")
HOST, PORT = "127.0.0.47", 3_478
URL = f"turn:{HOST}:{PORT}"
SECRET = "north"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(TURNSERVER is None, reason="there is no coturn here: scripts/setup.sh coturn"),
]


def environment() -> dict[str, str]:
    """With the libraries that came beside the program, where this machine has others."""
    beside = [str(each) for each in sorted(OWN.glob("usr/lib/*-linux-gnu"))]
    return os.environ | {"LD_LIBRARY_PATH": ":".join(beside)} if beside else dict(os.environ)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[None]:
    assert TURNSERVER is not None
    settings = {
        **{"listening-ip": HOST, "relay-ip": HOST, "listening-port": PORT},
        **{"min-port": 29_000, "max-port": 29_100, "log-file": "stdout"},
        **{"static-auth-secret": SECRET, "realm": "test.local"},
        **{"userdb": tmp_path / "turndb", "pidfile": tmp_path / "pid"},
    }
    flags = ("use-auth-secret", "no-tls", "no-dtls", "no-cli", "allow-loopback-peers", "no-rfc5780")
    config = tmp_path / "turnserver.conf"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()) + "\n".join(flags))
    running = subprocess.Popen(
        [TURNSERVER, "-c", str(config)],
        env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield
    running.terminate()
    running.wait()


async def allocates(username: str, password: str) -> bool:
    """Whether the relay gives a place to who shows these."""
    async with asyncio.timeout(10):
        while True:
            try:
                transport, _ = await aioice.turn.create_turn_endpoint(
                    asyncio.DatagramProtocol, server_addr=(HOST, PORT), username=username, password=password
                )
            except aioice.stun.TransactionTimeout:
                continue  # it is still starting
            except aioice.stun.TransactionFailed:
                return False
            transport.close()
            return True


@pytest.mark.parametrize(
    ("secret", "age_s", "taken"), [(SECRET, 0, True), ("south", 0, False), (SECRET, 7_200, False)]
)
@pytest.mark.usefixtures("relay")
async def test_credentials_hold_for_their_time_and_their_secret(secret: str, age_s: int, taken: bool) -> None:
    [server] = ice_servers([], [URL], secret, 600, "ann", time.time() - age_s)
    assert await allocates(server.username, server.credential) is taken


@pytest.mark.usefixtures("relay")
async def test_a_call_goes_by_the_relay_alone() -> None:
    """As of a browser whose network lets nothing else through: its checks, its handshake and its audio."""
    [server] = ice_servers([], [URL], SECRET, 600, "ann", time.time())
    assert await allocates(server.username, server.credential)  # it is up
    known = RTCIceServer(list(server.urls), server.username, server.credential)
    async with open_bench() as bench, calling(bench, known) as (browser, call):
        await until(browser.speaks.is_set)  # the echo of its own tone
        place = call.stream.remote
        assert place is not None and place[0] == HOST and 29_000 <= place[1] <= 29_100
        assert call.leg.connected
