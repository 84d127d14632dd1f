"""Are packets sent in time on one core while recognisers and voices keep the other busy?

    python -m tests.load.busy_workers_load [--calls 200] [--talkers 12] [--seconds 30] [--json FILE]

A server of its own: all threads of its process are pinned to one core, its workers and its database to
another. `--calls` speak to the echo; `--talkers` speak to the booking agent without end, and call again when
it has hung up, so that speech is recognised and spoken all the time. The callers take the cores that are
left, or share that of the workers, which give way to them (their niceness); lateness is read from the
system's own stamps of the packets, so that a caller's is not in it. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from array import array
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from callers.calling import CallingParty, MeasuredCall
from callers.figures import Spread
from callers.lines import BOOKING, synthesised
from callers.reception import lateness_ms
from callers.server_child import ServerChild
from callers.sound import RATE, Samples
from cli.bench.capacity import histogram_spread
from mediaserver.errors import CallError

LATE_P99_MS = 5.0
BUSY_SHARE = 0.5
"""Of their core: with less the workers were not what is measured."""
WARM_S, SETTLE_S = 5.0, 3.0
"""The workers go on warming up after the server is ready; streams find their places after the last answer."""
PAUSE_S = 0.4
EDGE = 2
"""Frames of a call at the edges of the window, which its ticks need not share."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a run showed. Times in ms, shares of one core."""

    calls: int
    answered: int
    standing: int
    """At the end of the window."""
    talked: int
    """Calls that the agents had, some after one another."""
    seconds: float
    late_ms: Spread
    """At the caller, of all packets against the even schedule of their second."""
    tick_late_ms: dict[str, float | None]
    """As the server itself has it."""
    lost: int
    """Gaps in the numbering of what came to the callers."""
    not_sent: int
    own_drops: int
    """By the callers' own sockets."""
    media_share: float
    workers_share: float


def faults(run: Beside) -> list[str]:
    """Why the run does not pass, in words; empty when it does."""
    late = run.late_ms.p99
    checks = (
        (run.answered < run.calls, f"{run.calls - run.answered} calls were not answered"),
        (run.standing < run.answered, f"{run.answered - run.standing} calls ended by themselves"),
        (
            run.workers_share < BUSY_SHARE,
            f"the workers took {run.workers_share:.2f} of their core, less than {BUSY_SHARE:g}: more talkers",
        ),
        (late is None or late > LATE_P99_MS, f"send lateness p99 {late} ms, over {LATE_P99_MS:g}"),
        (run.lost > 0, f"{run.lost} frames lost on the way to the callers"),
        (run.not_sent > 0, f"{run.not_sent} frames were never sent"),
        (run.own_drops > 0, f"the callers themselves dropped {run.own_drops} packets"),
    )
    return [reason for failed, reason in checks if failed]


def pin(pid: int, core: int) -> None:
    """All threads of a process; those that it starts later follow the thread that starts them."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def descendants(pid: int) -> list[int]:
    """The processes that it started, and theirs."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *descendants(child)]
    return found


async def measure(calls: int, talkers: int, for_s: float, rate: float) -> Beside:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("this wants two cores: one for the media, one for the workers")
    speech = await _speech()
    os.sched_setaffinity(0, set(cores[2:]) or {cores[1]})
    settings = {"SIP__MAX_CALLS": str(calls + talkers + 20), "RECORDING__ENABLED": "false"}
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ServerChild(cores=cores[:2], settings=settings))
        await asyncio.sleep(WARM_S)
        pin(server.pid, cores[0])
        for each in descendants(server.pid):
            pin(each, cores[1])
        party = await stack.enter_async_context(CallingParty(server.sip_uri("echo"), keep_audio=False))
        agents = await stack.enter_async_context(CallingParty(server.sip_uri("demo"), keep_audio=False))
        answered = await _place(party, calls, rate, speech)
        talked = await stack.enter_async_context(_talking(agents, talkers, speech))
        await asyncio.sleep(SETTLE_S)
        before = await server.metrics()
        begun = time.monotonic()
        cpu, main_cpu = server.cpu_s(), server.main_cpu_s()
        heard = [call.stream.reception for call in answered]
        from_packet = [len(each.interval_errors) for each in heard]
        counted = [(each.received, each.lost) for each in heard]
        await asyncio.sleep(for_s)  # the window
        elapsed = time.monotonic() - begun
        late = [
            value
            for each, start in zip(heard, from_packet, strict=True)
            for value in lateness_ms(array("f", each.interval_errors[start:]))
        ]
        received = [each.received - was for each, (was, _) in zip(heard, counted, strict=True)]
        lost = sum(each.lost - was for each, (_, was) in zip(heard, counted, strict=True))
        main_cpu = server.main_cpu_s() - main_cpu
        cpu = server.cpu_s() - cpu - main_cpu
        after = await server.metrics()
        run = Beside(
            calls=calls,
            answered=len(answered),
            standing=sum(call.talk.is_up() for call in answered),
            talked=len(talked),
            seconds=round(elapsed, 2),
            late_ms=Spread.of(late),
            tick_late_ms=histogram_spread(before, after),
            lost=lost,
            not_sent=sum(max(0, round(elapsed * 50) - EDGE - each) for each in received),
            own_drops=sum(call.stream.socket_drops for call in answered),
            media_share=round(main_cpu / elapsed, 3),
            workers_share=round(cpu / elapsed, 3),
        )
        await asyncio.gather(*(call.hang_up() for call in answered))
    return run


async def _speech() -> Samples:
    pause = np.zeros(round(PAUSE_S * RATE), np.int16)
    return np.concatenate([part for clip in await synthesised(BOOKING) for part in (clip.samples, pause)])


async def _place(party: CallingParty, calls: int, rate: float, speech: Samples) -> list[MeasuredCall]:
    """Those that were answered, and speak."""

    async def one(number: int) -> MeasuredCall | None:
        await asyncio.sleep(number / rate)
        try:
            call = await party.call(timeout_s=10.0)
        except CallError:
            return None
        call.stream.keep_saying(speech)
        return call

    placed = await asyncio.gather(*(one(number) for number in range(calls)))
    return [call for call in placed if call is not None]


@asynccontextmanager
async def _talking(party: CallingParty, talkers: int, speech: Samples) -> AsyncIterator[list[MeasuredCall]]:
    """Agents are talked to until the block ends; the calls so far."""
    had: list[MeasuredCall] = []

    async def one() -> None:
        while True:
            try:
                call = await party.call(timeout_s=10.0)
            except CallError:
                await asyncio.sleep(1.0)  # refused for the moment
                continue
            had.append(call)
            call.stream.keep_saying(speech)
            try:
                await call.ended.wait()
            finally:
                await call.hang_up()

    tasks = [asyncio.create_task(one()) for _ in range(talkers)]
    try:
        yield had
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def lines(run: Beside) -> Iterable[str]:
    """For the terminal."""
    yield f"{run.answered} of {run.calls} calls answered, {run.standing} up after {run.seconds:g} s"
    late, tick = run.late_ms, run.tick_late_ms
    yield f"send lateness at the callers, ms: p50 {late.p50}, p95 {late.p95}, p99 {late.p99}, most {late.max}"
    yield f"tick lateness as the server has it, ms: p50 {tick['p50']}, p99 {tick['p99']}"
    yield f"frames lost {run.lost}, never sent {run.not_sent}, dropped by the callers {run.own_drops}"
    yield f"share of a core: media {run.media_share}, workers and database {run.workers_share}"
    yield f"calls with the agent: {run.talked}"
    yield from faults(run) or ["passed"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--talkers", type=int, default=12, help="calls with the agent, beside them")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=10.0, help="calls set up a second")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    run = asyncio.run(measure(given.calls, given.talkers, given.seconds, given.rate))
    sys.stdout.write("".join(f"{line}\n" for line in lines(run)))
    if given.json is not None:
        given.json.write_text(json.dumps({**asdict(run), "faults": faults(run)}, indent=1) + "\n")
    return 1 if faults(run) else 0


if __name__ == "__main__":
    sys.exit(main())
