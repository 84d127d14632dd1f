"""Speech over HTTP on a real server: how soon the first byte of a text comes, and what an hour's recording
takes.

    python -m tests.load.speech_load [--texts 20] [--hear-s 40]

Fails when the median of any format's first byte is later than 60 ms, or when the server itself grows by more
than 20 MB while it works on the recording, of which it hears only the beginning.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
from aiohttp import ClientSession, ClientTimeout

from mediaserver.media.time import SAMPLE_RATE
from pipelines.audio.encoding import AudioEncoder
from pipelines.audio.formats import FileFormat
from tests.peers.conftest import ServerProcess, start_server, stop_server

TOKEN = "vf_0123456789012345678901234567890123456789"
TEXT = "Good morning, what can I do for you today?"
FIRST_BYTE_MS = 60.0
GROWTH_MB = 20
HOUR_S = 3_600


async def first_bytes(session: ClientSession, http: str, texts: int) -> bool:
    """Prints a line for each format; whether all are soon enough."""
    soon = True
    for format in FileFormat:
        took = []
        for _ in range(texts):
            began = time.perf_counter()
            async with session.post(f"{http}/api/tts", json={"text": TEXT, "format": format}) as answer:
                assert answer.status == 200, await answer.text()
                await answer.content.readany()
                took.append(1_000 * (time.perf_counter() - began))
                await answer.read()
        median = statistics.median(took)
        soon = soon and median <= FIRST_BYTE_MS
        sys.stdout.write(f"{format:6} first byte: median {median:5.1f} ms, worst {max(took):5.1f} ms\n")
    return soon


async def an_hour(session: ClientSession, http: str, path: Path) -> None:
    """A recording of an hour, of our own voice."""
    told = {"text": " ".join([TEXT] * 20), "format": "pcm", "sample_rate": SAMPLE_RATE}
    async with session.post(f"{http}/api/tts", json=told) as answer:
        spoken = np.frombuffer(await answer.read(), np.int16)
    encoder, made = AudioEncoder(FileFormat.FLAC, SAMPLE_RATE), 0
    with path.open("wb") as file:  # noqa: ASYNC230 - nobody else waits for this loop
        while made < HOUR_S * SAMPLE_RATE:
            file.write(encoder.feed(spoken, SAMPLE_RATE))
            made += len(spoken)
        file.write(encoder.finish())


async def memory(session: ClientSession, server: ServerProcess, path: Path, hear_s: float) -> bool:
    """Hears the beginning; whether the server has grown by little."""
    before, began, heard_ms, total_ms = resident_mb(server.process.pid), time.perf_counter(), 0, 0
    until = began + hear_s
    wanted = {"Content-Type": "audio/flac"}
    async with session.post(
        f"{server.http}/api/stt?stream=true", data=pieces_of(path), headers=wanted
    ) as answer:
        read_s = time.perf_counter() - began
        until += read_s
        async for line in answer.content:
            if line.startswith(b"data: ") and b"done_ms" in line:
                told = json.loads(line[6:])
                heard_ms, total_ms = told["done_ms"], told["total_ms"]
            if time.perf_counter() > until:
                break
    grown = peak_mb(server.process.pid) - before
    sys.stdout.write(
        f"{total_ms / 60_000:.0f} minutes read in {read_s:.1f} s, {heard_ms / 1000:.0f} s of it heard in "
        f"{hear_s:.0f} s; the server has {before} MB and at most {grown} MB more\n"
    )
    return grown <= GROWTH_MB


async def pieces_of(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:  # noqa: ASYNC230 - likewise
        while piece := file.read(1 << 16):
            yield piece


def resident_mb(pid: int) -> int:
    return _status(pid, "VmRSS")


def peak_mb(pid: int) -> int:
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    told = Path(f"/proc/{pid}/status").read_text()
    return int(told.split(f"{name}:")[1].split()[0]) // 1024


async def run(server: ServerProcess, texts: int, hear_s: float) -> bool:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with ClientSession(headers=headers, timeout=ClientTimeout(total=None)) as session:
        soon = await first_bytes(session, server.http, texts)
        path = server.folder / "hour.flac"
        await an_hour(session, server.http, path)
        return await memory(session, server, path, hear_s) and soon


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20)
    parser.add_argument("--hear-s", type=float, default=40.0)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    server = start_server(folder, "127.0.0.1", env={**os.environ, "ADMIN_TOKEN": TOKEN})
    try:
        return 0 if asyncio.run(run(server, given.texts, given.hear_s)) else 1
    finally:
        stop_server(server)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
