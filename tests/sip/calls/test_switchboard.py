"""Calls through the switchboard, with real signalling on loopback and no database, clock or engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

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
from tests.sip.agents import Callee, Events, agent

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

    def __init__(self, sip: SipAgent, kept: Kept, metrics: Metrics) -> None:
        self.sip = sip
        self.kept = kept
        self.metrics = metrics

    def address(self, user: str) -> str:
        return f"sip:{user}@127.0.0.1:{self.sip.port}"

    async def ending(self) -> CallEnded:
        """How the next call to end is stored."""
        return await asyncio.wait_for(self.kept.ended.get(), 10)


@asynccontextmanager
async def server(max_calls: int = 10) -> AsyncIterator[Server]:
    kept, metrics = Kept(), Metrics()
    board = LocalSwitchboard(
        routes=as_at_the_first_start({"101"}),
        makers={},
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
    async with agent(board.invited, registrar=registrar, max_legs=legs_for(max_calls)) as sip:
        board.carrier = SipCarrier(sip, registrar)
        yield Server(sip, kept, metrics)
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
