"""A real relay (coturn) takes the credentials that browsers are given, and no others."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aioice.stun
import aioice.turn
import pytest

from webrtc.turn import ice_servers

TURNSERVER = shutil.which("turnserver") or ""
HOST, PORT = "127.0.0.47", 3_478
URL = f"turn:{HOST}:{PORT}"

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not TURNSERVER, reason="there is no coturn here (Debian: apt-get install coturn)"),
]


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[None]:
    settings = {
        **{"listening-ip": HOST, "relay-ip": HOST, "listening-port": PORT},
        **{"min-port": 34_000, "max-port": 34_100, "log-file": "stdout"},
        **{"static-auth-secret": "north", "realm": "test.local"},
        **{"userdb": tmp_path / "turndb", "pidfile": tmp_path / "pid"},
    }
    flags = ("use-auth-secret", "no-tls", "no-dtls", "no-cli", "allow-loopback-peers", "no-rfc5780")
    config = tmp_path / "turnserver.conf"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()) + "\n".join(flags))
    running = subprocess.Popen(
        [TURNSERVER, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield
    running.terminate()
    running.wait()


async def allocates(username: str, password: str) -> bool:
    """Whether the relay gives a place to who shows these."""
    transport, _ = await aioice.turn.create_turn_endpoint(
        asyncio.DatagramProtocol, server_addr=(HOST, PORT), username=username, password=password
    )
    transport.close()
    return True


@pytest.mark.parametrize(
    ("secret", "age_s", "taken"), [("north", 0, True), ("south", 0, False), ("north", 7_200, False)]
)
@pytest.mark.usefixtures("relay")
async def test_credentials_hold_for_their_time_and_their_secret(secret: str, age_s: int, taken: bool) -> None:
    [server] = ice_servers([], [URL], secret, 600, "ann", time.time() - age_s)
    async with asyncio.timeout(10):
        while True:
            try:
                assert await allocates(server.username, server.credential) is taken
                return
            except aioice.stun.TransactionTimeout:
                continue  # it is still starting
            except aioice.stun.TransactionFailed:
                assert not taken
                return
