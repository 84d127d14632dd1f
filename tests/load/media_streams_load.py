"""Media streams of Twilio, against a server started as a user starts it, pinned to one core.

    python -m tests.load.media_streams_load [--streams 150] [--seconds 20] [--json]
    python -m tests.load.media_streams_load --latency [--calls 2] [--barge-in 10]

Every call begins as Twilio's do: a signed webhook, and the stream that its answer names. Load: each stream
sends 20 ms of a voice every 20 ms to the echo and is sent them back, with voice detection; marks are echoed.
Prints the processor time of the server's process, what came back, the largest gap between two messages that
any stream saw, and how late the media clock sent. Latency: a caller talks with the demo agent in turns and
interrupts it, by SIP and by a stream in turn, on one server that has all cores.
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

from callers.cases.booking import BookingCaller
from callers.figures import Spread
from callers.lines import BOOKING, CHECKS, synthesised
from callers.server_child import ServerChild
from callers.stream_calling import PUBLIC, StreamedCall, StreamParty
from cli.bench.ways import BenchOver, MeasuringParty, ways_of
from mediaserver.errors import CallError
from mediaserver.media.g711 import PCMU
from tests.load.gateway_load import _p99_ms

FRAME_S = 0.02
AT_ONCE = 5
"""Calls that are begun at a time."""
SID, TOKEN = "AC" + "1" * 32, "2" * 32
NUMBERS = {"echo": "+15550101", "demo": "+15550102"}


async def lead(server: ServerChild, http: aiohttp.ClientSession) -> None:
    """An account at Twilio, and numbers that lead to the echo and to the demo agent."""
    settings = {
        "account_sid": SID,
        "auth_token": TOKEN,
        "public_url": PUBLIC,
        "max_calls": 1_000,
        "max_cps": 1_000.0,
    }
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("providers", {"name": "twilio", "kind": "twilio", "settings": settings}),
        *(("numbers", {"number": number, "agent": agent}) for agent, number in NUMBERS.items()),
    ]
    for what, content in wanted:
        async with http.post(
            f"{server.http}/api/telephony/{what}",
            json=content,
            headers={"Authorization": f"Bearer {server.key}"},
        ) as response:
            if response.status != 201:
                raise SystemExit(f"{what}: {await response.text()}")
    async with asyncio.timeout(20):
        standing = ""
        while standing not in ("ready", "troubled"):  # its SDK is being imported
            await asyncio.sleep(0.1)
            async with http.get(
                f"{server.http}/api/telephony/providers/twilio",
                headers={"Authorization": f"Bearer {server.key}"},
            ) as response:
                standing = (await response.json())["standing"]


def party(server: ServerChild, agent: str) -> StreamParty:
    return StreamParty(server.http, account="twilio", sid=SID, token=TOKEN, number=NUMBERS[agent])


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
        await lead(server, http)
        caller = await stack.enter_async_context(party(server, "echo"))
        streams = Streams(server, http, caller)
        return {str(count): await streams.talking(count, args.seconds) for count in args.streams}


async def latency(args: argparse.Namespace) -> dict[str, Any]:
    """By SIP and by a stream in turn: a machine that drifts drifts for both."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ServerChild())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        await lead(server, http)
        spoken = await synthesised(BOOKING + CHECKS)
        clips = spoken[: len(BOOKING)]
        checks = dict(zip(CHECKS, spoken[len(BOOKING) :], strict=True))
        ways: dict[str, MeasuringParty] = {
            "sip": await stack.enter_async_context(ways_of(server, BenchOver.SIP)[0].agent()),
            "twilio": await stack.enter_async_context(party(server, "demo")),
        }
        heard: dict[str, list[float]] = {name: [] for name in ways}
        stops: dict[str, list[float]] = {name: [] for name in ways}
        clears: list[float] = []
        for _ in range(args.calls):
            for name, way in ways.items():
                call = await way.call()
                await BookingCaller(call, clips, checks, lambda event: None).talk()
                heard[name] += call.figures().voice_to_voice_ms
        for name, way in ways.items():
            made = 0
            while made < args.barge_in:
                call = await way.call()
                for clip in clips[: args.barge_in - made]:
                    if not await call.talk.speaking_for(700):
                        break
                    playing = await call.talk.interrupt(clip)
                    made += 1
                    if isinstance(call, StreamedCall):
                        clears += [
                            (at - playing.voice_began_ns) / 1e6
                            for at in call.clears_ns
                            if at > playing.voice_began_ns
                        ][:1]
                await call.hang_up()
                found = call.figures().interruptions()
                stops[name] += [each.stop_ms for each in found if each.stop_ms is not None]
        return {
            "voice_to_voice_ms": {name: Spread.of(each).as_dict() for name, each in heard.items()},
            "barge_in_stop_ms": {name: Spread.of(each).as_dict() for name, each in stops.items()},
            "barge_in_clear_ms": Spread.of(clears).as_dict(),
            "clocks": {name: way.wire.clock_quality() for name, way in ways.items()},
        }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, nargs="+", default=[150])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--latency", action="store_true")
    parser.add_argument("--calls", type=int, default=2)
    parser.add_argument("--barge-in", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = asyncio.run(latency(args) if args.latency else load(args))
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
