"""Calls by trunks over sockets: which one is asked, what it is told, and what happens when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.leg import SipLeg
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request, Response
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine, TrunkStanding
from sip.trunks.spec import CallerRules, NumberRules, TrunkSpec
from tests.sip.agents import SDP, RawPeer, agent, legs_of, raw_peer

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
BEFORE = {"first_response_s": 5.0}


class Rig:
    """A server, and trunks that say what the test says."""

    def __init__(self, us: SipAgent, peers: list[RawPeer]) -> None:
        self.us, self.peers = us, peers
        self.lines = [
            TrunkLine(self.spec(name, peer.port, priority=number))
            for number, (name, peer) in enumerate(zip("abc", peers, strict=False))
        ]
        self.carrier = TrunkCarrier(us, lambda: self.lines, lambda: 0.5)
        self.rang = 0

    @staticmethod
    def spec(name: str, port: int, **more: Any) -> TrunkSpec:
        return TrunkSpec(name, "127.0.0.1", port, prefixes=("+49",), **(BEFORE | more))

    def change(self, number: int, **fields: Any) -> None:
        self.lines[number].changed(replace(self.lines[number].spec, **fields))

    def call(self, to: str = "+493012", caller: str = "+491", **more: Any) -> asyncio.Task[SipLeg]:
        def rang() -> None:
            self.rang += 1

        options = {"timeout_s": 5.0, **more}
        return asyncio.create_task(self.carrier.place(to, caller, on_ringing=rang, **options))

    async def says(self, peer: int, invite: Request, status: int, *lines: tuple[str, str]) -> None:
        self.peers[peer].send(invite.response(status, to_tag="t", headers=lines), self.us.port)
        if status >= 300:
            await self.peers[peer].request("ACK")

    async def answers(self, peer: int, invite: Request) -> Response:
        contact = [("Contact", f"<sip:x@127.0.0.1:{self.peers[peer].port}>")]
        ok = invite.response(200, to_tag="t", headers=contact, body=SDP, content_type="application/sdp")
        self.peers[peer].send(ok, self.us.port)
        await self.peers[peer].request("ACK")
        return ok

    async def standing(self, number: int) -> TrunkStanding:
        return self.lines[number].standing(asyncio.get_running_loop().time())


@asynccontextmanager
async def rig(trunks: int = 2) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as stack:
        us = await stack.enter_async_context(agent())
        yield Rig(us, [await stack.enter_async_context(raw_peer()) for _ in range(trunks)])


async def failure(task: asyncio.Task[SipLeg]) -> CallError:
    with pytest.raises(CallError) as error:
        await task
    return error.value


async def test_a_number_is_called_as_the_trunk_wants_it() -> None:
    async with rig(1) as it:
        it.change(
            0, dial=NumberRules(strip="+", prepend="00"), headers_out=("X-Case",), from_domain="acme.test",
            codecs=("PCMA",), caller=CallerRules(number="+4999"),
        )  # fmt: skip
        placing = it.call(caller="demo", about={"sip": {"headers": {"X-Case": "7", "X-No": "no"}}}, hops=9)
        invite = await it.peers[0].request("INVITE")
        assert str(invite.uri) == f"sip:00493012@127.0.0.1:{it.peers[0].port}"
        assert str(invite.from_.uri) == "sip:004999@acme.test"
        assert invite.get("P-Asserted-Identity") == "<sip:004999@acme.test>"
        assert (invite.get("X-Case"), invite.get("X-No"), invite.max_forwards) == ("7", None, 9)
        assert b"RTP/AVP 8 " in invite.body
        await it.says(0, invite, 180)
        it.peers[0].send(
            invite.response(
                200, to_tag="t", headers=[("Contact", f"<sip:127.0.0.1:{it.peers[0].port}>")],
                body=SDP.replace(b"AVP 0", b"AVP 8"), content_type="application/sdp",
            ),
            it.us.port,
        )  # fmt: skip
        leg = await placing
        assert (leg.labels["trunk"], leg.labels["number"]) == ("a", "+493012"), "as it is paid for"
        line = it.lines[0]
        assert it.rang == 1 and line.limits.calls == 1 and leg.stats().detail["trunk"] == "a"
        await it.peers[0].request("ACK")
        await leg.hangup(HANGUP)
        assert line.limits.calls == 0
        told = line.scorecard.total.as_dict()
        assert (told["attempts"], told["answered"], told["codes"]) == (1, 1, {})
        assert line.scorecard.total.rang == 1


async def test_a_silent_trunk_is_left_for_the_next_and_asked_last_then() -> None:
    async with rig() as it:
        it.change(0, first_response_s=0.2)
        placing = it.call()
        await it.peers[0].request("INVITE")
        second = await it.peers[1].request("INVITE")
        assert it.lines[0].limits.calls == 0
        await it.answers(1, second)
        leg = await placing
        assert leg.stats().detail["trunk"] == "b" and await it.standing(0) is TrunkStanding.DOUBTED
        assert it.lines[0].scorecard.total.as_dict()["codes"] == {"silent": 1}
        again = it.call()
        await it.says(1, await it.peers[1].request("INVITE"), 486)
        assert (await failure(again)).code == 486


async def test_one_that_wakes_up_too_late_is_cancelled_or_hung_up_on() -> None:
    async with rig() as it:
        it.change(0, first_response_s=0.2)
        placing = it.call()
        late = await it.peers[0].request("INVITE")
        await it.answers(1, await it.peers[1].request("INVITE"))
        await placing
        await it.answers(0, late)
        bye = await it.peers[0].request("BYE")
        it.peers[0].send(bye.response(200), it.us.port)
        assert legs_of(it.us) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 407])
async def test_a_trunk_that_cannot_is_left_for_the_next(status: int) -> None:
    async with rig() as it:
        placing = it.call()
        invite = await it.peers[0].request("INVITE")
        await it.says(0, invite, 100)
        await it.says(0, invite, status)
        await it.answers(1, await it.peers[1].request("INVITE"))
        await placing
        assert it.lines[0].scorecard.total.faults == 1


@pytest.mark.parametrize("status", [486, 603, 404, 480, 403, 488, 302])
async def test_what_was_decided_is_final(status: int) -> None:
    async with rig() as it:
        placing = it.call()
        await it.says(0, await it.peers[0].request("INVITE"), status)
        assert (await failure(placing)).code == status
        assert it.peers[1].messages.empty() and it.lines[0].scorecard.total.faults == 0
        assert it.lines[0].limits.calls == 0 and legs_of(it.us) == 0


async def test_a_trunk_that_asks_for_rest_is_left_alone() -> None:
    async with rig() as it:
        placing = it.call()
        await it.says(0, await it.peers[0].request("INVITE"), 503, ("Retry-After", "30"))
        await it.says(1, await it.peers[1].request("INVITE"), 486)
        await failure(placing)
        assert await it.standing(0) is TrunkStanding.RESTING
        it.lines[1].answers(False, "no answer to OPTIONS")
        error = await failure(it.call())
        assert error.code == 503 and "a is resting" in str(error)
        assert "b is down (no answer to OPTIONS)" in str(error) and it.peers[0].messages.empty()


async def test_a_port_that_nobody_listens_on_costs_no_time() -> None:
    async with rig() as it:
        async with raw_peer() as gone:
            port = gone.port
        it.lines[0].changed(Rig.spec("a", port, first_response_s=30.0))
        placing = it.call()
        await it.answers(1, await it.peers[1].request("INVITE"))
        await placing


async def test_a_host_that_does_not_exist_is_left_for_the_next() -> None:
    async with rig() as it:
        it.change(0, host="nowhere.invalid")
        placing = it.call()
        await it.answers(1, await it.peers[1].request("INVITE"))
        await placing
        assert it.lines[0].scorecard.total.as_dict()["codes"] == {"silent": 1}


async def test_full_trunks_are_passed_over_and_told_of() -> None:
    async with rig() as it:
        it.change(0, max_calls=1)
        it.change(1, max_cps=1.0)
        first = it.call()
        await it.peers[0].request("INVITE")
        second = it.call()
        await it.peers[1].request("INVITE")
        error = await failure(it.call())
        assert error.code == 503
        assert "a is full (max_calls)" in str(error) and "b is called too often" in str(error)
        for task in (first, second):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert [line.limits.calls for line in it.lines] == [0, 0] and legs_of(it.us) == 0


async def test_a_trunk_whose_limits_are_used_up_is_passed_over_by_its_name_and_what_it_would_dial() -> None:
    asked: list[tuple[str, str, str]] = []

    def against(*of: str) -> str:
        asked.append((of[0], of[1], of[2]))
        return "its money of today is spent" if of[0] == "a" else ""

    async with rig() as it:
        it.carrier.against = against
        it.change(0, dial=NumberRules(strip="+", prepend="00"))
        placing = it.call()
        invite = await it.peers[1].request("INVITE")
        assert asked == [("a", "+493012", "00493012"), ("b", "+493012", "+493012")]
        assert it.lines[0].limits.calls == 0
        await it.says(1, invite, 503)
        error = await failure(placing)
        assert "a: its money of today is spent" in str(error) and it.lines[1].limits.calls == 0


def test_the_longest_prefix_of_all_trunks_names_a_number() -> None:
    lines = [TrunkLine(TrunkSpec(n, "h", prefixes=p)) for n, p in (("a", ("+49", "!+4915")), ("b", ("*",)))]
    carrier = TrunkCarrier(cast(SipAgent, None), lambda: lines)
    assert carrier.prefix_for("+4930") == "+49" and carrier.prefix_for("+4915") == "*"
    lines.pop()
    assert carrier.prefix_for("+4915") is None and carrier.prefix_for("ann") is None


async def test_nobody_waits_longer_than_wanted() -> None:
    async with rig() as it:
        it.change(0, first_response_s=0.2)
        began = asyncio.get_running_loop().time()
        placing = it.call(timeout_s=0.3)
        await it.peers[0].request("INVITE")
        error = await failure(placing)
        assert error.code == 408 and "a: 127.0.0.1 did not answer within 0.2 s" in str(error)
        assert it.peers[1].messages.empty(), "too little time was left"
        assert asyncio.get_running_loop().time() > began


async def test_a_trunk_that_takes_a_call_and_lets_nothing_ring_is_left_while_there_is_another() -> None:
    async with rig() as it:
        it.change(0, progress_s=0.2)
        it.change(1, progress_s=0.2)
        placing = it.call()
        first = await it.peers[0].request("INVITE")
        await it.says(0, first, 100)
        second = await it.peers[1].request("INVITE")
        assert (await it.peers[0].request("CANCEL")).call_id == first.call_id
        await it.says(1, second, 100)
        with pytest.raises(TimeoutError):  # there is no third
            await asyncio.wait_for(asyncio.shield(placing), 0.4)
        await it.answers(1, second)
        await placing
        assert it.lines[0].scorecard.total.as_dict()["codes"] == {"408": 1}


async def test_a_trunk_that_rings_has_all_the_time_that_there_is() -> None:
    async with rig() as it:
        it.change(0, progress_s=0.1)
        placing = it.call(timeout_s=0.6)
        await it.says(0, await it.peers[0].request("INVITE"), 183)
        assert (await failure(placing)).code == 408
        assert it.rang == 1 and it.peers[1].messages.empty()


async def test_numbers_without_a_prefix_are_not_served() -> None:
    async with rig(1) as it:
        assert it.carrier.serves("+493012")
        for to in ("+33", "demo", "100", "sip:+49301@127.0.0.1", ""):
            assert not it.carrier.serves(to)
        assert (await failure(it.call("+33"))).code == 503
        it.change(0, enabled=False)
        assert not it.carrier.serves("+493012")


async def test_a_call_may_want_one_trunk_and_is_called_by_no_other() -> None:
    async with rig() as it:
        placing = it.call(trunk="b")
        await it.says(1, await it.peers[1].request("INVITE"), 503)
        assert (await failure(placing)).code == 503
        assert it.peers[0].messages.empty(), "the better one was not wanted"
        it.change(1, enabled=False)
        for gone in ("b", "x"):
            error = await failure(it.call(trunk=gone))
            assert error.code == 503 and f"trunk {gone} is not there, not enabled" in str(error)


async def test_a_wrong_password_is_one_line_and_the_next_trunk_is_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with rig() as it:
        it.change(0, username="me", password="wrong horse")
        challenge = ("WWW-Authenticate", 'Digest realm="acme", nonce="n", qop="auth", algorithm=SHA-256')
        placing = it.call()
        await it.says(0, await it.peers[0].request("INVITE"), 401, challenge)
        second = await it.peers[0].request("INVITE")
        assert 'username="me"' in (second.get("Authorization") or "")
        await it.says(0, second, 401, challenge)
        await it.answers(1, await it.peers[1].request("INVITE"))
        await placing
        lines = [
            record.getMessage() for record in caplog.records if "refuses our user name" in record.message
        ]
        assert len(lines) == 1 and "trunks check a" in lines[0] and "wrong horse" not in caplog.text
