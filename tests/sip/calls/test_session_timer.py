"""Session timers (RFC 4028): the machine on a clock of the test's own, then on loopback in both roles."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Why
from sip.calls.session_timer import SessionTimer, TimerAction, TimerPolicy, TimerState, refused
from sip.messages.extensions import SessionExpires, min_se
from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer
from tests.sip.calls.test_session import HANGUP, called, demo

BRIEF = TimerPolicy(expires_s=1, least_s=1)
"""Refreshed after half a second."""


def invite(**lines: str) -> Request:
    headers = [(name.replace("_", "-"), value) for name, value in lines.items()]
    return Request("INVITE", Uri.parse("sip:a@b"), headers)


def ok(**lines: str) -> Response:
    return Response(200, headers=[(name.replace("_", "-"), value) for name, value in lines.items()])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1800", SessionExpires(1800)),
        (" 90 ;refresher=UAS", SessionExpires(90, "uas")),
        ("90;refresher=nobody;x=y", SessionExpires(90)),
        ("99999999999", SessionExpires(2**32 - 1)),
        ("soon", None),
        ("", None),
    ],
)
def test_what_a_session_expires_header_says(text: str, value: SessionExpires | None) -> None:
    assert SessionExpires.of(invite(Session_Expires=text)) == value
    assert value is None or SessionExpires.parse(str(value)) == value


def test_a_min_se_that_cannot_be_read_says_nothing() -> None:
    assert min_se(ok(Min_SE="120;x")) == 120
    assert min_se(ok(Min_SE="-1")) is None and min_se(ok()) is None


def test_who_refreshes_does_so_at_half_the_interval_and_hangs_up_when_nobody_answers() -> None:
    timer = SessionTimer(TimerPolicy())
    assert SessionTimer(TimerPolicy()).deadline is None
    timer.agreed(1800, ours=True, now=0.0)
    assert timer.deadline == 900.0 and timer.due(899.0) is None
    assert timer.due(900.0) is TimerAction.REFRESH
    assert timer.deadline == 1768.0 and timer.due(901.0) is None, "it is under way"
    timer.failed(902.0)
    assert timer.due(907.0) is TimerAction.REFRESH
    assert timer.due(1768.0) is TimerAction.EXPIRE
    assert timer.due(9e9) is None, "once"


def test_who_does_not_refresh_waits_until_shortly_before_the_end() -> None:
    timer = SessionTimer(TimerPolicy())
    timer.agreed(90, ours=False, now=0.0)
    assert timer.deadline == 60.0, "a third of a short one is left"
    timer.agreed(90, ours=False, now=59.0)
    assert timer.due(60.0) is None
    assert timer.due(119.0) is TimerAction.EXPIRE


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"Session_Expires": "1800;refresher=uac"}, TimerState.OURS),
        ({"Session_Expires": "1800;refresher=uas"}, TimerState.THEIRS),
        ({"Session_Expires": "1800"}, TimerState.OURS),
        ({}, TimerState.OFF),
    ],
)
def test_the_answer_to_our_invite_says_who_refreshes(answer: dict[str, str], state: TimerState) -> None:
    timer = SessionTimer(TimerPolicy())
    assert timer.asked() == [("Session-Expires", "1800")]
    timer.answered(ok(**answer), 0.0)
    assert timer.state is state


def test_roles_stay_with_the_sides_whoever_asks_next() -> None:
    timer = SessionTimer(TimerPolicy())
    timer.agreed(600, ours=True, now=0.0)
    assert timer.asked() == [("Session-Expires", "600;refresher=uac")]
    timer.agreed(600, ours=False, now=0.0)
    assert timer.asked() == [("Session-Expires", "600;refresher=uas")]
    timer.off()
    assert timer.asked() == [], "who has answered without a timer knows none"
    assert SessionTimer(TimerPolicy(expires_s=0)).asked() == []


@pytest.mark.parametrize(
    ("asks", "says", "state"),
    [
        ({"Supported": "timer", "Session_Expires": "600"}, "600;refresher=uac", TimerState.THEIRS),
        ({"Supported": "timer", "x": "600;refresher=uac"}, "600;refresher=uac", TimerState.THEIRS),
        ({"Require": "timer", "x": "600;refresher=uas"}, "600;refresher=uas", TimerState.OURS),
        ({"x": "600"}, "600;refresher=uas", TimerState.OURS),
        ({"x": "30"}, "90;refresher=uas", TimerState.OURS),
    ],
)
def test_what_their_invite_is_granted(asks: dict[str, str], says: str, state: TimerState) -> None:
    timer = SessionTimer(TimerPolicy())
    lines = dict(timer.granted(invite(**asks), 0.0))
    assert lines["Session-Expires"] == says and timer.state is state
    assert (lines.get("Require") == "timer") is (state is TimerState.THEIRS)


def test_who_asks_for_no_timer_gets_none() -> None:
    timer = SessionTimer(TimerPolicy())
    timer.agreed(600, ours=True, now=0.0)
    assert timer.granted(invite(Supported="timer"), 0.0) == [] and timer.state is TimerState.OFF


def test_nobody_has_us_refresh_every_second() -> None:
    timer = SessionTimer(TimerPolicy())
    timer.answered(ok(Session_Expires="1;refresher=uac"), 0.0)
    assert timer.deadline == 45.0


def test_too_short_is_refused_to_who_can_do_better() -> None:
    no = refused(invite(Supported="timer", Session_Expires="89"), TimerPolicy())
    assert no is not None and no.status == 422 and no.get("Min-SE") == "90"
    assert refused(invite(Supported="timer", Session_Expires="90"), TimerPolicy()) is None
    assert refused(invite(Session_Expires="30"), TimerPolicy()) is None, "a proxy asked"


def test_a_422_teaches_a_few_times_and_only_something_new() -> None:
    timer = SessionTimer(TimerPolicy())
    no = Response(422, headers=[("Min-SE", "3600")])
    assert timer.too_short(no)
    assert timer.asked() == [("Session-Expires", "3600"), ("Min-SE", "3600")]
    assert not timer.too_short(no) and not timer.too_short(Response(422))
    assert not timer.too_short(Response(422, headers=[("Min-SE", "7200")])), "enough"


async def test_a_call_of_ours_is_refreshed_by_update_where_that_is_taken() -> None:
    async with agent(timers=BRIEF) as a, raw_peer() as peer:
        lines = {
            "Session-Expires": "1;refresher=uac",
            "Require": "timer",
            "Allow": "INVITE, ACK, UPDATE, BYE",
        }
        async with called(a, peer, lines) as far:
            for _ in range(2):
                update = await peer.request("UPDATE")
                assert update.get("Session-Expires") == "1;refresher=uac" and not update.body
                assert "timer" in update.get_all("Supported")
                answer = update.response(200, headers=[("Session-Expires", "1;refresher=uac")])
                peer.send(answer, a.port)
            assert far.leg.termination is None


async def test_without_update_a_re_invite_offers_what_is_agreed_on() -> None:
    async with agent(timers=BRIEF) as a, raw_peer() as peer:
        async with called(a, peer, {"Session-Expires": "1;refresher=uac"}) as far:
            again = await peer.request("INVITE")
            assert again.to.tag and b"a=sendrecv" in again.body
            assert again.get("Session-Expires") == "1;refresher=uac"
            far.answers(again, 200)  # which says nothing of a timer
            await peer.request("ACK")
            assert a._places.taken.copy().pop().timer.state is TimerState.OFF


async def test_a_refresh_that_nobody_takes_ends_the_call_in_words() -> None:
    async with agent(timers=BRIEF) as a, raw_peer() as peer:
        lines = {"Session-Expires": "1;refresher=uac", "Allow": "UPDATE"}
        async with called(a, peer, lines) as far:
            update = await peer.request("UPDATE")
            peer.send(update.response(500), a.port)
            far.answers(await peer.request("BYE"), 200)
            why = (await Events(far.leg).end()).termination
            assert (why.by, why.why) == (EndedBy.NETWORK, Why.LOST) and "refreshed" in why.detail


async def test_update_that_is_not_taken_after_all_becomes_a_re_invite() -> None:
    async with agent(timers=BRIEF) as a, raw_peer() as peer:
        lines = {"Session-Expires": "1;refresher=uac", "Allow": "UPDATE"}
        async with called(a, peer, lines) as far:
            peer.send((await peer.request("UPDATE")).response(405), a.port)
            far.answers(await peer.request("INVITE"), 200)
            await peer.request("ACK")


async def test_who_is_to_refresh_and_does_not_is_hung_up_on() -> None:
    callee = Callee.answering()
    async with agent(callee, timers=BRIEF) as b, raw_peer() as peer:
        timer = {"Session-Expires": "1;refresher=uac"}
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines=timer), b.port)
        answer = await peer.response(200)
        assert answer.get("Session-Expires") == "1;refresher=uac" and answer.get("Require") == "timer"
        peer.send(peer.in_dialog("ACK", answer, cseq=1), b.port)
        leg = (await callee.calls.get()).leg
        update = peer.in_dialog("UPDATE", answer, cseq=2, branch="u")
        update.add("Session-Expires", "1;refresher=uac")
        update.add("Supported", "timer")
        peer.send(update, b.port)
        refreshed = await peer.response(200, method="UPDATE")
        assert refreshed.get("Session-Expires") == "1;refresher=uac"
        bye = await peer.request("BYE")
        peer.send(bye.response(200), b.port)
        assert (await Events(leg).end()).termination.why is Why.LOST


async def test_a_caller_whose_timer_is_too_short_is_told_and_a_longer_one_is_taken() -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP, lines={"Session-Expires": "30"}), b.port)
        assert (await peer.response(422)).get("Min-SE") == "90"
        again = peer.make(
            "INVITE", demo(b), cseq=2, branch="2", body=SDP, lines={"Session-Expires": "90", "Min-SE": "90"}
        )
        peer.send(again, b.port)
        answer = await peer.response(200)
        peer.send(peer.in_dialog("ACK", answer, cseq=2), b.port)
        peer.send(peer.in_dialog("BYE", answer, cseq=3, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_our_timer_that_is_too_short_is_made_longer() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        peer.send(invite.response(422, to_tag="raw", headers=[("Min-SE", "3600")]), a.port)
        await peer.request("ACK")
        again = await peer.request("INVITE")
        assert (again.get("Session-Expires"), again.get("Min-SE")) == ("3600", "3600")
        assert again.cseq.number == invite.cseq.number + 1
        peer.send(again.response(422, to_tag="raw", headers=[("Min-SE", "3600")]), a.port)
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 422


async def test_a_hold_refreshes_the_session_too() -> None:
    async with agent() as a, raw_peer() as peer:
        async with called(a, peer, {"Session-Expires": "600;refresher=uas"}) as far:
            holding = asyncio.create_task(far.leg.hold())
            invite = await peer.request("INVITE")
            assert invite.get("Session-Expires") == "600;refresher=uas"
            far.answers(invite, 200)
            await holding
            await far.leg.hangup(HANGUP)
            far.answers(await peer.request("BYE"), 200)
