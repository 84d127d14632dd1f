"""What we add to an assistant's answer, what thinking ahead wins, how soon a clause is spoken and an
interruption reaches the model's server, and what a call weighs.

    python -m tests.load.assistant_latency_load [--turns 10] [--calls 30]

A server of its own, real SIP on loopback, wire times at the caller. Recogniser and voice are stand-ins of set
delay, the model's server is a process of its own that answers at set times, so that what is no model can be
told apart. Wants a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial

from callers.calling import CallingParty
from callers.figures import Spread
from tests.load.assistant_calls import EMBEDDED, STEADY, WAIT_MS, Desk, Site, greeted, greeted_all, site, talk
from tests.load.standin_model import ANSWER, LATE_S, PACE_S

STT_MS, TTS_MS = 30.0, 20.0
SUSPECT_MS = 120.0
VOICE_P50_MS, ADDED_P95_MS, CLAUSE_MS, HANG_UP_MS, CALL_KB = 350.0, 120.0, 30.0, 50.0, 2_048.0
DESKS = (
    Desk("instant-whole", "instant"),
    Desk("instant-open", "instant", "open"),
    Desk("late-whole", "late"),
    Desk("late-whole-ahead", "late", preemptive=True),
    Desk("late-open", "late", "open"),
    Desk("late-open-ahead", "late", "open", preemptive=True),
    Desk("instant-whole-espeak", "instant", tts=EMBEDDED),
    Desk("long", "long", tts=STEADY),
)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def waited_ms(desk: Desk) -> float:
    """Of voice to voice, what is a decision (the silence that ends the turn) or a model."""
    end = max(WAIT_MS[desk.heard], SUSPECT_MS + STT_MS)
    late = 1000 * (LATE_S + len(ANSWER) * PACE_S) if desk.behave == "late" else 0.0
    if desk.preemptive:
        late = max(0.0, late - (end - SUSPECT_MS - STT_MS))
    return end + late + (TTS_MS if desk.tts != EMBEDDED else 0.0)


async def voice_to_voice(at: Site, turns: int) -> bool:
    fine = True
    say(f"{'voice to voice, ms':32} {'p50':>8} {'p95':>8}   added by us: p50, p95")
    found = await asyncio.gather(*(talk(at, desk.name, turns) for desk in DESKS[:-1]))
    for desk, took in zip(DESKS, found, strict=False):
        added = Spread.of([each - waited_ms(desk) for each in took])
        whole, turned = Spread.of(took), f"{len(took)} turns"
        say(f"{desk.name:32} {whole.p50!s:>8} {whole.p95!s:>8}   {added.p50}, {added.p95} ({turned})")
        fine = fine and added.p95 is not None and added.p95 <= ADDED_P95_MS
        if desk.name == "instant-whole":
            fine = fine and whole.p50 is not None and whole.p50 <= VOICE_P50_MS
    return fine


async def to_the_voice(at: Site, turns: int) -> bool:
    """From the piece of the stream that ends a clause to the synthesiser's being asked for it."""
    at.model.tales(), at.told()
    await talk(at, "instant-whole", turns)
    clauses = [when for what, _, when in at.model.tales() if what == "clause"]
    known = clauses[::2]  # the beginning of each answer, and its end
    asked = [told["at"] for told in at.told() if told["what"] == "speak" and told["text"].startswith("Yes")]
    took = Spread.of([1000 * (b - a) for a, b in zip(known, asked, strict=False)])
    say(f"clause to the synthesiser, ms: p50 {took.p50}, p95 {took.p95} ({len(asked)} answers)")
    return took.p95 is not None and took.p95 <= CLAUSE_MS


def _gone(at: Site, found: list[float]) -> bool:
    """The model's server knows."""
    found += [when for what, _, when in at.model.tales() if what == "gone"]
    return bool(found)


async def hang_up(at: Site, turns: int) -> bool:
    """From the voice's being stopped, which is done with the same decision, to the server's knowledge."""
    took = []
    async with CallingParty(at.server.sip_uri("long")) as party:
        call = await greeted(party)
        for _ in range(turns):
            await call.talk.say(at.clip)
            await call.talk.speaking_for(700)
            at.model.tales(), at.told()
            call.stream.press("5")
            gone: list[float] = []
            await call.talk.until(partial(_gone, at, gone), 3.0)
            stopped = [told["at"] for told in at.told() if told["what"] == "stopped"]
            if stopped and gone:
                took.append(1000 * (gone[0] - stopped[0]))
        await call.hang_up()
    spread, what = Spread.of(took), "decision to the hang-up at the model's server"
    say(f"{what}, ms: p50 {spread.p50}, worst {spread.max} ({len(took)})")
    return bool(took) and max(took) <= HANG_UP_MS


async def weight(at: Site, calls: int) -> bool:
    """Resident memory of the server process with calls that have talked, less without, per call."""
    await talk(at, "instant-whole", 2)
    before = at.server.rss_kb()
    async with CallingParty(at.server.sip_uri("instant-whole"), keep_audio=False) as party:
        up = await greeted_all(party, calls)
        for _ in range(3):
            await asyncio.gather(*(call.talk.say(at.clip) for call in up))
            await asyncio.gather(*(call.talk.my_turn() for call in up))
        each = (at.server.rss_kb() - before) / calls
        await asyncio.gather(*(call.hang_up() for call in up))
    say(f"memory per running call, stand-in engines included: {each:.0f} KB ({calls} calls, 3 turns each)")
    return each <= CALL_KB


async def measure(turns: int, calls: int) -> bool:
    async with site(DESKS, stt_ms=STT_MS, tts_ms=TTS_MS, calls=calls) as at:
        fine = [
            await voice_to_voice(at, turns),
            await to_the_voice(at, turns),
            await hang_up(at, max(3, turns // 2)),
            await weight(at, calls),
        ]
    return all(fine)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--calls", type=int, default=30)
    given = parser.parse_args()
    fine = asyncio.run(measure(given.turns, given.calls))
    say("passed" if fine else "missed: see above")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
