"""Media streams of Twilio, against a server started as a user starts it, pinned to one core.

    python -m tests.load.media_streams_load [--streams 150] [--seconds 20] [--json]

Every call begins as Twilio's do: a signed webhook, and the stream that its answer names. Load: each stream
sends 20 ms of a voice every 20 ms to the echo and is sent them back, with voice detection; marks are echoed.
Prints the processor time of the server's process, what came back, the largest gap between two messages that
any stream saw, and how late the media clock sent. `voiceforge bench latency --over twilio` measures
how long its answers take.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import aiohttp
import numpy as np

from callers.server_child import ServerChild
from callers.stream_account import SID, account_of, party
from callers.stream_calling import StreamParty
from mediaserver.errors import CallError
from mediaserver.media.g711 import PCMU
from tests.load.gateway_load import _p99_ms

FRAME_S = 0.02
AT_ONCE = 5
"""Calls that are begun at a time."""


class Streams:
    """Many streams of the echo at a time, by one instrument."""

    def __init__(self, server: ServerChild, http: aiohttp.ClientSession, caller: StreamParty) -> None:
        self._server, self._http, self._caller = server, http, caller

    async def begin(self) -> tuple[aiohttp.ClientWebSocketResponse, str]:
        call, sid = f"CA{uuid4().hex}", f"MZ{uuid4().hex}"
        url, given = await self._caller.ring(call)
        address = "ws" + self._server.http.removeprefix("http") + "/" + url.split("/", 3)[3]
        ws = await self._http.ws_connect(address, max_msg_size=1 << 20)
        start = {"accountSid": SID, "streamSid": sid, "callSid": call, "customParameters": given}
        await ws.send_str(json.dumps({"event": "start", "start": start, "streamSid": sid}))
        return ws, sid

    async def many(
        self, count: int, opened: Callable[[int, aiohttp.ClientWebSocketResponse], None]
    ) -> list[tuple[aiohttp.ClientWebSocketResponse, str]]:
        """Told each as it opens: from then on it is to be read, or it is taken for dead."""
        found: list[tuple[aiohttp.ClientWebSocketResponse, str]] = []
        while len(found) < count:
            try:
                left = min(AT_ONCE, count - len(found))
                batch = await asyncio.gather(*(self.begin() for _ in range(left)))
            except CallError as refused:
                sys.stderr.write(f"{len(found)} streams are up: {refused}\n")
                break
            for ws, sid in batch:
                opened(len(found), ws)
                found.append((ws, sid))
            await asyncio.sleep(0.05)
        return found

    async def talking(self, count: int, seconds: float) -> dict[str, Any]:
        voice = PCMU.encode(np.random.default_rng(1).normal(0, 2_000, 160).astype(np.int16)).tobytes()
        payload = base64.b64encode(voice).decode()
        stop, counting = asyncio.Event(), False
        received, gaps = [0] * count, [0.0] * count

        async def listen(at: int, ws: aiohttp.ClientWebSocketResponse) -> None:
            last = 0.0
            async for message in ws:
                text = message.data
                if text.startswith('{"event":"mark"'):
                    await ws.send_str(text)
                elif counting:
                    now = time.monotonic()
                    received[at] += 1
                    gaps[at] = max(gaps[at], now - last) if last else 0.0
                    last = now

        async def say() -> float:
            due, late, chunk = time.monotonic(), 0.0, 0
            share = max(1, count // 10)
            while not stop.is_set():
                chunk += 1
                head = f'{{"event":"media","sequenceNumber":"{chunk + 1}","media":{{"track":"inbound",'
                head += f'"chunk":"{chunk}","timestamp":"{20 * chunk}","payload":"{payload}"}},"streamSid":"'
                for at in range(0, count, share):
                    delay = due + FRAME_S * at / count - time.monotonic()
                    if delay > 0:
                        await asyncio.sleep(delay)
                    late = max(late, -delay)
                    for ws, sid in sockets[at : at + share]:
                        await ws.send_str(f'{head}{sid}"}}')
                due += FRAME_S
            return late

        listening: list[asyncio.Task[None]] = []
        sockets = await self.many(count, lambda at, ws: listening.append(asyncio.create_task(listen(at, ws))))
        wanted, count = count, len(sockets)
        received, gaps = received[:count], gaps[:count]
        saying = asyncio.create_task(say())
        await asyncio.sleep(4.0)
        before = await self._server.metrics()
        cpu, own, began = self._server.main_cpu_s(), time.process_time(), time.monotonic()
        counting = True
        await asyncio.sleep(seconds)
        counting = False
        took = time.monotonic() - began
        cpu, own = self._server.main_cpu_s() - cpu, time.process_time() - own
        after = await self._server.metrics()
        stop.set()
        late = await saying
        for ws, sid in sockets:
            await ws.send_str(json.dumps({"event": "stop", "streamSid": sid}))
        for at in range(0, count, AT_ONCE):
            await asyncio.gather(*(ws.close() for ws, _ in sockets[at : at + AT_ONCE]))
        for task in listening:
            task.cancel()
        expected = took / FRAME_S
        return {
            "streams": count,
            "wanted": wanted,
            "seconds": round(took, 1),
            "core_pct": round(100 * cpu / took, 1),
            "own_core_pct": round(100 * own / took, 1),
            "own_late_ms": round(1_000 * late, 1),
            "came_back_pct": round(100 * statistics.mean(received) / expected, 2),
            "worst_stream_pct": round(100 * min(received) / expected, 2),
            "largest_gap_ms": round(1_000 * max(gaps), 1),
            "send_late_p99_ms": _p99_ms(before, after),
        }


async def load(args: argparse.Namespace) -> dict[str, Any]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[1:]))
    settings = {"SIP__MAX_CALLS": "2000"}
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ServerChild(cores=cores[:1], settings=settings))
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        await account_of(server, http)
        caller = await stack.enter_async_context(party(server, "echo"))
        streams = Streams(server, http, caller)
        return {str(count): await streams.talking(count, args.seconds) for count in args.streams}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, nargs="+", default=[150])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = asyncio.run(load(args))
    if args.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    for what, figures in found.items():
        sys.stdout.write(
            "\n    ".join([what, *(f"{name} {value}" for name, value in figures.items())]) + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
