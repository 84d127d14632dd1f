"""Calls that came by a trunk whose server asks for our password before it lets them end."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.calls.protocols import Invitation
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.access.challenger import Challenger
from sip.access.digest import parse_auth
from sip.access.endpoints import Endpoints
from sip.access.gate import Gate
from sip.messages.message import Request
from sip.trunks.spec import TrunkSpec
from sip.trunks.whereabouts import Whereabouts
from tests.sip.agents import SDP, agent, raw_peer
from tests.sip.trunks.test_board import board_of

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)
SPEC = TrunkSpec("acme", "127.0.0.1", username="us", password="zanzibar", realm="acme.test")


async def byes(spec: TrunkSpec, realm: str = "acme.test") -> list[Request]:
    """The BYEs of a call of that trunk, whose server challenges the first for that realm."""
    board = board_of(spec)
    gate = Gate(Endpoints(trunks=Whereabouts(board).endpoints()), Challenger("x", lambda user: None))
    calls: asyncio.Queue[Invitation] = asyncio.Queue()
    async with agent(lambda call: board.invited(call, calls.put_nowait), gate=gate) as us, raw_peer() as peer:
        peer.send(peer.make("INVITE", "sip:demo@127.0.0.1", body=SDP), us.port)
        call = await asyncio.wait_for(calls.get(), 5)
        answering = asyncio.create_task(call.leg.answer())
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), us.port)
        await answering
        await call.leg.hangup(HANGUP)
        seen = [await peer.request("BYE")]
        challenge = f'Digest realm="{realm}", nonce="n1", qop="auth", algorithm=SHA-256'
        peer.send(seen[0].response(401, headers=[("WWW-Authenticate", challenge)]), us.port)
        left = asyncio.create_task(us._core.all_left())
        while not left.done():
            more = asyncio.create_task(peer.request("BYE"))
            await asyncio.wait([left, more], return_when=asyncio.FIRST_COMPLETED)
            if more.done() and more.result().cseq.number != seen[0].cseq.number:
                seen.append(more.result())
                peer.send(more.result().response(200), us.port)
            more.cancel()
        return seen


async def test_a_bye_that_is_challenged_is_proven_by_the_trunks_account() -> None:
    first, again = await byes(SPEC)
    assert first.get("Authorization") is None and again.method == "BYE"
    said = parse_auth(again.get("Authorization") or "")[1]
    assert (said["username"], said["realm"], said["nc"]) == ("us", "acme.test", "00000001")


@pytest.mark.parametrize(
    ("spec", "realm"),
    [
        (SPEC, "evil.test"),
        (TrunkSpec("acme", "127.0.0.1", username="us", password="zanzibar"), "evil.test"),
        (TrunkSpec("acme", "127.0.0.1"), "acme.test"),
    ],
)
async def test_another_realm_or_one_that_nobody_knows_gets_no_proof(spec: TrunkSpec, realm: str) -> None:
    assert len(await byes(spec, realm)) == 1
