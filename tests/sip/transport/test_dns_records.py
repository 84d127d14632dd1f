"""Records asked of a DNS server of our own on loopback: one that answers, is silent, lies or loops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from sip.transport.dns_records import (
    LEAST_KEPT_S,
    MOST_NAMES,
    MOST_RECORDS,
    STALE_S,
    DnsAnswer,
    DnsError,
    DnsRecords,
    Naptr,
    Srv,
    system_dns,
)

Answering = Callable[[dns.message.Message], bytes | None]


class Server(asyncio.DatagramProtocol):
    """Answers as `answering` says; None: never."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.questions: list[str] = []
        self._wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        self.questions.append(str(query.question[0].name))
        answer = self._answering(query)
        if answer is not None and self._wire is not None:
            self._wire.sendto(answer, addr)


@asynccontextmanager
async def dns_server(answering: Answering) -> AsyncIterator[tuple[Server, DnsRecords]]:
    wire, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Server(answering), local_addr=("127.0.0.1", 0)
    )
    records = DnsRecords(system_dns(["127.0.0.1"], wire.get_extra_info("sockname")[1]))
    try:
        yield server, records
    finally:
        await records.close()
        wire.close()


def says(*lines: str, kind: str = "SRV", ttl: int = 300) -> Answering:
    def answering(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        name = query.question[0].name
        if lines:
            response.answer.append(dns.rrset.from_text(name, ttl, "IN", kind, *lines))
        return response.to_wire(max_size=65_000)

    return answering


async def test_srv_and_naptr_are_read() -> None:
    async with dns_server(says("10 60 5060 a.acme.test.", "20 0 5062 .")) as (_, records):
        assert sorted(await records.srv("_sip._udp.acme.test"), key=lambda each: each.priority) == [
            Srv(10, 60, 5060, "a.acme.test"),
            Srv(20, 0, 5062, ""),
        ]
    naptr = '50 50 "s" "SIPS+D2T" "" _sips._tcp.acme.test.'
    async with dns_server(says(naptr, kind="NAPTR")) as (_, records):
        assert await records.naptr("acme.test") == [Naptr(50, 50, "s", "SIPS+D2T", "_sips._tcp.acme.test")]


async def test_one_question_serves_all_who_wait_and_the_answer_is_kept() -> None:
    async with dns_server(says("10 60 5060 a.acme.test.")) as (server, records):
        found = await asyncio.gather(*(records.srv("_sip._udp.ACME.test") for _ in range(50)))
        await records.srv("_sip._udp.acme.test")
        assert all(found) and len(server.questions) == 1


async def test_that_there_is_nothing_is_kept_too() -> None:
    async with dns_server(says()) as (server, records):
        assert await records.srv("_sip._udp.acme.test") == [] == await records.srv("_sip._udp.acme.test")
        assert len(server.questions) == 1

    def unknown(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    async with dns_server(unknown) as (server, records):
        assert await records.srv("_sip._udp.acme.test") == [] == await records.srv("_sip._udp.acme.test")
        assert len(server.questions) == 1


async def test_a_silent_server_costs_one_wait_and_a_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sip.transport.dns_records.PATIENCE_S", 0.1)
    async with dns_server(lambda query: None) as (server, records):
        assert await records.srv("_sip._udp.acme.test") == []
        asked = len(server.questions)
        assert await records.srv("_sip._udp.other.test") == []  # not asked: it was silent just now
        assert len(server.questions) == asked >= 1
    assert "its address is used" in caplog.text


async def test_a_caller_who_gives_up_does_not_take_the_answer_from_others() -> None:
    gate = asyncio.Event()

    async def ask(name: str, kind: str) -> DnsAnswer:
        await gate.wait()
        return DnsAnswer([Srv(1, 1, 5060, "a.test")], 60.0)

    records = DnsRecords(ask)
    hasty, patient = (asyncio.create_task(records.srv("x.test")) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    gate.set()
    assert await patient == [Srv(1, 1, 5060, "a.test")]


def rubbish(query: dns.message.Message) -> bytes:
    return query.id.to_bytes(2, "big") + b"\xff" * 40


def another_question(query: dns.message.Message) -> bytes:
    other = dns.message.make_query("evil.test.", "SRV", id=query.id)
    return says("1 1 5060 evil.test.")(other) or b""


def loop(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    name = query.question[0].name
    for here, there in ((name, "a.loop.test."), ("a.loop.test.", "b.loop.test."), ("b.loop.test.", name)):
        response.answer.append(dns.rrset.from_text(here, 60, "IN", "CNAME", str(there)))
    return response.to_wire()


def truncated(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC  # and nobody listens for the TCP connection that this asks for
    return response.to_wire()


def refused(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.SERVFAIL)
    return response.to_wire()


@pytest.mark.parametrize("answering", [rubbish, another_question, loop, truncated, refused])
async def test_a_server_that_lies_or_loops_says_nothing(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sip.transport.dns_records.PATIENCE_S", 0.2)
    async with dns_server(answering) as (_, records):
        assert await records.srv("_sip._udp.acme.test") == []


async def test_a_name_that_cannot_be_asked_for_says_nothing() -> None:
    async with dns_server(says("1 1 1 a.test.")) as (_, records):
        for name in ("x" * 300, "a..b", ".".join(["x" * 60] * 6)):
            assert await records.srv(name) == []


async def test_answers_and_names_are_bounded() -> None:
    async def ask(name: str, kind: str) -> DnsAnswer:
        return DnsAnswer([Srv(1, 1, 5060, f"h{n}.test") for n in range(1000)], 1e9)

    records = DnsRecords(ask)
    assert len(await records.srv("a.test")) == MOST_RECORDS
    for number in range(2 * MOST_NAMES):
        await records.srv(f"n{number}.test")
    assert len(records._kept) <= MOST_NAMES
    now = asyncio.get_running_loop().time()
    assert all(now < kept.until <= now + 3601 for kept in records._kept.values())


async def test_a_ttl_of_nothing_is_a_few_seconds() -> None:
    async def ask(name: str, kind: str) -> DnsAnswer:
        return DnsAnswer([Srv(1, 1, 5060, "a.test")], 0.0)

    records = DnsRecords(ask)
    await records.srv("a.test")
    until = records._kept["a.test", "SRV"].until
    assert until > asyncio.get_running_loop().time() + LEAST_KEPT_S - 1


async def test_what_was_known_stays_for_a_day_while_nobody_can_say() -> None:
    known, clock = [[Srv(1, 1, 5060, "a.test")]], asyncio.get_running_loop()

    async def ask(name: str, kind: str) -> DnsAnswer:
        if not known:
            raise DnsError("refused")
        return DnsAnswer(known.pop(), 0.0)

    records = DnsRecords(ask)
    assert await records.srv("a.test")
    key = ("a.test", "SRV")
    for _ in range(3):
        records._kept[key] = records._kept[key]._replace(until=0.0)
        assert await records.srv("a.test") == [Srv(1, 1, 5060, "a.test")]
    records._kept[key] = records._kept[key]._replace(until=0.0, learned_at=clock.time() - STALE_S)
    assert await records.srv("a.test") == []
