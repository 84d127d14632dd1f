"""Calls to all phones of an extension, over sockets."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.carrier import SipCarrier
from sip.calls.flow import SipFlow
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from tests.sip.agents import SDP, RawPeer, agent, legs_of, raw_peer

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)


class Phones:
    """Registered phones of 101, and the agent that calls them."""

    def __init__(self, us: SipAgent) -> None:
        self.us = us
        self.registrar = Registrar("voiceforge", {"101": "secret"}.get)
        self.placing: asyncio.Task[object]
        self.rang = 0

    def register(self, flow: SipFlow, q: str = "1", number: int = 0, path: str = "") -> None:
        contact = f"<sip:101@192.168.1.{20 + number}:5060>;q={q}"
        lines = [("To", "<sip:101@pbx>"), ("From", "<sip:101@pbx>;tag=a"), ("Contact", contact)]
        lines += [("Call-ID", f"r{number}"), ("CSeq", "1 REGISTER")]
        lines += [("Path", path)] if path else []
        now = asyncio.get_running_loop().time()
        assert (
            self.registrar.bind("101", Request("REGISTER", Uri.parse("sip:pbx"), lines), now, flow).status
            == 200
        )

    def ring(self, timeout_s: float = 5.0) -> None:
        def rang() -> None:
            self.rang += 1

        carrier = SipCarrier(self.us, self.registrar)
        self.placing = asyncio.create_task(carrier.place("101", "", timeout_s=timeout_s, on_ringing=rang))

    async def failure(self) -> CallError:
        with pytest.raises(CallError) as error:
            await self.placing
        return error.value


async def phones(stack: AsyncExitStack, *wanted: str) -> tuple[Phones, list[RawPeer]]:
    us = await stack.enter_async_context(agent())
    peers = [await stack.enter_async_context(raw_peer()) for _ in wanted]
    made = Phones(us)
    for number, (peer, q) in enumerate(zip(peers, wanted, strict=True)):
        made.register(SipFlow("UDP", "127.0.0.1", peer.port), q, number)
    return made, peers


def ok(invite: Request) -> Response:
    contact = [("Contact", "<sip:101@192.168.1.20:5060>")]
    return invite.response(200, to_tag="t", headers=contact, body=SDP, content_type="application/sdp")


async def test_all_phones_ring_and_the_first_to_answer_is_the_call() -> None:
    async with AsyncExitStack() as stack:
        made, (one, two) = await phones(stack, "1", "1")
        free = made.us._core.wire.free  # type: ignore[attr-defined]
        made.ring()
        first, second = await one.request("INVITE"), await two.request("INVITE")
        assert first.call_id != second.call_id
        for peer, invite in ((one, first), (two, second)):
            peer.send(invite.response(180, to_tag="t"), made.us.port)
        two.send(ok(second), made.us.port)
        leg = await made.placing
        await two.request("ACK")
        cancel = await one.request("CANCEL")
        assert cancel.get("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
        one.send(cancel.response(200), made.us.port)
        one.send(first.response(487, to_tag="t"), made.us.port)
        await one.request("ACK")
        assert made.rang == 1 and legs_of(made.us) == 1
        await leg.hangup(HANGUP)  # type: ignore[attr-defined]
        two.send((await two.request("BYE")).response(200), made.us.port)
        assert made.us._core.wire.free == free  # type: ignore[attr-defined]


async def test_a_200_that_crosses_our_cancel_is_acknowledged_and_hung_up_on() -> None:
    async with AsyncExitStack() as stack:
        made, (one, two) = await phones(stack, "1", "1")
        made.ring()
        first, second = await one.request("INVITE"), await two.request("INVITE")
        one.send(ok(first), made.us.port)
        two.send(ok(second), made.us.port)
        await made.placing
        await one.request("ACK")
        await two.request("ACK")
        asked = [asyncio.create_task(peer.request("BYE")) for peer in (one, two)]
        done, rest = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1 and legs_of(made.us) == 1
        for task in rest:
            task.cancel()


async def test_the_less_wanted_phone_rings_when_the_other_refused() -> None:
    async with AsyncExitStack() as stack:
        made, (last, first) = await phones(stack, "0.1", "0.9")
        made.ring()
        invite = await first.request("INVITE")
        assert last.messages.empty()
        first.send(invite.response(486, to_tag="t"), made.us.port)
        invite = await last.request("INVITE")
        last.send(invite.response(480, to_tag="t"), made.us.port)
        assert (await made.failure()).code == 486
        assert legs_of(made.us) == 0


async def test_one_that_declines_stops_the_other() -> None:
    async with AsyncExitStack() as stack:
        made, (one, two) = await phones(stack, "1", "1")
        made.ring()
        invite, other = await one.request("INVITE"), await two.request("INVITE")
        two.send(other.response(180, to_tag="t"), made.us.port)
        two.send(two.make("OPTIONS", f"sip:x@127.0.0.1:{made.us.port}"), made.us.port)
        await two.response(200)
        one.send(invite.response(603, to_tag="t"), made.us.port)
        assert (await made.failure()).code == 603
        await two.request("CANCEL")


async def test_a_caller_that_gives_up_stops_all_phones() -> None:
    async with AsyncExitStack() as stack:
        made, peers = await phones(stack, "1", "1")
        made.ring()
        for peer in peers:
            invite = await peer.request("INVITE")
            peer.send(invite.response(180, to_tag="t"), made.us.port)
            peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{made.us.port}"), made.us.port)
            await peer.response(200)
        made.placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await made.placing
        for peer in peers:
            await peer.request("CANCEL")
        assert legs_of(made.us) == 0


async def test_nobody_who_answers_is_told_as_not_reachable() -> None:
    async with AsyncExitStack() as stack:
        made, (dead,) = await phones(stack, "1")
        made.ring()
        assert (await made.failure()).code == 480
        assert not dead.messages.empty()


async def test_the_next_phone_rings_at_once_when_one_died() -> None:
    async with AsyncExitStack() as stack:
        made, (alive,) = await phones(stack, "0.5")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
            dead.bind(("127.0.0.1", 0))
            made.register(SipFlow("UDP", "127.0.0.1", dead.getsockname()[1]), "1", 1)
        made.ring(timeout_s=600)
        invite = await alive.request("INVITE")
        alive.send(invite.response(480, to_tag="t"), made.us.port)
        assert (await made.failure()).code == 480


class Closed:
    open = False


async def test_a_phone_whose_connection_is_closed_is_skipped() -> None:
    async with AsyncExitStack() as stack:
        made, (alive,) = await phones(stack, "1")
        made.register(SipFlow("TCP", "127.0.0.1", 9, Closed()), "1", 7)
        made.ring()
        invite = await alive.request("INVITE")
        assert legs_of(made.us) == 1
        alive.send(invite.response(486, to_tag="t"), made.us.port)
        assert (await made.failure()).code == 486


async def test_an_extension_whose_only_connection_is_closed_is_told_at_once() -> None:
    async with AsyncExitStack() as stack:
        made, _ = await phones(stack)
        made.register(SipFlow("TCP", "127.0.0.1", 9, Closed()))
        made.ring()
        error = await made.failure()
        assert error.code == 480 and "connection" in str(error)


async def test_a_phone_behind_an_edge_is_called_by_way_of_it() -> None:
    """By the way that the REGISTER came, whatever Path says of it; who is further on is named in Route."""
    async with AsyncExitStack() as stack:
        us = await stack.enter_async_context(agent())
        edge = await stack.enter_async_context(raw_peer())
        made = Phones(us)
        flow = SipFlow("UDP", "127.0.0.1", edge.port, direct=False)
        made.register(flow, path="<sip:edge.test;lr>, <sip:192.168.1.1;lr>")
        made.ring()
        invite = await edge.request("INVITE")
        assert invite.get_all("Route") == ["<sip:edge.test;lr>", "<sip:192.168.1.1;lr>"]
        assert str(invite.uri) == "sip:101@192.168.1.20:5060"
        edge.send(invite.response(486, to_tag="t"), us.port)
        assert (await edge.request("ACK")).get_all("Route") == invite.get_all("Route")
        assert (await made.failure()).code == 486


async def test_a_phone_is_called_by_no_trunk() -> None:
    async with AsyncExitStack() as stack:
        made, (phone,) = await phones(stack, "1")
        with pytest.raises(CallError, match="trunks call numbers"):
            await SipCarrier(made.us, made.registrar).place("101", "", timeout_s=5.0, trunk="acme")
        assert phone.messages.empty()
