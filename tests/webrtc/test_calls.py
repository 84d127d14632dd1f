"""Calls of an independent WebRTC peer (aiortc) over real sockets: audio both ways, digits, and every end."""

from __future__ import annotations

import pytest

from mediaserver.media.leg import Ended, EndedBy, Termination, Why
from mediaserver.sdp.policy import MediaPolicy
from tests.webrtc.bench import OPUS, PCMU, Browser, calling, open_bench, over, until
from webrtc.door import DoorLimits


@pytest.mark.parametrize(("policy", "codec"), [(OPUS, "opus"), (PCMU, "PCMU")])
async def test_a_browser_hears_itself(policy: MediaPolicy, codec: str) -> None:
    async with open_bench(policy) as bench, calling(bench) as (browser, call):
        await until(browser.connected.is_set)
        await until(browser.speaks.is_set)
        stats = call.leg.stats()
        assert call.leg.codec == codec and stats.detail["codec"] == codec
        assert stats.detail["encryption"].startswith("DTLS") and stats.detail["ice"] == "nominated"
        assert stats.packets > 0 and stats.mos is not None
        assert call.leg.connected and len(bench.door) == 1


async def test_a_page_that_is_closed_ends_its_call_at_once() -> None:
    async with open_bench() as bench, calling(bench) as (browser, call):
        await until(browser.connected.is_set)
        await until(lambda: call.leg.connected)
        await browser.close()
        await until(lambda: call.leg.termination)
        assert over(call.leg) == (EndedBy.PEER, Why.HANGUP) and len(bench.door) == 0
        assert isinstance(bench.events[-1], Ended) and bench.counted == ["over"]


async def test_who_never_comes_is_gone_after_some_seconds() -> None:
    async with open_bench(limits=DoorLimits(connect_s=0.2)) as bench:
        browser = Browser()
        call = await bench.offer(await browser.offer())
        await browser.close()
        await until(lambda: call.leg.termination)
        assert over(call.leg) == (EndedBy.NETWORK, Why.UNREACHABLE) and bench.counted == ["never connected"]
        assert bench.wire.active == 0 and len(bench.door) == 0


async def test_our_hang_up_is_known_to_the_browser() -> None:
    async with open_bench() as bench, calling(bench) as (browser, call):
        await until(browser.connected.is_set)
        await until(lambda: call.leg.connected)
        await call.leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        await until(lambda: browser.pc.connectionState in ("closed", "failed"))
        assert bench.wire.active == 0
