"""`voiceforge demo`: the whole thing without a softphone. A server, a caller over real SIP, a booking.

It shows what happens and believes only the database: the exit code is 0 when the right booking stands there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli.stoppable import run_stoppable
from cli.terminal import add_json_option, console, print_json
from mediaserver.errors import VoiceForgeError

if TYPE_CHECKING:
    from callers.calling import MeasuredCall
    from callers.server_child import ServerChild

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

STORED_WITHIN_S = 8.0


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "demo",
        help="show the whole thing: a server, a caller, a booking",
        description="Start a server on free ports, call its booking agent with synthesised speech, show "
        "the live transcript with latencies, and check the booking in the database.",
    )
    parser.add_argument(
        "--play", metavar="WAV", nargs=6, default=[], help="use these six recordings as the caller's answers"
    )
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    return run_stoppable(_run(args))


async def _run(args: argparse.Namespace) -> int:
    from callers.calling import CallingParty
    from callers.cases.booking import BookingCaller
    from callers.figures import Spread
    from callers.lines import BOOKING, CHECKS, clips_of, synthesised
    from callers.screen import Screen, outcome_line
    from callers.server_child import ServerChild
    from mediaserver.printable import printable

    out = console()
    out.quiet = args.json
    with out.status("preparing the caller's voice"):
        spoken = await synthesised(BOOKING + CHECKS)
        clips = clips_of(args.play) if args.play else spoken[: len(BOOKING)]
        checks = dict(zip(CHECKS, spoken[len(BOOKING) :], strict=True))
    with out.status("starting a server"):
        server = await ServerChild().__aenter__()
    try:
        out.print(f"server ready after {server.ready_after_s:.1f} s: {server.sip_uri('demo')}, {server.http}")
        before = date.today()
        async with CallingParty(server.sip_uri("demo")) as party:
            call = await party.call()
            with Screen(out) as screen:
                if call.transcript_url is None:
                    screen.line("the server offers no live transcript", "yellow")
                await BookingCaller(call, clips, checks, screen.show).talk()
            clock = party.wire.clock_quality()
        figures = call.figures()
        stored = await _stored(server, call)
        days = {before.isoformat(), date.today().isoformat()}
    finally:
        await server.__aexit__(None, None, None)
    spread = Spread.of(figures.voice_to_voice_ms)
    wrong = mistakes(stored, days)
    if args.json:
        result = {
            "booking": stored,
            "right": not wrong,
            "voice_to_voice_ms": spread.as_dict(),
            "clock": clock,
        }
        print_json(result)
    else:
        if spread.n:
            out.print(
                f"voice to voice on the wire: p50 {spread.p50:.0f} ms, p95 {spread.p95:.0f}, "
                f"max {spread.max:.0f} ({spread.n} turns)"
            )
        told = printable(outcome_line(stored)) if stored else "no booking"
        out.print(f"stored in the database: {told}", markup=False)
    if wrong:
        raise VoiceForgeError(f"the booking is not what the caller said: {'; '.join(wrong)}")
    out.print("[green]the booking is what the caller said[/]")
    return 0


async def _stored(server: ServerChild, call: MeasuredCall) -> dict[str, Any] | None:
    """The booking of this call as the database has it; records arrive there a moment after the call."""
    if call.transcript_url is None:
        return None
    path = urlsplit(call.transcript_url).path.removesuffix("/events")
    booking: dict[str, Any] | None = None
    end = time.monotonic() + STORED_WITHIN_S
    while time.monotonic() < end:
        try:
            answer = json.loads(await server.get(path))
        except ValueError:
            answer = {}
        found = [each for each in answer.get("outcomes", ()) if each["flow"] == "booking"]
        booking = found[0] if found else booking
        if booking is not None and booking.get("status") == "confirmed":
            break
        await asyncio.sleep(0.1)
    return booking


def mistakes(booking: dict[str, Any] | None, days: set[str]) -> list[str]:
    """What differs from the six answers the caller gave; empty when all is right. `days`: ISO dates that
    were today during the call."""
    if booking is None:
        return ["nothing was stored"]
    wanted = {"place": "Mountain View", "time": "14:30", "minutes": 30, "people": 2, "status": "confirmed"}
    shown = booking["data"] | {"status": booking["status"]}
    wrong = [
        f"{key} is {shown.get(key)!r}, not {value!r}"
        for key, value in wanted.items()
        if shown.get(key) != value
    ]
    if str(shown.get("day")) not in days:
        wrong.append(f"day is {shown.get('day')!r}, not today")
    return wrong
