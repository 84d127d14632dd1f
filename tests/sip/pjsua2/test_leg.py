"""A call of PJSIP's as a leg, with a stand-in for PJSIP that keeps what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import Digit, Direction, Ended, EndedBy, Hold, LegEvent, Termination, Why
from sip.pjsua2.leg import PjsuaLeg
from sip.pjsua2.stack import PjFigures


class Call:
    """What PJSIP's call is asked, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def use(self, heard: object, said: object) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[[Any], None]:
        return lambda parameters: self.asked.append((name, parameters))


class Stack:
    def __init__(self) -> None:
        self.call = Call()
        self.pj = SimpleNamespace(
            CallOpParam=lambda default: SimpleNamespace(txOption=SimpleNamespace()),
            SipHeaderVector=list,
            SipHeader=SimpleNamespace,
            CallSendDtmfParam=SimpleNamespace,
            PJSUA_DTMF_METHOD_RFC2833=1,
        )

    def do(self, number: int, what: Callable[[Any, Any], object]) -> None:
        what(self.pj, self.call)

    @property
    def said(self) -> list[tuple[str, int]]:
        return [(name, parameters.statusCode) for name, parameters in self.call.asked]


def made(direction: Direction = Direction.INBOUND, **options: Any) -> tuple[PjsuaLeg, Stack, list[LegEvent]]:
    leg, stack, events = PjsuaLeg(direction, "127.0.0.1:5060", **options), Stack(), list[LegEvent]()
    leg.is_call(stack, 1)
    leg.on_event = events.append
    return leg, stack, events


async def test_an_answer_waits_for_the_ack() -> None:
    leg, stack, _ = made()
    await leg.ring()
    answering = asyncio.create_task(leg.answer())
    await asyncio.sleep(0)
    assert stack.said == [("answer", 180), ("answer", 200)]
    assert not answering.done()
    leg.told("up", 200, "OK")
    await answering


async def test_a_caller_that_gives_up_ends_the_answer() -> None:
    leg, _, events = made()
    answering = asyncio.create_task(leg.answer())
    await asyncio.sleep(0)
    leg.told("over", 487, "Request Terminated")
    with pytest.raises(CallError):
        await answering
    assert events == [Ended(Termination(EndedBy.PEER, Why.CANCELLED, 487, "Request Terminated"))]


@pytest.mark.parametrize(("answered", "status"), [(False, 486), (True, 0)])
async def test_it_is_refused_or_hung_up_once(answered: bool, status: int) -> None:
    leg, stack, events = made()
    if answered:
        leg.told("up", 200, "OK")
    why = Termination(EndedBy.SERVER, Why.BUSY)
    await leg.hangup(why)
    await leg.hangup(Termination(EndedBy.SERVER, Why.FAILED))
    leg.told("over", 200, "late")
    assert stack.said == [("hangup", status)]
    assert events == [Ended(why)]
    assert stack.call.asked[0][1].txOption.headers[0].hName == "Reason"


async def test_its_peer_hangs_up() -> None:
    leg, _, events = made()
    leg.told("up", 200, "OK")
    leg.told("over", 200, "Normal call clearing")
    assert events == [Ended(Termination(EndedBy.PEER, Why.HANGUP, 200, "Normal call clearing"))]


async def test_keys_holds_and_codecs_are_told() -> None:
    leg, _, events = made()
    for told in (("media", "PCMU", False), ("digit", "5", 160), ("media", "PCMU", True), ("digit", "x", 1)):
        leg.told(*told)
    assert leg.codec == "PCMU"
    assert events == [Digit("5", 0, 160), Hold(True)]


async def test_ringing_is_told_once() -> None:
    rung: list[str] = []
    leg, _, _ = made(Direction.OUTBOUND, on_ringing=lambda: rung.append("ring"))
    for status in (183, 180, 180):
        leg.told("early", status, "")
    assert rung == ["ring"]


async def test_no_packet_for_too_long_ends_it_but_not_on_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    leg, stack, events = made(silence_s=5.0)
    leg.told("up", 200, "OK")
    now = 100.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now, raising=False)
    leg.told("figures", PjFigures(10, 0, 0.0, None, 20.0))
    leg.told("media", "PCMU", True)
    now = 110.0
    leg.told("figures", PjFigures(10, 0, 0.0, None, 20.0))
    leg.told("media", "PCMU", False)
    assert stack.said == []
    now = 116.0
    leg.told("figures", PjFigures(10, 0, 0.0, None, 20.0))
    assert stack.said == [("hangup", 0)]
    assert events[-1] == Ended(Termination(EndedBy.NETWORK, Why.MEDIA_TIMEOUT))


async def test_its_figures_are_judged() -> None:
    leg, _, _ = made()
    assert leg.stats().mos is None
    leg.told("figures", PjFigures(90, 10, 2.0, 40.0, 20.0))
    stats = leg.stats()
    assert (stats.packets, stats.lost, stats.loss_pct, stats.rtt_ms) == (90, 10, 10.0, 40.0)
    assert stats.mos is not None and 1.0 < stats.mos < 4.0


async def test_what_is_no_key_is_not_pressed() -> None:
    leg, stack, _ = made()
    with pytest.raises(ValueError, match="no key"):
        leg.send_digit("5; drop")
    leg.send_digit("5", 120)
    assert [(name, key.digits, key.duration) for name, key in stack.call.asked] == [("sendDtmf", "5", 120)]
