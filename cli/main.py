"""The `voiceforge` command: picks the subcommand, imports its module alone, turns errors into one line.

Must stay light (no numpy, no aiohttp, no engine), so that `--help` answers at once and thread limits are set
before numpy is imported.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from types import ModuleType

from mediaserver.errors import VoiceForgeError
from mediaserver.printable import printable

COMMANDS = {
    "serve": "answer calls until stopped",
    "call": "place a call and show its live transcript",
    "phone": "be a phone that answers calls",
    "demo": "show the whole thing: a server, a caller, a booking",
    "doctor": "check this machine and say how to mend what is wrong",
    "chat": "talk to an agent in text",
    "simulate": "have simulated callers call a flow, and judge their calls",
    "console": "sign a browser in to the page of the running server",
    "keys": "say who may ask the API for what",
    "agents": "say who answers which address",
    "flows": "draw dialogues as graphs: check, save, publish and compare them",
    "trunks": "connect carriers and phone systems",
    "providers": "connect accounts at telephony providers",
    "sip": "show what was said by SIP",
    "outbound": "show what calls out have used of their limits",
    "drain": "take no new calls, and wait until those that are up are over",
    "undrain": "take new calls again",
    "tools": "show the tools that agents may be given",
    "knowledge": "give documents to agents",
    "prompts": "keep sound files that calls play",
    "engines": "list, install, try, remove or serve speech engines",
    "voices": "show the voices that agents may have",
    "bench": "measure latency and capacity",
    "openapi": "write the document of the HTTP API",
}
"""Each lives in `cli.<name>`, which offers `add_parser(subparsers)` and `run(args) -> int`."""

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Our matrices are small: a thread pool below numpy costs more than it saves and disturbs the media clock."""

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; after a failure its reason is one line on stderr."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words  # wherever it stands, also behind the subcommand
    words = [word for word in words if word != "--debug"]
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`): keep the interpreter's own flush at exit from complaining.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if debug:
            raise
        print(f"voiceforge: {printable(_reason(error))}", file=sys.stderr)
        return FAILED


def _dispatch(words: list[str]) -> int:
    wanted = next((word for word in words if not word.startswith("-")), None)
    module = importlib.import_module(f"cli.{wanted}") if wanted in COMMANDS else None
    parser = _parser(wanted, module)
    args = parser.parse_args(words)
    if module is None:
        parser.error("name a command")
    code: int = module.run(args)
    return code


def _parser(wanted: str | None, module: ModuleType | None) -> argparse.ArgumentParser:
    """The whole parser, in which only the wanted command knows its own options."""
    parser = argparse.ArgumentParser(
        prog="voiceforge",
        description="A realtime media server that answers phone calls with voice agents.",
        epilog="Exit codes: 0 success, 1 failed (the reason is one line on stderr), 2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"voiceforge {_version()}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        if name == wanted and module is not None:
            module.add_parser(commands)
        else:
            commands.add_parser(name, help=summary)
    return parser


def _version() -> str:
    try:
        return metadata.version("voiceforge")
    except metadata.PackageNotFoundError:  # run from a checkout that was never set up
        return "unknown"


def _reason(error: BaseException) -> str:
    """One line for people."""
    while isinstance(error, BaseExceptionGroup):
        ours = error.subgroup(VoiceForgeError)
        error = (ours or error).exceptions[0]
    line = " ".join(str(error).split())
    if isinstance(error, VoiceForgeError):
        return line
    return f"unexpected {type(error).__name__}: {line} (run again with --debug to see where)"
