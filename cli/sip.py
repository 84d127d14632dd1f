"""`voiceforge sip trace`: what the running server heard and said by SIP.

What is shown was written by strangers: it reaches the terminal as text and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlencode

from cli.terminal import add_config_option, add_json_option, print_json
from mediaserver.errors import ConfigError, NoServerError
from mediaserver.printable import printable, printable_json, printable_lines

if TYPE_CHECKING:
    from mediaserver.config import Settings

LATEST = 200
"""Messages that are shown where no call is named."""
SILENCE_S = 60.0
"""The server says that it is there more often than that."""
_CALLS = "/api/telephony/calls"
_SIP = "/api/telephony/sip"


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "sip", help="show what was said by SIP", description="What the running server heard and said by SIP."
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    tracing = actions.add_parser(
        "trace",
        help="show the messages of a call, the latest of all, or those that go by",
        description="Without --call and --follow: the latest messages. Passwords, keys, pressed keys and "
        "texts are left out by the server; messages are kept for sip.trace_minutes.",
    )
    which = tracing.add_mutually_exclusive_group()
    which.add_argument("--call", metavar="ID", help="the call, or the beginning of its id, as in the log")
    which.add_argument("--follow", action="store_true", help="show messages as they go by, until stopped")
    tracing.add_argument("--peer", metavar="HOST", help="only those from and to this ADDRESS[:PORT]")
    tracing.add_argument("--method", metavar="M", help="only INVITE, say, and what answers it")
    tracing.add_argument("--full", action="store_true", help="show each message as a whole")
    tracing.add_argument(
        "--pcap", metavar="FILE", help="with --call: write its packets there, for Wireshark; - is stdout"
    )
    tracing.add_argument(
        "--seconds", type=int, metavar="N", default=0,
        help="with --pcap: go on for so long (600 at most) or until the call ends, with the headers of its "
        "audio (default: only what was said so far)",
    )  # fmt: skip
    add_json_option(tracing)
    add_config_option(tracing)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    settings = load(args.config)
    if args.call is not None and (args.peer or args.method):
        raise ConfigError("--peer and --method choose among all messages: leave out --call")
    if args.pcap is not None:
        if args.call is None:
            raise ConfigError("--pcap writes the packets of one call: name it with --call")
        _write_packets(settings, args)
    elif args.call is not None:
        _show_call(settings, args)
    elif args.follow:
        for message in _followed(settings, _query(args)):
            if args.json:
                print(printable_json(json.dumps(message, ensure_ascii=False)), flush=True)
            else:
                _show(message, full=args.full)
    else:
        found = _answer(settings, f"{_SIP}?{_query(args, limit=str(LATEST))}")
        if args.json:
            print_json(found)
        else:
            for message in found["messages"]:
                _show(message, full=args.full)
    return 0


def _show_call(settings: Settings, args: argparse.Namespace) -> None:
    from cli.server_api import demanded

    path = f"{_CALLS}/{_whole(settings, args.call)}/sip"
    if args.json:
        print_json(_answer(settings, f"{path}?format=json"))
        return
    with demanded(settings, f"{path}?format={'full' if args.full else 'text'}") as response:
        print(printable_lines(response.read().decode(errors="replace").rstrip("\n")))


def _write_packets(settings: Settings, args: argparse.Namespace) -> None:
    """Readable by its owner alone: who called whom stands there. Ctrl-C ends a file that is whole."""
    from cli.server_api import demanded

    path = f"{_CALLS}/{_whole(settings, args.call)}/pcap?seconds={args.seconds}"
    with demanded(settings, path, SILENCE_S) as response, _opened(args.pcap) as file:
        written = 0
        try:
            while block := response.read1(1 << 16):
                written += file.write(block)
                file.flush()
        except KeyboardInterrupt:
            pass
        except OSError as error:
            raise NoServerError(f"the server stopped in the middle: {error}") from None
    print(f"{written} bytes are in {args.pcap}", file=sys.stderr)


def _opened(name: str) -> IO[bytes]:
    """A new file. Raises ConfigError."""
    if name == "-":
        return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    try:
        return os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise ConfigError(f"{name} is there already: name another file") from None
    except OSError as error:
        raise ConfigError(f"{name} cannot be written: {error.strerror}") from None


def _whole(settings: Settings, begin: str) -> str:
    """The id of the one call that it is the beginning of. Raises ConfigError."""
    if len(begin) == 36:
        return begin.lower() if all(each in "0123456789abcdef-" for each in begin.lower()) else _none(begin)
    found = _answer(settings, f"{_CALLS}?limit=200")
    ids = {call["id"] for call in found["items"]}
    fitting = sorted(each for each in ids if each.startswith(begin.lower()))
    if not begin or not fitting:
        return _none(begin)
    if len(fitting) > 1:
        raise ConfigError(f"{len(fitting)} calls begin with {begin}: give more of the id")
    return str(fitting[0])


def _none(begin: str) -> str:
    raise ConfigError(f"no live or recent call begins with {begin!r}: see {_CALLS}")


def _query(args: argparse.Namespace, **more: str) -> str:
    given = {"peer": args.peer or "", "method": args.method or ""} | more
    return urlencode({name: value for name, value in given.items() if value})


def _answer(settings: Settings, path: str) -> Any:
    """Raises NoServerError."""
    from cli.server_api import demanded

    with demanded(settings, path) as response:
        return json.load(response)


def _followed(settings: Settings, query: str) -> Iterator[dict[str, Any]]:
    """The messages of the event stream (WHATWG HTML, server-sent events)."""
    from cli.server_api import demanded

    with demanded(settings, f"{_SIP}/events?{query}", SILENCE_S) as response:
        print("following; Ctrl-C ends it", file=sys.stderr, flush=True)
        try:
            for line in response:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        except OSError:
            return  # the server was stopped


def _show(message: dict[str, Any], *, full: bool) -> None:
    arrow = "->" if message["direction"] == "out" else "<-"
    call = f" [{message['call'][:8]}]" if message["call"] else ""
    when = message["at"][11:23]
    words = f"{when}{call} {arrow} {message['remote']} {message['transport']}  {message['label']}"
    print(printable(words), flush=True)
    if full:
        print("    " + printable_lines(message["text"].rstrip("\n"), "    ") + "\n", flush=True)
