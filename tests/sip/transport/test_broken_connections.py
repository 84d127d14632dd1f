"""Connections that end under what was just sent on them: it goes by another one, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from mediaserver.errors import CallError, UnreachableError
from sip.messages.message import Request
from sip.messages.parsing import parse_head
from sip.transactions.timing import RFC_TIMING
from tests.sip.agents import agent

CHALLENGE = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[str]:
    """The address of somebody who speaks SIP over TCP as the test says."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"sip:x@127.0.0.1:{server.sockets[0].getsockname()[1]};transport=tcp"
    finally:
        server.close()


async def next_request(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    message, _ = parse_head(head[:-4])
    assert isinstance(message, Request)
    await reader.readexactly(int(message.get("Content-Length") or 0))
    return message


async def test_a_server_that_closes_after_its_challenge_gets_the_proof_by_another_connection() -> None:
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = not seen
        while (request := await next_request(reader)).method != "INVITE":
            seen.append(request.method)
        seen.append(request.method)
        if first:
            refusal = request.response(401, to_tag="t", headers=[("WWW-Authenticate", CHALLENGE)])
        else:
            assert request.get("Authorization")
            refusal = request.response(486, to_tag="t")
        writer.write(bytes(refusal))
        writer.close()

    async with agent() as us, serving(serve) as address:
        with pytest.raises(CallError) as error:
            await us.call(address, username="bob", password="zanzibar", timeout=5)
        assert error.value.code == 486 and seen.count("INVITE") == 2 and "ACK" in seen


async def test_what_breaks_twice_is_unreachable_at_once() -> None:
    opened: list[None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(None)
        if len(opened) == 1:
            writer.write(bytes((await next_request(reader)).response(200, to_tag="t")))
        assert (await next_request(reader)).method == "INVITE"
        writer.close()

    async with agent(timing=RFC_TIMING) as us, serving(serve) as address:
        assert (await us.options(address)).status == 200
        with pytest.raises(UnreachableError):
            await us.call(address, timeout=20)
        assert len(opened) == 2
