"""The measuring caller calls as a browser does, with code of its own, and our door takes it for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from callers.browser.calling import BrowserParty
from callers.figures import noise
from callers.voiced import Clip
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from tests.webrtc.bench import HOST, Bench, open_bench, over, until


@asynccontextmanager
async def served(bench: Bench, **more: Any) -> AsyncIterator[BrowserParty]:
    """A door by HTTP, and somebody who calls by it."""

    async def offer(request: web.Request) -> web.Response:
        call = await bench.offer(await request.read())
        where = {"Location": f"/calls/{call.id}"}
        return web.Response(status=201, body=call.answer, headers=where, content_type="application/sdp")

    async def end(request: web.Request) -> web.Response:
        call = bench.door.get(request.match_info["id"], None)
        assert call is not None
        bench.door.end(call)
        return web.Response()

    app = web.Application()
    app.router.add_post("/offer", offer)
    app.router.add_delete("/calls/{id}", end)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    port = runner.addresses[0][1]
    try:
        async with BrowserParty(f"http://{HOST}:{port}/offer", **more) as party:
            yield party
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("codec", ["opus", "PCMU"])
async def test_it_hears_its_own_echo_and_hangs_up(codec: str) -> None:
    async with open_bench() as bench, served(bench, codecs=(codec,)) as party:
        call = await party.call()
        leg = bench.invitations[0].leg
        await call.talk.say(Clip.of("noise", noise(0.3)))
        await until(lambda: call.stream.voiced_packets > 5)
        await call.hang_up()
        assert leg.codec.lower() == codec.lower()
        assert over(leg) == (EndedBy.PEER, Why.HANGUP)  # type: ignore[arg-type]
        assert call.figures().first_audio_ms is not None
        assert call.setup_s is not None


async def test_it_notices_that_the_far_end_has_hung_up() -> None:
    async with open_bench() as bench, served(bench) as party:
        call = await party.call()
        leg = bench.invitations[0].leg
        await until(lambda: call.stream.reception.received)
        await leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        async with asyncio.timeout(10):
            await call.ended.wait()
        assert not call.talk.is_up()
        await call.hang_up()


async def test_a_refused_offer_is_told_with_its_status() -> None:
    async with open_bench() as bench, served(bench) as party:
        party.url = party.url.replace("/offer", "/nothing")
        with pytest.raises(CallError) as error:
            await party.call()
        assert error.value.code == 404
        assert not bench.invitations
