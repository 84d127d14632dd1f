"""Calls that we ask the far end to hand over (REFER), with real signalling on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Referable, Termination, Why
from sip.calls.leg import SipLeg
from sip.messages.message import Request
from sip.messages.transfer_headers import fragment
from tests.sip.agents import PHONE, SDP, RawPeer, agent, raw_peer
from tests.sip.calls.test_refer import calls
from tests.sip.calls.test_switchboard import server

HANGS_UP = Termination(EndedBy.SERVER, Why.HANGUP)
ALLOW = ("Allow", PHONE["Allow"])


class Pbx:
    """The far end of a call of ours, which says what the test has it say."""

    def __init__(self, peer: RawPeer, port: int, invite: Request, leg: SipLeg) -> None:
        self.peer, self.port, self.leg = peer, port, leg
        self._invite = invite
        self._cseq = 0

    async def asked(self, to: str = "202", timeout_s: float = 10.0) -> tuple[Request, asyncio.Task[None]]:
        """Our REFER."""
        work = asyncio.create_task(self.leg.refer(to, timeout_s))
        return await self.peer.request("REFER"), work

    def answer(self, refer: Request, status: int = 202, *headers: tuple[str, str]) -> None:
        self.peer.send(refer.response(status, headers=headers), self.port)

    async def notify(
        self, body: bytes, status: int, state: str = "active;expires=60", event: str = "refer",
        content_type: str = "message/sipfrag;version=2.0",
    ) -> None:  # fmt: skip
        """Tell how it goes; `status`: how that is answered."""
        self._cseq += 1
        refer = self._invite
        lines = [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{self.peer.port};rport;branch=z9hG4bKn{self._cseq}"),
            ("Max-Forwards", "70"), ("From", f"{refer.get('To')};tag=pbx"), ("To", refer.get("From") or ""),
            ("Call-ID", refer.call_id), ("CSeq", f"{self._cseq} NOTIFY"), ("Event", event),
            ("Subscription-State", state), ("Contact", f"<sip:pbx@127.0.0.1:{self.peer.port}>"),
        ]  # fmt: skip
        if body:
            lines.append(("Content-Type", content_type))
        self.peer.send(Request("NOTIFY", self._invite.contacts[0].uri, lines, body), self.port)
        await self.peer.response(status, method="NOTIFY")

    async def hang_up(self) -> None:
        self._cseq += 1
        refer = self._invite
        lines = [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{self.peer.port};rport;branch=z9hG4bKb{self._cseq}"),
            ("Max-Forwards", "70"), ("From", f"{refer.get('To')};tag=pbx"), ("To", refer.get("From") or ""),
            ("Call-ID", refer.call_id), ("CSeq", f"{self._cseq} BYE"),
        ]  # fmt: skip
        self.peer.send(Request("BYE", self._invite.contacts[0].uri, lines), self.port)
        await self.peer.response(200, method="BYE")


@asynccontextmanager
async def pbx(allow: tuple[str, str] = ALLOW) -> AsyncIterator[Pbx]:
    """A call of ours that is up."""
    async with agent() as us, raw_peer() as peer:
        calling = asyncio.create_task(us.call(f"sip:bob@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        headers = [
            ("Contact", f"<sip:pbx@127.0.0.1:{peer.port}>"),
            allow,
            ("Content-Type", "application/sdp"),
        ]
        peer.send(invite.response(200, to_tag="pbx", headers=headers, body=SDP), us.port)
        await peer.request("ACK")
        leg = await calling
        yield Pbx(peer, us.port, invite, leg)
        await leg.hangup(HANGS_UP)
        if leg.termination == HANGS_UP:
            bye = await peer.request("BYE")
            peer.send(bye.response(200), us.port)


async def test_the_far_end_calls_somebody_itself_and_says_how_it_goes() -> None:
    async with pbx() as far:
        assert isinstance(far.leg, Referable)
        refer, work = await far.asked("202")
        assert refer.get("Refer-To") == f"<sip:202@127.0.0.1:{far.peer.port}>"
        assert (refer.get("Referred-By") or "").startswith("<sip:voiceforge@")
        far.answer(refer)
        await far.notify(fragment(100), 200)
        await far.notify(fragment(180), 200)
        assert not work.done()
        await far.notify(fragment(200), 200, "terminated;reason=noresource")
        await work
        assert far.leg.termination is None  # until its owner hangs up
        await far.notify(fragment(200), 481)


@pytest.mark.parametrize(
    ("to", "named"),
    [
        ("sip:ann@h:5070;transport=tcp?X=y", "<sip:ann@h:5070;transport=tcp>"),
        ("ann@h", "<sip:ann@h>"),
        ("tel:+4930", "<tel:+4930>"),
    ],
)
async def test_whom_it_is_to_call_may_be_anywhere(to: str, named: str) -> None:
    async with pbx() as far:
        refer, work = await far.asked(to)
        assert refer.get("Refer-To") == named
        far.answer(refer, 603)
        with pytest.raises(CallError):
            await work


async def test_a_trunk_is_asked_for_a_number_as_it_writes_it() -> None:
    async with pbx() as far:
        far.leg.address_of = lambda number: f"sip:0{number}@carrier.example"
        refer, work = await far.asked("30")
        assert refer.get("Refer-To") == "<sip:030@carrier.example>"
        far.answer(refer, 603)
        with pytest.raises(CallError):
            await work


@pytest.mark.parametrize("status", [403, 405, 501, 603])
async def test_a_far_end_that_does_not_is_believed(status: int) -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        far.answer(refer, status)
        with pytest.raises(CallError) as error:
            await work
        assert error.value.code == status and far.leg.termination is None
        await far.notify(fragment(200), 481)


@pytest.mark.parametrize(
    ("body", "state", "code"),
    [
        (fragment(486), "terminated;reason=noresource", 486),
        (fragment(603), "active;expires=60", 603),
        (fragment(100), "terminated;reason=noresource", 480),
        (b"", "terminated;reason=giveup", 480),
        (b"\xff\xfe", "terminated", 480),
    ],
)
async def test_a_far_end_that_reached_nobody_says_so_or_says_no_more(
    body: bytes, state: str, code: int
) -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        far.answer(refer)
        await far.notify(body, 200, state)
        with pytest.raises(CallError) as error:
            await work
        assert error.value.code == code and far.leg.termination is None


async def test_a_far_end_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async with pbx() as far:
        refer, work = await far.asked(timeout_s=0.05)
        far.answer(refer)
        with pytest.raises(CallError) as error:
            await work
        assert error.value.code == 408
        again, work = await far.asked()  # and may be asked again
        far.answer(again, 603)
        with pytest.raises(CallError):
            await work


async def test_a_notice_may_be_faster_than_the_acceptance() -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        await far.notify(fragment(200), 200, "terminated")
        await work
        far.answer(refer)


async def test_a_far_end_that_hangs_up_once_it_agreed_has_what_it_needs() -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        far.answer(refer)
        await far.notify(fragment(100), 200)
        await far.hang_up()
        await work
        assert far.leg.termination is not None


async def test_a_far_end_that_hangs_up_before_it_agreed_has_not() -> None:
    async with pbx() as far:
        _, work = await far.asked()
        await far.hang_up()
        with pytest.raises(CallError):
            await work


async def test_without_notices_its_agreement_is_all_there_is() -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        far.answer(refer, 202, ("Refer-Sub", "false"))
        await work


@pytest.mark.parametrize(
    ("event", "content_type", "state", "status"),
    [
        ("presence", "message/sipfrag", "active", 489),
        (";;", "message/sipfrag", "active", 489),
        ("refer;id=7777", "message/sipfrag", "active", 200),
        ("refer", "application/sdp", "active", 415),
        ("refer", "message/sipfrag", ";", 400),
    ],
)
async def test_a_notice_of_something_else_is_answered_and_changes_nothing(
    event: str, content_type: str, state: str, status: int
) -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        far.answer(refer)
        await far.notify(fragment(100), status, state, event, content_type)
        assert not work.done()
        await far.notify(fragment(200), 200, "terminated")
        await work


async def test_notices_that_nobody_asked_for_are_refused() -> None:
    async with pbx() as far:
        await far.notify(fragment(200), 481)
        await far.notify(fragment(200), 489, event="presence")


async def test_what_is_said_of_an_earlier_transfer_is_not_of_this_one() -> None:
    async with pbx() as far:
        first, given_up = await far.asked("202")
        given_up.cancel()
        await asyncio.wait([given_up])
        second, work = await far.asked("203")
        far.answer(first, 603)
        await far.notify(fragment(486), 200, "terminated", f"refer;id={first.cseq.number}")
        assert not work.done()
        far.answer(second)
        await far.notify(fragment(200), 200, "terminated", f"refer;id={second.cseq.number}")
        await work


async def test_one_at_a_time_and_only_who_says_that_it_can() -> None:
    async with pbx() as far:
        refer, work = await far.asked()
        with pytest.raises(CallError) as error:
            await far.leg.refer("203", 1.0)
        assert error.value.code == 491
        far.answer(refer, 603)
        with pytest.raises(CallError):
            await work
    async with pbx(("Allow", "INVITE, ACK, BYE, CANCEL")) as far:
        with pytest.raises(CallError) as error:
            await far.leg.refer("203", 1.0)
        assert error.value.code == 405


async def test_a_call_of_the_switchboards_ends_when_the_far_end_has_taken_it() -> None:
    async with server() as us, raw_peer() as peer:
        await calls(us, peer, "echo")
        call = next(iter(us.board))
        us.board.targets.trunks = lambda number: "+4930"
        work = asyncio.create_task(us.board.refer(call.id, "+4930"))
        refer = await peer.request("REFER")
        peer.send(refer.response(202), us.sip.port)
        notify = peer.make(
            "NOTIFY", str(refer.contacts[0].uri), cseq=9, branch="n",
            lines={
                "From": refer.get("To") or "", "To": refer.get("From") or "", "Call-ID": refer.call_id,
                "Event": "refer", "Subscription-State": "terminated", "Content-Type": "message/sipfrag",
            },
        )  # fmt: skip
        notify.body = fragment(200)
        peer.send(notify, us.sip.port)
        bye = await peer.request("BYE")
        peer.send(bye.response(200), us.sip.port)
        await work
        assert (await us.ending()).why == "completed"


@pytest.mark.parametrize("to", ["sip:a b@h", "sip:a@h>\r\nX: y", "sip:"])
async def test_what_is_no_address_is_asked_of_nobody(to: str) -> None:
    async with pbx() as far:
        with pytest.raises(CallError) as error:
            await far.leg.refer(to, 1.0)
        assert error.value.code == 400
    with pytest.raises(CallError):
        await far.leg.refer("203", 1.0)  # the call is over
