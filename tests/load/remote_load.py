"""What it costs that a worker is on another machine: the same requests to a worker of this process, to a host
(`voiceforge engines serve`) and, where its environment is there, through Ray Serve, all on loopback.

    python -m tests.load.remote_load [--seconds 10] [--calls 100] [--ray PYTHON] [--json FILE]

A request is the shortest text to the embedded voice, up to its last message; each of the calls asks once a
second. Milliseconds, p50 and p95. `--ray`: the Python of an environment made from
`pipelines/engines/locks/ray.lock` (`python -m tests.environments ray`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pipelines.engines.registry import EngineOptions
from pipelines.engines.remote.engine import make_tts
from pipelines.engines.tts.espeak.engine import EspeakTts
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Msg, WorkerMessage, pack
from pipelines.workers.remote.host import RemoteHost
from pipelines.workers.remote.line import new_session, opened
from pipelines.workers.remote.remote_pool import RemotePool
from pipelines.workers.whole_messages import messages_in
from tests.deploy.ray_cluster import KEY, cluster

TEXT = {"text": "a", "voice": "", "language": "en", "rate": 1.0}
OPENINGS, BACK_AND_FORTH = 50, 500


class Probe:
    """One request, from its OPEN to its DONE."""

    def __init__(self) -> None:
        self.over: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.ticket: Ticket | None = None

    def on_message(self, message: WorkerMessage) -> None:
        if message.kind is Msg.AUDIO and self.ticket is not None:
            taken = struct.pack("<I", len(message.payload) // 2)
            self.ticket.send(pack(Msg.CREDIT, self.ticket.id, taken))
        elif message.kind is Msg.DONE and not self.over.done():
            self.over.set_result(time.perf_counter())
        elif message.kind is Msg.FAILED:
            self.on_lost(str(message.json().get("error")))

    def on_lost(self, why: str) -> None:
        if not self.over.done():
            self.over.set_exception(RuntimeError(why))


async def asked(pool: WorkerPool) -> float:
    """Milliseconds that one request took."""
    probe, begun = Probe(), time.perf_counter()
    probe.ticket = await pool.opened(probe, within_s=10, **TEXT)
    return (await probe.over - begun) * 1000


async def of_one_call(pool: WorkerPool, count: int) -> list[float]:
    return [await asked(pool) for _ in range(count)]


async def of_calls(pool: WorkerPool, calls: int, seconds: float) -> list[float]:
    """Each call asks once a second, all at moments of their own."""

    async def call(number: int) -> list[float]:
        pause = random.Random(number)
        await asyncio.sleep(pause.random())
        took, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            next_at = time.monotonic() + pause.uniform(0.8, 1.2)
            took.append(await asked(pool))
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))
        return took

    return [each for many in await asyncio.gather(*map(call, range(calls))) for each in many]


async def of_openings(host: RemoteHost) -> list[float]:
    """To open a line, which no request waits for."""
    session, took = new_session(), []
    for _ in range(OPENINGS):
        begun = time.perf_counter()
        socket, _ = await opened(session, host)
        took.append((time.perf_counter() - begun) * 1000)
        await socket.close()
    await session.close()
    return took


async def of_pings(host: RemoteHost) -> list[float]:
    """There and back of one small message on an open line: a chunk of speech takes half of it."""
    session, took = new_session(), []
    socket, _ = await opened(session, host)
    for number in range(BACK_AND_FORTH):
        begun = time.perf_counter()
        await socket.send_bytes(pack(Msg.PING, number))
        (answer,) = messages_in(await socket.receive_bytes())
        assert answer.id == number
        took.append((time.perf_counter() - begun) * 1000)
    await socket.close()
    await session.close()
    return took


@asynccontextmanager
async def served_host() -> AsyncIterator[str]:
    """`voiceforge engines serve`, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mediaserver", "engines", "serve", "espeak-ng"),
            *("--port", "0", "--ready-file", str(ready)),
            env={**os.environ, "ENGINES_KEY": KEY, "VOICEFORGE_DATA": folder},
        )
        try:
            while not ready.exists():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
            yield json.loads(ready.read_text())["url"]
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def served_ray(python: Path) -> AsyncIterator[str]:
    async with cluster(python) as up:
        deployment = {"name": "EngineReplica", "max_ongoing_requests": 400, "num_replicas": 1}
        application = {
            "name": "espeak-ng",
            "route_prefix": "/tts/espeak-ng",
            "import_path": "deploy.ray_serve:engine",
            "args": {"engine": "espeak-ng"},
            "deployments": [{**deployment, "ray_actor_options": {"num_cpus": 0.5}}],
        }
        await up.deploy([application])
        yield up.url


def told(took: list[float]) -> str:
    cuts = statistics.quantiles(took, n=20)
    return f"{statistics.median(took):.2f} / {cuts[-1]:.2f}"


async def measured(pool: WorkerPool, args: argparse.Namespace) -> dict[str, str]:
    await of_one_call(pool, 20)
    one = await of_one_call(pool, 300)
    many = await of_calls(pool, args.calls, args.seconds)
    return {"request": told(one), f"request of {args.calls} calls": told(many)}


async def measure(args: argparse.Namespace) -> dict[str, dict[str, str]]:
    os.environ["ENGINES_KEY"] = KEY
    rows: dict[str, dict[str, str]] = {}
    own = EspeakTts(1)
    await own.start()
    rows["worker of this machine"] = await measured(own.pool, args)
    await own.stop()
    served = {"host on loopback": served_host()}
    if args.ray:
        served["Ray Serve on loopback"] = served_ray(args.ray)
    for name, serving in served.items():
        async with AsyncExitStack() as up:
            url = await up.enter_async_context(serving)
            settings = {"urls": url, "connect_s": 10, "spare": 8}
            tts = make_tts(EngineOptions(settings=settings, name="remote:espeak-ng"))
            await tts.start()
            up.push_async_callback(tts.stop)
            assert isinstance(tts.pool, RemotePool)
            host = tts.pool.hosts[0].host
            rows[name] = {
                **await measured(tts.pool, args),
                "there and back": told(await of_pings(host)),
                "opening": told(await of_openings(host)),
            }
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.remote_load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--ray", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = asyncio.run(measure(args))
    for name, row in rows.items():
        sys.stdout.write(f"{name}: " + ", ".join(f"{what} {took}" for what, took in row.items()) + "\n")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
