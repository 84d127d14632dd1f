"""What peers are told while a server is emptied, or overloaded."""

from __future__ import annotations

from tests.sip.agents import SDP, Callee, agent, raw_peer
from tests.sip.calls.test_session import demo


async def test_new_calls_and_options_get_503_while_calls_that_are_up_are_served() -> None:
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        b.drain(True)
        peer.send(peer.make("OPTIONS", demo(b), branch="o1", lines={"Call-ID": "o1"}), b.port)
        refused = await peer.response(503, method="OPTIONS")
        assert refused.get("Retry-After") == "5"
        peer.send(peer.make("INVITE", demo(b), branch="i1", lines={"Call-ID": "i1"}, body=SDP), b.port)
        assert (await peer.response(503)).get("Retry-After") == "5"
        peer.send(peer.in_dialog("OPTIONS", ok, cseq=2, branch="o2"), b.port)
        await peer.response(200, method="OPTIONS")
        assert b.has_room  # a call that is up may be transferred
        b.drain(False)
        peer.send(peer.make("OPTIONS", demo(b), branch="o3", lines={"Call-ID": "o3"}), b.port)
        assert (await peer.response(200, method="OPTIONS")).get("Retry-After") is None


async def test_an_overloaded_server_refuses_new_calls_at_once_and_serves_those_that_are_up() -> None:
    overloaded = False
    async with agent(Callee.answering()) as b, raw_peer() as peer:
        b.refuse_while(lambda: overloaded)
        peer.send(peer.make("INVITE", demo(b), body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        overloaded = True
        peer.send(peer.make("INVITE", demo(b), branch="i1", lines={"Call-ID": "i1"}, body=SDP), b.port)
        assert (await peer.response(503)).get("Retry-After") == "5"
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="i2", body=SDP), b.port)
        await peer.response(200)
        peer.send(peer.make("OPTIONS", demo(b), branch="o3", lines={"Call-ID": "o3"}), b.port)
        await peer.response(200, method="OPTIONS")
        assert b.has_room
