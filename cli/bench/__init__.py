"""`voiceforge bench latency|capacity|conversation`: figures of a running server, measured on the wire.

Only the options live here; the measurements are imported when one is run, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.terminal import add_json_option

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def _whole(least: int) -> type[int]:
    """An argparse type: a whole number from `least` on."""

    class Whole(int):
        def __new__(cls, text: str) -> Whole:
            value = super().__new__(cls, text)
            if value < least:
                raise argparse.ArgumentTypeError(f"must be at least {least}")
            return value

    Whole.__name__ = "whole number"
    return Whole


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "bench",
        help="measure latency and capacity",
        description="Measure a server with real calls, by SIP or as browsers call. Figures are wire times at "
        "the caller.",
    )
    kinds = parser.add_subparsers(dest="bench", metavar="KIND", required=True)

    latency = kinds.add_parser(
        "latency",
        help="voice to voice, barge-in, echo path",
        description="Place calls and talk in turns. Without --to, a server is started for the time.",
    )
    latency.add_argument(
        "--to",
        metavar="URI",
        help="call this agent instead, e.g. sip:demo@127.0.0.1:5060 or, by WebRTC, "
        "http://127.0.0.1:8080/api/webrtc/offer?to=demo",
    )
    latency.add_argument(
        "--over",
        choices=("sip", "webrtc", "both", "twilio"),
        help="how to call (default sip); both: by SIP and WebRTC in turn, and how much later WebRTC is; "
        "twilio: likewise by SIP and a media stream as Twilio's, with no account",
    )
    latency.add_argument(
        "--key-file", type=Path, metavar="FILE", help="has the key of the server that --to names, for WebRTC"
    )
    latency.add_argument(
        "--play",
        metavar="WAV",
        nargs="+",
        default=[],
        help="what the caller says, turn by turn (default: synthesised answers to the booking demo)",
    )
    latency.add_argument(
        "--calls",
        type=_whole(0),
        default=3,
        metavar="N",
        help="calls to talk through by each way, some 40 s each (default 3); 0: only interrupt",
    )
    latency.add_argument(
        "--barge-in",
        type=_whole(0),
        default=10,
        metavar="N",
        help="interruptions to measure by each way, some 3 s each (default 10)",
    )
    latency.add_argument(
        "--after",
        type=_whole(100),
        default=1000,
        metavar="MS",
        help="interrupt after this much speech (1000)",
    )
    latency.add_argument("--no-echo", action="store_true", help="leave out the echo path")
    add_json_option(latency)

    capacity = kinds.add_parser(
        "capacity",
        help="how many calls one core holds",
        description="Start a server on one core and call its echo from the others, speech on every call.",
    )
    capacity.add_argument(
        "--calls", type=_whole(1), default=200, metavar="N", help="concurrent calls (default 200)"
    )
    capacity.add_argument(
        "--seconds", type=_whole(5), default=20, metavar="S", help="how long all of them talk (default 20)"
    )
    capacity.add_argument(
        "--rate", type=_whole(1), default=25, metavar="N", help="new calls per second (default 25)"
    )
    capacity.add_argument("--play", metavar="WAV", help="what the callers say (default: synthesised speech)")
    capacity.add_argument(
        "--find", action="store_true", help="go on with more calls until frames are lost or late"
    )
    capacity.add_argument(
        "--step", type=_whole(1), default=50, metavar="N", help="calls to add each time with --find (50)"
    )
    add_json_option(capacity)
    _add_conversation(kinds)


def _add_conversation(kinds: Subparsers) -> None:
    parser = kinds.add_parser(
        "conversation",
        help="scripted callers: interruptions, pauses, noise, echo, bad lines",
        description="Start a server and let scripted callers talk to it over SIP; judge each call.",
    )
    parser.add_argument(
        "--only", metavar="FAMILY", nargs="+", default=[], help="families whose name holds one of these words"
    )
    parser.add_argument(
        "--case", metavar="NAME", nargs="+", default=[], help="cases whose name holds one of these words"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the cases and end")
    parser.add_argument("--quick", action="store_true", help="one case of each family")
    parser.add_argument("--seeds", type=_whole(1), metavar="N", help="at most so many seeds of each case")
    parser.add_argument(
        "--parallel", type=_whole(1), default=8, metavar="N", help="calls at once (default 8)"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="write every call's audio and what happened in it there"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the result there as JSON")
    parser.add_argument("--before", type=Path, metavar="FILE", help="show an earlier result beside this one")
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="draw the table into this page, such as docs/conversation.md",
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="rendered speech (default ~/.cache/voiceforge/speech)"
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    from cli.stoppable import run_stoppable

    if args.bench == "conversation":
        from cli.bench import conversation

        return run_stoppable(conversation.run(args))
    if args.bench == "latency":
        from cli.bench import latency

        return run_stoppable(latency.run(args))
    from cli.bench import capacity

    return run_stoppable(capacity.run(args))
