"""Calls that are up on a running server: people who speak with its agents, from a process of their own.

python -m tests.console.live_calls HOST:PORT COUNT AGENT,AGENT… [quiet|again]

Says `up` once all are up; they stand until its input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

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
def calls_up(
    server: RunningServer,
    count: int,
    *,
    quiet: bool = False,
    again: bool = False,
    agents: Sequence[str] = AGENTS,
) -> Iterator[None]:
    """So many, until this is left. `quiet`: callers say nothing. `again`: they talk on, and call again when
    a call is over. Raises RuntimeError."""
    if not count:
        yield
        return
    words = [sys.executable, "-m", "tests.console.live_calls", server.sip, str(count), ",".join(agents)]
    words += ["quiet"] * quiet + ["again"] * again
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


async def _run(sip: str, count: int, agents: Sequence[str], manner: str) -> None:
    clips = [] if manner == "quiet" else await synthesised(LINES)
    async with CallingParty(f"sip:{agents[0]}@{sip}", keep_audio=False) as party:
        calls = [await _placed(party, sip, agents[n % len(agents)], n) for n in range(count)]
        if manner == "again":
            talks = [
                asyncio.create_task(_talk_on(party, sip, agents[n % len(agents)], n, calls, clips))
                for n in range(count)
            ]
        else:
            talks = [
                asyncio.create_task(_talk(call, clips[n % len(clips)]))
                for n, call in enumerate(calls)
                if clips
            ]
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*(call.hang_up() for call in calls), return_exceptions=True)


async def _placed(party: CallingParty, sip: str, agent: str, n: int) -> MeasuredCall:
    caller = CALLERS[n % len(CALLERS)]
    return await party.call(user=caller, uri=f"sip:{agent}@{sip}", timeout_s=UP_S)


async def _talk(call: MeasuredCall, clip: Clip) -> None:
    """One line, when it is the caller's turn; then they think."""
    if await call.talk.my_turn(within_s=30.0):
        await call.talk.say(clip)


async def _talk_on(
    party: CallingParty, sip: str, agent: str, n: int, calls: list[MeasuredCall], clips: Sequence[Clip]
) -> None:
    """One line after the other, call after call; `calls[n]` is the one that is up."""
    line = n
    while True:
        while await calls[n].talk.my_turn(within_s=30.0) and calls[n].talk.is_up():
            await calls[n].talk.say(clips[line % len(clips)])
            line += 1
        await calls[n].hang_up()
        calls[n] = await _placed(party, sip, agent, n)


if __name__ == "__main__":
    asyncio.run(
        _run(sys.argv[1], int(sys.argv[2]), sys.argv[3].split(","), sys.argv[4] if sys.argv[4:] else "")
    )
