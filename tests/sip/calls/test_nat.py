"""A phone behind a NAT: it calls, is called, is moved to another port, and each hang-up arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.carrier import SipCarrier
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.transport.own_addresses import OwnAddresses
from tests.sip.agents import Callee, Events, agent

INSIDE, OUTSIDE = "127.0.0.2", "127.0.0.3"
HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)


class Private(OwnAddresses):
    """What a phone behind a NAT believes of itself."""

    def towards(self, peer: str, now: float | None = None) -> str:
        return "192.168.1.20"

    def holds(self, address: str, now: float | None = None) -> bool:
        return True


class _Side(asyncio.DatagramProtocol):
    def __init__(self, arrived: Callable[[bytes], None]) -> None:
        self._arrived = arrived

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._arrived(data)


class Nat:
    """Between one phone and one server. What comes to a port that it gave up finds nobody."""

    def __init__(self, server: SipAgent, phone: SipAgent) -> None:
        self._server = ("127.0.0.1", server.port)
        self._phone = phone
        self.port = 0
        self._wire: asyncio.DatagramTransport | None = None

    async def bind(self) -> None:
        """Give the phone a port outside, and take the last one away."""
        self.close()
        wire, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Side(self._inwards), local_addr=(OUTSIDE, 0)
        )
        self._wire, self.port = wire, wire.get_extra_info("sockname")[1]

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    def outwards(self, data: bytes, host: str, port: int, failed: Callable[[], None]) -> None:
        assert self._wire is not None
        self._wire.sendto(data, self._server)

    def _inwards(self, data: bytes) -> None:
        self._phone.transport.intake.arrived(data, *self._server, 0.0)


@asynccontextmanager
async def behind_nat(
    on_invite: Callee | None = None,
) -> AsyncIterator[tuple[SipAgent, SipAgent, Nat, Registrar]]:
    """A server, and a phone that reaches it through a NAT."""
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with (
        agent(Callee.answering(), registrar=registrar) as server,
        agent(on_invite, host=INSIDE, own=Private(INSIDE), tcp=False) as phone,
    ):
        nat = Nat(server, phone)
        await nat.bind()
        phone.transport._datagrams.send = nat.outwards  # type: ignore[method-assign]
        yield server, phone, nat, registrar
        nat.close()


def answered(server: SipAgent) -> Callee:
    return cast(Callee, server._server._on_invite)


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("server_ends", [False, True])
async def test_a_phone_calls_and_each_hang_up_arrives(moved: bool, server_ends: bool) -> None:
    async with behind_nat() as (server, phone, nat, _):
        leg = await phone.call(f"sip:demo@127.0.0.1:{server.port}")
        there = answered(server).calls.get_nowait().leg
        if moved:
            await nat.bind()
            await leg.hold()
        events = Events(leg if server_ends else there)
        await (there if server_ends else leg).hangup(HANGUP)
        assert (await events.end()).termination.by is EndedBy.PEER


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("server_ends", [False, True])
async def test_a_phone_is_called_where_it_registered(moved: bool, server_ends: bool) -> None:
    callee = Callee.answering()
    async with behind_nat(callee) as (server, phone, nat, registrar):
        await phone.register(f"sip:101@127.0.0.1:{server.port}", "101", "secret")
        leg = await SipCarrier(server, registrar).place("101", "", timeout_s=5)
        there = callee.calls.get_nowait().leg
        if moved:
            await nat.bind()
            await there.hold()
        events = Events(there if server_ends else leg)
        await (leg if server_ends else there).hangup(HANGUP)
        assert (await events.end()).termination.by is EndedBy.PEER


async def test_a_phone_that_was_moved_is_called_at_its_new_place_once_it_registered_again() -> None:
    callee = Callee.answering()
    async with behind_nat(callee) as (server, phone, nat, registrar):
        carrier = SipCarrier(server, registrar)
        await phone.register(f"sip:101@127.0.0.1:{server.port}", "101", "secret")
        await nat.bind()
        with pytest.raises(CallError) as error:
            await carrier.place("101", "", timeout_s=600)
        assert error.value.code == 480, "at once: nobody has the old port"
        await phone.register(f"sip:101@127.0.0.1:{server.port}", "101", "secret")
        leg = await carrier.place("101", "", timeout_s=5)
        await leg.hangup(HANGUP)
