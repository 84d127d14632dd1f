"""A real browser calls the door: audio both ways, keys, ICE anew, and a hang-up that it hears of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from mediaserver.media.leg import Digit, EndedBy, Termination, Why
from tests.console.browsing import CHROMIUM, FLAGS
from tests.webrtc.bench import HOST, Bench, open_bench, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here (Debian: apt-get install chromium)"),
]

CALL = """async () => {
  const mic = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const pc = window.pc = new RTCPeerConnection({iceServers: []});
  mic.getTracks().forEach(track => pc.addTrack(track, mic));
  const meter = window.meter = new AudioContext().createAnalyser();
  pc.ontrack = ({streams: [stream]}) => {
    const player = document.createElement("audio");
    player.srcObject = stream; player.autoplay = true; document.body.append(player);
    meter.context.createMediaStreamSource(stream).connect(meter);
    window.stream = stream.id;
  };
  await pc.setLocalDescription();
  const answered = await fetch("/offer", {method: "POST", body: pc.localDescription.sdp});
  window.answer = await answered.text();
  await pc.setRemoteDescription({type: "answer", sdp: window.answer});
}"""
HEARS = """async () => {
  const samples = new Float32Array(2048);
  for (let tries = 0; tries < 400; tries++) {
    window.meter.getFloatTimeDomainData(samples);
    if (Math.max(...samples.map(Math.abs)) > 0.02) return true;
    await new Promise(done => setTimeout(done, 10));
  }
  return false;
}"""
RESTART = """async () => {
  const pc = window.pc;
  pc.restartIce();
  await pc.setLocalDescription(await pc.createOffer());
  const fragment = pc.localDescription.sdp.match(/a=ice-(ufrag|pwd):.*/g).slice(0, 2).join("\\r\\n");
  const theirs = await (await fetch("/restart", {method: "POST", body: fragment + "\\r\\n"})).text();
  const sdp = window.answer.replace(/a=ice-ufrag:.*/, theirs.match(/a=ice-ufrag:.*/)[0])
    .replace(/a=ice-pwd:.*/, theirs.match(/a=ice-pwd:.*/)[0]);
  await pc.setRemoteDescription({type: "answer", sdp});
  const pair = async () => [...(await pc.getStats()).values()].find(each => each.type === "transport");
  for (let tries = 0; tries < 300; tries++) {
    if (pc.iceConnectionState === "connected" && (await pair()).iceState === "connected") return true;
    await new Promise(done => setTimeout(done, 10));
  }
  return false;
}"""


def app_of(bench: Bench) -> web.Application:
    """A page, and the door without what the API has around it."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>t</title>", content_type="text/html")

    async def offer(request: web.Request) -> web.Response:
        call = await bench.offer(await request.read())
        return web.Response(body=call.answer, content_type="application/sdp")

    async def restart(request: web.Request) -> web.Response:
        [call] = bench.door._calls.values()
        return web.Response(body=bench.door.restart(call, await request.read()))

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_post("/offer", offer)
    app.router.add_post("/restart", restart)
    return app


@asynccontextmanager
async def chromium(bench: Bench) -> AsyncIterator[Page]:
    """With a page from which the door can be called."""
    async with async_playwright() as playwright:
        runner = web.AppRunner(app_of(bench))
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        port: Any = runner.addresses[0][1]
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, chromium_sandbox=False, args=list(FLAGS)
        )
        try:
            page = await browser.new_page()
            await page.goto(f"http://localhost:{port}/")
            yield page
        finally:
            await browser.close()
            await runner.cleanup()


async def test_a_real_browser_calls_and_is_called_off() -> None:
    async with open_bench() as bench, chromium(bench) as page:
        await page.evaluate(CALL)
        [call] = bench.door._calls.values()
        await until(lambda: call.leg.connected)
        assert await page.evaluate(HEARS)
        assert await page.evaluate("window.stream") == "voiceforge"
        await page.evaluate("pc.getSenders()[0].dtmf.insertDTMF('5#', 120, 70)")
        digits: list[str] = []
        await until(lambda: [each for each in bench.events if isinstance(each, Digit)][1:])
        digits = [each.digit for each in bench.events if isinstance(each, Digit)]
        assert digits == ["5", "#"]
        before = call.ice
        assert await page.evaluate(RESTART) and call.ice is not before
        packets = call.leg.stats().packets
        await until(lambda: call.leg.stats().packets > packets + 25)
        assert await page.evaluate(HEARS)
        await call.leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        await page.wait_for_function("pc.getSenders()[0].transport.state === 'closed'")


LED_BY_VIDEO = """async () => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
  const pc = new RTCPeerConnection({iceServers: [], bundlePolicy: "max-bundle"});
  for (const track of [...media.getVideoTracks(), ...media.getAudioTracks()]) pc.addTrack(track, media);
  await pc.setLocalDescription();
  const answered = await fetch("/offer", {method: "POST", body: pc.localDescription.sdp});
  await pc.setRemoteDescription({type: "answer", sdp: await answered.text()});
}"""


async def test_a_browser_that_offers_video_first_and_has_one_transport_for_all_is_heard() -> None:
    async with open_bench() as bench, chromium(bench) as page:
        await page.evaluate(LED_BY_VIDEO)
        [call] = bench.door._calls.values()
        await until(lambda: call.leg.connected)
        await until(lambda: call.leg.stats().packets > 10)


async def test_a_browser_that_closes_its_connection_has_hung_up() -> None:
    async with open_bench() as bench, chromium(bench) as page:
        await page.evaluate(CALL)
        [call] = bench.door._calls.values()
        await until(lambda: call.leg.connected)
        await page.evaluate("pc.close()")
        await until(lambda: call.leg.termination)
        assert call.leg.termination is not None and call.leg.termination.why is Why.HANGUP
