"""A real Asterisk, where one is installed, connects to our listener: the quick part of what
tests/peers/test_asterisk_page.py tries with a whole server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from mediaserver.media.leg import Ended, EndedBy, Termination, Why
from tests.peers.pbx import CONFIGURATION, Asterisk, need_asterisk
from tests.providers.asterisk.bench import HOST, LINE, loud, open_bench, until

PBX, PORT, LISTENS = "127.0.0.66", 5066, 9092
DIALPLAN = f"""[calls]
exten => 600,1,Answer()
 same => n,AudioSocket({LINE},{HOST}:{LISTENS})
 same => n,Hangup()
exten => 800,1,Milliwatt()
"""


@pytest.fixture
def asterisk() -> Iterator[Asterisk]:
    need_asterisk()
    modules = (CONFIGURATION / "modules.conf").read_text()
    made = Asterisk({
        "modules.conf": modules + "load=res_audiosocket.so\nload=app_audiosocket.so\n",
        "extensions.conf": DIALPLAN,
        "pjsip.conf": f"[udp]\ntype=transport\nprotocol=udp\nbind={PBX}:{PORT}\n",
    })  # fmt: skip
    made.start(PBX, PORT)
    yield made
    made.close()


async def test_a_dialplan_of_asterisk_calls_hears_and_hangs_up(asterisk: Asterisk) -> None:
    async with open_bench(port=LISTENS) as bench:
        await asyncio.to_thread(asterisk.command, "channel originate Local/600@calls extension 800@calls")
        leg = await bench.come()
        assert bench.invited[0].dialled == "demo" and leg.codec == "pcm16/8000"
        await until(lambda: leg.stats().packets >= 25)
        assert np.abs(bench.hear(8)[-960:]).max() > 5_000  # Milliwatt: 1,004 Hz at 0 dBm0
        bench.say(*[loud()] * 5)
        await asyncio.to_thread(asterisk.hang_up)
        await until(lambda: bench.events)
        assert bench.events == [Ended(Termination(EndedBy.PEER, Why.HANGUP))]
