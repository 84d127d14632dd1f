"""What the engines of language models add to the server's own time, how soon an interruption reaches it, and
what a token costs.

python -m tests.load.language_models_load [--streams 100] [--answers 3]

The server is a process of its own that writes tokens at a set pace and tells when it had written the first
and when the other side hung up, by the clock that all processes share; it is no model, so that its time can
be taken off.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import statistics
import sys
import time
from contextlib import aclosing
from multiprocessing.connection import Connection
from typing import Any

import uvloop

from pipelines.engines.llm.claude import engine as claude
from pipelines.engines.llm.openai_compatible import engine as openai_compatible
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import LlmMessage, LlmText
from pipelines.engines.registry import EngineOptions
from tests.model_server import Piece, chat_chunks, message_events

KINDS: dict[str, tuple[Any, list[Piece]]] = {
    "openai": (openai_compatible, chat_chunks(*[f" word{n}" for n in range(200)])),
    "anthropic": (claude, message_events(" ".join(f"word{n}" for n in range(200)))),
}
PACE_S = 0.02
"""Between two tokens: 50 a second."""
ASK = [LlmMessage("system", "Be kind. " * 100), LlmMessage("user", "Have you a room?")]
CANCELLED_WITHIN_MS = 50.0


# ---- the server's process


def serve(listening: socket.socket, tell: Connection) -> None:
    """Until it is ended."""
    uvloop.run(_serve(listening, tell))


async def _serve(listening: socket.socket, tell: Connection) -> None:
    server = await asyncio.start_server(lambda r, w: _connection(r, w, tell), sock=listening)
    await server.serve_forever()


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tell: Connection) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            if head.startswith("get"):
                body = b'{"data": [{"id": "tiny"}]}'
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
                writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))
                continue
            length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
            asked = json.loads(await reader.readexactly(int(length.partition(":")[2])))
            kind = "anthropic" if "/v1/messages" in head else "openai"
            pace = 0.0 if asked["max_tokens"] == 1 else PACE_S
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            writer.write(b"transfer-encoding: chunked\r\n\r\n")
            gone, begun = asyncio.create_task(reader.read(1)), False
            for piece in KINDS[kind][1]:
                told = f"data: {piece if isinstance(piece, str) else json.dumps(piece)}\n\n".encode()
                writer.write(b"%x\r\n%s\r\n" % (len(told), told))
                begun = begun or "word0" in str(piece)
                if "word0" in str(piece):
                    tell.send(("first", time.perf_counter()))
                if pace and begun:
                    await asyncio.wait({gone}, timeout=pace)
                if gone.done():
                    tell.send(("gone", time.perf_counter()))
                    return
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


# ---- what is measured


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def first_token_ms(llm: RemoteLlm, told: Connection) -> tuple[float, float]:
    """From asking to the server's first word, and from that to ours."""
    asked = time.perf_counter()
    async with aclosing(llm.stream(ASK)) as answer:
        await anext(answer)
        heard = time.perf_counter()
        written = await asyncio.to_thread(_next, told, "first")
    await asyncio.to_thread(_next, told, "gone")
    return (written - asked) * 1e3, (heard - written) * 1e3


async def cancelled_ms(llm: RemoteLlm, told: Connection) -> float:
    """From the decision to the server's knowledge of it."""
    stream = llm.stream(ASK)
    for _ in range(5):
        await anext(stream)
    decided = time.perf_counter()
    await stream.aclose()
    await asyncio.to_thread(_next, told, "first")
    return (await asyncio.to_thread(_next, told, "gone") - decided) * 1e3


async def whole(llm: RemoteLlm, limit: int) -> int:
    return sum([isinstance(event, LlmText) async for event in llm.stream(ASK, max_tokens=limit)])


async def measure(kind: str, url: str, told: Connection, streams: int, answers: int) -> bool:
    options = EngineOptions(settings={"base_url": url, "model": "tiny", "answer_s": 600})
    began = time.perf_counter()
    llm = await asyncio.to_thread(KINDS[kind][0].make, options)
    made = time.perf_counter() - began
    await llm.start()
    ways = [await first_token_ms(llm, told) for _ in range(20)]
    cancels = [await cancelled_ms(llm, told) for _ in range(20)]
    say(f"{kind}: imported and made in {made:.2f} s, on a thread")
    for what, values in (("asking", [w[0] for w in ways]), ("first word", [w[1] for w in ways])):
        say(f"  {what}: median {statistics.median(values):.2f} ms, worst {max(values):.2f} ms")
    say(f"  hang-up: median {statistics.median(cancels):.2f} ms, worst {max(cancels):.2f} ms")
    for limit, what in ((1, "as fast as it goes"), (1024, f"at {1 / PACE_S:.0f} a second each")):
        began, busy = time.perf_counter(), time.process_time()
        tokens = 0
        for _ in range(answers):
            tokens += sum(await asyncio.gather(*(whole(llm, limit) for _ in range(streams))))
        took, used = time.perf_counter() - began, time.process_time() - busy
        say(
            f"  {streams} streams, {what}: {tokens / took:.0f} tokens/s, {used / tokens * 1e6:.1f} µs of a "
            f"processor a token, {used / took:.0%} of one"
        )
        while told.poll():
            told.recv()
    await llm.stop()
    return statistics.median(cancels) <= CANCELLED_WITHIN_MS


def _next(told: Connection, what: str) -> float:
    while True:
        kind, at = told.recv()
        if kind == what:
            return float(at)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--answers", type=int, default=3)
    arguments = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    told, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=serve, args=(listening, tell), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    try:
        fine = [uvloop.run(measure(kind, url, told, arguments.streams, arguments.answers)) for kind in KINDS]
    finally:
        process.terminate()
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
