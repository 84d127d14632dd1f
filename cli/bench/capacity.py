"""`voiceforge bench capacity`: how many calls with voice detection one core holds.

The server, its workers and its database run on one core, the callers on the others; every call speaks all the
time and hears its echo. A run passes only on what arrived, not on what the server says of itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from callers.calling import CallingParty, MeasuredCall
from callers.figures import Spread
from callers.lines import BOOKING, clips_of, synthesised
from callers.reception import lateness_ms
from callers.server_child import ServerChild
from callers.sound import RATE, Samples
from cli.bench.report import KB_PER_CALL, LATE_P99_MS, print_capacity
from cli.terminal import print_json, progress
from mediaserver.errors import CallError, VoiceForgeError

MEMORY_FROM_CALLS = 50
"""With fewer the noise of the process weighs more than the calls."""
QUIET_SHARE, QUIET_WITHIN_S = 0.1, 30.0
"""The workers go on warming up after the server is ready; the load begins when they are through."""
SETTLE_S = 2.0
"""After the last answer, before the measuring window opens."""
TICK = "voiceforge_tick_lateness_seconds"
LOST = "voiceforge_rtp_packets_lost_total"

Step = Callable[[], None]


async def run(args: argparse.Namespace) -> int:
    speech = await _speech(args.play)
    cores = sorted(os.sched_getaffinity(0))
    server_core, own_cores = cores[0], set(cores[1:]) or set(cores)
    os.sched_setaffinity(0, own_cores)
    runs: list[dict[str, Any]] = []
    calls = args.calls
    while True:
        with progress() as bar:
            task = bar.add_task(f"{calls} calls", total=calls + args.seconds)
            runs.append(
                await _load(calls, args.seconds, args.rate, speech, server_core, lambda: bar.advance(task))  # noqa: B023
            )
        runs[-1]["cores_apart"] = len(cores) > 1
        if not args.find or not runs[-1]["passed"]:
            break
        calls += args.step
    passed = [r for r in runs if r["passed"]]
    result = {"runs": runs, "held": passed[-1]["calls"] if passed else 0}
    if args.json:
        print_json(result)
    else:
        print_capacity(result)
    return 0 if passed else 1


async def _speech(path: str | None) -> Samples:
    clips = clips_of([path]) if path else await synthesised(BOOKING)
    pause = np.zeros(RATE // 2, np.int16)
    return np.concatenate([part for clip in clips for part in (clip.samples, pause)])


async def _load(
    calls: int, seconds: int, rate: int, speech: Samples, core: int, step: Step
) -> dict[str, Any]:
    # What it carries is to be seen, not where it says no.
    settings = {
        "SIP__MAX_CALLS": str(calls + 10), "RECORDING__ENABLED": "false", "MEDIA__OVERLOAD_MS": "0",
    }  # fmt: skip
    async with ServerChild(cores=[core], settings=settings) as server:
        quiet_after_s = await _quiet(server)
        async with CallingParty(server.sip_uri("echo"), keep_audio=False) as party:
            warm = await party.call()  # what the first call alone makes is not the price of a call
            await asyncio.sleep(0.5)
            await warm.hang_up()
            rss_before = server.rss_kb()
            began = time.monotonic()
            answered, refused = await _place(party, calls, rate, speech, step)
            setup_s = time.monotonic() - began
            await asyncio.sleep(SETTLE_S)
            rss_after = server.rss_kb()
            before = await server.metrics()
            cpu, main_cpu, window = server.cpu_s(), server.main_cpu_s(), time.monotonic()
            from_packet = [len(call.stream.reception.interval_errors) for call in answered]
            counted = [call.stream.reception.received for call in answered]
            for _ in range(seconds):
                await asyncio.sleep(1)
                step()
            elapsed = time.monotonic() - window
            cpu, main_cpu = server.cpu_s() - cpu, server.main_cpu_s() - main_cpu
            received = [c.stream.reception.received - n for c, n in zip(answered, counted, strict=True)]
            errors = [
                array("f", call.stream.reception.interval_errors[start:])
                for call, start in zip(answered, from_packet, strict=True)
            ]
            after = await server.metrics()
            standing = sum(call.talk.is_up() for call in answered)
            for call in answered:
                party.wire.halt(call.stream)
            await asyncio.gather(*(call.hang_up() for call in answered))
            await asyncio.sleep(0.5)
            ended = await server.metrics()
        clock = party.wire.clock_quality()
    late = [value for stream in errors for value in lateness_ms(stream)]
    lost = sum(call.stream.reception.lost for call in answered)
    drops = sum(call.stream.socket_drops for call in answered)
    reported = sum(call.stream.far_lost or 0 for call in answered)
    counted_lost = ended.get(LOST, 0.0) - before.get(LOST, 0.0)
    short = sum(max(0, round(elapsed * 50) - 2 - n) for n in received)
    result: dict[str, Any] = {
        "calls": calls,
        "answered": len(answered),
        "refused": refused,
        "standing_at_end": standing,
        "seconds": round(elapsed, 2),
        "setup_per_s": round(len(answered) / setup_s, 1),
        "setup_ms": Spread.of(
            [c.leg.setup_s * 1000 for c in answered if c.leg.setup_s is not None]
        ).as_dict(),
        "heard_echo": sum(call.stream.voiced_packets > 0 for call in answered),
        "lost_to_caller": lost,
        "own_socket_drops": drops,
        "frames_not_sent": short,
        "lost_to_server": max(reported, int(counted_lost)),
        "late_ms": Spread.of(late).as_dict(),
        "interval_error_ms": Spread.of([abs(e) for stream in errors for e in stream]).as_dict(),
        "server_tick_late_ms": histogram_spread(before, after),
        "server_cpu_share": round(main_cpu / elapsed, 3),
        "core_cpu_share": round(cpu / elapsed, 3),
        "kb_per_call": round((rss_after - rss_before) * 1.024 / max(1, len(answered)), 1),
        "rss_mb": round(rss_after * 1.024 / 1000, 1),
        "ready_s": round(server.ready_after_s, 2),
        "quiet_after_s": quiet_after_s,
        "clock": clock,
    }
    result["failed"] = shortfalls(result)
    result["passed"] = not result["failed"]
    return result


async def _quiet(server: ServerChild) -> float:
    """Wait until the idle server needs less than a tenth of its core. Returns the seconds that took."""
    began = time.monotonic()
    while (elapsed := time.monotonic() - began) < QUIET_WITHIN_S:
        cpu = server.cpu_s()
        await asyncio.sleep(1)
        if server.cpu_s() - cpu < QUIET_SHARE:
            break
    return round(elapsed, 1)


async def _place(
    party: CallingParty, calls: int, rate: int, speech: Samples, step: Step
) -> tuple[list[MeasuredCall], dict[str, int]]:
    """All calls, `rate` a second. Returns those answered and the reasons of the others."""
    answered: list[MeasuredCall] = []
    refused: dict[str, int] = {}

    async def place(index: int) -> None:
        await asyncio.sleep(index / rate)
        try:
            call = await party.call(timeout_s=10.0)
        except VoiceForgeError as error:
            reason = str(error.code) if isinstance(error, CallError) and error.code else str(error)
            refused[reason] = refused.get(reason, 0) + 1
        else:
            call.stream.keep_saying(speech)
            answered.append(call)
        step()

    await asyncio.gather(*(place(i) for i in range(calls)))
    return answered, refused


def shortfalls(run: dict[str, Any]) -> list[str]:
    """Why a run does not count, in words; empty when it passed."""
    late = run["late_ms"]["p99"]
    checks = (
        (run["answered"] < run["calls"], f"{run['calls'] - run['answered']} calls not answered"),
        (run["standing_at_end"] < run["answered"], "calls ended by themselves"),
        (run["heard_echo"] < run["answered"], "calls that never heard their echo"),
        (run["lost_to_caller"] > run["own_socket_drops"], "frames lost on the way to the caller"),
        (run["own_socket_drops"] > 0, "the measuring side dropped packets: not the server's fault"),
        (run["frames_not_sent"] > 0, "frames that were never sent"),
        (run["lost_to_server"] > 0, "frames lost on the way to the server"),
        (late is None or late > LATE_P99_MS, f"send lateness p99 {late} ms, over {LATE_P99_MS:g}"),
        (
            run["calls"] >= MEMORY_FROM_CALLS and run["kb_per_call"] > KB_PER_CALL,
            f"{run['kb_per_call']} KB per call, over {KB_PER_CALL:g}",
        ),
        (not run["clock"]["trusted"], "the measuring side was too slow to be believed"),
    )
    return [reason for failed, reason in checks if failed]


def histogram_spread(before: dict[str, float], after: dict[str, float]) -> dict[str, float | None]:
    """p50 and p99 in ms between two readings of the server's tick lateness, from its buckets; max so far."""
    counts: list[tuple[float, float]] = []
    for name, value in after.items():
        if name.startswith(TICK + "_bucket{"):
            edge = name.split('le="')[1].split('"')[0]
            counts.append((float(edge), value - before.get(name, 0.0)))
    counts.sort()
    worst = after.get("voiceforge_tick_lateness_worst_seconds")
    return {
        "p50": _quantile(counts, 0.5),
        "p99": _quantile(counts, 0.99),
        "max": None if worst is None else round(worst * 1000, 3),
    }


def _quantile(cumulative: Sequence[tuple[float, float]], q: float) -> float | None:
    """Linear within the bucket, as Prometheus' histogram_quantile; ms."""
    if not cumulative or cumulative[-1][1] <= 0:
        return None
    rank = q * cumulative[-1][1]
    low_edge, low_count = 0.0, 0.0
    for edge, count in cumulative:
        if count >= rank:
            if edge == float("inf"):
                return round(low_edge * 1000, 3)
            share = (rank - low_count) / (count - low_count) if count > low_count else 1.0
            return round((low_edge + (edge - low_edge) * share) * 1000, 3)
        low_edge, low_count = edge, count
    return None
