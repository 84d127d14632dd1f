"""`voiceforge bench latency`: talks to an agent in turns, interrupts it, and times its echo.

All figures are wire times at the caller; nothing here may rest on what the server says of itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from callers.calling import CallingParty, MeasuredCall
from callers.cases.booking import BookingCaller
from callers.conversation import CallFigures
from callers.figures import Interruption, Spread, echo_delays_ms, noise
from callers.lines import BOOKING, CHECKS, clips_of, synthesised
from callers.screen import PARTS
from callers.server_child import ServerChild
from callers.sound import Samples
from callers.transcript import ServerEvent
from callers.voiced import Clip
from cli.bench.report import print_latency
from cli.terminal import print_json, progress
from mediaserver.errors import CallError

BURSTS = 5
MOST_EXTRA_CALLS = 10
"""A flow may end before all interruptions were made: call again, but not for ever."""

Step = Callable[[], None]


@dataclass(slots=True)
class Latency:
    """Everything measured, in ms."""

    target: str
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
    echo: list[float] = field(default_factory=list)
    server_parts: dict[str, list[float]] = field(default_factory=dict)
    server_ready_s: float | None = None
    clock: dict[str, Any] = field(default_factory=dict)

    def took(self, call: MeasuredCall, figures: CallFigures) -> None:
        """What every call tells, whatever was said in it."""
        self.calls += 1
        if call.leg.post_dial_delay_s is not None:
            self.post_dial_delay.append(round(call.leg.post_dial_delay_s * 1000, 3))
        if call.leg.setup_s is not None:
            self.setup.append(round(call.leg.setup_s * 1000, 3))
        if figures.first_packet_ms is not None:
            self.first_packet.append(figures.first_packet_ms)
        if figures.first_audio_ms is not None:
            self.first_audio.append(figures.first_audio_ms)
        self.lost_packets += call.stream.reception.lost

    @property
    def stops(self) -> list[float]:
        return [i.stop_ms for i in self.interruptions if i.stop_ms is not None]

    def as_dict(self) -> dict[str, Any]:
        spoken_over = [i for i in self.interruptions if i.far_was_speaking]
        return {
            "target": self.target,
            "calls": self.calls,
            "voice_to_voice_ms": Spread.of(self.voice_to_voice).as_dict(),
            "turns_unanswered": self.unanswered_turns,
            "turns_overlapped": self.overlapped_turns,
            "barge_in_stop_ms": Spread.of(self.stops).as_dict(),
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
    async with AsyncExitStack() as stack:
        bar = stack.enter_context(progress())
        steps = args.calls + args.barge_in + (0 if args.no_echo else 1)
        task = bar.add_task("starting", total=steps)
        spoken = await synthesised(BOOKING + CHECKS)
        clips = clips_of(args.play) if args.play else spoken[: len(BOOKING)]
        checks = dict(zip(CHECKS, spoken[len(BOOKING) :], strict=True))
        found = Latency(args.to or "sip:demo (a server of our own)")
        target, echo = args.to, None
        if target is None:
            server = await stack.enter_async_context(ServerChild())
            found.server_ready_s = round(server.ready_after_s, 3)
            target, echo = server.sip_uri("demo"), server.sip_uri("echo")
        else:
            echo = _sibling(target, "echo")

        def step() -> None:
            bar.advance(task)

        party = await stack.enter_async_context(CallingParty(target))
        bar.update(task, description="talking in turns")
        reference = np.zeros(0, np.int16)
        for number in range(args.calls):
            far = await _talk(party, clips, checks, found)
            reference = far if number == 0 else reference
            step()
        if args.barge_in:
            bar.update(task, description="interrupting")
            await _interrupt(party, clips, reference, args.barge_in, args.after, found, step)
        if not args.no_echo:
            bar.update(task, description="echo path")
            await _echo(echo, found)
            step()
        found.clock = party.wire.clock_quality()
    if args.json:
        print_json(found.as_dict())
    else:
        print_latency(found.as_dict())
    return 0 if found.voice_to_voice else 1


async def _talk(
    party: CallingParty, clips: Sequence[Clip], checks: Mapping[str, Clip], found: Latency
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
    party: CallingParty,
    clips: Sequence[Clip],
    reference: Samples,
    wanted: int,
    after_ms: int,
    found: Latency,
    step: Step,
) -> None:
    """Talk over the agent until it was interrupted `wanted` times, in as many calls as that takes.

    `reference`: the far track of a call in which it could say the same lines to their end.
    """
    for _ in range(MOST_EXTRA_CALLS):
        if len(found.interruptions) >= wanted:
            return
        call = await party.call()
        try:
            for clip in clips[: wanted - len(found.interruptions)]:
                if not await call.talk.speaking_for(after_ms):
                    break
                await call.talk.interrupt(clip)
                step()
            await call.talk.until(lambda: False, 2.0)
        finally:
            await call.hang_up()
        figures = call.figures()
        found.took(call, figures)
        interruptions = figures.interruptions(reference)
        found.interruptions += interruptions
        if not interruptions:
            return  # the agent never speaks long enough


async def _echo(uri: str, found: Latency) -> None:
    """The delay of noise through the echo, found by correlation."""
    clip = Clip.of("noise", noise())
    async with CallingParty(uri) as party:
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


def _sibling(uri: str, user: str) -> str:
    """The same server under another user."""
    scheme, _, rest = uri.partition(":")
    return f"{scheme}:{user}@{rest.rpartition('@')[2]}"
