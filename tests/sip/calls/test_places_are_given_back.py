"""Whatever a caller writes, and whatever cannot be sent to it: its call ends, and its place is free again."""

from __future__ import annotations

import asyncio
import logging

import pytest

from sip.messages.message import Request, Response
from sip.transactions.requests import ReceivedRequest
from tests.sip.agents import SDP, Callee, agent, legs_of, raw_peer


@pytest.mark.parametrize(
    ("tail", "status"), [(";tag", 400), (";tag=", 400), (";", 404), (";x=1;", 404), ('; tag=""', 481)]
)
async def test_an_odd_to_keeps_no_place(tail: str, status: int, caplog: pytest.LogCaptureFixture) -> None:
    over: list[int] = []

    def turns_away(call: object) -> None:
        call.reject(404)  # type: ignore[attr-defined]
        over.append(legs_of(b))

    async with agent(Callee(turns_away)) as b, raw_peer() as peer:
        to = f"sip:demo@127.0.0.1:{b.port}"
        for n in range(3):
            lines = {"To": f"<{to}>{tail}", "Call-ID": f"c{n}"}
            peer.send(peer.make("INVITE", to, branch=f"c{n}", body=SDP, lines=lines), b.port)
            answer = await peer.response(*range(200, 700))
            assert answer.status == status and answer.call_id == f"c{n}"
        assert legs_of(b) == 0 and over == ([0] * 3 if status == 404 else [])
        assert not b._core.dialogs and b._layer.unanswered == 0
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_refusal_that_cannot_be_sent_ends_the_call_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said = ReceivedRequest.respond

    def breaks(server: ReceivedRequest, response: Response) -> None:
        if response.status == 404:
            raise RuntimeError("no such answer")
        said(server, response)

    monkeypatch.setattr(ReceivedRequest, "respond", breaks)
    turned_away = asyncio.Event()

    def turns_away(call: object) -> None:
        call.reject(404)  # type: ignore[attr-defined]
        turned_away.set()

    async with agent(Callee(turns_away)) as b, raw_peer() as peer:
        invite: Request = peer.make("INVITE", f"sip:demo@127.0.0.1:{b.port}", body=SDP)
        peer.send(invite, b.port)
        await asyncio.wait_for(turned_away.wait(), 10)
        assert legs_of(b) == 0 and not b._core.dialogs
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None and "REFUSE" in record.getMessage()
