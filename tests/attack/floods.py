"""B5: floods beside running calls. Times are judged here, so the machine has to be quiet."""

from __future__ import annotations

from collections.abc import Iterable

from tests.attack.case import Measured, at_least, at_most, attack, told
from tests.attack.flooding import SENT, Flood
from tests.attack.running_calls import running
from tests.attack.sound import Part, Talker, listen, talk
from tests.attack.target import Target

CALLS = 20
FLOOD_S = 12.0
GAP_MS, LOST = 60.0, 1.0
ROOM = {"sip": {"max_calls": 400}}


def _beside(target: Target, kind: str, rate: int) -> Iterable[Measured]:
    before_mb = target.rss_mb()
    with running(target, CALLS) as calls:
        calls.talk(FLOOD_S)
        quiet = calls.noticed(FLOOD_S)
        calls.forget()
        with Flood(kind, target.sip, rate, FLOOD_S) as flood:
            calls.talk(FLOOD_S)
            noticed = calls.noticed(FLOOD_S)
            sent = flood.wait()
        yield at_most("largest gap of any running call, ms", noticed.largest_gap_ms, GAP_MS)
        yield at_most("% of the frames lost by the worst call", noticed.lost, LOST)
        yield at_most("running calls that ended", noticed.ended, 0)
        yield told("largest gap without a flood, ms", quiet.largest_gap_ms)
        yield told("% lost without a flood", quiet.lost)
        yield told("median of the calls' largest gaps, ms", noticed.median_gap_ms)
        yield at_least("datagrams a second", sent / FLOOD_S, SENT * rate)
        yield told("memory grown, MB", target.rss_mb() - before_mb)


@attack("B5", ROOM, fresh=True, timed=True)
def invite_flood_beside_running_calls(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 1,000 INVITEs a second come that nobody ACKs."""
    return _beside(target, "invite", 1000)


@attack("B5", ROOM, fresh=True, timed=True)
def malformed_flood_beside_running_calls(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 5,000 malformed messages a second come."""
    return _beside(target, "malformed", 5000)


@attack("B5", ROOM, fresh=True, timed=True)
def unknown_number_flood_beside_running_calls(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 1,000 INVITEs a second come for numbers that nobody has."""
    return _beside(target, "unknown", 1000)


@attack("B5", ROOM, fresh=True, timed=True)
def register_flood_beside_running_calls(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 1,000 REGISTERs a second come without proof."""
    return _beside(target, "register", 1000)


@attack("B2", ROOM, fresh=True, timed=True)
def foreign_packets_at_one_call_beside_others(target: Target) -> Iterable[Measured]:
    """20 echo calls run while 5,000 foreign packets a second come to the port of one of them."""
    with running(target, CALLS) as calls:
        with Flood("foreign", calls.calls[0].media, 5000, FLOOD_S) as flood:
            calls.talk(FLOOD_S)
            noticed = calls.noticed(FLOOD_S)
            sent = flood.wait()
        yield at_most("largest gap of any running call, ms", noticed.largest_gap_ms, GAP_MS)
        yield at_most("% of the frames lost by the worst call", noticed.lost, LOST)
        yield at_least("packets a second", sent / FLOOD_S, SENT * 5000)


COSTS = 1.5
"""Times the processor time of the same calls left alone."""


@attack("B2", ROOM, fresh=True, timed=True)
def a_foreign_byte_per_tick(target: Target) -> Iterable[Measured]:
    """50 echo calls; a stranger sends a byte to each port in each tick: do they stay in the batch?"""
    stranger = Talker("127.7.0.66")
    with running(target, 50) as calls:
        spent = []
        for attacked in (False, True, False, True):
            before = target.cpu_s()
            for _ in range(150):
                if attacked:
                    for call in calls.calls:
                        stranger.sock.sendto(b"x", call.media)
                talk([Part(talker) for talker in calls.talkers], 0.02)
            spent.append(target.cpu_s() - before)
        listen(calls.talkers, 0.2)
    stranger.close()
    yield at_most(
        "processor time, times that of calls left alone", (spent[1] + spent[3]) / (spent[0] + spent[2]), COSTS
    )
    yield told("processor seconds for 6 s of 50 calls left alone", spent[0] + spent[2])
