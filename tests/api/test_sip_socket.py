"""`/ws/sip`: SIP over a WebSocket, as browsers open it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from api import sip_socket
from api.access.asker import Asker
from api.context import ApiContext
from api.gateway import sending
from api.sip_socket import AT_ONCE, REGISTERED, TOO_MANY
from sip.access.digest import answer_challenge
from sip.calls.registrar import Registrar
from sip.messages.parsing import MAX_MESSAGE, parse
from sip.transport.connection import ConnectionLimits
from tests.api.desk import Desk
from tests.sip.agents import agent
from tests.sip.pages import Page
from tests.sip.transport.test_web_sockets import OPTIONS
from tests.webrtc.bench import until

PATH = "/ws/sip"
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
async def open_desk() -> AsyncIterator[Desk]:
    """With a server for SIP behind it."""
    desk = Desk()
    await desk.start()
    async with agent() as us:
        desk.context.sip = us.transport
        yield desk
    await desk.stop()


async def closed_with(socket: ClientWebSocketResponse) -> int | None:
    while not socket.closed:
        await socket.receive(10)
    return socket.close_code


@pytest.mark.parametrize("binary", [False, True])
async def test_a_request_is_answered_in_one_message(open_desk: Desk, binary: bool) -> None:
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        assert socket.protocol == "sip"
        await (socket.send_bytes(OPTIONS) if binary else socket.send_str(OPTIONS.decode()))
        answer = await socket.receive(10)
        assert answer.type is WSMsgType.TEXT and answer.data.startswith("SIP/2.0 200 OK\r\n")
        await socket.send_str("\r\n\r\n")
        assert (await socket.receive(10)).data == "\r\n"


async def test_it_says_what_it_is_to_whoever_asks_otherwise(open_desk: Desk) -> None:
    async with open_desk.client.get(PATH) as plain:
        assert plain.status == 426 and plain.headers["Upgrade"] == "websocket"
    for offered in ({}, {"Sec-WebSocket-Protocol": "chat"}):
        async with open_desk.client.get(PATH, headers=UPGRADE | offered) as refused:
            assert refused.status == 400
            assert (await refused.json())["error"]["code"] == "subprotocol_required"


async def test_pages_of_other_sites_open_no_socket(open_desk: Desk) -> None:
    foreign = {**UPGRADE, "Origin": "https://evil.example", "Sec-WebSocket-Protocol": "sip"}
    async with open_desk.client.get(PATH, headers=foreign) as refused:
        assert refused.status == 403 and (await refused.json())["error"]["code"] == "wrong_origin"
    async with open_desk.client.get(PATH, headers={"Host": "rebound.example"}) as refused:
        assert (await refused.json())["error"]["code"] == "wrong_host"


async def test_a_message_that_is_longer_than_any_of_sip_closes_the_socket(open_desk: Desk) -> None:
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        await socket.send_str("x" * (MAX_MESSAGE + 1))
        assert await closed_with(socket) == 1009


async def test_a_flood_of_messages_closes_the_socket(
    open_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip_socket, "PER_SECOND", 0.001)
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        for _ in range(int(AT_ONCE) + 1):
            await socket.send_bytes(b"\x00\xff")
        assert await closed_with(socket) == TOO_MANY


async def test_a_socket_that_the_transport_closes_is_closed(open_desk: Desk) -> None:
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        await socket.send_str(OPTIONS.decode() + "x" * (1 << 14))
        assert await closed_with(socket) is not None


async def test_there_is_no_socket_where_there_is_no_room(open_desk: Desk) -> None:
    async with agent(limits=ConnectionLimits(connections=0)) as full:
        open_desk.context.sip = full.transport
        upgrade = UPGRADE | {"Sec-WebSocket-Protocol": "sip"}
        async with open_desk.client.get(PATH, headers=upgrade) as refused:
            assert refused.status == 503 and refused.headers["Retry-After"] == "5"


async def test_the_connection_is_forgotten_with_its_socket(open_desk: Desk) -> None:
    transport = open_desk.context.sip
    assert transport is not None
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        await socket.send_str(OPTIONS.decode())
        await socket.receive(10)
        assert transport.connections == 1
    await open_desk.client.get("/api/health")
    assert transport.connections == 0


async def test_a_client_that_reads_nothing_is_cut_off(open_desk: Desk) -> None:
    transport = open_desk.context.sip
    assert transport is not None
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        await socket.send_str(OPTIONS.decode())
        await socket.receive(10)
        (connection,) = transport._streams._connections.values()
        sent = 0
        while connection.open:
            connection.send(b"x" * 60_000)
            sent += 60_000
        assert sent <= ConnectionLimits().unsent_bytes + 2 * 60_000
        assert await closed_with(socket) == 1006


async def test_a_client_that_does_not_take_the_last_words_either_is_cut_off(
    open_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system would keep them, and the socket, until it gives up: for a quarter of an hour."""
    monkeypatch.setattr(sending, "CLOSING_S", 0.05)
    transport = open_desk.context.sip
    assert transport is not None
    async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
        await socket.send_str(OPTIONS.decode())
        await socket.receive(10)
        assert socket._response.connection is not None and socket._response.connection.transport is not None
        socket._response.connection.transport.pause_reading()
        (connection,) = transport._streams._connections.values()
        assert connection._wire is not None
        while connection._wire.get_write_buffer_size() < ConnectionLimits().unsent_bytes // 2:
            connection.send(b"x" * 20_000)
            await asyncio.sleep(0)
        theirs = connection._wire
        connection.close()
        await until(lambda: not theirs.get_write_buffer_size())
        socket._response.connection.transport.resume_reading()
        assert await closed_with(socket) == 1006


async def test_who_registers_is_a_stranger_no_more(open_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection stays, and counts to those of all phones together."""
    proved: list[Asker | None] = []
    monkeypatch.setattr(ApiContext, "prove", lambda self, request, who=None: proved.append(who))
    async with agent(registrar=Registrar("voiceforge", {"100": "secret"}.get)) as us:
        open_desk.context.sip = us.transport
        page, before = Page(us), len(proved)
        assert (await page.register("100", "secret")).status == 200
        async with open_desk.client.ws_connect(PATH, protocols=("sip",)) as socket:
            lines = {"From": "<sip:100@pbx>;tag=r", "To": "<sip:100@pbx>"}
            asked = page.make("REGISTER", "sip:pbx", lines=lines, call="s")
            await socket.send_str(bytes(asked).decode())
            challenge = parse((await socket.receive(10)).data.encode())
            values = challenge.get_all("WWW-Authenticate")
            proof = answer_challenge(values, "100", "secret", "REGISTER", asked.uri)
            again = page.make(
                "REGISTER", "sip:pbx", cseq=2, lines={**lines, "Authorization": proof}, call="s"
            )
            await socket.send_str(bytes(again).decode())
            assert (await socket.receive(10)).data.startswith("SIP/2.0 200")
        assert proved[before:][-1] is REGISTERED and REGISTERED.owner is not None
