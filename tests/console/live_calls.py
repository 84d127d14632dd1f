"""Calls that are up on a running server: people who speak with its agents, from a process of their own.

python -m tests.console.live_calls HOST:PORT COUNT [QUIET]     says `up` once all are up; until its input ends
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from callers.calling import CallingParty, MeasuredCall
from callers.lines import synthesised
from callers.voiced import Clip
from tests.console.running import ROOT, RunningServer

AGENTS = ("demo", "front-desk", "pharmacy", "survey")
CALLERS = tuple(f"+1212555{number:04d}" for number in range(141, 160))
LINES = ("book a room please", "I would like to move my appointment", "four seven one", "five")
"""What the caller of each agent says first."""
UP_S = 60.0


@contextlib.contextmanager
def calls_up(server: RunningServer, count: int, *, quiet: bool = False) -> Iterator[None]:
    """So many, until this is left. `quiet`: the callers say nothing. Raises RuntimeError."""
    if not count:
        yield
        return
    words = [sys.executable, "-m", "tests.console.live_calls", server.sip, str(count), *(["quiet"] * quiet)]
    callers = subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert callers.stdin is not None and callers.stdout is not None
    try:
        if callers.stdout.readline().strip() != b"up":
            raise RuntimeError("not all calls were answered")
        yield
    finally:
        callers.stdin.close()
        try:
            callers.wait(20.0)
        except subprocess.TimeoutExpired:
            callers.kill()
            callers.wait()
        callers.stdout.close()


def live_call(server: RunningServer) -> str:
    """One that is up; empty: there is none."""
    calls = server.ask("GET", "/api/telephony/calls?state=live")["items"]
    return next((call["id"] for call in calls if call["agent"] == AGENTS[0]), calls[0]["id"] if calls else "")


async def _run(sip: str, count: int, *, quiet: bool) -> None:
    clips = [] if quiet else await synthesised(LINES)
    async with CallingParty(f"sip:{AGENTS[0]}@{sip}", keep_audio=False) as party:
        calls = [await _placed(party, sip, n) for n in range(count)]
        talks = [
            asyncio.create_task(_talk(call, clips[n % len(clips)])) for n, call in enumerate(calls) if clips
        ]
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*(call.hang_up() for call in calls), return_exceptions=True)


async def _placed(party: CallingParty, sip: str, n: int) -> MeasuredCall:
    agent, caller = AGENTS[n % len(AGENTS)], CALLERS[n % len(CALLERS)]
    return await party.call(user=caller, uri=f"sip:{agent}@{sip}", timeout_s=UP_S)


async def _talk(call: MeasuredCall, clip: Clip) -> None:
    """One line, when it is the caller's turn; then they think."""
    if await call.talk.my_turn(within_s=30.0):
        await call.talk.say(clip)


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2]), quiet=len(sys.argv) > 3))
