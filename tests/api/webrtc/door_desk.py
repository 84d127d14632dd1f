"""The API with a door for browsers over real sockets: calls reach a real switchboard, whose clock runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse

from api.webrtc_desk import WebRtcDesk
from mediaserver.calls.may_dial import MayDial
from mediaserver.rtp.wire import RtpWire
from mediaserver.settings.webrtc import WebRtcSettings
from tests.api.desk import Desk
from tests.webrtc.bench import HOST, PCMU, Browser
from webrtc.door import DoorLimits, WebRtcDoor
from webrtc.hosts import ReachableHosts

OFFER = "/api/webrtc/offer"
SDP = {"Content-Type": "application/sdp"}


class DoorDesk:
    """Asks with the desk's key (all rights) unless told otherwise."""

    def __init__(self, desk: Desk, limits: DoorLimits, settings: Mapping[str, Any]) -> None:
        self.desk = desk
        self.wire = RtpWire(HOST, (20_000, 29_998))
        desk.board.clock.add_wire(self.wire)
        self.counted: list[str] = []
        self.door = WebRtcDoor(
            self.wire, ReachableHosts(HOST), PCMU, desk.board.receive, limits, self.counted.append
        )
        reach = MayDial(("echo", "demo"), out=False)
        desk.context.webrtc = WebRtcDesk(self.door, WebRtcSettings(**settings), reach)
        desk.context.directory = desk.board.routes  # type: ignore[assignment]
        self.browsers: list[Browser] = []

    async def sdp(self) -> str:
        """An offer of a browser's."""
        browser = Browser()
        self.browsers.append(browser)
        return await browser.offer()

    async def offer(
        self, query: str = "to=echo", headers: Mapping[str, str] = {}, sdp: str | bytes | None = None
    ) -> ClientResponse:
        body = await self.sdp() if sdp is None else sdp
        data = body.encode() if isinstance(body, str) else body
        return await self.desk.client.post(f"{OFFER}?{query}", data=data, headers={**SDP, **headers})


USUAL = DoorLimits()


@asynccontextmanager
async def open_door(desk: Desk, limits: DoorLimits = USUAL, **settings: Any) -> AsyncIterator[DoorDesk]:
    made = DoorDesk(desk, limits, settings)
    desk.board.clock.start()
    try:
        yield made
    finally:
        for browser in made.browsers:
            await browser.close()
        made.door.close()
        desk.board.clock.stop()
        made.wire.close()


async def fault(response: ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json())["error"]["code"]
