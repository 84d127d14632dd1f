"""Phones and PBXs that transfer calls with REFER, with real signalling on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mediaserver.calls.call import CallState
from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.ending import failure_reason, reason_text
from sip.calls.leg import SipLeg
from sip.messages.message import Request, Response
from sip.messages.transfer_headers import Replaces, status_of
from tests.sip.agents import SDP, Callee, Events, RawPeer, agent, raw_peer
from tests.sip.calls.test_switchboard import Server, server

HANGS_UP = Termination(EndedBy.CALLER, Why.HANGUP)


class Transferor:
    """A phone of few words in a call with the server."""

    def __init__(self, us: Server, peer: RawPeer, ok: Response) -> None:
        self.us, self.peer, self.ok = us, peer, ok
        self._cseq = 1

    @property
    def replaces(self) -> Replaces:
        """Its call, as whoever is to take its place names it."""
        return Replaces(self.ok.call_id, self.ok.to.tag or "", self.ok.from_.tag or "")

    def request(self, method: str, **lines: str) -> Request:
        self._cseq += 1
        made = self.peer.in_dialog(method, self.ok, cseq=self._cseq, branch=f"{method}{self._cseq}")
        made.set("Call-ID", self.ok.call_id)
        for name, value in lines.items():
            made.add(name.replace("_", "-"), value)
        return made

    async def ask(self, request: Request, *statuses: int) -> Response:
        self.peer.send(request, self.us.sip.port)
        return await self.peer.response(*(statuses or (202,)), method=request.method)

    async def refer(self, to: str, *statuses: int, **lines: str) -> Response:
        """Ask for a transfer; the response."""
        return await self.ask(self.request("REFER", Refer_To=f"<{to}>", **lines), *statuses)

    async def notice(self, status: int = 200) -> Request:
        """The next NOTIFY, which is answered so."""
        notify = await self.peer.request("NOTIFY")
        self.peer.send(notify.response(status), self.us.sip.port)
        return notify

    async def told(self) -> list[int | None]:
        """All that it is told of its transfer, to the end."""
        said = []
        while True:
            notify = await self.notice()
            said.append(status_of(notify.body))
            if (notify.get("Subscription-State") or "").startswith("terminated"):
                return said

    async def bye(self) -> None:
        await self.ask(self.request("BYE"), 200)


async def calls(us: Server, peer: RawPeer, user: str, call_id: str = "raw-call") -> Transferor:
    """A phone calls the server."""
    lines = {"Call-ID": call_id}
    invite = peer.make("INVITE", us.address(user), body=SDP, branch=call_id, lines=lines)
    peer.send(invite, us.sip.port)
    ok = await peer.response(200, method="INVITE")
    ack = peer.in_dialog("ACK", ok, cseq=1, branch=f"ack{call_id}")
    ack.set("Call-ID", call_id)
    peer.send(ack, us.sip.port)
    for call in us.board:
        watching = us.board.watch(call.id)
        while call.state is not CallState.ANSWERED:
            await asyncio.wait_for(anext(watching), 10)
    return Transferor(us, peer, ok)


@asynccontextmanager
async def world(answers: Callee | None = None) -> AsyncIterator[tuple[Server, RawPeer, Callee]]:
    """A server, a phone that will transfer, and extension 101, which answers."""
    callee = answers or Callee.answering()
    async with server() as us, agent(callee) as phone, raw_peer() as peer:
        await phone.register(us.address("101"), "101", "secret")
        yield us, peer, callee


async def up(callee: Callee) -> SipLeg:
    leg = (await asyncio.wait_for(callee.calls.get(), 10)).leg
    assert isinstance(leg, SipLeg)
    return leg


async def test_a_caller_transfers_whom_it_called_and_is_told_how_it_goes() -> None:
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "echo")
        accepted = await ann.refer(us.address("101"), Referred_By="<sip:ann@h>")
        assert accepted.contacts
        first = await ann.notice()
        assert status_of(first.body) == 100 and first.content_type == "message/sipfrag"
        assert first.get("Event") == "refer" and (first.get("Subscription-State") or "").startswith("active;")
        assert (await ann.told())[-1] == 200
        await ann.bye()
        carl = await up(callee)
        assert len(us.board) == 1 and carl.termination is None  # it talks to the echo
        await carl.hangup(HANGS_UP)
        ended = await us.ending()
        assert (ended.ended_by, ended.why) == ("callee", "hung up")


async def test_the_new_call_says_who_had_it_made_and_nothing_that_was_smuggled_in() -> None:
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "echo")
        await ann.refer(
            us.address("101") + "?Route=%3Csip:evil%3E&Subject=x&Contact=%3Csip:evil%3E",
            Referred_By="<sip:ann@h?X=y>;cid=1",
        )
        asked = await asyncio.wait_for(callee.calls.get(), 10)
        request = asked.request
        assert request.get("Referred-By") == "<sip:ann@h>" and not request.routes
        assert request.get("Subject") is None and "evil" not in str(request.contacts)
        await ann.told()
        await ann.bye()
        await asked.leg.hangup(HANGS_UP)


async def test_a_transfer_to_somebody_busy_is_told_and_the_call_goes_on() -> None:
    busy = Callee(lambda call: call.leg.hangup(Termination(EndedBy.CALLEE, Why.BUSY, 486)))
    async with world(busy) as (us, peer, _):
        ann = await calls(us, peer, "echo")
        await ann.refer(us.address("101"))
        assert (await ann.told())[-1] == 486
        await ann.ask(ann.request("OPTIONS"), 200)
        await ann.refer(us.address("101"))  # a second one is told apart by its number
        assert (await ann.notice()).get("Event") == f"refer;id={ann._cseq}"
        assert (await ann.told())[-1] == 486 and len(us.board) == 1
        await ann.bye()


@pytest.mark.parametrize("extension", ["102", ""])
async def test_why_a_transfer_failed_is_told_in_words_to_a_phone_that_we_know(extension: str) -> None:
    busy = Callee(lambda call: call.leg.hangup(Termination(EndedBy.CALLEE, Why.BUSY, 486)))
    async with world(busy) as (us, peer, _):
        ann = await calls(us, peer, "echo")
        (live,) = us.board._live.values()
        live.first.leg._session.dialog.extension = extension  # type: ignore[attr-defined]
        refused = await ann.refer(us.address("nobody"), 403)
        said = reason_text(refused)
        assert "allowed" in said if extension else said == ""
        await ann.refer(us.address("101"))
        last = b""
        while status_of(last) != 486:
            last = (await ann.notice()).body
        assert last.startswith(b"SIP/2.0 486 Busy Here\r\n")
        assert (b'\r\nReason: SIP;cause=486;text="' in last) is bool(extension)
        await ann.bye()


async def test_who_has_others_rung_again_and_again_is_heard_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sip.calls.refer_received.MOST_REFERS", 2)
    busy = Callee(lambda call: call.leg.hangup(Termination(EndedBy.CALLEE, Why.BUSY, 486)))
    async with world(busy) as (us, peer, callee):
        ann = await calls(us, peer, "echo")
        await ann.refer(us.address("101"))
        assert (await ann.told())[-1] == 486
        await ann.refer("sip:eve@evil.example", 403)
        await ann.refer(us.address("101"), 603)
        await ann.ask(ann.request("OPTIONS"), 200)
        assert callee.calls.qsize() == 1 and len(us.board) == 1
        await ann.bye()


async def test_a_phone_that_hangs_up_before_the_target_answers_has_handed_over() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with world(callee) as (us, peer, _):
        ann = await calls(us, peer, "echo")
        await ann.refer(us.address("101"))
        carl = await up(callee)
        await ann.notice()
        await ann.bye()
        assert len(us.board) == 1
        await carl.answer()
        events = Events(carl)
        await us.board.hang_up(next(iter(us.board)).id)
        await events.end()


@pytest.mark.parametrize(
    ("to", "lines", "status"),
    [
        ("sip:eve@evil.example", {}, 403),
        ("sip:900@SERVER", {}, 403),
        ("tel:+1900555", {}, 403),
        ("http://evil.example/", {}, 416),
        ("sip:101@SERVER;method=BYE", {}, 603),
        ("sip:101@SERVER?Replaces=none%3Bto-tag%3Da%3Bfrom-tag%3Db", {}, 603),
        ("sip:101@SERVER?Replaces=none", {}, 400),
        ("sip:SERVER", {}, 404),
        ("sip:101%40evil.example@SERVER", {}, 404),
        ("sip:101@SERVER", {"Refer_To": "<sip:102@h>"}, 400),
        ("sip:101@SERVER", {"Require": "explicitsub"}, 420),
    ],
)
async def test_a_transfer_that_may_not_be_is_refused_and_the_call_goes_on(
    to: str, lines: dict[str, str], status: int
) -> None:
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "echo")
        to = to.replace("SERVER", f"127.0.0.1:{us.sip.port}")
        request = ann.request("REFER", Refer_To=f"<{to}>")
        for name, value in lines.items():
            request.add(name.replace("_", "-"), value)
        await ann.ask(request, status)
        await ann.ask(ann.request("OPTIONS"), 200)
        assert callee.calls.empty() and len(us.board) == 1
        await ann.bye()


def test_words_that_go_into_a_reason_end_no_line_and_no_quotation() -> None:
    said = failure_reason(500, 'it said "no"\\\r\nVia: x' + "y" * 500)
    assert said.startswith("SIP;cause=500;text=\"it said 'no'") and said.count('"') == 2
    assert "\r" not in said and "\n" not in said and len(said) < 340


async def test_without_a_refer_to_nothing_is_done() -> None:
    async with world() as (us, peer, _):
        ann = await calls(us, peer, "echo")
        await ann.ask(ann.request("REFER"), 400)
        await ann.bye()


@pytest.mark.parametrize("wants", [{"Refer_Sub": "false"}, {"Refer_Sub": "false", "Require": "norefersub"}])
async def test_a_phone_that_wants_no_notices_gets_none(wants: dict[str, str]) -> None:
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "echo")
        accepted = await ann.refer(us.address("101"), **wants)
        assert accepted.get("Refer-Sub") == "false"
        carl = await up(callee)
        await ann.bye()
        assert peer.messages.empty()
        await carl.hangup(HANGS_UP)


@pytest.mark.parametrize("status", [481, 500])
async def test_a_phone_that_takes_no_notices_gets_no_more_and_its_transfer_goes_on(status: int) -> None:
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "echo")
        await ann.refer(us.address("101"))
        await ann.notice(status)
        carl = await up(callee)
        await ann.bye()
        assert not [each for each in peer.messages._queue if getattr(each, "method", "") == "NOTIFY"]  # type: ignore[attr-defined]
        await carl.hangup(HANGS_UP)


async def test_a_second_transfer_while_one_rings_has_to_wait() -> None:
    callee = Callee(lambda call: call.leg.ring())
    async with world(callee) as (us, peer, _):
        ann = await calls(us, peer, "echo")
        await ann.refer(us.address("101"))
        await up(callee)
        await ann.refer(us.address("101"), 491)
        await ann.bye()


async def test_a_called_phone_transfers_its_caller() -> None:
    async with server() as us, agent() as caller, raw_peer() as phone:
        registrar = us.sip.registrar
        assert registrar is not None
        lines = {"To": f"<{us.address('101')}>", "Contact": f"<sip:101@127.0.0.1:{phone.port}>"}
        request = phone.make("REGISTER", us.address("101"), lines=lines)
        assert registrar.bind("101", request, asyncio.get_running_loop().time()).status == 200
        calling = asyncio.create_task(caller.call(us.address("101")))
        invite = await phone.request("INVITE")
        ok = invite.response(
            200, to_tag="bob", headers=[("Contact", f"<sip:101@127.0.0.1:{phone.port}>")], body=SDP,
            content_type="application/sdp",
        )  # fmt: skip
        phone.send(ok, us.sip.port)
        await phone.request("ACK")
        leg = await calling
        refer = Request(
            "REFER", invite.contacts[0].uri,
            [
                ("Via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};rport;branch=z9hG4bKrefer"),
                ("Max-Forwards", "70"), ("From", str(ok.to)), ("To", str(ok.from_)),
                ("Call-ID", ok.call_id), ("CSeq", "1 REFER"),
                ("Contact", f"<sip:101@127.0.0.1:{phone.port}>"), ("Refer-To", f"<{us.address('echo')}>"),
            ],
        )  # fmt: skip
        phone.send(refer, us.sip.port)
        await phone.response(202)
        bob = Transferor(us, phone, ok)
        assert (await bob.told())[-1] == 200
        assert leg.termination is None  # it talks to the echo
        bye = Request("BYE", refer.uri, refer.headers)
        bye.set("CSeq", "2 BYE")
        bye.set("Via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};rport;branch=z9hG4bKbye")
        phone.send(bye, us.sip.port)
        await phone.response(200, method="BYE")
        call = await us.answered()
        assert [each["name"] for each in us.board.parties(call.id)] == ["caller", "agent"]
        await leg.hangup(HANGS_UP)
        await us.ending()


@pytest.mark.parametrize("contact", [False, True])
async def test_a_phone_joins_the_two_it_talks_to(contact: bool) -> None:
    """It names the other call by whom it called, or by our Contact there (RFC 5589 section 7.3)."""
    async with world() as (us, peer, callee):
        ann = await calls(us, peer, "echo", "first")
        consults = await calls(us, peer, "101", "second")
        carl = await up(callee)
        text = str(consults.replaces).replace(";", "%3B").replace("=", "%3D")
        to = str(consults.ok.contacts[0].uri) if contact else us.address("101")
        await ann.refer(f"{to}?Replaces={text}")
        assert (await ann.told())[-1] == 200
        await ann.bye()
        await consults.bye()
        assert carl.termination is None and len(us.board) == 1
        await carl.hangup(HANGS_UP)


async def test_who_is_talked_to_elsewhere_is_called_to_replace_that_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The phone consulted somebody without us: that one is to take our call in its place."""
    async with world() as (us, peer, _), raw_peer() as other:
        monkeypatch.setattr(us.board.targets, "check", lambda to: None)
        ann = await calls(us, peer, "echo")
        to = f"sip:carl@127.0.0.1:{other.port}"
        await ann.refer(f"{to}?Replaces=theirs%40h%3Bto-tag%3D1%3Bfrom-tag%3D2", Referred_By="<sip:ann@h>")
        invite = await other.request("INVITE")
        assert invite.get("Replaces") == "theirs@h;to-tag=1;from-tag=2"
        assert "replaces" in invite.get_all("Require") and invite.get("Referred-By") == "<sip:ann@h>"
        other.send(invite.response(481, to_tag="x"), us.sip.port)
        assert (await ann.told())[-1] == 481 and len(us.board) == 1
        await ann.bye()


@pytest.mark.parametrize(("extension", "trunk"), [("102", ""), ("", ""), ("", "other")])
async def test_a_call_is_not_joined_by_who_is_not_in_it(extension: str, trunk: str) -> None:
    """All are at one address, as behind one NAT."""
    async with world() as (us, peer, callee), agent() as phone:
        ann = await calls(us, peer, "echo")
        other = await phone.call(us.address("101"))
        carl = await up(callee)
        theirs = us.board._live
        (live,) = [each for each in theirs.values() if each.others]
        session = live.first.leg._session  # type: ignore[attr-defined]
        session.dialog.extension = "101"
        mine = next(each for each in theirs.values() if not each.others).first.leg._session  # type: ignore[attr-defined]
        mine.dialog.extension = extension
        if trunk:
            mine.leg.labels["trunk"] = trunk
        dialog = session.dialog.id
        text = f"{dialog[0]}%3Bto-tag%3D{dialog[1]}%3Bfrom-tag%3D{dialog[2]}"
        await ann.refer(f"{us.address('101')}?Replaces={text}", 403)
        await ann.bye()
        assert carl.termination is None
        await other.hangup(HANGS_UP)


async def test_out_of_a_call_nobody_is_called_for_anybody() -> None:
    async with world() as (us, peer, callee):
        refer = peer.make("REFER", us.address("echo"), lines={"Refer-To": f"<{us.address('101')}>"})
        peer.send(refer, us.sip.port)
        await peer.response(403)
        assert callee.calls.empty()


async def test_a_transfer_before_the_answer_is_too_early() -> None:
    async with world(Callee(lambda call: call.leg.ring())) as (us, peer, callee):
        peer.send(peer.make("INVITE", us.address("101"), body=SDP), us.sip.port)
        ringing = await peer.response(180)
        await up(callee)
        refer = peer.make(
            "REFER", us.address("101"), cseq=2, branch="r",
            lines={"To": ringing.get("To") or "", "Refer-To": f"<{us.address('echo')}>"},
        )  # fmt: skip
        peer.send(refer, us.sip.port)
        await peer.response(491, method="REFER")
        with pytest.raises(CallError):
            us.board.parties(next(iter(us.board)).id)
