"""A real Asterisk, where one is installed, plays what we say by its WebSocket channel and sends it back: what
it holds is dropped at a duck and sent again, quieter, by `FLUSH_MEDIA`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
from aiohttp import web

from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Direction
from mediaserver.media.time import FRAME_MS, FRAME_NS, FRAME_SAMPLES, SAMPLE_RATE
from pipelines.conversation.gain import DUCKED
from providers.asterisk.chan_websocket import SUBPROTOCOL, ChanWebSocketDialect
from providers.streams.dialect import Started
from providers.streams.leg import ProviderLeg
from providers.streams.media_stream import MediaStream
from providers.streams.wires import StreamWires
from tests.peers.pbx import CONFIGURATION, Asterisk, need_asterisk
from tests.providers.streams.bench import Control, Speaker, Way
from tests.providers.streams.test_media_stream import pitches, sweep

PBX, PORT, OURS, OUR_PORT = "127.0.0.67", 5067, "127.0.0.68", 9067
CLIENT = f"""[ours]
type = websocket_client
uri = ws://{OURS}:{OUR_PORT}/media
protocols = {SUBPROTOCOL}
connection_type = per_call_config
"""
MODULES = ("res_http_websocket", "res_websocket_client", "chan_websocket", "app_echo")


@pytest.fixture
def asterisk() -> Iterator[Asterisk]:
    need_asterisk()
    modules = (CONFIGURATION / "modules.conf").read_text()
    made = Asterisk({
        "modules.conf": modules + "".join(f"load={name}.so\n" for name in MODULES),
        "extensions.conf": "[calls]\nexten => 900,1,Answer()\n same => n,Echo()\n",
        "http.conf": f"[general]\nenabled = yes\nbindaddr = {PBX}\nbindport = 8067\n",
        "websocket_client.conf": CLIENT,
        "pjsip.conf": f"[udp]\ntype=transport\nprotocol=udp\nbind={PBX}:{PORT}\n",
    })  # fmt: skip
    made.start(PBX, PORT)
    yield made
    made.close()


class EchoedCall:
    """A leg on a clock of its own, in real time, by the channel that Asterisk opens."""

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self.ws, self.way, self.app = ws, Way(), Speaker()
        self.stream = MediaStream(ChanWebSocketDialect(), self.way)
        self.leg = ProviderLeg(
            StreamWires(),
            self.stream.dialect.format,
            Control(),
            kind="asterisk",
            direction=Direction.INBOUND,
            ref="1",
            remote=PBX,
        )
        self.begun = asyncio.Event()
        self.clears = 0
        self._clock, self._ticks, self._due = MediaClock(phases=1), 0, 0.0

    async def read(self) -> None:
        async for message in self.ws:
            event = self.stream.read(message.data)
            if isinstance(event, Started):
                self.leg.attach(self.stream)
                self.stream.begin(self.leg, event)
                self._clock.attach(self.leg, self.app)
                self.begun.set()
            else:
                self.stream.happened(event)

    async def run(self, ms: int) -> None:
        """So much time passes."""
        loop = asyncio.get_running_loop()
        self._due = self._due or loop.time()
        for _ in range(ms // FRAME_MS):
            self._due += FRAME_MS / 1_000
            await asyncio.sleep(self._due - loop.time())
            self._clock.tick(self._ticks * FRAME_NS)
            self._ticks += 1
            for message in self.way.come():
                if isinstance(message, bytes):
                    await self.ws.send_bytes(message)
                else:
                    self.clears += message == self.stream.dialect.clear()
                    await self.ws.send_str(message)


@pytest.fixture
async def calls() -> AsyncIterator[asyncio.Queue[EchoedCall]]:
    """Those that Asterisk brings."""
    came: asyncio.Queue[EchoedCall] = asyncio.Queue()

    async def media(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(protocols=(SUBPROTOCOL,))
        await ws.prepare(request)
        call = EchoedCall(ws)
        came.put_nowait(call)
        await call.read()
        return ws

    app = web.Application()
    app.router.add_get("/media", media)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, OURS, OUR_PORT).start()
    yield came
    await runner.cleanup()


@pytest.mark.slow
async def test_what_asterisk_holds_goes_on_quieter_and_no_word_is_lost_or_said_twice(
    asterisk: Asterisk, calls: asyncio.Queue[EchoedCall]
) -> None:
    await asyncio.to_thread(
        asterisk.command, "channel originate WebSocket/ours/c(slin16) extension 900@calls"
    )
    async with asyncio.timeout(10):
        call = await calls.get()
        await call.begun.wait()
    await call.run(400)
    call.app.says.extend(sweep(120))
    await call.run(1_000)
    call.way.still = True
    await call.run(160)  # a jam: when it is over, Asterisk holds so much
    call.way.still = False
    await call.run(800)
    quietened: list[bool] = []

    def duck() -> None:
        quietened.append(call.leg.quieten(DUCKED))
        says = [frame for frame in call.app.says if frame is not None]
        call.app.says = deque(np.rint(frame * DUCKED).astype(np.int16) for frame in says)

    call.app.at_next = duck
    await call.run(2_000)
    assert quietened == [True] and call.clears == 1, "its marks tell of what it holds"
    told = pitches(call.app.heard, SAMPLE_RATE)
    assert told[0] <= 1 and told[-1] >= 118, told
    steps = [int(step) for step in np.diff(told)]
    assert min(steps) >= 0, f"something came twice: {told}"
    assert max(steps[:60]) <= 2 and sum(max(0, step - 1) for step in steps) <= 3, f"something is lost: {told}"
    assert call.leg.played() >= 120 * FRAME_SAMPLES, "all of it was heard, by Asterisk's own word"
    sound = [int(np.abs(np.asarray(frame, np.int32)).max()) for frame in call.app.heard]
    loud = [at for at, peak in enumerate(sound) if peak > 1_500]
    ducked = [at for at, peak in enumerate(sound) if 300 < peak <= 1_500]
    assert len(loud) <= 100 and len(ducked) >= 15 and ducked[-1] > loud[-1]
