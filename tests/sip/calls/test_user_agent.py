"""Two agents back to back on loopback: calls, hold, digits, registration, and what is refused."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable

import pytest

from mediaserver.errors import CallError, PortInUseError
from mediaserver.media.leg import Digit, EndedBy, Hold, Termination, Why
from mediaserver.sdp.negotiation import Negotiated
from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.messages.headers import Via
from sip.messages.message import Request, Response
from tests.sip.agents import SDP, Attention, Callee, Events, agent, audio_ports, legs_of, proxy, raw_peer

HANGUP = Termination(EndedBy.CALLER, Why.HANGUP)


def address(of: SipAgent, user: str = "demo") -> str:
    return f"sip:{user}@127.0.0.1:{of.port}"


def agreed(call: SipInvitation) -> Negotiated | None:
    return call.leg.negotiated


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_is_answered_and_hung_up_by_the_caller(transport: str) -> None:
    def answers(call: SipInvitation) -> Awaitable[None]:
        call.announce("http://127.0.0.1/c")
        return call.leg.answer()

    callee = Callee(answers)
    async with agent(callee) as b, agent() as a:
        leg = await a.call(address(b), transport=transport)
        call = await callee.calls.get()
        assert call.dialled == "demo@127.0.0.1"
        assert (call.source.transport, call.source_host) == (transport.upper(), "127.0.0.1")
        assert ("Call-Info", "<http://127.0.0.1/c>;purpose=transcript") in leg.answer_headers
        assert leg.negotiated is not None and leg.negotiated.codec == "PCMU"
        assert leg.stream is not None and call.leg.negotiated is not None
        assert call.leg.negotiated.remote_port == leg.stream.local_port
        assert leg.setup_s is not None and leg.post_dial_delay_s is not None
        events = Events(call.leg)
        await leg.hangup(HANGUP)
        await leg.hangup(HANGUP)
        ended = await events.end()
        assert ended.termination.by is EndedBy.PEER
        assert ended.termination.detail == "hung up by caller"
        assert leg.termination == HANGUP
        assert (legs_of(a), legs_of(b)) == (0, 0)


async def test_the_callee_hangs_up() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, agent() as a:
        leg = await a.call(address(b))
        events = Events(leg)
        call = await callee.calls.get()
        await call.leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        assert (await events.end()).termination.detail == "completed by agent"


@pytest.mark.parametrize("strict", [False, True], ids=["loose", "strict"])
async def test_requests_in_the_dialog_take_the_route_that_proxies_recorded(strict: bool) -> None:
    callee = Callee.answering()
    async with agent(callee) as b, agent() as a, proxy(b.port, strict=strict) as between:
        leg = await a.call("sip:demo@127.0.0.1", proxy=f"127.0.0.1:{between.port}")
        call = await callee.calls.get()
        await leg.hold()
        await call.leg.hold()
        events = Events(call.leg)
        await leg.hangup(HANGUP)
        await events.end()
        assert between.seen[-1] == "BYE"
        assert between.seen.count("INVITE") >= 3 and between.seen.count("ACK") >= 3


async def test_no_proxy_is_told_where_the_transcript_is() -> None:
    def answers(call: SipInvitation) -> Awaitable[None]:
        call.announce("http://127.0.0.1/c")
        return call.leg.answer()

    async with agent(Callee(answers)) as b, agent() as a, proxy(b.port) as between:
        leg = await a.call("sip:demo@127.0.0.1", proxy=f"127.0.0.1:{between.port}")
        assert "Call-Info" not in dict(leg.answer_headers)
        await leg.hangup(HANGUP)


@pytest.mark.parametrize("via", ["SIP/2.0/UDP 192.0.2.7:5060", "SIP/2.0/UDP pbx.example"])
async def test_nor_is_a_caller_that_says_it_is_elsewhere(via: str) -> None:
    def answers(call: SipInvitation) -> Awaitable[None]:
        call.announce("http://127.0.0.1/c")
        return call.leg.answer()

    async with agent(Callee(answers)) as b, raw_peer() as peer:
        invite = peer.make("INVITE", address(b), body=SDP)
        invite.set_top_via(Via.parse(f"{via};rport;branch={invite.via.branch}"))
        peer.send(invite, b.port)
        assert (await peer.response(200)).get("Call-Info") is None


async def test_every_third_message_is_lost_and_the_call_still_stands_and_ends() -> None:
    count = 0

    def loses(message: Request | Response) -> bool:
        nonlocal count
        count += 1
        return count % 3 == 1

    callee = Callee.answering()
    async with agent(callee) as b, agent() as a, proxy(b.port, loses) as between:
        leg = await a.call("sip:demo@127.0.0.1", proxy=f"127.0.0.1:{between.port}")
        call = await callee.calls.get()
        events = Events(call.leg)
        await leg.hangup(HANGUP)
        assert (await events.end()).termination.why is Why.HANGUP


async def test_a_200_is_repeated_until_the_ack_and_without_one_the_call_ends() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b), body=SDP), b.port)
        first = await peer.response(200)
        again = await peer.response(200)
        assert again.get("To") == first.get("To")
        call = await callee.calls.get()
        ended = await Events(call.leg).end()
        assert ended.termination.by is EndedBy.NETWORK


async def test_a_repeated_200_is_acknowledged_again() -> None:
    lost = 0

    def loses(message: Request | Response) -> bool:
        nonlocal lost
        if isinstance(message, Request) and message.method == "ACK" and lost < 2:
            lost += 1
            return True
        return False

    callee = Callee.answering()
    async with agent(callee) as b, agent() as a, proxy(b.port, loses) as between:
        leg = await a.call("sip:demo@127.0.0.1", proxy=f"127.0.0.1:{between.port}")
        call = await callee.calls.get()
        await call.leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        # A callee may send BYE only after the ACK: that it arrives shows that an ACK did.
        assert (await Events(leg).end()).termination.by is EndedBy.PEER
        assert lost == 2


async def test_hold_and_resume() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, agent() as a:
        leg = await a.call(address(b))
        call = await callee.calls.get()
        events = Events(call.leg)
        await leg.hold()
        assert await events.next() == Hold(True)
        assert call.leg.negotiated is not None and call.leg.negotiated.direction == "recvonly"
        await leg.resume()
        assert await events.next() == Hold(False)
        assert call.leg.negotiated.direction == "sendrecv"


async def test_glare_is_resolved_for_both() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, agent() as a:
        leg = await a.call(address(b))
        call = await callee.calls.get()
        await asyncio.wait_for(asyncio.gather(leg.hold(), call.leg.hold()), 10)
        assert leg.negotiated is not None and leg.negotiated.direction == "inactive"


async def test_our_own_offer_makes_theirs_wait() -> None:
    async with agent() as a, raw_peer() as peer:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{peer.port}"))
        invite = await peer.request("INVITE")
        contact = [("Contact", f"<sip:raw@127.0.0.1:{peer.port}>")]
        ok = invite.response(200, to_tag="raw", headers=contact, body=SDP, content_type="application/sdp")
        peer.send(ok, a.port)
        leg = await placing
        await peer.request("ACK")
        holding = asyncio.create_task(leg.hold())
        await peer.request("INVITE")
        mine = peer.make("INVITE", str(invite.contacts[0].uri), cseq=7, branch="g", body=SDP)
        mine.set("From", ok.get("To") or "")
        mine.set("To", invite.get("From") or "")
        mine.set("Call-ID", invite.call_id)
        peer.send(mine, a.port)
        assert (await peer.response(491)).cseq.number == 7
        holding.cancel()


async def test_delayed_offer_in_the_first_invite() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b)), b.port)
        ok = await peer.response(200)
        assert b"m=audio" in ok.body
        call = await callee.calls.get()
        assert agreed(call) is None
        ack = peer.in_dialog("ACK", ok, cseq=1, body=SDP)
        peer.send(ack, b.port)
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=2, branch="o"), b.port)
        await peer.response(200, method="OPTIONS")
        negotiated = agreed(call)
        assert negotiated is not None and negotiated.remote_port == 40000
        peer.send(peer.in_dialog("BYE", ok, cseq=3), b.port)
        await peer.response(200, method="BYE")


async def test_digits_by_info_are_delivered_once_beside_rfc4733() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        call = await callee.calls.get()
        events = Events(call.leg)
        info = peer.in_dialog("INFO", ok, cseq=2, branch="i", body=b"Signal=5\r\nDuration=160\r\n")
        info.set("Content-Type", "application/dtmf-relay")
        peer.send(info, b.port)
        await peer.response(200, method="INFO")
        assert await events.next() == Digit("5", 0, 160)
        stream = call.leg.stream
        assert stream is not None and stream.on_digit is not None
        stream.on_digit("5", 640, 100)  # the same press, by RTP
        stream.on_digit("6", 960, 100)
        assert await events.next() == Digit("6", 960, 100)
        short = peer.in_dialog("INFO", ok, cseq=3, branch="j", body=b"6")
        short.set("Content-Type", "application/dtmf")
        peer.send(short, b.port)
        await peer.response(200, method="INFO")
        unknown = peer.in_dialog("INFO", ok, cseq=4, branch="k", body=b"x")
        unknown.set("Content-Type", "text/plain")
        peer.send(unknown, b.port)
        assert "application/dtmf-relay" in ((await peer.response(415)).get("Accept") or "")
        assert events.queue.empty()
        peer.send(peer.in_dialog("BYE", ok, cseq=5), b.port)
        await peer.response(200, method="BYE")


async def test_update_changes_the_session() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        call = await callee.calls.get()
        peer.send(peer.in_dialog("UPDATE", ok, cseq=2, body=SDP + b"a=sendonly\r\n"), b.port)
        answer = await peer.response(200, method="UPDATE")
        assert b"a=recvonly" in answer.body
        assert await Events(call.leg).next() == Hold(True)
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=1, branch="old"), b.port)
        assert (await peer.response(500)).cseq.method == "OPTIONS"
        peer.send(peer.in_dialog("BYE", ok, cseq=5, branch="b"), b.port)
        await peer.response(200, method="BYE")


async def test_unknown_users_get_404() -> None:
    def answers(call: SipInvitation) -> None:
        call.reject(404)

    async with agent(Callee(answers)) as b, agent() as a:
        with pytest.raises(CallError) as error:
            await a.call(address(b, "nobody"))
        assert error.value.code == 404


async def test_no_common_codec_is_488_and_broken_sdp_400() -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b), body=SDP.replace(b"AVP 0 101", b"AVP 18")), b.port)
        await peer.response(488)
        peer.send(peer.make("INVITE", address(b), branch="2", cseq=2, body=b"nonsense"), b.port)
        await peer.response(400)


async def test_too_many_calls_get_503_with_retry_after() -> None:
    callee = Callee()
    refused: list[str] = []
    async with agent(callee, max_legs=1, on_refused=refused.append) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b), body=SDP), b.port)
        await callee.calls.get()
        second = peer.make("INVITE", address(b), branch="2", lines={"Call-ID": "other"}, body=SDP)
        peer.send(second, b.port)
        assert (await peer.response(503)).get("Retry-After") == "5"
        assert refused == ["full"]


async def test_a_merged_request_gets_482() -> None:
    callee = Callee()
    async with agent(callee) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", address(b), branch="path1", body=SDP), b.port)
        await callee.calls.get()
        peer.send(peer.make("INVITE", address(b), branch="path2", body=SDP), b.port)
        await peer.response(482)


@pytest.mark.parametrize(
    ("method", "lines", "status"),
    [
        ("BYE", {"To": "<sip:x@127.0.0.1>;tag=gone"}, 481),
        ("CANCEL", {}, 481),
        ("BYE", {}, 481),
        ("MESSAGE", {}, 405),
        ("FROBNICATE", {}, 501),
        ("OPTIONS", {"Require": "precondition"}, 420),
        ("INVITE", {"Accept": "text/plain"}, 406),
        ("REGISTER", {}, 405),
    ],
)
async def test_refusals(method: str, lines: dict[str, str], status: int) -> None:
    async with agent() as b, raw_peer() as peer:
        peer.send(peer.make(method, address(b), lines=lines), b.port)
        response = await peer.response(status)
        assert response.to.tag is not None
        if status in (405, 501):
            assert "INVITE" in (response.get("Allow") or "")


async def test_options_and_registration_between_agents() -> None:
    registrar = Registrar("voiceforge", {"100": "secret"}.get)
    async with agent(registrar=registrar) as b, agent() as a:
        assert (await a.options(address(b))).status == 200
        assert (await a.options(address(b), transport="tcp")).status == 200
        assert await a.register(address(b, "100"), "100", "secret", expires=600) == 600
        (binding,) = registrar.lookup("100", asyncio.get_running_loop().time())
        assert binding.contact.port == a.port
        with pytest.raises(CallError) as error:
            await a.register(address(b, "100"), "100", "wrong")
        assert error.value.code == 401
        await a.register(address(b, "100"), "100", "secret", expires=0)
        assert registrar.lookup("100", asyncio.get_running_loop().time()) == []


async def test_a_long_request_goes_by_tcp_and_by_udp_when_tcp_is_refused() -> None:
    callee = Callee.answering()
    async with agent(callee) as b, agent() as a:
        leg = await a.call(address(b), headers=[("X-Long", "x" * 1300)])
        assert (await callee.calls.get()).source.transport == "TCP"
        await leg.hangup(HANGUP)
    callee = Callee.answering()
    async with agent(callee, tcp=False) as b, agent() as a:
        leg = await a.call(address(b), headers=[("X-Long", "x" * 1300)])
        assert (await callee.calls.get()).source.transport == "UDP"
        await leg.hangup(HANGUP)


async def test_nobody_answers() -> None:
    async with agent() as a, raw_peer() as peer:
        with pytest.raises(CallError) as error:
            await a.call(f"sip:x@127.0.0.1:{peer.port}")
        assert error.value.code == 408
        assert legs_of(a) == 0
        with pytest.raises(CallError):
            await a.call("not a uri")
        with pytest.raises(CallError):
            await a.call("sips:x@127.0.0.1")


async def test_a_port_in_use_says_how_to_mend_it() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        wire = audio_ports()
        port = taken.getsockname()[1]
        second = SipAgent(host="127.0.0.1", port=port, wire=wire, on_invite=Callee())
        with pytest.raises(PortInUseError, match="another port"):
            await second.start()
        wire.close()


async def test_an_application_that_fails_costs_only_its_own_call() -> None:
    def answers(call: SipInvitation) -> None:
        if call.dialled == "broken@127.0.0.1":
            raise RuntimeError("on purpose")
        call.reject(486)

    async with agent(Callee(answers)) as b, agent() as a:
        with pytest.raises(CallError) as error:
            await a.call(address(b, "broken"))
        assert error.value.code == 500
        with pytest.raises(CallError) as error:
            await a.call(address(b))
        assert error.value.code == 486


async def test_stop_ends_running_calls_and_refuses_new_ones() -> None:
    callee = Callee.answering()
    async with agent() as a:
        async with agent(callee) as b:
            leg = await a.call(address(b))
            events = Events(leg)
            b.refuse_new()
            with pytest.raises(CallError) as error:
                await a.call(address(b))
            assert error.value.code == 503
        assert "stopped" in (await events.end()).termination.detail


async def test_new_calls_are_refused_while_the_queue_before_us_is_long() -> None:
    attention = Attention()
    async with agent(Callee.answering(), attention) as b, agent() as a:
        leg = await a.call(address(b))
        attention.behind_s = 1.0
        with pytest.raises(CallError) as error:
            await a.call(address(b))
        assert error.value.code == 503
        await leg.hold()
        await leg.hangup(HANGUP)
