"""How long does a caller hear nothing, whatever the model does wrong?

    python -m tests.load.dead_air_load [--most-s 3]

One call for each fault, all at once, over real SIP on loopback: the caller says something and listens. From
its last word to the end of the agent's reply the longest stretch without a sound is measured on the wire, and
so is how long nothing at all came. Recogniser and model are stand-ins, the voice is the embedded one. A reply
is over when the server tells what was heard of it; what comes before it (a filler, a signal) is part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass

from callers.calling import CallingParty, MeasuredCall
from callers.transcript import follow
from callers.voiced import PER_MS, segments
from tests.load.assistant_calls import EMBEDDED, Desk, Site, greeted, site

LISTENS_S = 40.0
FAULTS = {
    "it answers at once": Desk("instant", "instant", tts=EMBEDDED),
    "no connection": Desk("nowhere", "instant", llm="openai:nowhere", tts=EMBEDDED),
    "503 for ever": Desk("refused", "refused", tts=EMBEDDED),
    "garbage": Desk("garbage", "garbage", tts=EMBEDDED),
    "a stream of nothing": Desk("silent", "silent", tts=EMBEDDED),
    "stalled in mid-sentence": Desk("stalled", "stalled", tts=EMBEDDED),
    "reset in mid-answer": Desk("reset", "reset", tts=EMBEDDED),
    "first token after 10 s": Desk("slow", "slow", tts=EMBEDDED),
    "a tool that hangs": Desk("tool", "tool", tts=EMBEDDED, tools=("tests.load.hanging_tool",)),
}
LEVEL_DB = -50.0
"""A signal is a soft tone."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Heard:
    longest_ms: float
    """Without a sound."""
    first_ms: float | None
    """From the caller's last word to the first sound."""
    reply_ms: float
    """To the end of the reply."""
    told: bool
    """The server told that the reply was over."""


async def listen(at: Site, desk: Desk, after_s: float) -> Heard:
    await asyncio.sleep(after_s)
    async with CallingParty(at.server.sip_uri(desk.name)) as party:
        call = await greeted(party)
        over = asyncio.create_task(_over(call))
        await asyncio.sleep(0)
        await call.talk.say(at.clip)
        done, _ = await asyncio.wait({over}, timeout=LISTENS_S)
        ended_ns = over.result() if done else time.monotonic_ns()
        over.cancel()
        await call.hang_up()
        figures = call.figures()
    said = int(figures.said[0].last)
    until = min(len(figures.far), (ended_ns - call.answered_ns) * PER_MS // 1_000_000)
    sounds = [each for each in segments(figures.far, LEVEL_DB) if said < each.last and each.first < until]
    edges = [said, *(edge for each in sounds for edge in (each.first, each.last))]
    if not done:
        edges.append(until)
    gaps = [max(0, begin - end) for end, begin in zip(edges[::2], edges[1::2], strict=False)]
    first = (sounds[0].first - said) / PER_MS if sounds else None
    return Heard(max(gaps, default=0) / PER_MS, first, (until - said) / PER_MS, bool(done))


async def _over(call: MeasuredCall) -> int:
    """When the agent's reply to what the caller says was over, in ns. The greeting comes first."""
    assert call.transcript_url is not None
    spoken = False
    async for event in follow(call.transcript_url):
        spoken = spoken or event.kind == "final"
        if spoken and event.kind in ("heard", "ended"):
            break
    return time.monotonic_ns()


async def measure(most_s: float) -> bool:
    async with site(tuple(FAULTS.values()), stt_ms=60, tts_ms=20, calls=len(FAULTS)) as at:
        found = await asyncio.gather(*(listen(at, desk, n * 0.4) for n, desk in enumerate(FAULTS.values())))
    say(f"{'what the model does':26} {'longest silence':>16} {'first sound':>12} {'reply over':>11}")
    for what, heard in zip(FAULTS, found, strict=True):
        first = "never" if heard.first_ms is None else f"{heard.first_ms:.0f} ms"
        end = f"{heard.reply_ms:.0f} ms" if heard.told else "never"
        say(f"{what:26} {heard.longest_ms:13.0f} ms {first:>12} {end:>11}")
    fine = all(heard.told and heard.longest_ms <= 1000 * most_s for heard in found)
    say("passed" if fine else f"missed: over {most_s:g} s, or no end")
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--most-s", type=float, default=3.0)
    return 0 if asyncio.run(measure(parser.parse_args().most_s)) else 1


if __name__ == "__main__":
    sys.exit(main())
