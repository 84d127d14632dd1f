"""The tap sees what really goes over sockets, and knows which call it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from mediaserver import logs
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.user_agent import SipAgent
from sip.tracing.kept import TraceLimits
from sip.tracing.ladder import Ladder
from sip.tracing.traced import TracedMessage, Wanted
from sip.tracing.tracer import LONGEST, UNSEEN, Tracer, latest
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer
from tests.sip.calls.test_switchboard import Server, server

USUAL = TraceLimits()
BYE = Termination(EndedBy.SERVER, Why.HANGUP)


def tapped(sip: SipAgent, limits: TraceLimits = USUAL) -> Tracer:
    tracer = Tracer(limits, lambda call: True)
    tracer.local = lambda name, host: (sip.transport.local_host(host), sip.transport.port_for(name))
    sip.transport.tap = tracer
    return tracer


def over_tcp(method: str) -> bytes:
    """An OPTIONS; its CSeq names that method."""
    return (
        "OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKt\r\n"
        f"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


@asynccontextmanager
async def traced() -> AsyncIterator[tuple[Server, Tracer]]:
    async with server() as us:
        yield us, tapped(us.sip)


def labels(messages: list[TracedMessage]) -> list[str]:
    return [f"{'>' if message.sent else '<'} {message.label}" for message in messages]


async def test_both_legs_of_a_bridged_call_are_one_ladder_from_its_first_message_on() -> None:
    callee = Callee.answering()
    async with traced() as (us, tracer), agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("101"))
        (call,) = us.board
        await (await callee.calls.get()).leg.hangup(BYE)
        await Events(leg).end()
        await us.ending()
        trace = tracer.of_call(call.id)
        assert trace is not None and len(trace.call_ids) == 2
        said = list(trace)
        assert said[0].line.startswith("INVITE sip:101@") and not said[0].sent
        assert said[0].remote == ("127.0.0.1", caller.port) and said[0].local == ("127.0.0.1", us.sip.port)
        assert {message.remote[1] for message in said} == {caller.port, phone.port}
        found = labels(said)
        for each in (
            "< INVITE + SDP",
            "> INVITE + SDP",
            "< 200 OK (INVITE) + SDP",
            "> 200 OK (INVITE) + SDP",
            "< BYE",
        ):
            assert each in found
        others = [message for message in tracer.kept.everything() if message.call is None]
        assert {message.method for message in others} == {"REGISTER"}
        assert b'response="***"' in b"".join(message.data for message in others)


async def test_a_call_that_nobody_answers_has_a_ladder_too() -> None:
    async with traced() as (us, tracer), agent(lambda call: call.reject(486)) as phone:
        await phone.register(us.address("101"), "101", "secret")
        call = us.board.place("101", "echo")
        await us.ending()
        trace = tracer.of_call(call.id)
        assert trace is not None
        assert labels(list(trace))[-2:] == ["< 486 Busy Here (INVITE)", "> ACK"]


async def test_a_leg_that_somebody_adds_from_outside_is_in_the_ladder_of_the_call() -> None:
    callee = Callee.answering()
    async with traced() as (us, tracer), agent(callee) as phone, agent() as caller:
        await phone.register(us.address("101"), "101", "secret")
        leg = await caller.call(us.address("echo"))
        call = await us.answered()
        await us.board.add(call.id, "101")
        trace = tracer.of_call(call.id)
        assert trace is not None and len(trace.call_ids) == 2
        assert "> INVITE + SDP" in labels(list(trace))
        await leg.hangup(BYE)
        await us.ending()


async def test_what_makes_no_call_is_seen_and_belongs_to_none() -> None:
    async with agent() as us, raw_peer() as peer:
        tracer = tapped(us)
        peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{us.port}"), us.port)
        await peer.response(200)
        peer.send(peer.make("BYE", f"sip:x@127.0.0.1:{us.port}", branch="2"), us.port)
        await peer.response(481)
        broken = bytes(peer.make("OPTIONS", f"sip:x@127.0.0.1:{us.port}", branch="3"))
        peer.send(broken.replace(b"CSeq: 1 OPTIONS", b"CSeq: x"), us.port)
        await peer.response(400)
        found = await tracer.recent(Wanted(), 10)
        assert [message.line.partition(" ")[2][:3] for message in found if message.sent] == [
            "200",
            "481",
            "400",
        ]
        assert len(found) == 6 and {message.call for message in found} == {None}
        assert (await tracer.recent(Wanted(method="BYE"), 1))[
            0
        ].line == "SIP/2.0 481 Call/Transaction Does Not Exist"


@pytest.mark.parametrize("what", ["OPTIONS", "BYE"])
async def test_each_message_on_a_connection_is_seen_once(what: str) -> None:
    async with agent() as us:
        tracer = tapped(us)
        reader, writer = await asyncio.open_connection("127.0.0.1", us.port)
        writer.write(over_tcp(what))
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        found = await tracer.recent(Wanted(), 10)
        assert [(message.sent, message.transport) for message in found] == [(False, "TCP"), (True, "TCP")]
        assert found[0].remote == found[1].remote == writer.get_extra_info("sockname")[:2]
        writer.close()


async def test_a_connection_belongs_to_no_call_though_one_opened_it() -> None:
    """What comes by it later may be of another call, or of none."""
    seen: asyncio.Queue[tuple[str, UUID | None]] = asyncio.Queue()
    opened: list[asyncio.StreamWriter] = []

    async def far(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(over_tcp("OPTIONS"))
        opened.append(writer)

    async with agent() as us, await asyncio.start_server(far, "127.0.0.1") as listening:
        tracer, call = tapped(us), uuid4()
        tracer.onlookers.append(lambda message: seen.put_nowait((message.method, logs.calling())))
        port = listening.sockets[0].getsockname()[1]
        with logs.in_call(call):
            calling = asyncio.create_task(us.call(f"sip:x@127.0.0.1:{port};transport=tcp"))
        assert await asyncio.wait_for(seen.get(), 10) == ("INVITE", call)
        assert [await asyncio.wait_for(seen.get(), 10) for _ in "io"] == [("OPTIONS", None)] * 2
        trace = tracer.of_call(call)
        assert trace is not None and [message.method for message in trace] == ["INVITE"]
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        opened[0].close()
        await opened[0].wait_closed()


async def test_a_repeated_message_is_marked() -> None:
    async with traced() as (us, tracer), raw_peer() as peer:
        invite = peer.make("INVITE", us.address("echo"), body=SDP)
        peer.send(invite, us.sip.port)
        ok = await peer.response(200)
        await peer.response(200)  # there was no ACK
        peer.send(peer.in_dialog("ACK", ok, cseq=1), us.sip.port)
        (call,) = us.board
        trace = tracer.of_call(call.id)
        assert trace is not None
        rungs = Ladder.of(call.id, trace, True).rungs
        again = [rung.message.label for rung in rungs if rung.again]
        assert again and set(again) == {"200 OK (INVITE) + SDP"}
        await us.board.hang_up(call.id)


async def test_who_follows_gets_what_it_wants_and_never_holds_anybody_up() -> None:
    tracer = Tracer(TraceLimits(after_s=0), lambda call: True)
    with tracer.following(Wanted(method="OPTIONS")) as queue:
        assert tracer.wanted and tracer.room
        for i in range(UNSEEN + 10):
            tracer(
                f"OPTIONS sip:x SIP/2.0\r\nCSeq: {i} OPTIONS\r\n\r\n".encode(),
                False,
                "UDP",
                "192.0.2.7",
                5060,
            )
        tracer(b"BYE sip:x SIP/2.0\r\nCSeq: 1 BYE\r\n\r\n", False, "UDP", "192.0.2.7", 5060)
        first = queue.get_nowait()
        assert first is not None and first.cseq == "10 OPTIONS" and queue.qsize() == UNSEEN - 1
        tracer.stop()
        assert [queue.get_nowait() for _ in range(UNSEEN)][-1] is None
    assert (tracer.onlookers, tracer.kept.bytes) == ([], 0)


async def test_what_goes_wrong_in_it_touches_no_message(caplog: pytest.LogCaptureFixture) -> None:
    async with agent() as us, raw_peer() as peer:
        tracer = tapped(us)
        tracer.local = lambda name, host: (_ for _ in ()).throw(KeyError(host))
        for branch in ("1", "2"):
            peer.send(peer.make("OPTIONS", f"sip:x@127.0.0.1:{us.port}", branch=branch), us.port)
            await peer.response(200)
    assert caplog.text.count("could not be traced") == 1


async def test_of_a_very_long_message_whole_lines_are_kept() -> None:
    """Half a secret would not be known for one."""
    tracer = Tracer(USUAL, lambda call: True)
    lines = b"".join(b"X-%d: <sip:u:hushhush@x>\r\n" % i for i in range(1_000))
    whole = b"OPTIONS sip:x SIP/2.0\r\nCSeq: 1 OPTIONS\r\n" + lines
    tracer(whole, False, "UDP", "192.0.2.7", 5060)
    tracer(b"OPTIONS " + b"x" * 20_000, False, "UDP", "192.0.2.7", 5060)
    first, second = await tracer.recent(Wanted(), 10)
    assert b"hush" not in first.data and first.data.endswith(b"<sip:u:***@x>\r\n")
    assert LONGEST - 100 < len(whole) - first.cut <= LONGEST and first.label == "OPTIONS (cut)"
    assert (second.data, second.cut) == (b"", 20_008)


def test_what_came_within_one_moment_stays_in_its_order() -> None:
    """The event loop's clock stands still while it deals with one message."""
    here = ("127.0.0.1", 5060)

    def message(line: str, t: float) -> TracedMessage:
        return TracedMessage(t, t, False, "UDP", here, here, line.encode())

    came = [message("ACK", 4.0), message("BYE", 5.0), message("SIP/2.0 200 OK", 5.0)]
    assert [each.line for each in latest(came, Wanted(), 2)] == ["BYE", "SIP/2.0 200 OK"]
