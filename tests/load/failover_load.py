"""How long until the second trunk is asked, when the first is silent, out of order or gone.

    python -m tests.load.failover_load [--runs 7]

Both trunks are sockets on loopback; the time is from the placing of the call to the second trunk's INVITE.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Sequence
from contextlib import suppress

from mediaserver.errors import VoiceForgeError
from sip.calls.user_agent import SipAgent
from sip.transactions.timing import RFC_TIMING
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine
from sip.trunks.spec import TrunkSpec
from tests.sip.agents import RawPeer, agent, raw_peer

TARGET_S = 2.0
WAYS = ("silent", "503", "gone")


async def measure(way: str, us: SipAgent, first: RawPeer, second: RawPeer) -> float:
    """Seconds, once."""
    port = first.port
    if way == "gone":
        async with raw_peer() as short_lived:
            port = short_lived.port
    lines = [_line("first", port, 1), _line("second", second.port, 2)]
    loop = asyncio.get_running_loop()
    begin = loop.time()
    placing = asyncio.create_task(TrunkCarrier(us, lambda: lines).place("+49", "", timeout_s=10))
    if way == "503":
        invite = await first.request("INVITE")
        first.send(invite.response(503, to_tag="t"), us.port)
    invite = await second.request("INVITE")
    took = loop.time() - begin
    second.send(invite.response(486, to_tag="t"), us.port)
    with suppress(VoiceForgeError):
        await placing
    for peer in (first, second):
        while not peer.messages.empty():
            peer.messages.get_nowait()
    return took


def _line(name: str, port: int, priority: int) -> TrunkLine:
    return TrunkLine(TrunkSpec(name, "127.0.0.1", port, prefixes=("+",), priority=priority))


async def measure_all(runs: int) -> dict[str, Sequence[float]]:
    async with agent(timing=RFC_TIMING) as us, raw_peer() as first, raw_peer() as second:
        return {way: [await measure(way, us, first, second) for _ in range(runs)] for way in WAYS}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    found = asyncio.run(measure_all(parser.parse_args().runs))
    for way, took in found.items():
        median, most = 1e3 * statistics.median(took), 1e3 * max(took)
        sys.stdout.write(f"the first trunk is {way}: {median:.0f} ms (at most {most:.0f})\n")
    slow = max(map(max, found.values())) > TARGET_S
    sys.stdout.write(f"over {TARGET_S:g} s\n" if slow else "passed\n")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
