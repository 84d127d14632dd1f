"""A real server process and real SIP peers (SIPp, baresip) on loopback addresses of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

START_LIMIT_S = 60.0


@dataclass
class ServerProcess:
    """A running `voiceforge serve` and what it said of itself when it was ready."""

    process: subprocess.Popen[bytes]
    folder: Path
    sip: str
    """HOST:PORT"""
    http: str
    """Base address, http://HOST:PORT"""

    @property
    def sip_host(self) -> str:
        return self.sip.rpartition(":")[0]

    @property
    def sip_port(self) -> int:
        return int(self.sip.rpartition(":")[2])

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.http + path, timeout=10) as reply:  # loopback only
            return json.load(reply)

    def calls(self) -> list[dict[str, Any]]:
        """Live and recent calls, newest first."""
        answer = self.get("/api/telephony/calls")
        return [*answer["live"], *answer["recent"]]

    def wait_for(self, what: str, condition: Any, limit_s: float = 20.0) -> Any:
        """Poll the server until `condition()` is truthy; fails with `what` after the limit."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.05)  # polls another process; nothing here can be awaited
        pytest.fail(f"waited {limit_s} s for: {what}; log: {self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")


def start_server(folder: Path, host: str, toml: str = "", env: dict[str, str] | None = None) -> ServerProcess:
    """Start a server on `host` with free ports and its data in `folder`."""
    config = folder / "voiceforge.toml"
    config.write_text(f'[http]\nhost = "{host}"\nport = 0\n[sip]\nhost = "{host}"\nport = 0\n{toml}\n')
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "mediaserver",
                "serve",
                "--config",
                str(config),
                "--ready-file",
                str(ready),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "VOICEFORGE_DATA": str(folder / "data"), **(env or {})},
        )
    end = time.monotonic() + START_LIMIT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            pytest.fail("the server did not start: " + (folder / "server.log").read_text()[-3000:])
        time.sleep(0.02)  # waits for another process
    said = json.loads(ready.read_text())
    return ServerProcess(process, folder, said["sip"], said["http"])


def stop_server(server: ServerProcess) -> None:
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        raise


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder that the embedded database's own user may enter (pytest's tmp_path is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


# SIPp looks at the first challenge only and knows no SHA-256.
EXTENSIONS = """
digest = ["MD5"]
[sip.extensions]
101 = "correct-horse"
102 = "battery-staple"
"""


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    """One server for all peer tests that leave it as they found it."""
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    running = start_server(folder, "127.0.0.41", EXTENSIONS)
    yield running
    stop_server(running)
    shutil.rmtree(folder, ignore_errors=True)


def need(program: str) -> str:
    """The path of an installed peer, or skip with the reason."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed (`make test` installs it on Debian)")
    return path
