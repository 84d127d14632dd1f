"""Where our requests within a dialog go, and calls to phones whose Contact is not where they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.access.challenger import Challenger
from sip.access.endpoints import Admitted, Endpoints
from sip.access.gate import Gate, Sender
from sip.calls.carrier import SipCarrier
from sip.calls.flow import SipFlow
from sip.calls.registrar import Registrar
from sip.calls.session import InviteSession
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.messages.parsing import parse_head
from sip.messages.uri import Uri
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)


def register(contact: str) -> Request:
    lines = [
        ("To", "<sip:101@pbx>"),
        ("From", "<sip:101@pbx>;tag=a"),
        ("Call-ID", "r"),
        ("CSeq", "1 REGISTER"),
    ]
    return Request("REGISTER", Uri.parse("sip:pbx"), [*lines, ("Contact", f"<{contact}>")])


@pytest.mark.parametrize(
    "contact",
    [
        "sip:raw@10.99.0.5:5060",
        "sip:raw@127.0.0.1:PORT;transport=tcp",
        "sips:raw@host",
    ],
)
async def test_our_bye_goes_back_the_way_the_call_came(contact: str) -> None:
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as peer:
        lines = {"Contact": f"<{contact.replace('PORT', str(peer.port))}>"}
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP, lines=lines), us.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)
        leg = callee.calls.get_nowait().leg
        await leg.hangup(HANGUP)
        bye = await peer.request("BYE")
        assert bye.uri == Uri.parse(contact.replace("PORT", str(peer.port)))
        peer.send(bye.response(200), us.port)


async def test_our_bye_follows_a_phone_to_the_port_that_its_nat_moved_it_to() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as before, raw_peer() as after:
        lines = {"Contact": "<sip:raw@192.168.1.20:5060>"}
        before.send(before.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP, lines=lines), us.port)
        ok = await before.response(200)
        before.send(before.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)
        after.send(after.in_dialog("OPTIONS", ok, branch="o"), us.port)
        await after.response(200)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await after.request("BYE")
        after.send(bye.response(200), us.port)


async def test_a_request_that_is_not_of_the_call_moves_nothing() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as phone, raw_peer() as stranger:
        phone.send(phone.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP), us.port)
        ok = await phone.response(200)
        phone.send(phone.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)
        to = ok.get("To") or ""
        guessed = stranger.make("OPTIONS", f"sip:demo@127.0.0.1:{us.port}", lines={"To": f"{to}1"})
        stranger.send(guessed, us.port)
        await stranger.response(481)
        late = stranger.make("OPTIONS", f"sip:demo@127.0.0.1:{us.port}", cseq=0, lines={"To": to})
        stranger.send(late, us.port)
        await stranger.response(500)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        phone.send((await phone.request("BYE")).response(200), us.port)
        assert stranger.messages.empty()


async def test_a_caller_that_listens_at_another_address_gets_our_bye_there() -> None:
    """An SBC that sends by one interface and listens on another."""
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as sends, raw_peer("127.0.0.21") as listens:
        lines = {"Contact": f"<sip:raw@127.0.0.21:{listens.port}>"}
        sends.send(sends.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP, lines=lines), us.port)
        sends.send(sends.in_dialog("ACK", await sends.response(200), cseq=1, branch="a"), us.port)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await listens.request("BYE")
        listens.send(bye.response(200), us.port)


async def test_who_is_not_where_its_contact_says_gets_our_bye_the_way_the_call_came() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as caller, raw_peer("127.0.0.21") as victim:
        lines = {"Contact": f"<sip:raw@127.0.0.21:{victim.port}>"}
        caller.send(caller.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP, lines=lines), us.port)
        caller.send(caller.in_dialog("ACK", await caller.response(200), cseq=1, branch="a"), us.port)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        caller.send((await caller.request("BYE")).response(200), us.port)
        assert victim.messages.qsize() == 2


async def test_whom_the_contact_names_behind_a_proxy_is_asked_and_then_the_proxy() -> None:
    """A proxy that records no route wants to be left out; but nobody is to be shot at by a Contact."""
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as proxy, raw_peer() as named:
        lines = {"Contact": f"<sip:raw@127.0.0.1:{named.port}>"}
        invite = proxy.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP, lines=lines)
        invite.add("Via", "SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKphone")
        proxy.send(invite, us.port)
        ok = await proxy.response(200)
        ack = proxy.in_dialog("ACK", ok, cseq=1, branch="a")
        proxy.send(ack, us.port)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await proxy.request("BYE")
        proxy.send(bye.response(200), us.port)
        shots = [named.messages.get_nowait() for _ in range(named.messages.qsize())]
        assert len(shots) == 2


async def test_an_ack_that_did_not_arrive_where_the_contact_says_goes_the_way_of_the_invite() -> None:
    async with agent() as us, raw_peer() as phone, raw_peer() as named:
        placing = asyncio.create_task(us.call(f"sip:raw@127.0.0.1:{phone.port}"))
        invite = await phone.request("INVITE")
        contact = [("Contact", f"<sip:raw@127.0.0.1:{named.port}>")]
        ok = invite.response(200, to_tag="t", headers=contact, body=SDP, content_type="application/sdp")
        phone.send(ok, us.port)
        await named.request("ACK")
        phone.send(ok, us.port)
        await phone.request("ACK")
        await (await placing).hangup(HANGUP)
        named.send((await named.request("BYE")).response(200), us.port)


HIDDEN = {"Contact": "<sip:raw@192.168.1.20:5060;transport=tcp>"}


@asynccontextmanager
async def connected_phone(
    us: SipAgent, contact: Mapping[str, str] = HIDDEN
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """The connection of a phone that has called us and was answered; behind NAT, if its Contact is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", us.port)
    async with raw_peer() as phone:
        via = {"Via": "SIP/2.0/TCP 192.168.1.20:5060;branch=z9hG4bKt", "Content-Length": str(len(SDP))}
        writer.write(bytes(phone.make("INVITE", "sip:demo@127.0.0.1", body=SDP, lines={**via, **contact})))
        ok = await streamed(reader, b"SIP/2.0 200")
        assert isinstance(ok, Response)
        lines = via | {"Content-Length": "0", "To": ok.get("To") or ""}
        writer.write(bytes(phone.make("ACK", "sip:demo@127.0.0.1", lines=lines)))
        # Answered after the ACK was read: the call is up.
        lines["Via"] = "SIP/2.0/TCP 192.168.1.20:5060;branch=z9hG4bKo"
        writer.write(bytes(phone.make("OPTIONS", "sip:demo@127.0.0.1", cseq=2, lines=lines)))
        await streamed(reader, b"SIP/2.0 200")
    yield reader, writer
    writer.close()


async def test_a_call_over_tcp_is_hung_up_on_its_connection() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, connected_phone(us) as (reader, writer):
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await streamed(reader, b"BYE")
        writer.write(bytes(bye.response(200)) if isinstance(bye, Request) else b"")


async def lost(us: SipAgent, writer: asyncio.StreamWriter) -> None:
    """Close a connection, until we know that it is."""
    writer.close()
    async with asyncio.timeout(10):
        while len(us.transport._streams):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_a_call_that_came_by_tcp_goes_on_where_its_contact_says_when_the_connection_is_closed() -> None:
    """A phone that takes TCP for its INVITE alone, because that is long (RFC 3261 18.1.1)."""
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as phone:
        contact = {"Contact": f"<sip:raw@127.0.0.1:{phone.port}>"}
        async with connected_phone(us, contact) as (_, writer):
            await lost(us, writer)
            await callee.calls.get_nowait().leg.hangup(HANGUP)
            phone.send((await phone.request("BYE")).response(200), us.port)


@pytest.mark.parametrize("edge", ["sip:127.0.0.1:5061;transport=tls;lr", "sips:127.0.0.1:5061;lr"])
async def test_an_edge_that_records_its_encrypted_side_alone_is_asked_where_the_call_came_from(
    edge: str,
) -> None:
    callee = Callee.answering()
    async with agent(callee) as us, raw_peer() as proxy:
        invite = proxy.make(
            "INVITE",
            f"sip:demo@127.0.0.1:{us.port}",
            body=SDP,
            lines={"Contact": "<sip:raw@198.51.100.7:4455;transport=tls>", "Record-Route": f"<{edge}>"},
        )
        invite.add("Via", "SIP/2.0/TLS 198.51.100.7:4455;branch=z9hG4bKphone")
        proxy.send(invite, us.port)
        proxy.send(proxy.in_dialog("ACK", await proxy.response(200), cseq=1, branch="a"), us.port)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await proxy.request("BYE")
        assert bye.get_all("Route") == [f"<{edge}>"]
        proxy.send(bye.response(200), us.port)


async def test_a_connection_that_a_call_needs_stays_while_the_call_does() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, connected_phone(us) as (reader, writer):
        us.transport._streams.sweep(asyncio.get_running_loop().time() + 301)
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await streamed(reader, b"BYE")
        writer.write(bytes(bye.response(200)) if isinstance(bye, Request) else b"")
        while us._core.dialogs:  # noqa: ASYNC110 - until the answer is read
            await asyncio.sleep(0.01)
        us.transport._streams.sweep(asyncio.get_running_loop().time() + 301)
        assert await asyncio.wait_for(reader.read(), 10) == b"", "and no longer"


async def test_a_caller_behind_nat_is_asked_for_a_sign_of_life_while_it_is_in_a_call() -> None:
    """It never registered: its NAT would forget the way to it while only audio flows."""
    callee = Callee.answering()
    async with agent(callee, nat_ping_s=0.05) as us, raw_peer() as phone:
        lines = {"Contact": "<sip:raw@192.168.1.20:5060>"}
        phone.send(phone.make("INVITE", f"sip:demo@127.0.0.1:{us.port}", body=SDP, lines=lines), us.port)
        ok = await phone.response(200)
        phone.send(phone.in_dialog("ACK", ok, cseq=1, branch="a"), us.port)
        for _ in range(3):
            asked = await phone.request("OPTIONS")
            assert asked.to.tag is None and str(asked.uri) == "sip:raw@192.168.1.20:5060"
            phone.send(asked.response(405), us.port)
        phone.send(phone.in_dialog("BYE", ok, cseq=2, branch="b"), us.port)
        await phone.response(200, method="BYE")


class Admitting(Gate):
    """Knows all callers as one extension."""

    def __init__(self) -> None:
        super().__init__(Endpoints(), Challenger("voiceforge", dict[str, str]().get))

    def admit(self, request: Request, source: Sender, now: float) -> Admitted | Response:
        return Admitted("extension", "101")


@asynccontextmanager
async def registered_again(
    us: SipAgent,
    registrar: Registrar,
    extension: str,
    phone: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Another connection, by which that extension has registered the Contact of `connected_phone`; whose own
    was closed before, when it is given."""
    if phone is not None:
        await lost(us, phone[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", us.port)
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"  # both ends of the connections are known to us now
    port = writer.get_extra_info("sockname")[1]
    now = asyncio.get_running_loop().time()
    contact = "sip:raw@192.168.1.20:5060;transport=tcp"
    registrar.bind(extension, register(contact), now, SipFlow("TCP", "127.0.0.1", port, Open()))
    yield reader, writer
    writer.close()


async def test_a_call_whose_connection_broke_is_hung_up_on_by_the_one_of_its_registration() -> None:
    callee = Callee.answering()
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with (
        agent(callee, registrar=registrar, gate=Admitting()) as us,
        connected_phone(us) as phone,
        registered_again(us, registrar, "101", phone) as (again, writer),
    ):
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        bye = await streamed(again, b"BYE")
        writer.write(bytes(bye.response(200)) if isinstance(bye, Request) else b"")


async def test_another_extension_with_the_same_contact_gets_nothing_of_that_call() -> None:
    callee = Callee.answering()
    registrar = Registrar("voiceforge", {"101": "secret", "102": "other"}.get)
    async with (
        agent(callee, registrar=registrar, gate=Admitting()) as us,
        connected_phone(us) as phone,
        registered_again(us, registrar, "102", phone) as (other, writer),
    ):
        session = callee.calls.get_nowait()._session
        assert isinstance(session, InviteSession)
        await session.leg.hangup(HANGUP)
        while us._core.dialogs:  # noqa: ASYNC110 - until the BYE has found nobody
            await asyncio.sleep(0.01)
        writer.write(b"\r\n\r\n")
        assert await other.readexactly(2) == b"\r\n", "and nothing before"
        way = session.dialog.way
        assert way is not None and way.flow.port != writer.get_extra_info("sockname")[1]


async def test_nobody_knows_whose_the_call_of_a_stranger_is() -> None:
    callee = Callee.answering()
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with (
        agent(callee, registrar=registrar) as us,
        connected_phone(us) as phone,
        registered_again(us, registrar, "101", phone) as (other, writer),
    ):
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        while us._core.dialogs:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        writer.write(b"\r\n\r\n")
        assert await other.readexactly(2) == b"\r\n"


async def test_a_phone_that_registered_anew_in_mid_call_is_asked_there_when_its_old_place_is_silent() -> None:
    """A phone that went from one network to another: nobody closed its old connection."""
    callee = Callee.answering()
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with (
        agent(callee, registrar=registrar, gate=Admitting()) as us,
        connected_phone(us) as (silent, _),
        registered_again(us, registrar, "101", None) as (again, writer),
    ):
        await callee.calls.get_nowait().leg.hangup(HANGUP)
        await streamed(silent, b"BYE")
        bye = await streamed(again, b"BYE")
        writer.write(bytes(bye.response(200)) if isinstance(bye, Request) else b"")


class Open:
    open = True


async def streamed(reader: asyncio.StreamReader, start: bytes) -> Request | Response:
    """The next message of a stream that begins so."""
    while True:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        message, _ = parse_head(head[:-4])
        await reader.readexactly(int(message.get("Content-Length") or 0))
        if head.startswith(start):
            return message


async def test_a_stranger_has_us_knock_at_no_door_of_this_machine() -> None:
    """Nor by a name that only resolves to one."""
    async with agent() as us, raw_peer() as victim:
        failed = asyncio.Event()
        core = us._core
        request = victim.make("BYE", f"sip:x@localhost:{victim.port}")
        hop = core.hop(request.uri)
        core.layer.request(
            request,
            type(hop)("UDP", "localhost", victim.port, "192.0.2.9"),
            lambda _: None,
            lambda _: failed.set(),
        )
        await asyncio.wait_for(failed.wait(), 10)
        assert victim.messages.empty()


@pytest.mark.parametrize("contact", ["sip:101@192.168.1.20:5060", "sip:+4990012345@trunk.example"])
async def test_an_extension_is_called_where_its_phone_registered(contact: str) -> None:
    callee = Callee.answering()
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with agent() as us, agent(callee) as phone:
        now = asyncio.get_running_loop().time()
        registrar.bind("101", register(contact), now, SipFlow("UDP", "127.0.0.1", phone.port))
        leg = await SipCarrier(us, registrar).place("101", "", timeout_s=5)
        assert callee.calls.get_nowait().request.uri == Uri.parse(contact)
        assert isinstance(leg._session, InviteSession) and leg._session.dialog.extension == "101"
        await leg.hangup(HANGUP)


async def test_a_phone_that_no_nat_hides_is_called_at_the_port_of_its_contact() -> None:
    """Its requests come from another port than it listens on."""
    callee = Callee.answering()
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with agent() as us, agent(callee) as phone:
        now = asyncio.get_running_loop().time()
        flow = SipFlow("UDP", "127.0.0.1", 9, plain=True)
        registrar.bind("101", register(f"sip:101@127.0.0.1:{phone.port}"), now, flow)
        leg = await SipCarrier(us, registrar).place("101", "", timeout_s=5)
        await leg.hangup(HANGUP)


@pytest.mark.parametrize(
    "contact", ["sip:101@127.0.0.1;maddr=192.0.2.1", "sip:101@h?Route=%3Csip:evil.example%3E"]
)
def test_a_contact_that_leads_elsewhere_is_refused(contact: str) -> None:
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    assert registrar.bind("101", register(contact), 0.0).status == 400
    assert registrar.lookup("101", 0.0) == []


async def test_nobody_is_called_who_is_ourselves() -> None:
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    callee = Callee()
    async with agent(callee) as us:
        now = asyncio.get_running_loop().time()
        flow = SipFlow("UDP", "127.0.0.1", us.port)
        registrar.bind("101", register(f"sip:101@127.0.0.1:{us.port}"), now, flow)
        with pytest.raises(CallError, match="itself") as error:
            await SipCarrier(us, registrar).place("101", "", timeout_s=5)
        assert error.value.code == 482 and callee.calls.empty()


async def test_the_whole_address_is_dialled() -> None:
    callee = Callee(lambda call: call.reject(404))
    async with agent(callee) as us, agent() as caller:
        with pytest.raises(CallError):
            await caller.call("sip:sales@PBX.example", proxy=f"127.0.0.1:{us.port}")
        assert callee.calls.get_nowait().dialled == "sales@pbx.example"
        with pytest.raises(CallError):
            await caller.call(f"sip:127.0.0.1:{us.port}")
        assert callee.calls.get_nowait().dialled == ""


async def test_the_end_is_told_once_the_leg_let_go() -> None:
    callee = Callee.answering()
    async with agent(callee) as us, agent() as caller:
        leg = await caller.call(f"sip:demo@127.0.0.1:{us.port}")
        codec = leg.codec
        events = Events(leg)
        await leg.hangup(HANGUP)
        await events.end()
        await leg.hangup(HANGUP)
        leg.send_digit("1")
        assert leg.codec == codec
        with pytest.raises(CallError):
            await leg.hold()
