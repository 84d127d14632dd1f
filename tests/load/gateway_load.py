"""Conversations over WebSocket, against a server started as a user starts it, pinned to one core.

    python -m tests.load.gateway_load [--idle 500] [--talking 100] [--seconds 20] [--rate 16000] [--json]

Idle: what so many conversations that nobody talks in cost of memory (in writing with the demo agent, then by
voice with the echo). Talking: each socket sends 20 ms of a voice every 20 ms to the echo and is sent them
back, with voice detection. Prints the processor time of the server's process, what came back, the largest gap
between two messages that any socket saw, and how late the media clock sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from typing import Any

import aiohttp
import numpy as np

from callers.server_child import ServerChild

FRAME_S = 0.02
AT_ONCE = 20
"""Conversations that are begun at a time."""


class Instrument:
    def __init__(self, server: ServerChild, http: aiohttp.ClientSession, key: str) -> None:
        self._server = server
        self._http = http
        self._key = key

    async def begin(self, **init: Any) -> aiohttp.ClientWebSocketResponse:
        ws = await self._http.ws_connect(f"{self._server.http}/ws", max_msg_size=1 << 20, autoping=True)
        await ws.send_json({"type": "init", "apiKey": self._key, **init})
        first = await ws.receive_json(timeout=30)
        if first["type"] != "ready":
            raise SystemExit(f"no conversation: {first}")
        return ws

    async def many(self, count: int, **init: Any) -> list[aiohttp.ClientWebSocketResponse]:
        sockets: list[aiohttp.ClientWebSocketResponse] = []
        while len(sockets) < count:
            batch = min(AT_ONCE, count - len(sockets))
            sockets += await asyncio.gather(*(self.begin(**init) for _ in range(batch)))
        return sockets

    async def end(self, sockets: list[aiohttp.ClientWebSocketResponse]) -> None:
        for at in range(0, len(sockets), AT_ONCE):
            await asyncio.gather(*(each.close() for each in sockets[at : at + AT_ONCE]))

    async def idle(self, count: int, **init: Any) -> dict[str, Any]:
        """Memory before and with so many, in MB of 10^6 bytes."""
        await self.end(await self.many(AT_ONCE, **init))  # what is made once is made
        await asyncio.sleep(2.0)
        before = self._server.rss_kb()
        sockets = await self.many(count, **init)
        await asyncio.sleep(5.0)
        cpu, began = self._server.main_cpu_s(), time.monotonic()
        await asyncio.sleep(5.0)
        busy = (self._server.main_cpu_s() - cpu) / (time.monotonic() - began)
        used = self._server.rss_kb() - before
        await self.end(sockets)
        await asyncio.sleep(2.0)
        return {
            "sockets": count,
            "mb": round(used * 1.024e-3, 1),
            "kb_each": round(used / count, 1),
            "core_pct": round(100 * busy, 1),
        }

    async def talking(self, count: int, seconds: float, rate: int) -> dict[str, Any]:
        voice = np.random.default_rng(1).normal(0, 2_000, rate // 50).astype("<i2").tobytes()
        sockets = await self.many(count, agent="echo", audio={"format": "pcm16", "rate": rate})
        stop = asyncio.Event()
        received, gaps = [0] * count, [0.0] * count
        counting = False

        async def listen(at: int, ws: aiohttp.ClientWebSocketResponse) -> None:
            last = 0.0
            async for message in ws:
                if message.type is aiohttp.WSMsgType.BINARY and counting:
                    now = time.monotonic()
                    received[at] += 1
                    if last:
                        gaps[at] = max(gaps[at], now - last)
                    last = now

        async def say() -> None:
            due, late = time.monotonic(), 0.0
            share = max(1, count // 10)
            while not stop.is_set():  # spread over the 20 ms, as clients are
                for at in range(0, count, share):
                    delay = due + FRAME_S * at / count - time.monotonic()
                    if delay > 0:
                        await asyncio.sleep(delay)
                    late = max(late, -delay)
                    for ws in sockets[at : at + share]:
                        await ws.send_bytes(voice)
                due += FRAME_S

        listening = [asyncio.create_task(listen(at, ws)) for at, ws in enumerate(sockets)]
        saying = asyncio.create_task(say())
        await asyncio.sleep(3.0)
        before = await self._server.metrics()
        cpu, own, began = self._server.main_cpu_s(), time.process_time(), time.monotonic()
        counting = True
        await asyncio.sleep(seconds)
        counting = False
        took = time.monotonic() - began
        cpu, own = self._server.main_cpu_s() - cpu, time.process_time() - own
        after = await self._server.metrics()
        stop.set()
        await saying
        await self.end(sockets)
        for task in listening:
            task.cancel()
        expected = took / FRAME_S
        return {
            "sockets": count,
            "rate": rate,
            "seconds": round(took, 1),
            "core_pct": round(100 * cpu / took, 1),
            "own_core_pct": round(100 * own / took, 1),
            "came_back_pct": round(100 * statistics.mean(received) / expected, 2),
            "worst_socket_pct": round(100 * min(received) / expected, 2),
            "largest_gap_ms": round(1_000 * max(gaps), 1),
            "send_late_p99_ms": _p99_ms(before, after),
        }


def _p99_ms(before: dict[str, float], after: dict[str, float]) -> float | None:
    """Of what the media clock sent meanwhile: the upper edge of the bucket that holds it."""
    name = "voiceforge_send_lateness_seconds_bucket{le="
    edges = {}
    for sample, value in after.items():
        if sample.startswith(name):
            edge = sample.removeprefix(name).strip('"}')
            edges[float("inf") if edge == "+Inf" else float(edge)] = value - before.get(sample, 0.0)
    total = max(edges.values(), default=0.0)
    fits = [edge for edge, value in sorted(edges.items()) if total and value >= 0.99 * total]
    return round(1_000 * fits[0], 1) if fits and fits[0] < float("inf") else None


async def run(args: argparse.Namespace) -> dict[str, Any]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[1:]))
    settings = {
        "SIP__MAX_CALLS": "2000",
        "GATEWAY__MAX_SESSIONS": "2000",
        "GATEWAY__MAX_SESSIONS_PER_KEY": "2000",
    }
    async with ServerChild(cores=cores[:1], settings=settings) as server:
        key = await asyncio.to_thread((server.data / "api.key").read_text)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            instrument = Instrument(server, http, key.strip())
            found: dict[str, Any] = {}
            if args.idle:
                found["idle in writing"] = await instrument.idle(args.idle, agent="demo", mode="text")
                found["idle by voice"] = await instrument.idle(args.idle, agent="echo", mode="voice")
            if args.talking:
                found["talking"] = await instrument.talking(args.talking, args.seconds, args.rate)
            return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--talking", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=int, default=16_000, choices=(8_000, 16_000, 24_000, 48_000))
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = asyncio.run(run(args))
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
