"""The HTTP server against those who only hold its connections."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiohttp import ClientSession, WSMsgType

from api.connections import HttpLimits
from api.context import ApiContext
from api.gateway.gateway import Gateway
from api.routing import binding
from cli.serving.http import open_http
from mediaserver.calls.call import Call
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.metrics import Metrics
from mediaserver.storage.keys import hash_of
from tests.api.board import Board, Nowhere
from tests.api.keys import made_up_key

HEAD = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ASKED = HEAD + b"\r\n"
POST = b"POST /api/telephony/calls HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
KEYED = POST + b"Authorization: Bearer vf_test\r\n"
TOKEN = b"Authorization: Bearer s3cret\r\n"
FULL = b"HTTP/1.1 503"
"""What a server says of its health while nothing of it is up."""


class Guest:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def status(self) -> bytes:
        """Of the next answer; nothing when the connection is closed."""
        try:
            return (await asyncio.wait_for(self.reader.readline(), 10))[:12]
        except ConnectionResetError:
            return b""

    async def rest(self) -> bytes:
        """All until the server closes."""
        try:
            return await asyncio.wait_for(self.reader.read(), 10)
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        self._writer.close()


class Server:
    """An HTTP server that counts who holds a connection."""

    def __init__(self, undo: AsyncExitStack, context: ApiContext, port: int) -> None:
        self._undo = undo
        self.context = context
        self._port = port

    async def guest(self, send: bytes = b"") -> Guest:
        made = Guest(*await asyncio.open_connection("127.0.0.1", self._port))
        self._undo.callback(made.close)
        made.send(send)
        return made

    async def held(self, count: int) -> None:
        """Until so many connections are open."""
        assert self.context.connections is not None
        loop = asyncio.get_running_loop()
        latest = loop.time() + 10
        while len(self.context.connections) != count:
            assert loop.time() < latest, f"{len(self.context.connections)} connections are held"
            await asyncio.sleep(0.001)


@pytest.fixture
async def undo() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as undo:
        yield undo


async def opened(undo: AsyncExitStack, token: str = "", **limits: Any) -> Server:
    metrics = Metrics()
    settings = load(None, {"http": {"host": "127.0.0.1", "port": 0, "admin_token": token}})
    context = ApiContext(settings, Health("sip"), metrics, switchboard=Board(metrics))
    made_up_key(context, hash=hash_of("vf_test"))
    address = await open_http(settings.http, context, undo, HttpLimits(**limits))
    port = urlsplit(address).port
    assert port is not None
    return Server(undo, context, port)


async def test_a_connection_too_many_is_closed_and_the_next_is_served_again(undo: AsyncExitStack) -> None:
    server = await opened(undo, token="s3cret", connections=2)
    served = [await server.guest(HEAD + TOKEN + b"\r\n") for _ in range(2)]
    for guest in served:
        assert await guest.status() == FULL
    assert await (await server.guest(ASKED)).status() == b""
    for guest in served:
        guest.close()
    await server.held(0)
    assert await (await server.guest(ASKED)).status() == FULL


async def test_a_person_with_a_token_gets_in_while_strangers_hold_all_connections(
    undo: AsyncExitStack,
) -> None:
    server = await opened(undo, token="s3cret", connections=8, unproven_per_source=100)
    strangers = [await server.guest(HEAD) for _ in range(8)]
    await server.held(8)
    person = await server.guest(HEAD.replace(b"/health", b"/telephony/calls") + TOKEN + b"\r\n")
    assert await person.status() == b"HTTP/1.1 200"
    assert await strangers[0].rest() == b""  # the oldest gave way
    for _ in range(8):
        await server.guest(HEAD)
    await server.held(8)
    person.send(HEAD + b"Connection: close\r\n\r\n")  # the connection stays proven
    assert FULL in await person.rest()


async def test_callers_without_a_key_hold_no_more_than_their_part(undo: AsyncExitStack) -> None:
    """Everybody who calls from a page has a ticket: it must not be a way to take all connections."""
    server = await opened(undo, token="s3cret", connections=8, unproven_per_source=100)
    board = server.context.switchboard
    assert isinstance(board, Board)
    call = Call(uuid4(), "inbound", "sip:ann@h", "sip:demo@h", "demo", Nowhere(), board.bus)
    board.registry.add(call)
    ticket = server.context.access.tickets.of(call.id).encode()
    own = b"GET /api/telephony/calls/%s?ticket=%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    callers = [await server.guest(own % (str(call.id).encode(), ticket)) for _ in range(8)]
    for caller in callers:
        assert await caller.status() == b"HTTP/1.1 503"  # no database here
    await server.held(4)  # the others were served as strangers are: once
    person = await server.guest(HEAD.replace(b"/health", b"/telephony/calls") + TOKEN + b"\r\n")
    assert await person.status() == b"HTTP/1.1 200"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HEAD,
        POST + b"Content-Length: 40\r\n\r\n{",
        ASKED * 200,  # and reads none of the answers
    ],
    ids=["nothing", "half a head", "half a body", "unread answers"],
)
async def test_a_stranger_is_sent_away_whatever_it_holds_up(undo: AsyncExitStack, sent: bytes) -> None:
    server = await opened(undo, token="s3cret", unproven_s=0.05)
    await server.guest(sent)
    await server.held(0)


async def test_drops_of_a_request_do_not_prolong_it(undo: AsyncExitStack) -> None:
    server = await opened(undo, unproven_s=0.1)
    guest = await server.guest(HEAD)

    async def drip() -> None:
        while True:
            guest.send(b"X")
            await asyncio.sleep(0.001)

    dripping = asyncio.create_task(drip())
    try:
        assert await guest.rest() == b""
    finally:
        dripping.cancel()


async def test_a_stranger_gets_one_answer_and_whoever_may_ask_keeps_the_connection(
    undo: AsyncExitStack,
) -> None:
    server = await opened(undo, token="s3cret")
    stranger = await server.guest(ASKED + ASKED)
    assert (await stranger.rest()).count(b"HTTP/1.1 503") == 1
    refused = await server.guest(HEAD.replace(b"/health", b"/telephony/calls") + b"\r\n")
    assert (await refused.rest()).startswith(b"HTTP/1.1 401")
    person = await server.guest(HEAD + TOKEN + b"\r\n" + HEAD + TOKEN + b"Connection: close\r\n\r\n")
    assert (await person.rest()).count(b"HTTP/1.1 503") == 2


async def test_one_who_may_ask_and_says_nothing_more_is_closed(undo: AsyncExitStack) -> None:
    server = await opened(undo, idle_s=0.05)
    guest = await server.guest(ASKED)
    assert await guest.status() == FULL
    await server.held(0)
    half = await server.guest(ASKED + HEAD)
    assert await half.status() == FULL
    await server.held(0)


async def test_a_body_that_does_not_come_is_not_waited_for(
    undo: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binding, "BODY_S", 0.05)
    server = await opened(undo)
    guest = await server.guest(KEYED + b'Content-Length: 40\r\n\r\n{"to": ')
    assert await guest.status() == b"HTTP/1.1 408"


async def test_half_bodies_of_strangers_keep_nobody_out(undo: AsyncExitStack) -> None:
    server = await opened(undo, connections=4, unproven_per_source=100)
    for _ in range(8):
        await server.guest(POST + b'Content-Length: 40\r\n\r\n{"to": ')
    await server.held(4)
    assert await (await server.guest(ASKED)).status() == FULL


async def test_whoever_has_a_key_keeps_the_connection(undo: AsyncExitStack) -> None:
    server = await opened(undo, unproven_s=0.05)
    guest = await server.guest(KEYED + b"Content-Length: 2\r\n\r\n{}")
    assert await guest.status() == b"HTTP/1.1 400"
    guest.send(KEYED + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
    assert b"HTTP/1.1 400" in await guest.rest()


async def test_what_others_send_that_is_no_http_is_no_error_of_ours(
    undo: AsyncExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    server = await opened(undo)
    for nonsense in (
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"INVITE sip:a@b SIP/2.0\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
    ):
        assert b" 400 " in await (await server.guest(nonsense)).rest()
    packed = KEYED + b"Content-Encoding: gzip\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    guest = await server.guest(packed)
    assert await guest.status() == b"HTTP/1.1 415"
    guest.send(b"none")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_request"),
        (b"GET /" + b"secret" * 2_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, "headers_too_large"),
        (HEAD + b"A: " + b"secret" * 2_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (HEAD + b"A: b\r\n" * 200 + b"\r\n", 431, "headers_too_large"),
        (KEYED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", 400, "bad_request"),
        (KEYED + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad_request"),
    ],
    ids=["no header", "two hosts", "long address", "long header", "many headers", "no chunks", "smuggled"],
)
async def test_what_is_no_http_is_refused_as_all_else_is(
    undo: AsyncExitStack, sent: bytes, status: int, code: str
) -> None:
    server = await opened(undo)
    head, _, content = (await (await server.guest(sent)).rest()).partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode()
    assert b"application/json" in head and b"nosniff" in head and b"X-Request-Id: " in head
    told = json.loads(content)["error"]
    assert told["code"] == code and told["message"]
    assert b"secret" not in content, "what they sent is not sent back"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (POST + b"Content-Length: 1000000000\r\n", b"HTTP/1.1 401"),
        (KEYED + b"Content-Length: 1000000000\r\n", b"HTTP/1.1 413"),
        (KEYED.replace(b"json", b"xml") + b"Content-Length: 2\r\n", b"HTTP/1.1 415"),
    ],
    ids=["no key", "too long", "wrong type"],
)
async def test_nobody_is_told_to_send_a_body_that_is_not_wanted(
    undo: AsyncExitStack, head: bytes, status: bytes
) -> None:
    server = await opened(undo)
    guest = await server.guest(head + b"Expect: 100-continue\r\n\r\n")
    assert await guest.status() == status


async def test_a_body_that_is_wanted_is_asked_for_once(undo: AsyncExitStack) -> None:
    server = await opened(undo)
    guest = await server.guest(KEYED + b"Content-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
    assert await guest.status() == b"HTTP/1.1 100"
    assert await guest.status() == b"\r\n"
    guest.send(b"{}")
    assert await guest.status() == b"HTTP/1.1 400"
    strange = await server.guest(KEYED + b"Content-Length: 2\r\nExpect: miracles\r\n\r\n{}")
    assert await strange.status() == b"HTTP/1.1 417"


async def test_keyless_sockets_of_one_source_push_out_each_other_and_nobody_else() -> None:
    """A socket that has not said its key yet is a stranger's connection like any other."""
    settings = load(None, {"http": {"port": 0}})
    async with AsyncExitStack() as undo:
        context = ApiContext(settings, Health(), Metrics())
        context.gateway = cast(Gateway, SimpleNamespace(settings=settings.gateway))
        url = urlsplit(await open_http(settings.http, context, undo, HttpLimits(40, unproven_per_source=3)))
        assert context.connections is not None
        session = await undo.enter_async_context(ClientSession())
        sockets = [await session.ws_connect(f"http://{url.netloc}/ws") for _ in range(4)]
        first = await sockets[0].receive(10)
        assert first.type in (WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.ERROR)
        assert len(context.connections) == 3
