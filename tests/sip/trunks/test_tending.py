"""Registering and asking over sockets: at a registrar of our own, and at one that does what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sip.access.digest import parse_auth
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request
from sip.transport.connection import StreamConnection
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine
from sip.trunks.spec import Quirks, TrunkSpec
from sip.trunks.tending import TrunkTender
from tests.sip.agents import RawPeer, agent, raw_peer

PASSWORD = "correct horse"


def spec_of(port: int, **more: Any) -> TrunkSpec:
    fields = {"register": True, "username": "100", "password": PASSWORD, "keep_alive_s": 0.0, **more}
    return TrunkSpec("acme", "127.0.0.1", port, **fields)


class Watched(TrunkLine):
    """A line that tells what it is told."""

    def __init__(self, spec: TrunkSpec) -> None:
        super().__init__(spec)
        self.told: asyncio.Queue[tuple[str, bool | None]] = asyncio.Queue()

    def answers(self, answers: bool, why: str = "") -> None:
        super().answers(answers, why)
        self.told.put_nowait(("answers", answers))

    def registration(self, registered: bool | None, why: str = "", routes: tuple[str, ...] = ()) -> None:
        super().registration(registered, why, routes)
        self.told.put_nowait(("registered", registered))

    async def next(self) -> tuple[str, bool | None]:
        return await asyncio.wait_for(self.told.get(), 10)

    def standing_now(self) -> str:
        return self.standing(asyncio.get_running_loop().time()).value


@asynccontextmanager
async def tended(us: SipAgent, spec: TrunkSpec) -> AsyncIterator[Watched]:
    line = Watched(spec)
    task = asyncio.create_task(TrunkTender(us, lambda: 0.0, look_s=0.05).tend(line))
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def at_a_registrar(password: str | None = PASSWORD) -> AsyncIterator[tuple[SipAgent, SipAgent]]:
    """Us, and a server of our own where extension 100 may register."""
    registrar = Registrar("there.test", lambda user: password if user == "100" else None)
    async with agent() as us, agent(registrar=registrar) as server:
        yield us, server


def connections(us: SipAgent) -> set[StreamConnection]:
    return set(us.transport._streams._connections.values())


async def turn() -> None:
    """Others have theirs."""
    await asyncio.sleep(0.01)


def bound(server: SipAgent) -> list[str]:
    assert server.registrar is not None
    now = asyncio.get_running_loop().time()
    return [str(each.contact) for each in server.registrar.lookup("100", now)]


async def test_a_trunk_registers_with_its_password_and_takes_that_back_in_the_end() -> None:
    async with at_a_registrar() as (us, server):
        async with tended(us, spec_of(server.port)) as line:
            assert await line.next() == ("registered", True)
            assert bound(server) == [f"sip:100@127.0.0.1:{us.port}"]
            assert line.standing_now() == "up" and line.why == ""
        assert bound(server) == []


async def test_the_contacts_user_can_be_another_one() -> None:
    async with at_a_registrar() as (us, server):
        spec = spec_of(server.port, quirks=Quirks(contact_user="line1"))
        async with tended(us, spec) as line:
            assert await line.next() == ("registered", True)
            assert bound(server) == [f"sip:line1@127.0.0.1:{us.port}"]


async def test_a_wrong_password_is_told_and_the_trunk_is_asked_last() -> None:
    async with (
        at_a_registrar("another") as (us, server),
        tended(us, spec_of(server.port)) as line,
    ):
        assert await line.next() == ("registered", False)
        assert line.standing_now() == "doubted"
        assert "correct username" in line.why and PASSWORD not in line.why


async def test_a_registration_over_tcp_is_made_anew_when_its_connection_is_closed() -> None:
    async with at_a_registrar() as (us, server):
        spec = replace(spec_of(server.port), transport="tcp")
        async with tended(us, spec) as line:
            assert await line.next() == ("registered", True)
            enrolled = bound(server)
            assert enrolled == [f"sip:100@127.0.0.1:{us.port};transport=tcp"]
            assert us.transport.is_open("TCP", "127.0.0.1", server.port)
            before = connections(us)
            for connection in before:
                connection.abort()
            while not (now := connections(us)) or before & now:
                await turn()
            assert us.transport.is_open("TCP", "127.0.0.1", server.port) and bound(server) == enrolled


async def refuses(peer: RawPeer, us: SipAgent, status: int, *headers: tuple[str, str]) -> Request:
    request = await peer.request("REGISTER")
    peer.send(request.response(status, to_tag="t", headers=headers), us.port)
    return request


async def test_requests_of_one_registration_share_a_call_id_and_count_on() -> None:
    async with agent() as us, raw_peer() as peer, tended(us, spec_of(peer.port, expires_s=60)):
        first = await refuses(peer, us, 423, ("Min-Expires", "120"))
        second = await refuses(peer, us, 200)
        assert first.call_id == second.call_id and second.cseq.number == first.cseq.number + 1
        assert (first.get("expires"), second.get("expires")) == ("60", "120")
        assert str(first.uri) == f"sip:127.0.0.1:{peer.port}"
        assert first.to.uri == first.from_.uri and first.to.uri.user == "100"


async def test_a_redirect_is_not_followed() -> None:
    async with agent() as us, raw_peer() as peer, raw_peer() as elsewhere:
        async with tended(us, spec_of(peer.port)) as line:
            await refuses(peer, us, 302, ("Contact", f"<sip:127.0.0.1:{elsewhere.port}>"))
            assert await line.next() == ("registered", False)
            assert "not followed" in line.why
        assert elsewhere.messages.empty()


async def test_calls_go_by_the_service_route_of_the_registration() -> None:
    async with agent() as us, raw_peer() as peer, raw_peer() as edge:
        spec = spec_of(peer.port, prefixes=("*",))
        async with tended(us, spec) as line:
            route = f"<sip:127.0.0.1:{edge.port};lr>"
            await refuses(peer, us, 200, ("Service-Route", f"{route}, <sip:core.test;lr>"))
            assert await line.next() == ("registered", True)
            carrier = TrunkCarrier(us, lambda: [line])
            placing = asyncio.create_task(carrier.place("+4930", "", timeout_s=5.0))
            invite = await edge.request("INVITE")
            assert [str(each) for each in invite.routes] == [route, "<sip:core.test;lr>"]
            assert invite.uri.host == "127.0.0.1" and invite.uri.port == peer.port
            placing.cancel()
            await asyncio.gather(placing, return_exceptions=True)


async def test_an_outbound_proxy_gets_the_registration() -> None:
    async with agent() as us, raw_peer() as proxy:
        spec = replace(spec_of(5060), host="registrar.invalid", outbound_proxy=f"127.0.0.1:{proxy.port}")
        async with tended(us, spec):
            request = await proxy.request("REGISTER")
            assert request.uri.host == "registrar.invalid"
            assert [str(each) for each in request.routes] == [f"<sip:127.0.0.1:{proxy.port};lr>"]
            proxy.send(request.response(200, to_tag="t"), us.port)


async def test_a_trunk_that_is_this_server_is_told_so() -> None:
    async with agent() as us, tended(us, spec_of(us.port)) as line:
        assert await line.next() == ("registered", False)
        assert "this server itself" in line.why


async def answers_options(peer: RawPeer, us: SipAgent) -> None:
    while True:
        request = await peer.request("OPTIONS")
        peer.send(request.response(200, to_tag="t"), us.port)


async def test_options_say_whether_a_trunk_is_there() -> None:
    async with agent() as us, raw_peer() as peer:
        spec = replace(spec_of(peer.port), register=False, keep_alive_s=0.1)
        async with tended(us, spec) as line:
            request = await peer.request("OPTIONS")
            peer.send(request.response(404, to_tag="t"), us.port)
            assert await line.next() == ("answers", True)
            assert line.standing_now() == "up"
            while (await line.next())[1]:  # it falls silent
                pass
            assert line.standing_now() == "down" and "did not answer OPTIONS" in line.why
            answering = asyncio.create_task(answers_options(peer, us))
            while not (await line.next())[1]:
                pass
            answering.cancel()
            assert line.standing_now() == "up" and line.why == ""


async def test_a_server_that_was_silent_is_registered_at_anew_when_it_answers_again() -> None:
    async with agent() as us, raw_peer() as peer, tended(us, spec_of(peer.port, keep_alive_s=0.1)) as line:
        registered = 0
        silent = True
        while registered < 2:
            request = await peer.request("REGISTER", "OPTIONS")
            if request.method == "REGISTER":
                registered += 1
            elif silent:
                silent = line.reachable is not False
                continue
            peer.send(request.response(200, to_tag="t"), us.port)
        assert line.registered


async def test_a_refresh_proves_itself_before_it_is_asked_and_a_foreign_realm_gets_nothing() -> None:
    async with agent() as us, raw_peer() as peer:
        async with tended(us, spec_of(peer.port, transport="udp", realm="acme")) as line:
            ours = 'Digest realm="acme", nonce="n1", qop="auth", algorithm=SHA-256'
            await refuses(peer, us, 401, ("WWW-Authenticate", ours))
            first = await refuses(peer, us, 200, ("Expires", "2"))  # refreshed after 2 s
            assert await line.next() == ("registered", True)
            again = await refuses(peer, us, 401, ("WWW-Authenticate", ours.replace("acme", "evil")))
            found = [parse_auth(each.get("Authorization") or "")[1] for each in (first, again)]
            assert [each["nc"] for each in found] == ["00000001", "00000002"]
            assert found[0]["cnonce"] == found[1]["cnonce"]
            while line.registered:
                await line.next()
            assert '"evil"' in line.why and "set realm" in line.why
