"""Limits of calls over real sockets: who is silent is asked, and what lasts too long ends in words."""

from __future__ import annotations

import pytest

from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.rtp.stream import RtpStream
from sip.calls.call_watch import CallLimits
from sip.messages.message import Request
from sip.transactions.timing import RFC_TIMING
from tests.sip.agents import SDP, Callee, Events, agent, legs_of, raw_peer
from tests.sip.calls.test_session import IMPATIENT, called, demo

SOON = 0.05
HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)


@pytest.mark.parametrize("answered", [True, False])
async def test_a_call_that_came_in_ends_at_its_limit(answered: bool) -> None:
    callee = Callee.answering() if answered else Callee(lambda call: call.leg.ring())
    async with agent(callee, call_limits=CallLimits(call_s=0.2)) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        response = await peer.response(200 if answered else 180)
        leg = (await callee.calls.get()).leg
        if answered:
            peer.send(peer.in_dialog("ACK", response, cseq=1), b.port)
            bye = await peer.request("BYE")
            assert "time limit" in (bye.get("Reason") or "")
            peer.send(bye.response(200), b.port)
        else:
            await peer.response(480)
        ended = (await Events(leg).end()).termination
        assert (ended.by, ended.why) == (EndedBy.SERVER, Why.TIME_LIMIT)
        assert legs_of(b) == 0


async def test_a_call_that_was_placed_ends_at_its_limit() -> None:
    async with agent(call_limits=CallLimits(call_s=0.2)) as a, raw_peer() as peer, called(a, peer) as far:
        far.answers(await peer.request("BYE"), 200)
        assert (await Events(far.leg).end()).termination.why is Why.TIME_LIMIT


async def test_a_call_in_which_nobody_wants_audio_ends_at_its_limit() -> None:
    callee = Callee.answering()
    async with agent(callee, call_limits=CallLimits(inactive_s=SOON)) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP + b"a=inactive\r\n"), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        bye = await peer.request("BYE")
        peer.send(bye.response(200), b.port)
        ended = (await Events((await callee.calls.get()).leg).end()).termination
        assert (ended.by, ended.why) == (EndedBy.SERVER, Why.NO_AUDIO_WANTED)


@pytest.mark.parametrize("hold", [b"a=sendonly\r\n", b"a=inactive\r\n", b"c=IN IP4 0.0.0.0\r\n"])
async def test_a_phone_on_hold_that_sends_nothing_is_asked_and_lives_by_its_answers(hold: bytes) -> None:
    callee = Callee.answering()
    async with agent(callee, call_limits=CallLimits(keep_alive_s=SOON)) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        leg = (await callee.calls.get()).leg
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="h", body=SDP + hold), b.port)
        again = await peer.response(200)
        while again.cseq.number != 2:
            again = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=2), b.port)
        for status in (200, 405, 503):
            options = await peer.request("OPTIONS")
            assert options.to.tag == "raw" and leg.termination is None
            peer.send(options.response(status), b.port)
        await leg.hangup(HANGUP)
        peer.send((await peer.request("BYE")).response(200), b.port)


@pytest.mark.parametrize("answers", [True, False])
async def test_who_is_silent_and_gone_is_hung_up(answers: bool) -> None:
    limits = CallLimits(keep_alive_s=SOON)
    async with (
        agent(call_limits=limits, timing=IMPATIENT) as a,
        raw_peer() as peer,
        called(a, peer) as far,
    ):
        options = await peer.request("OPTIONS")
        if answers:
            far.answers(options, 481)
        far.answers(await peer.request("BYE"), 481)
        ended = (await Events(far.leg).end()).termination
        assert (ended.by, ended.why) == (EndedBy.NETWORK, Why.LOST)
        assert ended.code == (481 if answers else 408)


async def test_who_sends_audio_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RtpStream, "silent_s", lambda stream: 0.0)
    limits = CallLimits(call_s=0.3, keep_alive_s=SOON)
    async with agent(call_limits=limits) as a, raw_peer() as peer, called(a, peer) as far:
        bye = await peer.next()
        assert isinstance(bye, Request) and bye.method == "BYE"
        far.answers(bye, 200)


async def test_who_sends_no_audio_and_answers_is_muted() -> None:
    async with agent(timing=RFC_TIMING) as a, raw_peer() as peer, called(a, peer) as far:
        stream = far.leg.stream
        assert stream is not None and stream.on_silent is not None
        stream.on_silent()
        far.answers(await peer.request("OPTIONS"), 200)
        far.asks("OPTIONS", 2)
        await peer.response(200, method="OPTIONS")
        assert far.leg.termination is None


async def test_who_sends_no_audio_and_does_not_answer_is_gone() -> None:
    async with agent() as a, raw_peer() as peer, called(a, peer) as far:
        stream = far.leg.stream
        assert stream is not None and stream.on_silent is not None
        stream.on_silent()
        await peer.request("OPTIONS")
        far.answers(await peer.request("BYE"), 200)
        ended = (await Events(far.leg).end()).termination
        assert (ended.by, ended.why) == (EndedBy.NETWORK, Why.MEDIA_TIMEOUT)


async def test_without_signs_of_life_audio_that_stays_away_ends_the_call() -> None:
    async with agent(call_limits=CallLimits(keep_alive_s=0)) as a, raw_peer() as peer, called(a, peer) as far:
        stream = far.leg.stream
        assert stream is not None and stream.on_silent is not None
        stream.on_silent()
        first = await peer.next()
        assert isinstance(first, Request) and first.method == "BYE"
        far.answers(first, 200)
        assert (await Events(far.leg).end()).termination.why is Why.MEDIA_TIMEOUT
