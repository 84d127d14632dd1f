"""Servers to break, in processes of their own, and what the callers say."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from callers.lines import synthesised
from callers.voiced import Clip
from tests.peers.conftest import ServerProcess, start_server, stop_server

PAIRS = 4
"""Calls for which the shared server has RTP ports."""
DISK_KB = 256
"""Of the disk for its recordings: four seconds."""
SHARED = f"""
[rtp]
port_min = 14000
port_max = {14000 + 2 * PAIRS - 1}
[engines]
tts = ["espeak-ng"]
stt_workers = 1
tts_workers = 1
[recording]
folder = "%s"
"""


def _open_folder() -> Path:
    """A folder that the embedded database's own user may enter, also when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    made = _open_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def small_disk() -> Iterator[Path | None]:
    """A disk that is full after seconds; None where none can be mounted."""
    folder = _open_folder()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k,mode=0755", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture(scope="session")
def shared(small_disk: Path | None) -> Iterator[ServerProcess]:
    """One server for all faults that it has to outlive."""
    folder = _open_folder()
    running = start_server(folder, "127.0.0.45", SHARED % (small_disk or folder / "recordings"))
    yield running
    stop_server(running)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def book_a_room() -> Clip:
    """The caller's first answer, spoken."""
    return asyncio.run(synthesised(["book a room"]))[0]


@pytest.fixture(autouse=True)
def usual_switch_interval() -> Iterator[None]:
    """The measuring caller wants the interpreter sooner; the tests that follow do not."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
