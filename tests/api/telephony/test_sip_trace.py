"""Signalling over HTTP: a call's ladder, the latest messages and those that go by; who may read it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse

from mediaserver import logs
from sip.tracing.kept import TraceLimits
from sip.tracing.tracer import FOLLOWERS, Tracer
from tests.api.desk import CALLS, Desk
from tests.api.keys import STRANGER, bearer, made_up_key
from tests.mediaserver.calls.lines import Line
from tests.sip.tracing.packets import read

SIP = "/api/telephony/sip"
STRANGE = UUID(int=0xC0FFEE)
"""A call that nobody knows."""
INVITE = b"INVITE sip:demo@x SIP/2.0\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n\r\n"
OK = b"SIP/2.0 200 \x1b[31mOK\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n\r\n"
OPTIONS = b"OPTIONS sip:x SIP/2.0\r\nCall-ID: two\r\nCSeq: 1 OPTIONS\r\n\r\n"


def traced(desk: Desk) -> Tracer:
    tracer = desk.context.tracer = Tracer(TraceLimits(), desk.board.is_live)
    return tracer


def converse(tracer: Tracer, call: UUID) -> None:
    tracer(INVITE, False, "UDP", "192.0.2.7", 5060)
    with logs.in_call(call):
        tracer(OK, True, "UDP", "192.0.2.7", 5060)
    tracer(OPTIONS, False, "TCP", "198.51.100.9", 5062)


async def test_a_live_call_has_a_ladder_in_each_form(desk: Desk) -> None:
    call = await desk.dialled(Line("caller"))
    converse(traced(desk), call)
    response = await desk.client.get(f"{CALLS}/{call}/sip")
    found = await response.json()
    assert (response.status, found["live"], len(found["messages"])) == (200, True, 2)
    assert [each["what"] for each in found["marks"]][:2] == ["new", "ringing"]
    for given in ({"params": {"format": "text"}}, {"headers": {"Accept": "text/plain"}}):
        response = await desk.client.get(f"{CALLS}/{call}/sip", **given)  # type: ignore[arg-type]
        text = await response.text()
        assert response.content_type == "text/plain" and "--- INVITE ---" in text and "* ringing" in text
        assert "\x1b" not in text and "CSeq" not in text
    response = await desk.client.get(f"{CALLS}/{call}/sip", params={"format": "full"})
    assert "CSeq: 1 INVITE" in await response.text()


async def test_a_call_that_is_over_keeps_its_ladder(desk: Desk) -> None:
    call = uuid4()
    converse(traced(desk), call)
    found = await (await desk.client.get(f"{CALLS}/{call}/sip")).json()
    assert (found["live"], len(found["messages"]), found["marks"]) == (False, 2, [])


async def test_a_key_that_was_pressed_is_told_without_saying_which(desk: Desk) -> None:
    call = await desk.dialled(Line("caller"))
    converse(traced(desk), call)
    live = desk.board.get(call)
    assert live is not None
    live.publish("digit", digit="7")
    found = await (await desk.client.get(f"{CALLS}/{call}/sip")).json()
    assert found["marks"][-1]["what"] == "a key was pressed"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"{CALLS}/{STRANGE}/sip", 404, "No SIP messages are kept of such a call"),
        (f"{CALLS}/one/sip", 400, "UUID"),
        (f"{CALLS}/{STRANGE}/sip?format=xml", 400, "format: Input should be"),
        (f"{CALLS}/{STRANGE}/pcap", 404, "No SIP messages are kept of such a call"),
        (f"{CALLS}/{STRANGE}/pcap?seconds=601", 400, "seconds: Input should be"),
        (f"{CALLS}/{STRANGE}/pcap?seconds=-1", 400, "seconds: Input should be"),
        (f"{SIP}?limit=0", 400, "limit: Input should be"),
        (f"{SIP}?limit=1001", 400, "limit: Input should be"),
    ],
)
async def test_what_is_not_there_is_said_in_one_line(desk: Desk, path: str, status: int, words: str) -> None:
    traced(desk)
    response = await desk.client.get(path)
    assert response.status == status and words in (await response.json())["error"]["message"]


async def test_the_latest_messages_are_chosen_by_peer_and_method(desk: Desk) -> None:
    tracer, call = traced(desk), uuid4()
    converse(tracer, call)

    async def found(query: str = "") -> list[tuple[str, Any]]:
        answer = await (await desk.client.get(f"{SIP}{query}")).json()
        return [(each["label"], each["call"]) for each in answer["messages"]]

    assert [label for label, _ in await found()] == ["INVITE", "200 \\x1b[31mOK (INVITE)", "OPTIONS"]
    assert await found("?method=options") == await found("?peer=198.51.100.9:5062") == [("OPTIONS", None)]
    assert await found("?limit=1&peer=192.0.2.7") == [("200 \\x1b[31mOK (INVITE)", str(call))]


async def events(response: ClientResponse) -> AsyncIterator[dict[str, Any]]:
    async for line in response.content:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])


async def test_messages_are_followed_as_they_go_by(desk: Desk) -> None:
    tracer = traced(desk)
    async with desk.client.get(f"{SIP}/events?method=INVITE") as response:
        assert response.content_type == "text/event-stream"
        converse(tracer, uuid4())
        async with aclosing(events(response)) as followed:  # type: ignore[type-var]
            seen = [(await asyncio.wait_for(anext(followed), 10))["line"] for _ in range(2)]
    assert seen == ["INVITE sip:demo@x SIP/2.0", "SIP/2.0 200 \\x1b[31mOK"]


async def test_a_calls_packets_are_a_file_for_wireshark(desk: Desk) -> None:
    call = uuid4()
    converse(traced(desk), call)
    response = await desk.client.get(f"{CALLS}/{call}/pcap")
    found = read(await response.read())
    assert (response.status, response.content_type) == (200, "application/x-pcapng")
    assert [packet.payload[:7] for packet in found.packets] == [b"INVITE ", b"SIP/2.0"] and found.dropped == 0


async def test_packets_are_captured_until_the_call_ends(desk: Desk) -> None:
    call = await desk.dialled(Line("caller"))
    tracer = traced(desk)
    converse(tracer, call)
    async with desk.client.get(f"{CALLS}/{call}/pcap?seconds=600") as response:
        await response.content.readany()
        assert len(desk.context.capturing) == 1
        await desk.board.hang_up(call)
        await asyncio.wait_for(response.read(), 10)
    assert (len(desk.context.capturing), tracer.onlookers) == (0, [])


async def test_few_calls_are_captured_at_a_time(desk: Desk) -> None:
    call = uuid4()
    converse(traced(desk), call)
    with desk.context.capturing.take(desk.key.id), desk.context.capturing.take(desk.key.id):
        response = await desk.client.get(f"{CALLS}/{call}/pcap")
        assert (response.status, (await response.json())["error"]["code"]) == (429, "too_many_captures")
        _, other = made_up_key(desk.context)
        assert (await desk.client.get(f"{CALLS}/{call}/pcap", headers=bearer(other))).status == 200


async def test_a_key_that_is_revoked_reads_no_more_of_what_goes_by(desk: Desk) -> None:
    call = await desk.dialled(Line("caller"))
    tracer = traced(desk)
    converse(tracer, call)
    async with (
        desk.client.get(f"{SIP}/events") as following,
        desk.client.get(f"{CALLS}/{call}/pcap?seconds=600") as packets,
    ):
        await packets.content.readany()
        made_up_key(desk.context, id=desk.key.id, active=False)
        converse(tracer, uuid4())
        assert b"INVITE" not in await asyncio.wait_for(following.read(), 10)
        await asyncio.wait_for(packets.read(), 10)
    assert desk.board.is_live(call) and tracer.onlookers == []


async def test_few_may_follow_at_a_time_and_who_leaves_makes_room(desk: Desk) -> None:
    tracer = traced(desk)
    following = [await desk.client.get(f"{SIP}/events") for _ in range(FOLLOWERS)]
    assert (await desk.client.get(f"{SIP}/events")).status == 503
    for each in following:
        each.close()
    while not tracer.room:
        converse(tracer, uuid4())  # writing finds out who is gone
        await asyncio.sleep(0)


async def test_while_the_server_starts_and_where_nothing_is_kept_it_is_said() -> None:
    for overrides, status, words in (
        ({}, 503, "still starting"),
        ({"sip": {"trace_minutes": 0}}, 404, "sip.trace_minutes is 0"),
    ):
        desk = Desk(**overrides)
        await desk.start()
        if status == 404:
            traced(desk)
        for path in (SIP, f"{SIP}/events", f"{CALLS}/{uuid4()}/sip"):
            response = await desk.client.get(path)
            assert response.status == status and words in (await response.json())["error"]["message"]
        await desk.stop()


async def test_without_the_token_nobody_reads_it() -> None:
    desk = Desk(http={"admin_token": "t" * 32})
    await desk.start()
    traced(desk)
    for path in (SIP, f"{SIP}/events", f"{CALLS}/{uuid4()}/sip", f"{CALLS}/{uuid4()}/pcap"):
        assert (await desk.client.get(path, headers=STRANGER)).status == 401
    proof = {"Authorization": f"Bearer {'t' * 32}"}
    assert (await desk.client.get(SIP, headers=proof)).status == 200
    await desk.stop()


async def test_another_sites_page_may_not_hold_a_stream_open(desk: Desk) -> None:
    traced(desk)
    for path in (f"{SIP}/events", f"{CALLS}/{uuid4()}/pcap"):
        response = await desk.client.get(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status == 403
