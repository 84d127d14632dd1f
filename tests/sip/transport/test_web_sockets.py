"""SIP over WebSocket: what comes by one, and who is reached by it."""

from __future__ import annotations

import asyncio

import pytest

from sip.calls.registrar import Registrar
from sip.messages.framing import FramingError, KeepAlive
from sip.messages.message import Request, Response
from sip.messages.parsing import MAX_MESSAGE, MessageError
from sip.transport.connection import ConnectionLimits
from sip.transport.web_sockets import MessageFramer, as_message
from tests.sip.agents import agent
from tests.sip.pages import Page

OPTIONS = (
    b"OPTIONS sip:demo@pbx SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    b"From: <sip:a@pbx>;tag=1\r\nTo: <sip:demo@pbx>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
)


def test_each_message_of_the_socket_is_one_of_sip_without_a_content_length() -> None:
    framer = MessageFramer()
    framer.add(OPTIONS + b"body")
    framer.add(OPTIONS)
    first, second = framer.next_item(), framer.next_item()
    assert isinstance(first, Request) and first.body == b"body" and framer.taken == len(OPTIONS)
    assert isinstance(second, Request) and framer.next_item() is None


def test_what_cannot_be_read_does_not_keep_the_next_from_being() -> None:
    framer = MessageFramer()
    for data in (b"\x00\xff\xfe" * 50, b"GET / HTTP/1.1\r\n\r\n", OPTIONS.replace(b"CSeq:", b"CSeq")):
        framer.add(data)
        assert isinstance(item := framer.next_item(), MessageError) and not isinstance(item, FramingError)
    framer.add(OPTIONS)
    assert isinstance(framer.next_item(), Request)


def test_a_message_that_is_too_long_is_the_last_of_its_socket() -> None:
    framer = MessageFramer(len(OPTIONS))
    framer.add(OPTIONS + b"x")
    framer.add(OPTIONS)
    assert isinstance(framer.next_item(), FramingError)
    framer.add(OPTIONS)
    assert framer.next_item() is None


def test_blank_lines_keep_alive() -> None:
    framer = MessageFramer()
    for data in (b"\r\n\r\n", b"\r\n", b""):
        framer.add(data)
    assert [framer.next_item() for _ in range(3)] == [KeepAlive.PING, KeepAlive.PONG, KeepAlive.PONG]


def test_what_is_no_text_goes_as_octets() -> None:
    assert as_message(b"SIP/2.0 200 OK") == "SIP/2.0 200 OK"
    assert as_message(b"\xff") == b"\xff"


async def test_a_ping_is_answered_and_a_request_on_the_same_socket() -> None:
    async with agent() as us:
        page = Page(us)
        page.say(b"\r\n\r\n")
        assert await page.wire.sent.get() == b"\r\n"
        page.say(OPTIONS)
        ok = await page.response(200)
        assert ok.via.received == "127.0.0.1"


async def test_a_stranger_may_not_send_what_is_longer_than_its_calls_need() -> None:
    async with agent() as us:
        page = Page(us)
        page.say(OPTIONS + b"x" * (1 << 14))
        assert (await page.response(513)).reason == "Message Too Large"
        assert page.wire.closed
        silent = Page(us)
        silent.say(OPTIONS.rstrip(b"\r\n") + b"x" * (1 << 14))  # it has no end
        assert silent.wire.closed and silent.wire.sent.empty()


async def test_who_registered_is_known_and_may_send_longer_messages() -> None:
    registrar = Registrar("voiceforge", {"100": "secret"}.get)
    async with agent(registrar=registrar) as us:
        page = Page(us)
        assert (await page.register("100", "secret")).status == 200
        assert page.proven
        page.say(OPTIONS + b"x" * (MAX_MESSAGE - len(OPTIONS)))
        assert (await page.response(200)).cseq.method == "OPTIONS"


async def test_a_page_that_reads_nothing_is_cut_off() -> None:
    async with agent(limits=ConnectionLimits(unsent_bytes=1000)) as us:
        page = Page(us)
        page.wire.unread = 1001
        page.say(OPTIONS)
        assert page.wire.aborted


async def test_an_address_has_so_many_sockets_that_nobody_knows_the_owner_of() -> None:
    async with agent(limits=ConnectionLimits(unproven_per_source=3)) as us:
        pages = []
        for _ in range(4):
            assert us.transport.lets_socket_in("127.0.0.1")
            pages.append(Page(us))
        assert [page.wire.aborted for page in pages] == [True, False, False, False]


async def test_no_more_sockets_than_there_may_be_connections() -> None:
    registrar = Registrar("voiceforge", {"100": "secret"}.get)
    async with agent(registrar=registrar, limits=ConnectionLimits(connections=1)) as us:
        await Page(us).register("100", "secret")
        assert not us.transport.lets_socket_in("127.0.0.1")
        assert us.transport.turned_away == 1


async def test_a_socket_on_which_nothing_is_ever_said_is_closed() -> None:
    limits = ConnectionLimits(unproven_idle_s=0.01, sweep_s=0.01)
    async with agent(limits=limits) as us:
        page = Page(us)
        while not page.wire.closed:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("via", ["SIP/2.0/UDP 192.0.2.7:5060;rport", "SIP/2.0/TLS 127.0.0.1;maddr=192.0.2.7"])
async def test_an_answer_goes_back_by_the_socket_whatever_the_via_says(via: str) -> None:
    async with agent() as us:
        page = Page(us)
        page.say(page.make("OPTIONS", lines={"Via": f"{via};branch=z9hG4bKspoofed"}))
        answer = await page.next()
        assert isinstance(answer, Response) and answer.status == 200
