"""Do many assistants that talk at once answer as soon as one?

    python -m tests.load.assistant_calls_load [--calls 10 25 50 100] [--turns 4] [--within 1.2]

A server of its own, real SIP on loopback; recogniser, voice and model are stand-ins of realistic delay that
cost nearly no processor (150 ms to the final, 300 ms to the first token and 50 tokens a second, 80 ms to the
first sound): embedded ones would measure themselves. The voice detector is the real one. Voice to voice is
taken off the wire, at callers that share the machine. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from callers.calling import CallingParty, MeasuredCall
from callers.figures import Spread
from callers.voiced import Clip
from tests.load.assistant_calls import Desk, Site, greeted_all, site, turns_of

STT_MS, TTS_MS = 150.0, 80.0
DESK = Desk("desk", "late")
APART_S = 3.0
"""As long as a turn."""
POLL_S = 0.05
"""So many callers share one process."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def together(at: Site, calls: int, turns: int) -> float | None:
    """p95 of voice to voice, in ms."""
    async with CallingParty(at.server.sip_uri(DESK.name)) as party:
        up = await greeted_all(party, calls)
        cpu = at.server.cpu_s()
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(_turns(number, call, at.clip, turns) for number, call in enumerate(up)))
        took_s = asyncio.get_running_loop().time() - began
        cpu = (at.server.cpu_s() - cpu) / took_s
        await asyncio.gather(*(call.hang_up() for call in up))
        late = party.wire.clock_quality().get("send_late_p99_ms")
        figures = [call.figures() for call in up]
    took = Spread.of([ms for each in figures for ms in each.voice_to_voice_ms])
    missed = calls * turns - sum(len(each.voice_to_voice_ms) for each in figures)
    say(
        f"{calls:5} calls: p50 {took.p50} ms, p95 {took.p95} ms, most {took.max}; {missed} turns without a "
        f"figure; server {cpu:.2f} of a core, callers' packets {late} ms late at p99"
    )
    return took.p95


async def _turns(number: int, call: MeasuredCall, clip: Clip, turns: int) -> None:
    """People do not begin to speak in the same moment."""
    call.talk.poll_s = POLL_S
    await asyncio.sleep(number * 0.37 % APART_S)
    await turns_of(call, clip, turns)


async def measure(counts: list[int], turns: int, within: float) -> bool:
    async with site([DESK], stt_ms=STT_MS, tts_ms=TTS_MS, calls=max(counts)) as at:
        alone = await together(at, 1, 3 * turns)
        found = {calls: await together(at, calls, turns) for calls in counts}
    if alone is None:
        return False
    held = [calls for calls, p95 in found.items() if p95 is not None and p95 <= within * alone]
    say(f"within {within:g} times one call's p95: {', '.join(map(str, held)) or 'none'}")
    return set(held) == set(counts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, nargs="+", default=[10, 25, 50, 100])
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--within", type=float, default=1.2)
    given = parser.parse_args()
    return 0 if asyncio.run(measure(given.calls, given.turns, given.within)) else 1


if __name__ == "__main__":
    sys.exit(main())
