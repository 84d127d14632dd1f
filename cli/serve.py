"""`voiceforge serve`: start, say where to call, answer calls until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from cli.terminal import add_config_option
from cli.working_folder import importable
from mediaserver.key_file import KEY_FILE


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("serve", help="answer calls until stopped", description=__doc__)
    add_config_option(parser)
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="FILE",
        help="write the addresses as JSON here once calls are answered (for scripts)",
    )


def run(args: argparse.Namespace) -> int:
    # Heavy, and `--help` answers without them.
    import uvloop

    from mediaserver import heap, logs
    from mediaserver.config import load

    heap.few_arenas()
    importable()
    settings = load(args.config)
    logs.configure(settings.logging.level, settings.logging.format)
    for notice in settings.notices:
        logging.getLogger(__name__).warning("%s (docs/engines.md)", notice)
    return uvloop.run(_serve(settings, args.ready_file))


async def _serve(settings: Any, ready_file: Path | None) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    from mediaserver.media.collector import none_while_loading

    # Takes a second on a busy machine, in which a stop must already be an orderly one.
    with none_while_loading():
        from cli.compose import Server

    server = Server(settings, stop.set)
    # Of a terminal that is closed, or from an operator who has changed a certificate.
    loop.add_signal_handler(signal.SIGHUP, stop.set if sys.stdin.isatty() else server.reload)
    starting = asyncio.create_task(server.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return 0
        addresses = starting.result()
        if ready_file is not None:
            _write_whole(ready_file, json.dumps(addresses.as_dict()))
        if server.first_key:
            print(
                f"\n{first_key_told(server.first_key, settings.data, shown=sys.stdout.isatty())}", flush=True
            )
        if sys.stdout.isatty():
            print()
            for name, says in server.offered.items():
                print(f"  sip:{name}@{addresses.sip}  {says}")
            if addresses.sips:
                print(f"  Encrypted: sips:{(*server.offered, 'NAME')[0]}@{addresses.sips}")
            print(f"  Watch {server.console_link(addresses.http)}   Stop with Ctrl-C\n")
        await stopping
        return 0
    finally:
        stopping.cancel()
        await server.stop()


def first_key_told(key: str, data: Path, *, shown: bool) -> str:
    """What is said of the key that the first start has made. `shown`: to a terminal; what a service writes
    stays in its log for years."""
    kept = data / KEY_FILE
    if not shown:
        return f"  A key was made: {kept} has it. Others are made by `voiceforge keys create`."
    return (
        f"  A key was made, which is shown this once: {key}\n"
        f"  {kept} has it for commands on this machine; others are made by `voiceforge keys create`."
    )


def _write_whole(path: Path, text: str) -> None:
    """A reader never sees half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    os.replace(part, path)
