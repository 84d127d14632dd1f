"""SIP over TLS on loopback: both ways, names, certificates that are no good, handshakes that stall."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import CallError, UnreachableError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.transport.connection import ConnectionLimits
from sip.transport.dns_records import Naptr, Srv
from sip.transport.resolver import SipPlace, SipResolver
from sip.transport.tls import ClientCheck, TlsFiles
from sip.transport.token_buckets import Rate
from tests.sip.agents import PLENTY, Callee, Events, agent
from tests.sip.certified import Authority, loaded
from tests.sip.transport.test_transport import options, status

HANG_UP = Termination(EndedBy.CALLER, Why.HANGUP)
TLS_VIA = "SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKt"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def foreign(tmp_path: Path) -> Authority:
    """One that nobody knows."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    return Authority(folder)


def address(called: SipAgent, user: str = "demo", host: str = "127.0.0.1") -> str:
    return f"sips:{user}@{host}:{called.transport.tls_port}"


@asynccontextmanager
async def trusting(
    port: int | None, authority: Authority, certificate: Path | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of a client that is not ours."""
    context = ssl.create_default_context(cafile=str(authority.file))
    if certificate is not None:
        context.load_cert_chain(certificate)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="127.0.0.1"
    )
    try:
        yield reader, writer
    finally:
        writer.close()


@pytest.mark.parametrize("uri", ["sips:demo@127.0.0.1:{}", "sip:demo@127.0.0.1:{};transport=tls"])
async def test_a_call_goes_both_ways_over_one_connection(authority: Authority, uri: str) -> None:
    callee = Callee.answering()
    async with agent(callee, tls=authority.server()) as b, agent(tls=authority.client()) as a:
        leg = await a.call(uri.format(b.transport.tls_port))
        call = await callee.calls.get()
        assert call.source.transport == "TLS" and call.request.via.transport == "TLS"
        events = Events(leg)
        await call.leg.hangup(Termination(EndedBy.SERVER, Why.COMPLETED))
        assert (await events.end()).termination.why is Why.HANGUP
        assert (a.transport.connections, b.transport.connections) == (1, 1)


@pytest.mark.parametrize(
    ("uri", "contact"), [("sips:b@x", "<sips:127.0.0.1:{}>"), ("sip:b@x", "<sip:127.0.0.1:{};transport=tls>")]
)
async def test_what_is_asked_for_by_sips_is_answered_by_sips(
    authority: Authority, uri: str, contact: str
) -> None:
    async with (
        agent(Callee.answering(), tls=authority.server()) as b,
        trusting(b.transport.tls_port, authority) as (reader, writer),
    ):
        invite = options(TLS_VIA, Contact="<sip:a@127.0.0.1;transport=tls>")
        invite = invite.replace(b"OPTIONS sip:b@127.0.0.1", b"INVITE " + uri.encode())
        writer.write(invite.replace(b"1 OPTIONS", b"1 INVITE"))
        while not (head := await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 "):
            pass
        assert f"Contact: {contact.format(b.transport.tls_port)}\r\n".encode() in head


async def test_a_registered_phone_is_called_by_its_connection_and_proven_by_it(authority: Authority) -> None:
    registrar = Registrar("voiceforge", {"100": "secret"}.get)
    phone_calls = Callee.answering()
    async with (
        agent(registrar=registrar, tls=authority.server()) as b,
        agent(phone_calls, tls=authority.client()) as phone,
    ):
        uri = f"sips:100@127.0.0.1:{b.transport.tls_port}"
        assert await phone.register(uri, "100", "secret") == 3600
        binding = registrar.lookup("100", asyncio.get_running_loop().time())[0]
        assert binding.received is not None and binding.received.transport == "TLS"
        leg = await b.call(str(binding.contact), at=binding.received)
        await leg.hangup(HANG_UP)
        leg = await b.call(str(binding.contact), at=binding.received)
        events = Events(leg)
        await phone_calls.calls.get()
        call = await phone_calls.calls.get()
        await call.leg.hangup(Termination(EndedBy.SERVER, Why.COMPLETED))
        assert (await events.end()).termination.why is Why.HANGUP
        assert b.transport.connections == 1


async def test_a_certificate_for_somebody_else_is_refused_in_words(authority: Authority) -> None:
    callee = Callee.answering()
    async with agent(callee, tls=authority.server("pbx.example")) as b, agent(tls=authority.client()) as a:
        with pytest.raises(UnreachableError, match=r"is for pbx\.example and not for 127\.0\.0\.1: check"):
            await a.call(address(b))
        assert callee.calls.empty()


async def test_a_name_is_looked_for_and_not_the_address_that_it_has(authority: Authority) -> None:
    async with agent(tls=authority.server("localhost")) as b, agent(tls=authority.client()) as a:
        assert (await a.options(address(b, host="localhost"))).status == 200
        with pytest.raises(CallError, match=r"for localhost and not for 127\.0\.0\.1"):
            await a.options(address(b))  # not by the connection that was made to the name, either
        assert (await a.options(address(b, host="localhost"))).status == 200


async def test_where_dns_asks_for_tls_the_certificate_is_for_whom_we_called(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with agent(tls=authority.server("acme.test")) as b, agent(tls=authority.client()) as a:
        assert b.transport.tls_port is not None
        there = Srv(0, 0, b.transport.tls_port, "sip.acme.test")
        hosts = dict.fromkeys(
            ("acme.test", "evil.test"), [Naptr(1, 1, "s", "SIPS+D2T", "_sips._tcp.acme.test")]
        )

        async def found(_: SipResolver, transport: str, records: Sequence[Srv], host: str) -> list[SipPlace]:
            return [SipPlace(transport, "127.0.0.1", each.port) for each in records]

        monkeypatch.setattr(SipResolver, "_by", found)
        monkeypatch.setattr(a.transport._records, "naptr", lambda host: _soon(hosts.get(host, [])))
        monkeypatch.setattr(a.transport._records, "srv", lambda name: _soon([there]))
        assert (await a._requester.ask(*await _options(a, "sip:acme.test"))).status == 200
        with pytest.raises(CallError, match=r"for acme\.test and not for evil\.test"):
            await a._requester.ask(*await _options(a, "sip:evil.test"))


async def _soon(records: list[Any]) -> list[Any]:
    return records


async def _options(a: SipAgent, uri: str) -> tuple[Any, ...]:
    """As `SipAgent.options` asks where no transport is usual."""
    target, hops, routes = await a._requester.ways(uri, None, None)
    lines = [("From", "<sip:a@x>;tag=a"), ("To", f"<{target}>")]
    return "OPTIONS", target, hops[0], routes, lines, None


async def test_an_expired_certificate_ends_the_call_in_words(authority: Authority) -> None:
    said = "its certificate has expired; have it renewed there"
    async with agent(tls=authority.server(days=-1)) as b, agent(tls=authority.client()) as a:
        call = await a.prepare(address(b))
        with pytest.raises(UnreachableError, match=said):
            await call.place()
        termination = call.session.leg.termination
        assert termination is not None and termination.detail == said


async def test_a_foreign_certificate_is_refused_in_words(authority: Authority, foreign: Authority) -> None:
    async with agent(tls=foreign.server()) as b, agent(tls=authority.client()) as a:
        with pytest.raises(CallError, match=r"authority that is not known here; add that one to the CA file"):
            await a.options(address(b))


async def test_where_no_tls_is_spoken_the_call_says_so(authority: Authority) -> None:
    limits = ConnectionLimits(connect_s=0.1)
    async with agent() as b, agent(tls=authority.client(), limits=limits) as a:
        with pytest.raises(CallError, match=r"no TLS connection within 0\.1 s; check that it .* speaks TLS"):
            await a.options(f"sips:demo@127.0.0.1:{b.port}")


async def test_who_answers_in_the_clear_is_told_of(authority: Authority) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"SIP/2.0 400 What\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, agent(tls=authority.client()) as a:
        with pytest.raises(CallError, match="does not speak TLS there; check the port"):
            await a.options(f"sips:demo@127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def test_nobody_there_is_told_at_once(authority: Authority) -> None:
    async with agent(tls=authority.client()) as a:
        with pytest.raises(CallError, match=r"127\.0\.0\.1:9 over TLS cannot be reached: .*refused"):
            await a.options("sips:demo@127.0.0.1:9")


async def test_sips_never_goes_in_the_clear(authority: Authority) -> None:
    async with agent(tls=authority.client()) as a:
        with pytest.raises(CallError, match="cannot reach"):
            await a.options("sips:demo@127.0.0.1;transport=udp")


@pytest.mark.parametrize("check", [ClientCheck.REQUIRED, ClientCheck.OPTIONAL])
async def test_who_shows_a_certificate_that_is_known_gets_in(
    authority: Authority, check: ClientCheck
) -> None:
    server = authority.server(client_ca=authority.file, check=check)
    caller = authority.client(authority.issue("caller.example", file="caller.pem"))
    async with agent(tls=server, limits=ConnectionLimits(connections=1)) as b, agent(tls=caller) as a:
        assert (await a.options(address(b))).status == 200
        with pytest.raises((ConnectionError, ssl.SSLError, OSError)):  # it does not give way to a stranger
            async with trusting(b.transport.tls_port, authority) as (reader, _):
                if not await reader.read(1):
                    raise ConnectionError
        assert (await a.options(address(b))).status == 200


async def test_who_shows_none_is_turned_away_where_one_is_required(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    server = authority.server(client_ca=authority.file)
    async with agent(tls=server) as b, agent(tls=authority.client()) as a:
        with pytest.raises(CallError, match="wants a certificate from us"):
            await a.options(address(b))
        assert "it sent no certificate; give it one of sip.tls_client_ca" in caplog.text


async def test_who_shows_a_foreign_one_is_turned_away(
    authority: Authority, foreign: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    server = authority.server(client_ca=authority.file, check=ClientCheck.OPTIONAL)
    stranger = loaded(TlsFiles(foreign.issue("caller.example"), ca=authority.file))
    async with agent(tls=server) as b, agent(tls=stranger) as a:
        with pytest.raises(CallError, match="does not know who signed our certificate"):
            await a.options(address(b))
        assert "(sip.tls_client_ca)" in caplog.text


async def test_old_versions_are_refused(authority: Authority) -> None:
    async with agent(tls=authority.server()) as b:
        context = ssl.create_default_context(cafile=str(authority.file))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection(
                "127.0.0.1", b.transport.tls_port, ssl=context, server_hostname="127.0.0.1"
            )


async def test_messages_cut_into_records_arrive_whole(authority: Authority) -> None:
    async with (
        agent(tls=authority.server()) as b,
        trusting(b.transport.tls_port, authority) as (reader, writer),
    ):
        for byte in options(TLS_VIA):
            writer.write(bytes([byte]))
        writer.write(options(TLS_VIA) * 50)
        assert [await status(reader) for _ in range(51)] == [200] * 51


async def test_handshakes_that_stall_are_cut_off_and_hold_up_nobody(authority: Authority) -> None:
    limits = ConnectionLimits(opened_per_source=PLENTY, first_message_s=0.2, sweep_s=0.02)
    async with agent(tls=authority.server(), limits=limits) as b:
        port = b.transport.tls_port
        stalled = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
        hello = client_hello()
        for number, (_, writer) in enumerate(stalled):
            writer.write(hello[: 10 * number])
        async with trusting(port, authority) as (reader, writer):
            writer.write(options(TLS_VIA))
            assert await status(reader) == 200
        for reader, writer in stalled:
            await asyncio.wait_for(reader.read(), 10)
            writer.close()


async def test_one_source_stalls_no_more_handshakes_than_it_may_have_connections(
    authority: Authority,
) -> None:
    limits = ConnectionLimits(opened_per_source=PLENTY, unproven_per_source=3)
    async with agent(tls=authority.server(), limits=limits) as b:
        port = b.transport.tls_port
        stalled = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        async with trusting(port, authority) as (reader, writer):
            writer.write(options(TLS_VIA))
            assert await status(reader) == 200
        for reader, writer in stalled[:3]:
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()
        assert b.transport.turned_away >= 3
        for _, writer in stalled[3:]:
            writer.close()


async def test_handshakes_come_no_faster_than_connections_may(authority: Authority) -> None:
    limits = ConnectionLimits(opened_per_source=Rate(0.001, 2))
    async with agent(tls=authority.server(), limits=limits) as b:
        for _ in range(2):
            async with trusting(b.transport.tls_port, authority):
                pass
        with pytest.raises((ConnectionError, ssl.SSLError)):
            async with trusting(b.transport.tls_port, authority):
                pass


async def test_rubbish_instead_of_a_handshake_is_answered_with_an_alert(authority: Authority) -> None:
    async with agent(tls=authority.server()) as b:
        reader, writer = await asyncio.open_connection("127.0.0.1", b.transport.tls_port)
        writer.write(options(TLS_VIA))
        said = await asyncio.wait_for(reader.read(), 10)
        assert not said or said[0] == 21
        writer.close()


async def test_a_new_certificate_is_shown_to_the_next_and_the_call_that_is_up_stays(
    authority: Authority,
) -> None:
    tls = authority.server("127.0.0.1", "old.example")
    callee = Callee.answering()
    async with agent(callee, tls=tls) as b, agent(tls=authority.client()) as a:
        leg = await a.call(address(b))
        seen = [tls.stale]
        authority.issue("127.0.0.1", "new.example")
        seen.append(tls.stale)
        tls.load()
        assert [*seen, tls.stale] == [False, True, False]
        assert "new.example" in await names_shown(b, authority)
        events = Events(leg)
        await (await callee.calls.get()).leg.hangup(Termination(EndedBy.SERVER, Why.COMPLETED))
        assert (await events.end()).termination.by is EndedBy.PEER


async def test_messages_lost_with_a_connection_are_told_at_once(authority: Authority) -> None:
    """A server that takes the connection and then closes it without a word."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue("127.0.0.1"))
    server = await asyncio.start_server(closing, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, agent(tls=authority.client()) as a:
        with pytest.raises(CallError) as failed:
            await a.options(f"sips:x@127.0.0.1:{port}")
        assert failed.value.code == 503


async def names_shown(b: SipAgent, authority: Authority) -> str:
    async with trusting(b.transport.tls_port, authority) as (_, writer):
        return str(writer.get_extra_info("peercert")["subjectAltName"])


def client_hello() -> bytes:
    out = ssl.MemoryBIO()
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="x").do_handshake()
    return out.read()
