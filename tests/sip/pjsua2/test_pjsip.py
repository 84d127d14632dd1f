"""Calls by PJSIP itself, against our own user agent. They run where its bindings can be imported
(docs/pjsua2.md)."""

from __future__ import annotations

import asyncio
import ipaddress
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import numpy as np
import pytest

from mediaserver.calls.echo import EchoApp
from mediaserver.errors import CallError
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import Digit, Ended, EndedBy, Frame, Leg, LegEvent, Termination, Why
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints, Extension
from sip.access.gate import Gate
from sip.calls.session import InviteSession
from sip.calls.user_agent import SipAgent
from tests.loopback import own_loopback
from tests.sip.agents import Callee, Events, audio_ports

pytest.importorskip("pjsua2", reason="PJSIP's bindings are not installed")

from sip.pjsua2.door import PjsuaDoor, PjsuaInvitation  # noqa: E402
from sip.pjsua2.stack import StackOptions  # noqa: E402

HOST = own_loopback(91)
PORT = 15_080
SECRET = "a secret that nobody guesses"
OVER = Termination(EndedBy.SERVER, Why.HANGUP)
HZ = 450


class Tone:
    """Says a tone, and listens for it."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()

    def on_frame(self, frame: Frame) -> None:
        turn = np.exp(-2j * math.pi * HZ / SAMPLE_RATE * np.arange(FRAME_SAMPLES))
        energy = float(np.sum(frame.astype(np.float64) ** 2))
        share = 2 * abs(np.dot(frame, turn)) ** 2 / (FRAME_SAMPLES * energy) if energy > 1e6 else 0.0
        if share > 0.9:
            self.heard.set()

    def next_frame(self, t: int) -> Frame | None:
        turn = 2 * math.pi * HZ / SAMPLE_RATE * (t + np.arange(FRAME_SAMPLES))
        said: Frame = (6000 * np.sin(turn)).astype(np.int16)
        return said

    def on_event(self, event: LegEvent) -> None:
        pass


class Calls:
    """What comes in by PJSIP: answered, and given back what it says."""

    def __init__(self, clock: MediaClock) -> None:
        self.clock = clock
        self.events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self.came: list[PjsuaInvitation] = []
        self.tasks: list[asyncio.Task[None]] = []

    def __call__(self, call: PjsuaInvitation) -> None:
        self.came.append(call)
        self.tasks.append(asyncio.create_task(self._answer(call.leg)))

    async def _answer(self, leg: Leg) -> None:
        leg.on_event = self.events.put_nowait
        await leg.ring()
        await leg.answer()
        self.clock.attach(leg, EchoApp())

    async def of_kind(self, kind: type) -> LegEvent:
        while not isinstance(event := await asyncio.wait_for(self.events.get(), 10), kind):
            pass
        return event


@asynccontextmanager
async def door(*, anonymous: bool = True) -> AsyncIterator[tuple[PjsuaDoor, Calls]]:
    clock = MediaClock(phases=1)
    clock.start()
    endpoints = Endpoints(
        [Extension("101", SECRET)], anonymous=[ipaddress.ip_network("127.0.0.0/8")] if anonymous else ()
    )
    gate = Gate(endpoints, Challenger("voiceforge", endpoints.password))
    calls = Calls(clock)
    options = StackOptions(
        HOST, PORT, True, "", HOST, "", (21_000, 21_999), ("PCMU", "PCMA"), 8, "VoiceForge"
    )
    made = PjsuaDoor(options, gate, calls, silence_s=30.0, longest_s=60.0)
    try:
        await made.start()
        yield made, calls
    finally:
        await made.stop()
        clock.stop()
        await asyncio.gather(*calls.tasks, return_exceptions=True)


@asynccontextmanager
async def phone() -> AsyncIterator[tuple[SipAgent, Callee, Callable[[Leg], Tone]]]:
    """Our user agent, whoever calls it, and what makes one of its legs say the tone."""
    wire, clock, callee = audio_ports(), MediaClock(phases=1), Callee.answering()
    clock.add_wire(wire)
    clock.start()
    near = SipAgent(host="127.0.0.1", port=0, wire=wire, on_invite=callee)
    await near.start()

    def talks(leg: Leg) -> Tone:
        tone = Tone()
        clock.attach(leg, tone)
        return tone

    try:
        yield near, callee, talks
    finally:
        await near.stop(1.0)
        clock.stop()
        wire.close()


async def test_a_caller_hears_itself_presses_a_key_and_hangs_up() -> None:
    async with door() as (_, calls), phone() as (near, _, talks):
        leg = await near.call(f"sip:echo@{HOST}:{PORT}")
        await asyncio.wait_for(talks(leg).heard.wait(), 10)
        leg.send_digit("7")
        digit = await calls.of_kind(Digit)
        assert isinstance(digit, Digit)
        assert digit.digit == "7"
        await leg.hangup(OVER)
        ended = await calls.of_kind(Ended)
        assert isinstance(ended, Ended)
        assert (ended.termination.by, ended.termination.why) == (EndedBy.PEER, Why.HANGUP)
        (call,) = calls.came
        assert call.dialled == f"echo@{HOST}"
        assert call.leg.codec == "PCMU"


async def test_it_hangs_up_on_a_caller() -> None:
    async with door() as (_, calls), phone() as (near, _, _):
        leg = await near.call(f"sip:echo@{HOST}:{PORT}")
        events = Events(leg)
        await calls.came[0].leg.hangup(OVER)
        assert (await events.end()).termination.by is EndedBy.PEER


async def test_who_proves_nothing_is_asked_and_an_extension_gets_in() -> None:
    async with door(anonymous=False) as (_, calls), phone() as (near, _, _):
        with pytest.raises(CallError) as refused:
            await near.call(f"sip:echo@{HOST}:{PORT}", username="101", password="guessed")
        assert refused.value.code in (401, 403)
        assert calls.came == []
        leg = await near.call(f"sip:echo@{HOST}:{PORT}", username="101", password=SECRET)
        await leg.hangup(OVER)
        assert calls.came[0].from_uri.startswith("sip:101@")


async def test_it_calls_and_is_heard() -> None:
    async with door() as (made, calls), phone() as (near, callee, talks):
        rung: list[bool] = []
        leg = await made.place(
            f"somebody@127.0.0.1:{near.port}", "4930", timeout_s=10, on_ringing=lambda: rung.append(True)
        )
        calls.clock.attach(leg, EchoApp())
        call = await callee.calls.get()
        assert call.from_uri.startswith(f"sip:4930@{HOST}")
        await asyncio.wait_for(talks(call.leg).heard.wait(), 10)
        await leg.hangup(OVER)


async def test_a_refusal_has_its_code() -> None:
    async with door() as (made, _), phone() as (near, callee, _):
        callee._answers = lambda call: call.leg.hangup(Termination(EndedBy.SERVER, Why.BUSY, 486))
        with pytest.raises(CallError) as refused:
            await made.place(f"busy@127.0.0.1:{near.port}", "", timeout_s=10)
        assert refused.value.code == 486


async def test_an_end_of_the_server_ends_its_calls_and_it_can_begin_again() -> None:
    async with phone() as (near, _, _):
        for _ in range(2):
            async with door():
                leg = await near.call(f"sip:echo@{HOST}:{PORT}")
                ended = asyncio.get_running_loop().create_future()
                leg.on_event = lambda event, to=ended: (
                    to.set_result(event) if isinstance(event, Ended) else None
                )
            assert (await asyncio.wait_for(ended, 10)).termination.by is EndedBy.PEER


async def test_a_refer_is_refused_and_the_call_goes_on() -> None:
    """PJSIP left alone would call whom it names, and pay for it."""
    async with door() as (_, calls), phone() as (near, callee, talks):
        leg = await near.call(f"sip:echo@{HOST}:{PORT}")
        refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        session = cast(InviteSession, leg._session)
        target = [("Refer-To", f"<sip:bill@127.0.0.1:{near.port}>")]
        session.ask("REFER", target, b"", lambda request, status: refused.set_result(status))
        assert await asyncio.wait_for(refused, 10) == 403
        await asyncio.wait_for(talks(leg).heard.wait(), 10)
        assert callee.calls.empty()
        await leg.hangup(OVER)


async def test_who_knows_a_dialog_cannot_take_it_over() -> None:
    async with door() as (_, calls), phone() as (near, _, talks):
        leg = await near.call(f"sip:echo@{HOST}:{PORT}")
        dialog = cast(InviteSession, leg._session).dialog
        _, ours, theirs = dialog.id
        taken = f"{leg.ref};to-tag={theirs};from-tag={ours}"
        with pytest.raises(CallError) as refused:
            await near.call(f"sip:echo@{HOST}:{PORT}", headers=[("Replaces", taken)])
        assert refused.value.code == 403
        await asyncio.wait_for(talks(leg).heard.wait(), 10)
        assert len(calls.came) == 1
        await leg.hangup(OVER)
