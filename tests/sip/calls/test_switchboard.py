"""Calls through the switchboard, with real signalling on loopback and no database, clock or engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.calls.call import Call, CallState
from mediaserver.calls.echo import EchoMaker
from mediaserver.calls.events import EventBus
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.errors import CallError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.metrics import Metrics
from mediaserver.storage.records import CallEnded, Record
from sip.calls.carrier import SipCarrier
from sip.calls.places import legs_for
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from tests.mediaserver.calls.rows import as_at_the_first_start
from tests.sip.agents import SDP, Callee, Events, RawPeer, agent, raw_peer

PHONE_HANGS_UP = Termination(EndedBy.AGENT, Why.HANGUP)


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self.ended: asyncio.Queue[CallEnded] = asyncio.Queue()

    def put(self, record: Record) -> None:
        self.records.append(record)
        if isinstance(record, CallEnded):
            self.ended.put_nowait(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True


class Server:
    """A switchboard behind a user agent; `kept` is its database."""

    def __init__(self, sip: SipAgent, board: LocalSwitchboard, kept: Kept, metrics: Metrics) -> None:
        self.sip = sip
        self.board = board
        self.kept = kept
        self.metrics = metrics

    def address(self, user: str) -> str:
        return f"sip:{user}@127.0.0.1:{self.sip.port}"

    async def answered(self) -> Call:
        """The one call, once its caller took the answer."""
        (call,) = self.board
        watching = self.board.watch(call.id)
        while call.state is not CallState.ANSWERED:
            await asyncio.wait_for(anext(watching), 10)
        return call

    async def ending(self) -> CallEnded:
        """How the next call to end is stored."""
        return await asyncio.wait_for(self.kept.ended.get(), 10)


@asynccontextmanager
async def server(max_calls: int = 10, **options: Any) -> AsyncIterator[Server]:
    """`options`: of the user agent."""
    kept, metrics = Kept(), Metrics()
    board = LocalSwitchboard(
        routes=as_at_the_first_start({"101"}),
        makers={"echo": EchoMaker()},
        registry=CallRegistry(max_calls, metrics),
        bus=EventBus(),
        sink=kept,
        metrics=metrics,
        clock=MediaClock(),
        recorder=Recorder(Path("never-written"), kept),
        targets=Targets({"101"}),
        record=False,
    )
    registrar = Registrar("voiceforge", {"101": "secret"}.get)
    async with agent(
        board.invited, registrar=registrar, max_legs=legs_for(max_calls), max_calls=max_calls, **options
    ) as sip:
        board.carriers = [SipCarrier(sip, registrar)]
        yield Server(sip, board, kept, metrics)
        await board.close()


async def test_a_phone_that_hangs_up_a_bridged_call_ended_it_as_the_callee() -> None:
    callee = Callee.answering()
    async with server() as us, agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("101"))
        events = Events(leg)
        await (await callee.calls.get()).leg.hangup(PHONE_HANGS_UP)
        assert (await events.end()).termination.by is EndedBy.PEER
        ended = await us.ending()
        assert (ended.ended_by, ended.why) == ("callee", "hung up")


async def test_a_caller_that_hangs_up_a_bridged_call_ended_it_as_the_caller() -> None:
    callee = Callee.answering()
    async with server() as us, agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("101"))
        events = Events((await callee.calls.get()).leg)
        await leg.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
        await events.end()
        ended = await us.ending()
        assert (ended.ended_by, ended.why) == ("caller", "hung up")


async def test_a_phone_that_never_registered_cannot_be_called() -> None:
    async with server() as us, agent() as caller:
        with pytest.raises(CallError) as error:
            await caller.call(us.address("101"))
        assert error.value.code == 480


async def test_a_bridged_call_takes_one_place_and_the_next_is_refused_and_counted() -> None:
    callee = Callee.answering()
    async with server(max_calls=1) as us, agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("101"))
        with pytest.raises(CallError) as error:
            await caller.call(us.address("101"))
        assert error.value.code == 503
        assert 'voiceforge_calls_refused_total{reason="full"} 1.0' in us.metrics.render().decode()
        await leg.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
        await us.ending()


async def test_a_caller_who_goes_while_a_transfer_rings_takes_the_ringing_along() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with server() as us, agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("echo"))
        call = await us.answered()
        transfer = asyncio.create_task(us.board.transfer(call.id, "101"))
        rung = (await asyncio.wait_for(callee.calls.get(), 10)).leg
        events = Events(rung)
        await leg.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
        assert (await events.end()).termination.why is Why.CANCELLED
        with pytest.raises(CallError, match="ended meanwhile"):
            await transfer
        assert (await us.ending()).ended_by == "caller"


@pytest.mark.parametrize(("why", "code", "words"), [(Why.BUSY, 486, "486"), (Why.REJECTED, 603, "603")])
async def test_a_transfer_that_is_turned_down_leaves_the_call_as_it_was(
    why: Why, code: int, words: str
) -> None:
    callee = Callee(lambda call: call.leg.hangup(Termination(EndedBy.CALLEE, why, code)))
    async with server() as us, agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("echo"))
        call = await us.answered()
        with pytest.raises(CallError) as error:
            await us.board.transfer(call.id, "101")
        assert error.value.code == code and leg.termination is None
        assert [party["name"] for party in us.board.parties(call.id)] == ["caller", "agent"]
        await leg.hangup(Termination(EndedBy.CALLER, Why.HANGUP))
        await us.ending()


@pytest.mark.parametrize(
    ("caller", "shown"),
    [
        ("", "sip:voiceforge@127.0.0.1"),
        ("+49 30 123", "sip:+4930123@127.0.0.1"),
        ("desk", "sip:desk@127.0.0.1"),
        ("sip:desk@pbx.example", "sip:desk@pbx.example"),
    ],
)
async def test_a_call_is_placed_with_and_without_a_callers_name(caller: str, shown: str) -> None:
    callee = Callee.answering()
    async with server() as us, agent(callee) as phone:
        await phone.register(us.address("101"), "101", "secret")
        call = us.board.place("101", "echo", caller=caller)
        asked = await asyncio.wait_for(callee.calls.get(), 10)
        assert asked.from_uri == shown
        await asked.leg.hangup(PHONE_HANGS_UP)
        assert (await us.ending()).call_id == call.id


@pytest.mark.parametrize(
    ("caller", "shown"),
    [
        ("sip:+4912;phone-context=x.example@gw.example", None),
        ("sip:+4912;cpc=ordinary@gw.example;user=phone", None),
        ("sip:alice@gw.example?Subject=x", "sip:alice@gw.example"),
        ("Front Desk", "sip:FrontDesk@127.0.0.1"),
        ("night: 2nd floor", "sip:night%3A2ndfloor@127.0.0.1"),
        ("desk@pbx.example", "sip:desk@pbx.example"),
    ],
)
async def test_whoever_calls_a_phone_is_shown_whole(caller: str, shown: str | None) -> None:
    callee = Callee.answering()
    async with agent() as us, agent(callee) as phone:
        leg = await SipCarrier(us, Registrar("voiceforge", {"101": ""}.get)).place(
            f"sip:101@127.0.0.1:{phone.port}", caller, timeout_s=5
        )
        assert callee.calls.get_nowait().from_uri == (shown or caller)
        await leg.hangup(PHONE_HANGS_UP)


@pytest.mark.parametrize(
    "caller", ['"a\r\nX: y" <sip:a@b>', "a\nb", "a b\0", "sip:a@b>\r\n", "<sip:a@b>;x=y", "x" * 300]
)
async def test_a_callers_name_that_could_be_more_than_a_name_is_refused(caller: str) -> None:
    async with server() as us:
        with pytest.raises(CallError, match="caller") as error:
            us.board.place("101", "echo", caller=caller)
        assert error.value.code == 400 and list(us.board) == []


@pytest.mark.parametrize(("said", "left"), [(None, "69"), ("5", "4"), ("1", "0"), ("999", "254")])
async def test_what_is_left_of_max_forwards_goes_on_with_the_call(said: str | None, left: str) -> None:
    async with server() as us, raw_peer() as phone, raw_peer() as caller:
        await register(us, phone, {"Contact": f"<sip:101@127.0.0.1:{phone.port}>"})
        invite = caller.make("INVITE", us.address("101"), body=SDP)
        invite.remove("Max-Forwards")
        if said is not None:
            invite.add("Max-Forwards", said)
        caller.send(invite, us.sip.port)
        assert (await phone.request("INVITE")).get("Max-Forwards") == left


async def test_a_call_whose_hops_are_used_up_is_refused_where_it_would_go_on_and_answered_here() -> None:
    async with server() as us, raw_peer() as phone, raw_peer() as caller:
        await register(us, phone, {"Contact": f"<sip:101@127.0.0.1:{phone.port}>"})
        none = {"Max-Forwards": "0"}
        caller.send(caller.make("INVITE", us.address("101"), body=SDP, lines=none), us.sip.port)
        refused = await caller.response(483)
        caller.send(caller.make("ACK", us.address("101"), lines={"To": refused.get("To") or ""}), us.sip.port)
        assert phone.messages.empty()
        lines = none | {"Call-ID": "second"}
        caller.send(caller.make("INVITE", us.address("echo"), branch="2", body=SDP, lines=lines), us.sip.port)
        await caller.response(200)


async def register(us: Server, phone: RawPeer, lines: dict[str, str]) -> None:
    """Extension 101 is that phone from now on."""
    request = phone.make("REGISTER", us.address("101"), lines=lines | {"To": f"<{us.address('101')}>"})
    registrar = us.sip.registrar
    assert registrar is not None
    assert registrar.bind("101", request, asyncio.get_running_loop().time()).status == 200
