"""The API with a door for an existing Asterisk over real sockets: calls reach a real switchboard, whose clock
runs."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from aiohttp import ClientResponse

from api.asterisk_desk import AsteriskDesk
from mediaserver.addresses import Networks
from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Invitation
from mediaserver.calls.routes import AgentSpec
from providers.asterisk.door import AsteriskDoor
from providers.asterisk.listener import AudioSocketListener
from providers.asterisk.wanted import ExpectedCalls
from providers.streams.wires import StreamWires
from tests.api.desk import Desk
from tests.api.keys import STRANGER
from tests.providers.asterisk.bench import HOST, LINE, Dialplan
from tests.standins.asterisk.audiosocket import named_message

ANNOUNCE = "/api/telephony/asterisk/calls"


class PbxDesk:
    """Asks with the desk's key (all rights) unless told otherwise."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.wires = StreamWires()
        self.clients: list[Dialplan] = []
        self.calls: list[Call] = []
        desk.board.clock.add_wire(self.wires.wide)
        desk.board.clock.add_wire(self.wires.narrow)
        self.expected = ExpectedCalls({LINE: "echo"})
        self.door = AsteriskDoor(self._invite, self.expected, 10)
        self.listener = AudioSocketListener(self.door, self.wires.wide, Networks(("127.0.0.0/8",)))
        desk.context.asterisk = AsteriskDesk(self.door, self.wires, now=asyncio.get_running_loop().time)
        desk.context.directory = desk.board.routes  # type: ignore[assignment]

    def _invite(self, invitation: Invitation, agent: AgentSpec | None, owner: UUID | None) -> Call | None:
        call = self.desk.board.receive(invitation, agent, owner)
        if call is not None:
            self.calls.append(call)
        return call

    async def announce(
        self, body: Mapping[str, str] | str, headers: Mapping[str, str] = {}
    ) -> ClientResponse:
        if isinstance(body, str):
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            return await self.desk.client.post(ANNOUNCE, data=body.encode(), headers=headers)
        return await self.desk.client.post(ANNOUNCE, data=dict(body), headers=headers)

    async def connect(self, id: UUID) -> Dialplan:
        made = Dialplan(*await asyncio.open_connection(HOST, self.listener.port))
        self.clients.append(made)
        made.send(named_message(id))
        made.sound()
        return made


@asynccontextmanager
async def open_pbx(desk: Desk, *, audiosocket: bool = True) -> AsyncIterator[PbxDesk]:
    made = PbxDesk(desk)
    if audiosocket:
        await made.listener.start(HOST, 0)
        assert desk.context.asterisk is not None
        desk.context.asterisk.audiosocket = f"{HOST}:{made.listener.port}"
    desk.board.clock.start()
    try:
        yield made
    finally:
        made.door.close()
        await made.listener.close()
        desk.board.clock.stop()
        for client in made.clients:
            client.writer.transport.abort()


def basic(secret: str, user: str = "pbx") -> Mapping[str, str]:
    """As libcurl and Asterisk's WebSocket client send a name and a password."""
    return {**STRANGER, "Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


async def fault(response: ClientResponse) -> tuple[int, Any]:
    return response.status, (await response.json())["error"]["code"]
