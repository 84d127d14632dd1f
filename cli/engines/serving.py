"""`voiceforge engines serve`: the workers of engines on this machine, for media servers on others.

Only who has the key gets in, and over a line that others can read only where the operator says so in a word.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import ssl
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaserver.errors import ConfigError, PortInUseError

if TYPE_CHECKING:
    from api.connections import HttpConnections, HttpLimits
    from mediaserver.config import Settings
    from pipelines.engines.in_worker import WorkerEngine
    from pipelines.engines.protocols import Kind
    from pipelines.workers.hosting.door import Door
    from pipelines.workers.hosting.hosted import Hosted

log = logging.getLogger(__name__)

PORT = 8090


def add_actions(actions: Any) -> None:
    parser = actions.add_parser(
        "serve",
        help="serve engines' workers to media servers on other machines",
        description="Serve the workers of engines to media servers on other machines (docs/scale-out.md). "
        "The key that they have to show is in ENGINES_KEY or in a file.",
    )
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="+",
        help="as `voiceforge engines list` shows it; stt/NAME or tts/NAME where both have it",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=PORT, help=f"default {PORT}; 0: a free one")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="has the key, in place of ENGINES_KEY")
    parser.add_argument("--tls-certificate", type=Path, metavar="FILE", help="PEM, with its chain")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM")
    parser.add_argument(
        "--plaintext",
        action="store_true",
        help="listen beyond this machine without TLS: the network is one's own, or a proxy in front has TLS",
    )
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="write the address as JSON here once it is served"
    )


def run(settings: Settings, args: argparse.Namespace) -> int:
    from mediaserver import logs

    logs.configure(settings.logging.level, settings.logging.format)
    tls = protection(args)
    return asyncio.run(_serve(args, settings, _key(args), tls))


def protection(args: argparse.Namespace) -> ssl.SSLContext | None:
    """TLS, where there is to be any. Raises ConfigError."""
    from mediaserver.config import is_loopback

    if (args.tls_certificate is None) != (args.tls_key is None):
        raise ConfigError("--tls-certificate and --tls-key go together: name both files")
    if args.tls_certificate is None:
        if not is_loopback(args.host) and not args.plaintext:
            raise ConfigError(
                f"{args.host} lets other machines in, and what callers say would go there unprotected: name "
                "--tls-certificate and --tls-key, or say --plaintext where the network is your own"
            )
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(args.tls_certificate, args.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{args.tls_certificate} and {args.tls_key} are no certificate with its key "
            f"({error.strerror or error}): name PEM files that belong together"
        ) from None
    return context


def _key(args: argparse.Namespace) -> str:
    """Raises EngineError."""
    from pipelines.engines.llm.options import read_key
    from pipelines.engines.remote.options import KEY_VARIABLE

    return read_key("host", KEY_VARIABLE, str(args.key_file) if args.key_file else "")


async def _serve(args: argparse.Namespace, settings: Settings, key: str, tls: ssl.SSLContext | None) -> int:
    from api.connections import HttpConnections
    from pipelines.workers.hosting.door import Door
    from pipelines.workers.hosting.key_check import KeyCheck

    try:
        check = KeyCheck(key)
    except ValueError as error:
        raise ConfigError(f"{error}: `openssl rand -hex 32` makes one") from None
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as undo:
        starting = asyncio.create_task(_hosted(args.names, settings, undo))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            stopping.cancel()
            return 0
        connections = HttpConnections(_limits())
        door = Door(starting.result(), check, proven=connections.prove)
        address = await open_door(door, connections, args.host, args.port, tls, undo)
        log.info("serving %s at %s", ", ".join(args.names), address)
        if sys.stdout.isatty():
            print(f"\n  {' '.join(args.names)} at {address}   Stop with Ctrl-C\n")
        if args.ready_file is not None:
            _write_whole(args.ready_file, json.dumps({"url": address}))
        await stopping
        await door.leave()
    return 0


async def _hosted(names: list[str], settings: Settings, undo: AsyncExitStack) -> list[Hosted]:
    """All engines, started. Raises EngineError."""
    from cli.serving.engine_options import engine_options
    from pipelines.engines.builtin import registry
    from pipelines.engines.remote import offer

    known = registry()
    wanted = [offer.kind_of(name, known) for name in dict.fromkeys(names)]

    async def started(kind: Kind, name: str) -> WorkerEngine:
        engine = await asyncio.to_thread(offer.made, kind, name, known, engine_options(settings, kind, name))
        undo.push_async_callback(engine.stop)
        await engine.start()
        return engine

    engines = await asyncio.gather(*(started(kind, name) for kind, name in wanted))
    return [offer.hosted(kind, name, engine) for (kind, name), engine in zip(wanted, engines, strict=True)]


def _limits() -> HttpLimits:
    """Of connections. A media server may open all its lines at once: until each has shown the key it is a
    stranger's."""
    from api.connections import HttpLimits
    from pipelines.workers.hosting.door import MAX_LINES

    return HttpLimits(connections=2 * MAX_LINES, unproven_per_source=MAX_LINES)


async def open_door(
    door: Door,
    connections: HttpConnections,
    host: str,
    port: int,
    tls: ssl.SSLContext | None,
    undo: AsyncExitStack,
) -> str:
    """Listen; the address. `connections`: strangers hold theirs for a while only, and are read in parts.
    Raises PortInUseError."""
    from aiohttp import web

    from mediaserver.host_port import host_port

    runner = web.AppRunner(door.app(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    undo.push_async_callback(runner.cleanup)
    server = runner.server
    assert server is not None
    try:
        listener = await asyncio.get_running_loop().create_server(
            lambda: connections.guarded(server), host, port, ssl=tls
        )
    except OSError as error:
        raise PortInUseError(
            f"cannot listen on {host_port(host, port)} ({os.strerror(error.errno or 0)}): end the "
            "process that holds the port, or choose another with --port"
        ) from None
    undo.callback(listener.close)
    own, number = listener.sockets[0].getsockname()[:2]
    return f"{'ws' if tls is None else 'wss'}://{host_port(own, number)}"


def _write_whole(path: Path, text: str) -> None:
    """A reader never sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    os.replace(part, path)
