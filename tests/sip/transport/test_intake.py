"""Floods beside calls, on loopback: what is shed, what passes, and that the loop gets its turns."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from sip.calls.registrar import Registrar
from sip.messages.message import Request
from sip.messages.parsing import parse
from sip.transactions.matching import TransactionKey
from sip.transport.connection import Source
from sip.transport.intake import Intake
from sip.transport.shedding import IntakeLimits, Shed
from sip.transport.token_buckets import Rate
from tests.sip.agents import PLENTY, SDP, UNHURRIED, Callee, agent, raw_peer
from tests.sip.transport.test_transport import TCP_VIA, options, status

FEW = IntakeLimits(source=Rate(0.001, 3), running=Rate(0.001, 50))


def new(n: int) -> bytes:
    return options(f"SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{n}").replace(b"Call-ID: c", b"Call-ID: c%d" % n)


class Nothing:
    """Knows no call but `mine`, whatever the tag."""

    def asked(self, branch: str, host: str) -> bool | None:
        return None

    def serves(self, transaction: TransactionKey, host: str) -> bool:
        return False

    def talks(self, call_id: str, tag: str, host: str) -> bool | None:
        return True if call_id == "mine" else None

    def challenged(self, nonce: str, host: str) -> bool:
        return False


class Read:
    """Keeps what was read, and takes its time with it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.call_ids: list[str] = []
        self._seconds = seconds
        self.banned = ""

    def unwanted(self, host: str) -> bool:
        return host == self.banned

    def receive(self, data: bytes, source: Source) -> None:
        end = time.perf_counter() + self._seconds
        while time.perf_counter() < end:
            pass
        self.call_ids.append(data.partition(b"Call-ID: ")[2].partition(b"\r")[0].decode())

    def returned(self, quote: bytes) -> None:
        raise AssertionError("nothing was sent")


async def test_what_runs_is_read_before_what_is_new() -> None:
    read = Read()
    intake = Intake(read, Nothing(), UNHURRIED)
    for n in range(3):
        intake.arrived(new(n), "192.0.2.1", 5060, 0.0)
    intake.arrived(
        new(3).replace(b"Call-ID: c3", b"Call-ID: mine").replace(b"@x>\r\nCall", b"@x>;tag=t\r\nCall"),
        "192.0.2.1",
        5060,
        0.0,
    )
    assert read.call_ids == ["mine"]
    await asyncio.sleep(0)
    assert read.call_ids == ["mine", "c0", "c1", "c2"]


async def test_the_loop_gets_its_turns_between_new_requests() -> None:
    read = Read(seconds=0.003)
    intake = Intake(read, Nothing(), UNHURRIED)
    for n in range(10):
        intake.arrived(new(n), "192.0.2.1", 5060, 0.0)
    turns = 0
    while len(intake):  # noqa: ASYNC110 - the loop's turns are what is counted
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 10 and len(read.call_ids) == 10  # each took longer than a turn


async def test_no_more_than_the_backlog_waits() -> None:
    intake = Intake(Read(), Nothing(), IntakeLimits(source=PLENTY, strangers=PLENTY, backlog=5))
    for n in range(9):
        intake.arrived(new(n), "192.0.2.1", 5060, 0.0)
    assert len(intake) == 5 and intake.shedder.counts[Shed.BACKLOG] == 4
    intake.stop()
    assert len(intake) == 0


async def test_what_was_shed_is_said_at_most_once_a_second(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    intake = Intake(Read(), Nothing(), FEW)
    for n in range(500):
        intake.arrived(new(n), "192.0.2.1", 5060, 0.0)
        intake.arrived(b"noise", "192.0.2.1", 5060, 0.0)
    took = time.monotonic() - intake._logged_at
    assert 1 <= len(caplog.records) <= 2 + took
    intake._logged_at -= 2.0
    intake.log(time.monotonic())
    said = " ".join(record.getMessage() for record in caplog.records)
    assert "sip.requests_per_source" in said and "no SIP" in said and "the latest from 192.0.2.1" in said
    assert sum(intake.shedder.counts.values()) == 997
    before = len(caplog.records)
    intake.log(time.monotonic() + 10)
    assert len(caplog.records) == before  # nothing new


@pytest.mark.parametrize("why", Shed)
async def test_each_reason_for_shedding_is_said_in_words(why: Shed, caplog: pytest.LogCaptureFixture) -> None:
    intake = Intake(Read(), Nothing(), FEW)
    intake.shedder.counts[why] += 100
    intake._logged_at -= 2.0
    intake.log(time.monotonic())
    (record,) = caplog.records
    assert record.getMessage().startswith("SIP messages that were not looked at: 100 ")


async def test_a_little_noise_is_not_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    intake = Intake(Read(), Nothing(), FEW)
    for _ in range(99):
        intake.arrived(b"noise", "192.0.2.1", 5060, 0.0)
    intake._logged_at -= 2.0
    intake.log(time.monotonic())
    assert not caplog.records
    intake.arrived(b"noise", "192.0.2.1", 5060, 0.0)
    assert [record.getMessage() for record in caplog.records] == [
        "SIP messages that were not looked at: 100 that are no SIP, the latest from 192.0.2.1"
    ]


async def test_a_call_is_held_and_ended_in_the_midst_of_a_flood() -> None:
    callee = Callee.answering()
    async with agent(callee, intake=FEW) as b, raw_peer() as peer, raw_peer() as flooder:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        for n in range(300):
            flooder.send(new(n), b.port)
        peer.send(peer.in_dialog("INVITE", ok, cseq=2, branch="r", body=SDP), b.port)
        again = await peer.response(200, method="INVITE")
        while again.cseq.number != 2:
            again = await peer.response(200, method="INVITE")
        peer.send(peer.in_dialog("ACK", again, cseq=2, branch="s"), b.port)
        for n in range(300, 400):
            flooder.send(new(n), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=3, branch="t"), b.port)
        await peer.response(200, method="BYE")
        assert b.transport.shed[Shed.SOURCE] > 300
        assert b.figures.shed()["source"] > 300 and b.figures.held()["connections"] == 0


async def test_a_new_call_with_the_name_of_one_that_runs_is_new() -> None:
    callee = Callee.answering()
    async with agent(callee, intake=FEW) as b, raw_peer() as peer, raw_peer() as flooder:
        peer.send(peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP), b.port)
        ok = await peer.response(200)
        peer.send(peer.in_dialog("ACK", ok, cseq=1), b.port)
        for n in range(100):
            flooder.send(new(n).replace(b"Call-ID: c%d" % n, f"Call-ID: {ok.call_id}".encode()), b.port)
        peer.send(peer.in_dialog("BYE", ok, cseq=2, branch="t"), b.port)
        await peer.response(200, method="BYE")
        assert b.transport.shed[Shed.SOURCE] > 50 and b.transport.shed[Shed.RUNNING] == 0


async def test_a_phone_that_answers_our_challenge_is_heard_in_the_midst_of_a_flood_in_its_name() -> None:
    registrar = Registrar("voiceforge", {"100": "secret"}.get)
    async with agent(registrar=registrar, intake=FEW) as b, agent() as phone:
        asked = b.on_request

        def flooded(request: Request, source: Source) -> None:
            asked(request, source)
            if not request.get("Authorization"):
                for n in range(300):
                    b.transport.intake.arrived(new(n), "127.0.0.1", 9, 0.0)

        b.on_request = flooded  # type: ignore[method-assign]
        uri = f"sip:100@127.0.0.1:{b.port}"
        assert await phone.register(uri, "100", "secret") == 3600
        assert b.transport.shed[Shed.SOURCE] > 200


async def test_over_tcp_who_floods_waits_and_nothing_is_lost() -> None:
    async with agent(intake=IntakeLimits(source=Rate(200, 20))) as b:
        reader, writer = await asyncio.open_connection("127.0.0.1", b.port)
        writer.write(options(TCP_VIA) * 60)
        assert [await status(reader) for _ in range(60)] == [200] * 60
        writer.close()


async def test_what_waits_on_a_connection_is_counted_once_and_said(caplog: pytest.LogCaptureFixture) -> None:
    async with agent(intake=IntakeLimits(source=Rate(0.001, 1))) as b:
        message, source = parse(options(TCP_VIA)), Source("TCP", "192.0.2.9", 5060)
        assert b.transport.admits(message, source) and b.transport.shed[Shed.HELD] == 0
        for again in (False, True, True):
            assert not b.transport.admits(message, source, again=again)
        assert b.figures.shed()["held"] == 1
        assert "1 by TCP, faster than their share, which wait" in caplog.text and "192.0.2.9" in caplog.text
