"""`voiceforge bench latency`: talks to an agent in turns, interrupts it, and times its echo, by SIP or WebRTC
or both, or by SIP and a provider's media stream.

All figures are wire times at the caller; nothing here may rest on what the server says of itself.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp
import numpy as np

from callers.cases.booking import BookingCaller
from callers.conversation import CallFigures, TalkedCall
from callers.figures import Interruption, Spread, echo_delays_ms, noise
from callers.lines import BOOKING, CHECKS, clips_of, synthesised
from callers.screen import PARTS
from callers.server_child import ServerChild
from callers.sound import Samples
from callers.stream_account import account_of
from callers.stream_calling import StreamedCall, StreamParty
from callers.transcript import ServerEvent
from callers.voiced import Clip
from cli.bench.report import compared, print_compared, print_latency
from cli.bench.ways import BenchOver, MeasuringParty, Way, wanted, ways_of, ways_to
from cli.terminal import print_json, progress_line
from mediaserver.errors import CallError

BURSTS = 5
COMPARED = (BenchOver.BOTH, BenchOver.TWILIO)
"""Two ways in turn."""
MOST_EXTRA_CALLS = 10
"""A flow may end before all interruptions were made: call again, but not for ever."""
EACH_WITHIN_S = 15.0
"""On average, an interruption; they take 3 s where the agent talks enough."""
STALLS_S = 0.16
"""A stream's way stands still for so long, now and then, while it is interrupted: what a provider holds is
to be seen dropped, and a quiet machine alone never puts anything into its buffer."""

Step = Callable[[], None]


class Done:
    """How far it is, in a line for people."""

    def __init__(self, tell: Callable[[str], None], total: int) -> None:
        self._tell, self._total = tell, total
        self._began, self._steps, self._what = time.monotonic(), 0, ""

    def doing(self, what: str) -> None:
        self._what = what
        self._tell(f"{self._steps} of {self._total}, {time.monotonic() - self._began:.0f} s: {what}")

    def step(self) -> None:
        self._steps += 1
        self.doing(self._what)


@dataclass(slots=True)
class Latency:
    """Everything measured, in ms."""

    target: str
    over: BenchOver = BenchOver.SIP
    calls: int = 0
    voice_to_voice: list[float] = field(default_factory=list)
    unanswered_turns: int = 0
    overlapped_turns: int = 0
    post_dial_delay: list[float] = field(default_factory=list)
    setup: list[float] = field(default_factory=list)
    first_packet: list[float] = field(default_factory=list)
    first_audio: list[float] = field(default_factory=list)
    lost_packets: int = 0
    interruptions: list[Interruption] = field(default_factory=list)
    clears: list[float | None] = field(default_factory=list)
    """From the caller's first sound over the agent until its provider was told to drop what it held, where it
    held something; None where it was not told."""
    echo: list[float] = field(default_factory=list)
    server_parts: dict[str, list[float]] = field(default_factory=dict)
    server_ready_s: float | None = None
    clock: dict[str, Any] = field(default_factory=dict)

    def took(self, call: TalkedCall, figures: CallFigures) -> None:
        """What every call tells, whatever was said in it."""
        self.calls += 1
        if call.post_dial_delay_s is not None:
            self.post_dial_delay.append(round(call.post_dial_delay_s * 1000, 3))
        if call.setup_s is not None:
            self.setup.append(round(call.setup_s * 1000, 3))
        if figures.first_packet_ms is not None:
            self.first_packet.append(figures.first_packet_ms)
        if figures.first_audio_ms is not None:
            self.first_audio.append(figures.first_audio_ms)
        self.lost_packets += call.stream.reception.lost
        if isinstance(call, StreamedCall):
            self.clears += call.clears_ms()

    @property
    def stops(self) -> list[float]:
        return [i.stop_ms for i in self.interruptions if i.stop_ms is not None]

    def as_dict(self) -> dict[str, Any]:
        spoken_over = [i for i in self.interruptions if i.far_was_speaking]
        return {
            "target": self.target,
            "over": str(self.over),
            "calls": self.calls,
            "voice_to_voice_ms": Spread.of(self.voice_to_voice).as_dict(),
            "turns_unanswered": self.unanswered_turns,
            "turns_overlapped": self.overlapped_turns,
            "barge_in_stop_ms": Spread.of(self.stops).as_dict(),
            "barge_in_clear_ms": Spread.of([ms for ms in self.clears if ms is not None]).as_dict(),
            "barge_ins_never_cleared": self.clears.count(None),
            "barge_ins_never_stopped": sum(i.stop_ms is None for i in spoken_over),
            "barge_ins_stale": sum(i.stale for i in spoken_over),
            "echo_path_ms": Spread.of(self.echo).as_dict(),
            "post_dial_delay_ms": Spread.of(self.post_dial_delay).as_dict(),
            "setup_ms": Spread.of(self.setup).as_dict(),
            "answer_to_first_packet_ms": Spread.of(self.first_packet).as_dict(),
            "answer_to_first_audio_ms": Spread.of(self.first_audio).as_dict(),
            "lost_packets": self.lost_packets,
            "server_parts_ms": {name: Spread.of(v).as_dict() for name, v in self.server_parts.items()},
            "server_ready_s": self.server_ready_s,
            "clock": self.clock,
            "interruptions": [asdict(i) for i in self.interruptions],
        }


async def run(args: argparse.Namespace) -> int:
    over = wanted(args)
    async with AsyncExitStack() as stack:
        each = args.calls + args.barge_in + (0 if args.no_echo else 1)
        done = Done(stack.enter_context(progress_line()), each * (2 if over in COMPARED else 1))
        done.doing("starting")
        spoken = await synthesised(BOOKING + CHECKS)
        clips = clips_of(args.play) if args.play else spoken[: len(BOOKING)]
        checks = dict(zip(CHECKS, spoken[len(BOOKING) :], strict=True))
        ready_s: float | None = None
        if args.to is None:
            server = await stack.enter_async_context(ServerChild())
            ready_s = round(server.ready_after_s, 3)
            if over is BenchOver.TWILIO:
                async with aiohttp.ClientSession() as http:
                    await account_of(server, http)
            ways = ways_of(server, over)
        else:
            ways = ways_to(args.to, args.key_file)

        founds = [Latency(way.target, way.over, server_ready_s=ready_s) for way in ways]
        parties = [await stack.enter_async_context(way.agent()) for way in ways]
        references = [np.zeros(0, np.int16) for _ in ways]
        for number in range(args.calls):  # in turn: a machine that drifts drifts for both
            for place, (party, found) in enumerate(zip(parties, founds, strict=True)):
                done.doing(f"{found.over}: talking in turns, call {number + 1}")
                far = await _talk(party, clips, checks, found)
                references[place] = far if number == 0 else references[place]
                done.step()
        for way, party, found, reference in zip(ways, parties, founds, references, strict=True):
            if args.barge_in:
                done.doing(f"{found.over}: interrupting")
                await _interrupt(party, clips, reference, args.barge_in, args.after, found, done.step)
            if not args.no_echo:
                done.doing(f"{found.over}: echo path")
                await _echo(way, found)
                done.step()
            found.clock = party.wire.clock_quality()
    _show([found.as_dict() for found in founds], as_json=args.json)
    return 0 if all(found.voice_to_voice or found.stops for found in founds) else 1


def _show(results: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        told = {each["over"]: each for each in results}
        print_json(results[0] if len(results) == 1 else told | {"compared": compared(*results[:2])})
        return
    for each in results:
        print_latency(each)
    if all(each["voice_to_voice_ms"]["n"] for each in results[:2]) and len(results) > 1:
        print_compared(compared(*results[:2]))


async def _talk(
    party: MeasuringParty, clips: Sequence[Clip], checks: Mapping[str, Clip], found: Latency
) -> Samples:
    """One call, talked through to its end. Returns what the agent said."""
    call = await party.call()

    def shown(event: ServerEvent) -> None:
        """The server's own account of where the time went, if it gives one."""
        if event.kind == "latency":
            for name, _ in PARTS:
                if isinstance(value := event.data.get(name), int | float):
                    found.server_parts.setdefault(name, []).append(value)

    await BookingCaller(call, clips, checks, shown).talk()
    figures = call.figures()
    found.took(call, figures)
    found.voice_to_voice += figures.voice_to_voice_ms
    found.overlapped_turns += sum(r.overlapped for r in figures.replies)
    found.unanswered_turns += sum(r.voice_to_voice_ms is None and not r.overlapped for r in figures.replies)
    return figures.far


async def _interrupt(
    party: MeasuringParty,
    clips: Sequence[Clip],
    reference: Samples,
    wanted: int,
    after_ms: int,
    found: Latency,
    step: Step,
) -> None:
    """Talk over the agent until it was interrupted `wanted` times, in as many calls as that takes.

    `reference`: the far track of a call in which it could say the same lines to their end; empty: what is
    stale is not looked for in it. It ends with fewer when that takes too long.
    """
    over_at = time.monotonic() + EACH_WITHIN_S * wanted
    if isinstance(party, StreamParty):
        party.stalls_s = STALLS_S
    for _ in range(MOST_EXTRA_CALLS):
        if len(found.interruptions) >= wanted or time.monotonic() >= over_at:
            return
        call = await party.call()
        try:
            for clip in clips[: wanted - len(found.interruptions)]:
                if time.monotonic() >= over_at or not await call.talk.speaking_for(after_ms):
                    break
                await call.talk.interrupt(clip)
                step()
            await call.talk.until(lambda: False, 2.0)
        finally:
            await call.hang_up()
        figures = call.figures()
        found.took(call, figures)
        interruptions = figures.interruptions(reference if len(reference) else None)
        found.interruptions += interruptions
        if not interruptions:
            return  # the agent never speaks long enough


async def _echo(way: Way, found: Latency) -> None:
    """The delay of noise through the echo, found by correlation."""
    clip = Clip.of("noise", noise())
    async with way.echo() as party:
        try:
            call = await party.call()
        except CallError:
            return  # another server may have no echo: the other figures stand
        try:
            await call.talk.until(lambda: False, 0.5)
            for _ in range(BURSTS):
                await call.talk.say(clip)
                await call.talk.until(lambda: False, 0.5)
        finally:
            await call.hang_up()
    figures = call.figures()
    for line in figures.said:
        found.echo += echo_delays_ms(figures.near, figures.far, line)
