"""REFER out of all calls: a phone has an agent call somebody, with real signalling on loopback."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from mediaserver.calls.call import Call, CallState
from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.errors import CapacityError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.access.challenger import Challenger
from sip.access.credentials import Credentials
from sip.access.endpoints import Endpoints, Extension, Trunk
from sip.access.gate import Gate
from sip.calls.leg import SipLeg
from sip.messages.message import Request, Response
from sip.messages.transfer_headers import status_of
from sip.transport.token_buckets import Rate
from tests.sip.agents import Callee, RawPeer, agent, raw_peer
from tests.sip.calls.test_switchboard import Server, server

HANGS_UP = Termination(EndedBy.CALLER, Why.HANGUP)
PBX = "127.0.0.2"
ENDPOINTS = Endpoints(
    [
        Extension("101", "secret"),
        Extension("201", "boss"),
        Extension("202", "limited", MayDial(("echo", "101"))),
        Extension("203", "agents", AGENTS),
        Extension("204", "nobody"),
    ],
    [Trunk("pbx", (ipaddress.ip_network(f"{PBX}/32"),))],
    [ipaddress.ip_network("127.0.0.3/32")],
)
SENDERS = ("201", "202", "203", "pbx")


class Clicker:
    """A phone that has others called for it."""

    def __init__(self, us: Server, peer: RawPeer, user: str = "201", password: str = "boss") -> None:
        self.us, self.peer = us, peer
        self._credentials = Credentials(user, password)
        self._user = user
        self._call_id = str(uuid4())
        self._cseq = 0
        self._to = ""
        self.refused: Response | None = None

    def make(self, method: str, to: str, **lines: str) -> Request:
        self._cseq += 1
        headers = {
            "From": f"<sip:{self._user}@127.0.0.1>;tag=click",
            "Call-ID": self._call_id,
            **({"To": self._to} if self._to else {}),
            **{name.replace("_", "-"): value for name, value in lines.items()},
        }
        branch = f"{self._call_id}{self._cseq}"
        return self.peer.make(method, to, cseq=self._cseq, branch=branch, lines=headers)

    async def send(self, request: Request) -> Response:
        """The final response, as it is."""
        self.peer.send(request, self.us.sip.port)
        return await self.peer.response(*range(200, 700), method=request.method)

    async def refer(self, to: str, agent: str = "echo", **lines: str) -> Response:
        """The final response, once it has proven who it is."""
        lines = {"Refer_To": f"<{to}>", **lines}
        self.refused = await self.send(self.make("REFER", self.us.address(agent), **lines))
        if self.refused.status != 401:
            return self.refused
        request = self.make("REFER", self.us.address(agent), **lines)
        assert self._credentials.answer(request, self.refused, set())
        self._credentials.sign(request)
        response = await self.send(request)
        self._to = response.get("To") or ""
        return response

    async def subscribe(self, expires: int, event: str = "refer") -> Response:
        return await self.send(
            self.make("SUBSCRIBE", self.us.address("echo"), Event=event, Expires=str(expires))
        )

    async def notice(self, status: int = 200) -> tuple[int | None, str]:
        """The next NOTIFY, which is answered so: what it says, and of itself."""
        notify = await self.peer.request("NOTIFY")
        assert notify.to.tag == "click" and notify.call_id == self._call_id
        self.peer.send(notify.response(status), self.us.sip.port)
        return status_of(notify.body), notify.get("Subscription-State") or ""

    async def told(self) -> list[int | None]:
        """All that it is told, to the end."""
        said: list[int | None] = []
        while True:
            status, state = await self.notice()
            said.append(status)
            if state.startswith("terminated"):
                return said


@asynccontextmanager
async def world(
    callee: Callee | None = None, senders: tuple[str, ...] = SENDERS, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Server, RawPeer, Callee]]:
    """A server behind a gate, somebody at `host` who will refer, and extension 101."""
    callee = callee or Callee.answering()
    gate = Gate(ENDPOINTS, Challenger("voiceforge", ENDPOINTS.password))
    async with server(gate=gate) as us, agent(callee) as phone, raw_peer(host) as peer:
        us.sip.have_called_for(senders, us.board.called_for)
        await phone.register(us.address("101"), "101", "secret")
        yield us, peer, callee
        await nothing_left(us)


async def nothing_left(us: Server) -> None:
    async with asyncio.timeout(10):
        while us.sip._core.dialogs:  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0.01)
    outside = us.sip._server.outside_refers
    assert outside is None or not outside._under_way


async def up(us: Server) -> Call:
    """The one call, once it is answered."""
    (call,) = us.board
    async with asyncio.timeout(10):
        while call.state is not CallState.ANSWERED:  # noqa: ASYNC110 - it may be already
            await asyncio.sleep(0.01)
    return call


async def rung(callee: Callee) -> SipLeg:
    leg = (await asyncio.wait_for(callee.calls.get(), 10)).leg
    assert isinstance(leg, SipLeg)
    return leg


async def test_an_agent_calls_whom_a_phone_names_and_the_phone_is_told_how_it_goes() -> None:
    async with world() as (us, peer, callee):
        boss = Clicker(us, peer)
        accepted = await boss.refer(us.address("101"), Referred_By="<sip:boss@h>")
        assert accepted.status == 202 and accepted.contacts and accepted.to.tag
        assert (await boss.notice()) == (100, "active;expires=180")
        asked = await asyncio.wait_for(callee.calls.get(), 10)
        assert asked.request.get("Referred-By") == "<sip:boss@h>"
        assert (await boss.told())[-1] == 200
        call = await up(us)
        assert (call.direction, call.agent, call.payer) == ("outbound", "echo", "extension:201")
        await nothing_left_but_the_call(us)
        await asked.leg.hangup(HANGS_UP)
        await us.ending()


async def nothing_left_but_the_call(us: Server) -> None:
    async with asyncio.timeout(10):
        while len(us.sip._core.dialogs) > 1:  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0.01)


async def test_who_asks_is_told_of_somebody_busy() -> None:
    busy = Callee(lambda call: call.leg.hangup(Termination(EndedBy.CALLEE, Why.BUSY, 486)))
    async with world(busy) as (us, peer, _):
        boss = Clicker(us, peer)
        await boss.refer(us.address("101"))
        assert (await boss.told())[-1] == 486
        assert not len(us.board)


async def test_by_default_nobody_may_and_nobody_is_asked_for_a_password() -> None:
    async with world(senders=()) as (us, peer, callee):
        boss = Clicker(us, peer)
        assert (await boss.refer(us.address("101"))).status == 403
        assert callee.calls.empty()


@pytest.mark.parametrize(
    ("user", "password", "to", "agent_dialled", "lines", "status"),
    [
        ("204", "nobody", "sip:101@SERVER", "echo", {}, 403),  # not on the list
        ("201", "wrong", "sip:101@SERVER", "echo", {}, 401),
        ("201", "boss", "sip:101@SERVER", "nobody", {}, 404),
        ("201", "boss", "sip:101@SERVER", "101", {}, 403),  # a phone is no agent
        ("202", "limited", "sip:101@SERVER", "demo", {}, 403),  # its list has no such agent
        ("202", "limited", "sip:102@SERVER", "echo", {}, 403),  # its list has no such phone
        ("202", "limited", "tel:+1900555", "echo", {}, 403),
        (
            "201",
            "boss",
            "tel:900555",
            "echo",
            {},
            403,
        ),  # it may call anywhere, but nobody may be called there
        ("203", "agents", "sip:101@SERVER", "echo", {}, 404),
        ("203", "agents", "sip:eve@evil.example", "echo", {}, 403),
        ("201", "boss", "sip:eve@evil.example", "echo", {}, 403),
        ("201", "boss", "sip:demo@SERVER", "echo", {}, 488),
        ("201", "boss", "http://evil.example/", "echo", {}, 416),
        ("201", "boss", "sip:101@SERVER;method=BYE", "echo", {}, 603),
        ("201", "boss", "sip:101@SERVER?Replaces=a%3Bto-tag%3Da%3Bfrom-tag%3Db", "echo", {}, 603),
        ("201", "boss", "sip:101@SERVER", "echo", {"Contact": "<tel:+49>"}, 400),
        ("201", "boss", "sip:101@SERVER", "echo", {"Contact": "<sip:x@SERVER>"}, 482),
        ("201", "boss", "sip:101@SERVER", "echo", {"Max_Forwards": "1"}, 483),
        ("201", "boss", "sip:101@SERVER", "echo", {"Require": "explicitsub"}, 420),
    ],
)
async def test_what_may_not_be_is_refused_and_leaves_nothing(
    user: str, password: str, to: str, agent_dialled: str, lines: dict[str, str], status: int
) -> None:
    async with world() as (us, peer, callee):
        sender = Clicker(us, peer, user, password)
        here = f"127.0.0.1:{us.sip.port}"
        lines = {name: value.replace("SERVER", here) for name, value in lines.items()}
        response = await sender.refer(to.replace("SERVER", here), agent_dialled, **lines)
        assert response.status == status
        assert callee.calls.empty() and not len(us.board) and not us.sip._core.dialogs


@pytest.mark.parametrize(("host", "status"), [(PBX, 403), ("127.0.0.3", 403), ("127.0.0.4", 401)])
async def test_an_address_alone_has_nobody_called(host: str, status: int) -> None:
    """A trunk that is known by its address, a network that needs no proof, a stranger: anybody writes such an
    address on a datagram."""
    async with world(host=host) as (us, peer, callee):
        sender = Clicker(us, peer)
        request = sender.make("REFER", us.address("echo"), Refer_To=f"<{us.address('101')}>")
        request.set("Via", f"SIP/2.0/UDP {host}:{peer.port};rport;branch=z9hG4bKaddress")
        assert (await sender.send(request)).status == status
        assert callee.calls.empty()


async def test_without_a_refer_to_nothing_is_done() -> None:
    async with world() as (us, peer, _):
        assert (await Clicker(us, peer).refer("sip:x@h", Refer_To="")).status == 400


async def test_a_phone_that_wants_no_notices_gets_none() -> None:
    async with world() as (us, peer, callee):
        accepted = await Clicker(us, peer).refer(us.address("101"), Refer_Sub="false")
        assert accepted.status == 202 and accepted.get("Refer-Sub") == "false"
        carl = await rung(callee)
        await up(us)
        assert peer.messages.empty()
        await carl.hangup(HANGS_UP)
        await us.ending()


async def test_a_phone_asks_how_things_stand_and_then_to_hear_no_more() -> None:
    async with world(Callee(lambda call: call.leg.ring())) as (us, peer, callee):
        boss = Clicker(us, peer)
        await boss.refer(us.address("101"))
        await boss.notice()
        carl = await rung(callee)
        assert (await boss.notice())[0] == 180
        renewed = await boss.subscribe(3600)
        assert renewed.status == 200 and int(renewed.get("Expires") or 0) <= 180
        assert (await boss.notice())[0] == 180
        assert (await boss.subscribe(60, event="presence")).status == 489
        assert (await boss.subscribe(0)).get("Expires") == "0"
        assert await boss.notice() == (180, "terminated;reason=timeout")
        assert len(us.board) == 1  # it goes on
        await nothing_left_but_the_call(us)
        assert (await boss.subscribe(0)).status == 481
        await carl.answer()
        await up(us)
        await carl.hangup(HANGS_UP)
        await us.ending()


@pytest.mark.parametrize("status", [481, 500])
async def test_who_takes_no_notices_gets_no_more_and_the_call_goes_on(status: int) -> None:
    async with world() as (us, peer, callee):
        boss = Clicker(us, peer)
        await boss.refer(us.address("101"))
        await boss.notice(status)
        carl = await rung(callee)
        await up(us)
        await nothing_left_but_the_call(us)
        await carl.hangup(HANGS_UP)
        await us.ending()


async def test_there_is_no_call_in_the_dialog() -> None:
    async with world(Callee(lambda call: call.leg.ring())) as (us, peer, callee):
        boss = Clicker(us, peer)
        await boss.refer(us.address("101"))
        await boss.notice()
        await rung(callee)
        assert (await boss.send(boss.make("BYE", us.address("echo")))).status == 481
        assert (await boss.send(boss.make("MESSAGE", us.address("echo")))).status == 405
        await us.board.hang_up(next(iter(us.board)).id)
        assert (await boss.told())[-1] == 487


async def test_one_sender_has_so_many_called_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sip.calls.refer_outside.MOST_AT_ONCE", 1)
    async with world(Callee(lambda call: call.leg.ring())) as (us, peer, callee):
        boss = Clicker(us, peer)
        await boss.refer(us.address("101"))
        await boss.notice()
        await rung(callee)
        more = await Clicker(us, peer).refer(us.address("101"))
        assert more.status == 480 and more.get("Retry-After")
        limited = await Clicker(us, peer, "202", "limited").refer(us.address("102"))
        assert limited.status == 403  # another's limits are its own
        await us.board.hang_up(next(iter(us.board)).id)
        await boss.told()


async def test_one_sender_asks_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sip.calls.refer_outside.PACE", Rate(0.0, 2.0))
    async with world() as (us, peer, _):
        statuses = [(await Clicker(us, peer).refer("sip:eve@evil.example")).status for _ in range(3)]
        assert statuses == [403, 403, 480]


async def test_the_limits_on_calls_out_count_for_who_asks() -> None:
    class Spent:
        def check(self, payer: str, to: str) -> None:
            raise CapacityError(f"{payer} has called enough")

    async with world() as (us, peer, callee):
        us.board.outbound = Spent()  # type: ignore[assignment]
        assert (await Clicker(us, peer).refer(us.address("101"))).status == 503
        assert callee.calls.empty()


async def test_while_the_server_drains_nobody_is_called() -> None:
    async with world() as (us, peer, callee):
        us.sip.drain(True)
        assert (await Clicker(us, peer).refer(us.address("101"))).status == 503
        assert callee.calls.empty()
