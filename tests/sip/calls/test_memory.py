"""Calls that are over go by themselves, not when the garbage collector next looks at everything."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.carrier import SipCarrier
from sip.calls.flow import SipFlow
from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from sip.calls.session import InviteSession
from sip.messages.message import Request
from sip.messages.uri import Uri
from sip.transactions.timing import Timing
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer

HASTY = Timing(t1=0.01, t2=0.02, t4=0.02)
HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
NOT_FOUND = Termination(EndedBy.SERVER, Why.NOT_FOUND, 404, "nobody is there")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[weakref.ref[InviteSession]]]:
    """The sessions of the test; the garbage collector stands still."""
    born: list[weakref.ref[InviteSession]] = []
    begin = InviteSession.__init__

    def remembering(self: InviteSession, *args: Any, **options: Any) -> None:
        born.append(weakref.ref(self))
        begin(self, *args, **options)

    monkeypatch.setattr(InviteSession, "__init__", remembering)
    gc.collect()
    gc.disable()
    yield born
    gc.enable()


async def gone(made: list[weakref.ref[InviteSession]], *agents: Any) -> None:
    """Wait for the timers of all transactions, then for nothing more."""
    async with asyncio.timeout(10):
        while any(len(each._layer) or each._layer._heap or each._core.dialogs for each in agents):  # noqa: ASYNC110 - no event of timers
            await asyncio.sleep(0.01)
    assert made and [each() for each in made if each() is not None] == []


async def refused(call: SipInvitation) -> None:
    await call.leg.hangup(NOT_FOUND)


@pytest.mark.parametrize("body", [SDP, b""])
async def test_a_call_that_was_refused(made: list[weakref.ref[InviteSession]], body: bytes) -> None:
    async with agent(refused, timing=HASTY) as us, raw_peer() as peer:
        for n in range(3):
            lines = {"Call-ID": f"c{n}"}
            to = f"sip:x@127.0.0.1:{us.port}"
            peer.send(peer.make("INVITE", to, branch=f"{n}", body=body, lines=lines), us.port)
            await peer.response(404)
        await gone(made, us)
        assert len(made) == 3


@pytest.mark.parametrize("caller_ends", [True, False])
async def test_a_call_that_ended(made: list[weakref.ref[InviteSession]], caller_ends: bool) -> None:
    callee = Callee.answering()
    async with agent(callee, timing=HASTY) as us, agent(timing=HASTY) as caller:
        leg = await caller.call(f"sip:demo@127.0.0.1:{us.port}")
        other = callee.calls.get_nowait().leg
        await leg.hold()
        events = Events(other if caller_ends else leg)
        await (leg if caller_ends else other).hangup(HANGUP)
        await events.end()
        del events, leg, other
        await gone(made, us, caller)
        assert len(made) == 2


async def test_a_call_to_all_phones_of_an_extension(made: list[weakref.ref[InviteSession]]) -> None:
    callee = Callee.answering()
    async with agent(timing=HASTY) as us, raw_peer() as silent, agent(callee, timing=HASTY) as phone:
        registrar = Registrar("voiceforge", {"101": "secret"}.get)
        now = asyncio.get_running_loop().time()
        for n, port in enumerate((silent.port, phone.port)):
            lines = [("To", "<sip:101@pbx>"), ("From", "<sip:101@pbx>;tag=a"), ("Call-ID", "r")]
            lines += [("CSeq", f"{n} REGISTER"), ("Contact", f"<sip:101@10.0.0.{n}>")]
            registrar.bind(
                "101",
                Request("REGISTER", Uri.parse("sip:pbx"), lines),
                now,
                SipFlow("UDP", "127.0.0.1", port),
            )
        leg = await SipCarrier(us, registrar).place("101", "", timeout_s=5)
        await leg.hangup(HANGUP)
        callee.calls.get_nowait()
        del leg
        await gone(made, us, phone)
        assert len(made) == 3
