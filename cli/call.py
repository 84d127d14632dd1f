"""`voiceforge call URI`: a real SIP client with the live transcript on the terminal.

Only options and the order of things live here; audio, signalling and figures are callers.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cli.terminal import add_json_option, console, print_json
from mediaserver.errors import CallError, VoiceForgeError
from mediaserver.media.leg import Why

if TYPE_CHECKING:
    from callers.calling import CallingParty, MeasuredCall
    from callers.conversation import CallFigures
    from callers.screen import Screen
    from callers.voiced import Clip

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

T = TypeVar("T")

LAST_WORDS_S = 20.0
"""After our last line: how long the far end may go on before we hang up."""
LAST_EVENTS_S = 2.0
BAD_ENDS = frozenset(
    {
        Why.FAILED,
        Why.LOST,
        Why.MEDIA_TIMEOUT,
        Why.UNREACHABLE,
        Why.UNACCEPTABLE,
        Why.INTERRUPTED,
        Why.NO_ANSWER,
    }
)


def add_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "call",
        help="place a call and show its live transcript",
        description="Place a SIP call, play recordings into it turn by turn and show the live transcript. "
        "Without --play it listens until the far end hangs up.",
        epilog="Exit code 0 when the call was answered and ended normally, 1 otherwise.",
    )
    parser.add_argument(
        "uri", metavar="URI", type=_sip_uri, help="whom to call, e.g. sip:demo@127.0.0.1:5060"
    )
    parser.add_argument(
        "--play",
        metavar="WAV",
        nargs="+",
        default=[],
        help="16-bit WAV files to say, one per turn: each when the far end has spoken and fallen silent",
    )
    parser.add_argument(
        "--record", metavar="OUT.wav", type=Path, help="keep the call: left us, right far end"
    )
    parser.add_argument("--digits", metavar="123#", type=_digits, help="keys to press after the recordings")
    parser.add_argument("--seconds", metavar="N", type=positive, help="hang up after this long")
    parser.add_argument(
        "--gap", metavar="MS", type=positive, default=700.0, help="silence before our turn (default 700)"
    )
    parser.add_argument("--user", default="", help="user name, when the server asks who calls")
    parser.add_argument("--password", default="", help="its password")
    parser.add_argument(
        "--transport", choices=("udp", "tcp", "tls"), help="for SIP (default udp; tls for sips: or with --ca)"
    )
    parser.add_argument(
        "--ca",
        metavar="FILE",
        type=Path,
        help="PEM file with authorities to trust by TLS, beside those of the system, e.g. a server's ca.pem",
    )
    parser.add_argument(
        "--codec",
        choices=("PCMU", "PCMA", "G722"),
        type=str.upper,
        help="the only codec to offer (default PCMU, then PCMA)",
    )
    parser.add_argument("--srtp", action="store_true", help="encrypt the audio (SRTP), or there is no call")
    parser.add_argument("--no-transcript", action="store_true", help="do not show what is said")
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    from callers.calling import IMPATIENT, CallingParty
    from callers.lines import clips_of
    from callers.screen import Screen

    clips = clips_of(args.play)  # a wrong file is told before the phone rings
    out = console()
    if args.json:
        out.quiet = True
    stop = stop_on_signals()
    with Screen(out) as screen:
        tls = _transport(args) == "tls"
        async with CallingParty(args.uri, timing=IMPATIENT, tls=tls, ca=args.ca, srtp=args.srtp) as party:
            screen.line(f"calling {args.uri}", "dim")
            call = await unless(stop, _place(party, args))
            if call is None:
                raise CallError("cancelled before answer")
            codec = call.leg.negotiated.codec if call.leg.negotiated is not None else "?"
            secured = f", {call.encryption}" if call.encryption else ""
            screen.line(f"answered after {_ms(call.leg.setup_s)} ({codec}{secured})", "dim")
            watching = asyncio.create_task(_transcript(call, screen, args))
            try:
                limit = args.seconds
                with suppress(TimeoutError):
                    async with asyncio.timeout(limit):
                        await unless(stop, _talk(call, clips, args))
            finally:
                await call.hang_up()
                await asyncio.wait({watching}, timeout=LAST_EVENTS_S)
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
        figures = call.figures()
        _summary(screen, call, figures, party)
    if args.record:
        _save(args.record, figures)
    termination = call.leg.termination
    if args.json:
        print_json(_report(args.uri, call, figures, party, screen))
    if termination is not None and termination.why in BAD_ENDS:
        raise CallError(f"the call broke off: {termination}", termination.code)
    return 0


async def _place(party: CallingParty, args: argparse.Namespace) -> MeasuredCall:
    options: dict[str, Any] = {"codecs": (args.codec,)} if args.codec else {}
    return await party.call(user=args.user, password=args.password, transport=_transport(args), **options)


def _transport(args: argparse.Namespace) -> str:
    """What is asked for, by the option or by the address itself."""
    if args.transport is not None:
        return str(args.transport)
    secure = args.uri.startswith("sips:") or ";transport=tls" in args.uri.lower()
    return "tls" if secure or args.ca is not None else "udp"


async def _talk(call: MeasuredCall, clips: Sequence[Clip], args: argparse.Namespace) -> None:
    """Our lines and keys, then wait for the far end to finish; with nothing to say, listen until it ends."""
    talk = call.talk
    for clip in clips:
        await talk.my_turn(args.gap)
        if not talk.is_up():
            return
        await talk.say(clip)
    if args.digits:
        await talk.my_turn(args.gap)
        call.stream.press(args.digits)
        await talk.until(lambda: not call.stream.pressing, len(args.digits))
    if (clips or args.digits) and args.seconds is None:
        await talk.until(call.ended.is_set, 0.5)
        await talk.my_turn(max(args.gap, 2000.0), LAST_WORDS_S)
    else:
        await call.ended.wait()


async def _transcript(call: MeasuredCall, screen: Screen, args: argparse.Namespace) -> None:
    """Live lines from the server we called, or from our own ears at any other."""
    if args.no_transcript:
        return
    if call.transcript_url is not None:
        from callers.transcript import follow

        async for event in follow(call.transcript_url):
            screen.show(event)
        return
    from callers.listener import listen

    async for event in listen(call.stream, call.talk.is_up):
        screen.show(event)


def _summary(screen: Screen, call: MeasuredCall, figures: CallFigures, party: CallingParty) -> None:
    from callers.figures import Spread

    spread = Spread.of(figures.voice_to_voice_ms)
    if spread.n:
        screen.line(
            f"voice to voice on the wire: p50 {spread.p50:.0f} ms, p95 {spread.p95:.0f}, "
            f"max {spread.max:.0f} ({spread.n} turns)"
        )
    reception = call.stream.reception
    screen.line(
        f"packets: sent {call.stream.sent}, received {reception.received}, lost {reception.lost}, "
        f"jitter {reception.jitter_ms:.1f} ms",
        "dim",
    )
    if not party.wire.clock_quality()["trusted"]:
        screen.line("this machine was too busy to keep time: take the figures with care", "yellow")


def _report(
    uri: str, call: MeasuredCall, figures: CallFigures, party: CallingParty, screen: Screen
) -> dict[str, Any]:
    from dataclasses import asdict

    termination = call.leg.termination
    return {
        "uri": uri,
        "answered": True,
        "ended": str(termination) if termination is not None else None,
        "code": termination.code if termination is not None else None,
        "post_dial_delay_ms": _to_ms(call.leg.post_dial_delay_s),
        "setup_ms": _to_ms(call.leg.setup_s),
        "answer_to_first_audio_ms": figures.first_audio_ms,
        "replies": [asdict(reply) for reply in figures.replies],
        "rtp": call.stream.reception.as_dict() | {"sent": call.stream.sent, "encryption": call.encryption},
        "digits_heard": call.stream.digits_heard,
        "clock": party.wire.clock_quality(),
        "events": [{"kind": e.kind, **e.data} for e in screen.events if "partial" not in e.kind],
    }


def _save(path: Path, figures: CallFigures) -> None:
    from callers.sound import save_stereo

    try:
        save_stereo(path, figures.near, figures.far)
    except OSError as error:
        raise VoiceForgeError(f"cannot write the recording {path}: {error.strerror}") from None


def stop_on_signals() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM: hang up instead of dying with the call left up."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Do the work unless we are stopped first; None then."""
    task = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stopped.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _ms(seconds: float | None) -> str:
    return "?" if seconds is None else f"{seconds * 1000:.0f} ms"


def _to_ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)


def _sip_uri(text: str) -> str:
    from sip.messages.grammar import ParseError
    from sip.messages.uri import Uri

    try:
        known = Uri.parse(text).is_sip
    except ParseError:
        known = False
    if not known:
        raise argparse.ArgumentTypeError(f"{text!r} is no SIP address; write it as sip:demo@127.0.0.1:5060")
    return text


def _digits(text: str) -> str:
    if not re.fullmatch(r"[0-9*#A-Da-d]+", text):
        raise argparse.ArgumentTypeError("keys are 0-9, *, # and A-D")
    return text


def positive(text: str) -> float:
    value = float(text)
    if not 0 < value < sys.maxsize:
        raise ValueError(text)
    return value
