"""What open consoles cost the server: 100 event sockets beside 50 calls, its processor time with and without.

    python -m tests.load.event_stream_load [--consoles 100] [--calls 50] [--rounds 3] [--seconds 8]
                                           [--talking] [--json]

Each socket asks for what the page of live calls asks for. Idle calls stand on the echo; with --talking agents
and callers talk, and call again when a call is over.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.console.live_calls import calls_up
from tests.console.running import RunningServer
from tests.console.seeded import own_server
from tests.load.live_page_load import SETTLES_S, share_pct

TOPICS = ("call.started", "call.answered", "call.ended", "turn")
AT_ONCE = 20
"""Sockets that are opened at a time."""


@dataclass(slots=True)
class Heard:
    """By all consoles together."""

    messages: int = 0
    octets: int = 0
    kinds: dict[str, int] = field(default_factory=dict)


class Consoles:
    """So many sockets that listen, until they are closed."""

    def __init__(self, server: RunningServer, http: aiohttp.ClientSession) -> None:
        self._server, self._http = server, http
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.heard = Heard()

    async def open(self, count: int) -> None:
        while len(self._sockets) < count:
            batch = min(AT_ONCE, count - len(self._sockets))
            self._sockets += await asyncio.gather(*(self._one() for _ in range(batch)))

    async def close(self) -> None:
        await asyncio.gather(*(socket.close() for socket in self._sockets))
        await asyncio.gather(*self._tasks)
        self._sockets, self._tasks = [], []

    async def _one(self) -> aiohttp.ClientWebSocketResponse:
        key = {"Authorization": f"Bearer {self._server.key}"}
        socket = await self._http.ws_connect(f"{self._server.http}/ws/events", headers=key)
        await socket.send_json({"type": "subscribe", "topics": list(TOPICS), "partials": True})
        self._tasks.append(asyncio.create_task(self._listen(socket)))
        return socket

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self.heard.messages += 1
            self.heard.octets += len(message.data)
            kind = json.loads(message.data)["type"]
            self.heard.kinds[kind] = self.heard.kinds.get(kind, 0) + 1


async def measured(server: RunningServer, args: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {"without": [], "with": []}
    agents = ("demo",) if args.talking else ("echo",)
    quiet = {"quiet": not args.talking, "again": args.talking}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        consoles = Consoles(server, http)
        with calls_up(server, args.calls, agents=agents, **quiet):
            await asyncio.sleep(SETTLES_S)
            for _ in range(args.rounds):
                found["without"].append(await asyncio.to_thread(share_pct, server, args.seconds))
                await consoles.open(args.consoles)
                await asyncio.sleep(SETTLES_S)
                found["with"].append(await asyncio.to_thread(share_pct, server, args.seconds))
                await consoles.close()
        heard = consoles.heard
    found |= {"messages": heard.messages, "octets": heard.octets, "kinds": heard.kinds}
    found["more_pct"] = [b - a for a, b in zip(found["without"], found["with"], strict=True)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--consoles", type=int, default=100)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3, help="with and without, each")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each")
    parser.add_argument("--talking", action="store_true", help="agents and callers talk")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with own_server(past=False) as (server, _):
        found = asyncio.run(measured(server, args))
    if args.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return 0
    for name in ("without", "with"):
        told = ", ".join(f"{value:.1f}" for value in found[name])
        sys.stdout.write(f"{name:8} {args.consoles} consoles: {told} % of a core\n")
    more, heard = statistics.median(found["more_pct"]), f"{found['octets'] / 1_000:.0f} kB, {found['kinds']}"
    sys.stdout.write(f"{more:+.1f} % at the median; they heard {heard}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
