"""`voiceforge phone`: a phone that rings, answers and says something, for whoever has none to call.

Only options and the order of things live here; audio and signalling are callers.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from cli.call import LAST_WORDS_S, positive, stop_on_signals, unless
from cli.terminal import console
from mediaserver.printable import printable

if TYPE_CHECKING:
    from callers.calling import MeasuredCall
    from callers.voiced import Clip

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

HOST, PORT = "127.0.0.1", 5062
HELLO = "hello"
AGAIN = 3
"""Times that the last recording is said again."""
GAP_MS = 700.0
"""Silence of the far end after which it is our turn."""


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "phone",
        help="be a phone that answers calls",
        description="Wait for calls at sip:phone@HOST:PORT, let each ring for a second, answer it and say "
        f'"{HELLO}", then the recordings: one per turn, when the far end has spoken and fallen silent; '
        "the last of them again, should it be asked once more.",
        epilog="With a server on its default settings: POST /api/telephony/calls with "
        f'"to": "sip:phone@{HOST}:{PORT}" calls it. Ctrl-C ends it.',
    )
    parser.add_argument(
        "--play", metavar="WAV", nargs="+", default=[], help="16-bit WAV files to say, one per turn"
    )
    parser.add_argument("--host", default=HOST, help=f"address to listen at (default {HOST})")
    parser.add_argument("--port", type=_port, default=PORT, help=f"for SIP over UDP and TCP (default {PORT})")
    parser.add_argument("--calls", type=_count, metavar="N", help="end after so many calls")
    parser.add_argument(
        "--gap", metavar="MS", type=positive, default=GAP_MS, help="silence before our turn (default 700)"
    )


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    from callers.answering import AnsweringParty
    from callers.lines import clips_of, synthesised

    clips = clips_of(args.play)  # a wrong file is told before anybody calls
    (hello,) = await synthesised((HELLO,))
    out, stop = console(), stop_on_signals()
    async with AnsweringParty(args.host, args.port) as phone:
        out.print(f"sip:phone@{phone.host}:{phone.port} answers; Ctrl-C ends it", highlight=False)
        calls = 0
        while calls != args.calls and (found := await unless(stop, phone.answered())) is not None:
            call, caller = found
            calls += 1
            out.print(f"{printable(caller)} calls: answered", markup=False, highlight=False)
            await unless(stop, _talk(call, hello, clips, args.gap))
            await call.hang_up()
            out.print(
                f"the call is over: {printable(str(call.leg.termination))}", markup=False, highlight=False
            )
    return 0


async def _talk(call: MeasuredCall, hello: Clip, clips: list[Clip], gap_ms: float) -> None:
    """Who answers speaks first; whoever asks on after our last line hears that again, some times."""
    talk = call.talk
    await talk.say(hello)
    if not clips:
        await call.ended.wait()
    for clip in [*clips, *clips[-1:] * AGAIN]:
        if not await talk.my_turn(gap_ms, LAST_WORDS_S) or not talk.is_up():
            return
        await talk.say(clip)
    if clips:
        await talk.until(call.ended.is_set, LAST_WORDS_S)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) < 1 << 16):
        raise argparse.ArgumentTypeError("a port is a number up to 65535; 0: any that is free")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("a number of calls, at least 1")
    return int(text)
