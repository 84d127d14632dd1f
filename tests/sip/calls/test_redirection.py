"""Calls that are sent on by 3xx: whom a redirect may lead to, then against raw peers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mediaserver.errors import CallError
from mediaserver.media.encryption import SrtpKeys
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.sdp.policy import Encryption, MediaPolicy
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.calls.redirection import MOST_TARGETS, Redirection
from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from tests.sip.agents import SDP, Callee, RawPeer, agent, legs_of, raw_peer
from tests.sip.certified import Authority

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
FIRST = Uri.parse("sip:first@pbx")


def moved(*contacts: str, status: int = 302) -> Response:
    return Response(status, headers=[("Contact", contact) for contact in contacts])


def anybody(uri: Uri) -> bool:
    return True


def led_to(redirection: Redirection) -> list[str]:
    found = []
    while redirection.more:
        found.append(str(redirection.next()))
    return found


def test_the_most_wanted_is_asked_first_and_what_cannot_be_read_counts_as_wanted() -> None:
    redirection = Redirection(FIRST, anybody)
    redirection.sent_on(
        moved("<sip:c@x>;q=0.1, <sip:a@x>", "<sip:b@x>;q=0.5", "<sip:d@x>;q=high", "<sip:e@x>;q=nan")
    )
    assert led_to(redirection) == ["sip:a@x", "sip:d@x", "sip:e@x", "sip:b@x", "sip:c@x"]


def test_nobody_is_asked_twice_however_it_is_written() -> None:
    redirection = Redirection(FIRST, anybody)
    redirection.sent_on(moved("<sip:first@PBX>", "<sip:a@x?Subject=y>", "<sip:%61@X>"))
    assert led_to(redirection) == ["sip:a@x"], "and headers of an address do not become ours"
    redirection.sent_on(moved("<sip:a@x>", "<sip:first@pbx>"))
    assert not redirection.more


def test_what_the_last_one_says_goes_before_what_was_said_earlier() -> None:
    redirection = Redirection(FIRST, anybody)
    redirection.sent_on(moved("<sip:a@x>", "<sip:b@x>"))
    assert str(redirection.next()) == "sip:a@x"
    redirection.sent_on(moved("<sip:c@x>"))
    assert led_to(redirection) == ["sip:c@x", "sip:b@x"]


def test_nobody_leads_us_on_without_end() -> None:
    redirection = Redirection(FIRST, anybody)
    for number in range(100):
        redirection.sent_on(moved(*(f"<sip:a{number}{i}@x>" for i in range(20))))
    assert len(led_to(redirection)) == MOST_TARGETS


def test_nobody_is_counted_whom_nobody_would_ask() -> None:
    """Who is allowed counts to the limits on calls out: one response must not use them up."""
    counted: list[Uri] = []

    def counts(uri: Uri) -> bool:
        counted.append(uri)
        return True

    redirection = Redirection(FIRST, counts)
    redirection.sent_on(moved(*(f"<sip:a{i}@x>" for i in range(100))))
    assert len(counted) == MOST_TARGETS
    redirection.next()
    redirection.sent_on(moved(*(f"<sip:b{i}@x>" for i in range(100))))
    assert len(counted) == 2 * MOST_TARGETS - 1 and len(led_to(redirection)) == MOST_TARGETS - 1


def test_only_where_we_may_call_and_only_what_can_be_called() -> None:
    redirection = Redirection(FIRST, lambda uri: uri.host == "good")
    redirection.sent_on(moved("<sip:a@bad>", "<tel:+49123>", "<sip:a@good>", "<http://good>"))
    assert led_to(redirection) == ["sip:a@good"]
    redirection = Redirection(FIRST)
    redirection.sent_on(moved("<sip:a@x>"))
    assert not redirection.more, "nobody, unless somebody says so"


def test_what_has_to_be_encrypted_stays_so() -> None:
    redirection = Redirection(Uri.parse("sips:first@pbx"), anybody)
    redirection.sent_on(moved("<sip:a@x>", "<sips:b@x>"))
    assert led_to(redirection) == ["sips:b@x"]


@pytest.mark.parametrize("status", [200, 305, 380, 399, 404, 486, 603])
def test_other_responses_lead_nowhere(status: int) -> None:
    redirection = Redirection(FIRST, anybody)
    redirection.sent_on(moved("<sip:a@x>", status=status))
    redirection.sent_on(moved("*"))
    assert not redirection.more


def contact(peer: RawPeer, user: str = "raw", q: str = "") -> tuple[str, str]:
    return ("Contact", f"<sip:{user}@127.0.0.1:{peer.port}>{q}")


async def test_a_call_goes_to_where_it_is_sent_without_the_proof_that_was_for_another() -> None:
    async with agent(may_redirect_to=anybody) as a, raw_peer() as first, raw_peer() as second:
        uri = f"sip:raw@127.0.0.1:{first.port}"
        placing = asyncio.create_task(a.call(uri, username="100", password="secret"))
        invite = await first.request("INVITE")
        challenge = [("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5')]
        first.send(invite.response(401, to_tag="one", headers=challenge), a.port)
        await first.request("ACK")
        proving = await first.request("INVITE")
        assert proving.get("Authorization")
        first.send(proving.response(302, to_tag="one", headers=[contact(second, "new")]), a.port)
        await first.request("ACK")
        again = await second.request("INVITE")
        assert str(again.uri) == f"sip:new@127.0.0.1:{second.port}" and again.to.uri.user == "raw"
        assert again.get("Authorization") is None and again.call_id == invite.call_id
        assert again.cseq.number > proving.cseq.number and again.max_forwards == 69
        second.send(again.response(401, to_tag="two", headers=challenge), a.port)
        await second.request("ACK")
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 401, "its password is not for everybody"
        assert legs_of(a) == 0


async def test_what_was_for_one_server_stays_behind_and_a_call_without_hops_ends() -> None:
    headers = [
        ("P-Asserted-Identity", "<sip:+4930@acme>"), ("Privacy", "id"), ("X-Account", "7"),
        ("User-to-User", "00"), ("Call-Info", "<http://x>"),
    ]  # fmt: skip
    async with agent(may_redirect_to=anybody) as a, raw_peer() as first, raw_peer() as second:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}", headers=headers, hops=1))
        invite = await first.request("INVITE")
        assert all(invite.get(name) for name, _ in headers)
        first.send(invite.response(302, to_tag="one", headers=[contact(second)]), a.port)
        again = await second.request("INVITE")
        assert [name for name, _ in headers if again.get(name)] == ["Privacy", "Call-Info"]
        assert again.max_forwards == 0
        second.send(again.response(302, to_tag="two", headers=[contact(second, "more")]), a.port)
        await second.request("ACK")
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 302


async def test_the_next_is_asked_when_one_refuses_and_the_leg_is_there_where_it_was_answered() -> None:
    async with (
        agent(may_redirect_to=anybody) as a,
        raw_peer() as first,
        raw_peer() as busy,
        raw_peer() as last,
    ):
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}"))
        invite = await first.request("INVITE")
        targets = [contact(last, q=";q=0.5"), contact(busy)]
        first.send(invite.response(300, to_tag="one", headers=targets), a.port)
        busy.send((await busy.request("INVITE")).response(486, to_tag="two"), a.port)
        await busy.request("ACK")
        invite = await last.request("INVITE")
        lines = [contact(last), ("Content-Type", "application/sdp")]
        last.send(invite.response(183, to_tag="three", headers=lines, body=SDP), a.port)
        last.send(invite.response(200, to_tag="three", headers=lines, body=SDP), a.port)
        await last.request("ACK")
        leg = await asyncio.wait_for(placing, 10)
        assert leg.remote == f"127.0.0.1:{last.port}"
        await leg.hangup(HANGUP)
        last.send((await last.request("BYE")).response(200), a.port)


async def test_where_we_may_not_call_no_redirect_leads_and_the_call_ends_with_it() -> None:
    async with agent(may_redirect_to=lambda uri: False) as a, raw_peer() as first, raw_peer() as second:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}"))
        invite = await first.request("INVITE")
        first.send(invite.response(302, to_tag="one", headers=[contact(second)]), a.port)
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 302 and second.messages.empty()


async def test_a_circle_and_an_address_of_ours_end_the_call() -> None:
    async with agent(may_redirect_to=anybody) as a, raw_peer() as first, raw_peer() as second:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}"))
        invite = await first.request("INVITE")
        ours = ("Contact", f"<sip:echo@127.0.0.1:{a.port}>")
        first.send(invite.response(302, to_tag="one", headers=[ours, contact(second)]), a.port)
        invite = await second.request("INVITE")
        second.send(invite.response(302, to_tag="two", headers=[contact(first), contact(second)]), a.port)
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 302 and legs_of(a) == 0


async def test_everybody_is_busy_where_one_says_so() -> None:
    async with agent(may_redirect_to=anybody) as a, raw_peer() as first, raw_peer() as second:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}"))
        invite = await first.request("INVITE")
        targets = [contact(second, "a"), contact(second, "b")]
        first.send(invite.response(302, to_tag="one", headers=targets), a.port)
        second.send((await second.request("INVITE")).response(603, to_tag="two"), a.port)
        await second.request("ACK")
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 603 and second.messages.empty()


async def test_who_gives_up_while_the_next_is_looked_for_calls_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with agent(may_redirect_to=anybody) as a, raw_peer() as first, raw_peer() as second:
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}"))
        invite = await first.request("INVITE")
        asked = asyncio.Event()

        async def never(uri: object, transport: str | None) -> list[object]:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        monkeypatch.setattr(a._requester, "hops_to", never)
        first.send(invite.response(302, to_tag="one", headers=[contact(second)]), a.port)
        await asyncio.wait_for(asked.wait(), 10)
        placing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await placing
        assert legs_of(a) == 0 and second.messages.empty()


async def test_a_proxy_that_we_were_told_to_use_stays_on_the_way() -> None:
    async with agent(may_redirect_to=anybody) as a, raw_peer() as proxy:
        placing = asyncio.create_task(a.call("sip:raw@nowhere.invalid", proxy=f"127.0.0.1:{proxy.port}"))
        invite = await proxy.request("INVITE")
        lines = [("Contact", "<sip:new@elsewhere.invalid>")]
        proxy.send(invite.response(302, to_tag="one", headers=lines), a.port)
        await proxy.request("ACK")
        again = await proxy.request("INVITE")
        assert again.uri.host == "elsewhere.invalid" and again.get("Route")
        proxy.send(again.response(486, to_tag="two"), a.port)
        assert isinstance(await proxy.request("ACK"), Request)
        with pytest.raises(CallError) as error:
            await placing
        assert error.value.code == 486


OPTIONAL = MediaPolicy(encryption=Encryption.OPTIONAL)


async def test_keys_of_an_encrypted_way_are_not_written_on_an_open_one(tmp_path: Path) -> None:
    """Whoever is called first is heard before it sends the call on: its leg goes on, its keys do not."""
    authority = Authority(tmp_path)
    async with raw_peer() as second:

        async def sends_on(call: SipInvitation) -> None:
            assert await call.leg.progress()
            (session,) = first._places.taken
            session.refuse(302, None, [contact(second)], why=Termination(EndedBy.SERVER, Why.FAILED, 302))

        tls = authority.server()
        async with (
            agent(sends_on, tls=tls, media=OPTIONAL) as first,
            agent(tls=authority.client(), media=OPTIONAL, may_redirect_to=anybody) as a,
        ):
            heard: list[SipLeg] = []
            uri = f"sip:raw@127.0.0.1:{first.transport.tls_port};transport=tls"
            placing = asyncio.create_task(a.call(uri, on_early=heard.append))
            invite = await second.request("INVITE")
            assert heard, "it was heard, encrypted"
            assert b"m=audio" in invite.body and b"a=crypto" not in invite.body
            lines = [contact(second), ("Content-Type", "application/sdp")]
            second.send(invite.response(200, to_tag="two", headers=lines, body=SDP), a.port)
            await second.request("ACK")
            leg = await asyncio.wait_for(placing, 10)
            assert leg is heard[0] and leg.stats().detail["encryption"] is None
            await leg.hangup(HANGUP)
            second.send((await second.request("BYE")).response(200), a.port)


async def test_a_call_that_is_sent_on_to_an_encrypted_way_is_encrypted(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    callee = Callee.answering()
    async with (
        agent(callee, tls=authority.server(), media=OPTIONAL) as second,
        agent(tls=authority.client(), media=OPTIONAL, may_redirect_to=anybody) as a,
        raw_peer() as first,
    ):
        placing = asyncio.create_task(a.call(f"sip:raw@127.0.0.1:{first.port}"))
        invite = await first.request("INVITE")
        assert b"a=crypto" not in invite.body
        there = ("Contact", f"<sip:x@127.0.0.1:{second.transport.tls_port};transport=tls>")
        first.send(invite.response(302, to_tag="one", headers=[there]), a.port)
        leg = await asyncio.wait_for(placing, 10)
        assert leg.negotiated is not None and isinstance(leg.negotiated.encrypting, SrtpKeys)
        await leg.hangup(HANGUP)
