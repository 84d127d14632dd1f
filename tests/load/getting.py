"""Small GETs at a steady rate over connections that stay open, each timed from when it was due: a server that
stalls makes all that were due meanwhile late (open loop; no coordinated omission).

    python -m tests.load.getting URL RATE CONNECTIONS SECONDS     the key comes in VOICEFORGE_KEY; prints JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter, deque
from typing import cast
from urllib.parse import urlsplit

import uvloop

ROUND_S = 0.002
SETTLING_S = 1.0
"""The first answers are not counted."""


class Getter(asyncio.Protocol):
    """One connection; requests are answered in their order."""

    def __init__(self, took: list[tuple[float, float]], answers: Counter[int]) -> None:
        self.took, self.answers = took, answers
        self._due: deque[float] = deque()
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    @property
    def waiting(self) -> int:
        return len(self._due)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is of no class of asyncio's

    def connection_lost(self, exc: Exception | None) -> None:
        self.answers[0] += len(self._due)
        self._transport = None

    def ask(self, request: bytes, due: float) -> None:
        if self._transport is None:
            self.answers[0] += 1
            return
        self._due.append(due)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            lines = head.split(b"\r\n")
            length = next(int(line[15:]) for line in lines if line.lower().startswith(b"content-length:"))
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            now, due = time.perf_counter(), self._due.popleft()
            self.answers[int(lines[0].split()[1])] += 1
            self.took.append((due, now - due))


async def get(url: str, key: str, rate: float, connections: int, for_s: float) -> dict[str, object]:
    """`rate`: requests a second, in all."""
    parts = urlsplit(url)
    assert parts.hostname is not None and parts.port is not None
    request = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n\r\n"
    ).encode()
    took: list[tuple[float, float]] = []
    answers: Counter[int] = Counter()
    loop = asyncio.get_running_loop()
    getters = [
        (await loop.create_connection(lambda: Getter(took, answers), parts.hostname, parts.port))[1]
        for _ in range(connections)
    ]
    began, sent = time.perf_counter(), 0
    while (now := time.perf_counter()) < began + SETTLING_S + for_s:
        while sent < (now - began) * rate:
            getters[sent % connections].ask(request, began + sent / rate)
            sent += 1
        await asyncio.sleep(ROUND_S)
    for _ in range(100):
        if not any(getter.waiting for getter in getters):
            break
        await asyncio.sleep(0.05)
    times = sorted(ms for due, ms in took if due > began + SETTLING_S)
    return {
        "answers": {str(status): count for status, count in answers.items()},
        "a_second": round(len(times) / for_s),
        **{f"p{p:g}_ms": round(1000 * times[int(len(times) * p / 100)], 2) for p in (50, 95, 99, 99.9)},
    }


def main() -> int:
    url, rate, connections, for_s = sys.argv[1:]
    run = get(url, os.environ["VOICEFORGE_KEY"], float(rate), int(connections), float(for_s))
    sys.stdout.write(json.dumps(uvloop.run(run)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
