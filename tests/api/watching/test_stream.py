"""Events page by page and as they come, for whom they are and from where they were left."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from api.watching import steps as stepping
from api.watching.models import EventPage
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.storage.saving import save_all
from tests.api.board import Board, Nowhere
from tests.api.watching.desk import ADMIN, Sse, WatchDesk, Withdrawn
from tests.mediaserver.samples import CALL, whole_call


async def follow(desk: WatchDesk, who: object = ADMIN, last: str = "", **query: str) -> Sse:
    headers = {"Authorization": str(who)} | ({"Last-Event-ID": last} if last else {})
    response = await desk.client.get("/api/events/stream", params=query, headers=headers)
    assert response.status == 200, await response.text()
    sse = Sse(response)
    assert (await sse.next())[0] == "ready"
    return sse


async def test_stored_events_are_read_page_by_page(desk: WatchDesk) -> None:
    await desk.tell(*["turn"] * 5)
    seen, at, more = [], 0, True
    while more:
        _, page = await desk.get("/api/events", after=at, limit=2)
        seen += [event["seq"] for event in page["items"]]
        at, more = page["after"], page["more"]
    assert len(seen) == 5 and seen == sorted(set(seen))
    await desk.tell("dtmf")
    _, page = await desk.get("/api/events", after=at)
    assert [event["topic"] for event in page["items"]] == ["dtmf"]


async def test_a_whole_call_is_shown_as_the_document_says(desk: WatchDesk) -> None:
    async with desk.pool.acquire() as connection, connection.transaction():
        await save_all(connection, whole_call())
    _, page = await desk.get("/api/events", call=str(CALL))
    shown = EventPage.model_validate_json(json.dumps(page))
    assert [event.topic for event in shown.items][:2] == ["call.started", "call.answered"]
    _, page = await desk.get("/api/events", topics="call.*,turn")
    assert {event["topic"] for event in page["items"]} == {
        "call.started", "call.answered", "call.ended", "turn",
    }  # fmt: skip


async def test_a_key_sees_its_own_alone(desk: WatchDesk) -> None:
    mine, other = await desk.key(), await desk.key()
    ours, theirs = await follow(desk, mine), await follow(desk, other)
    await desk.tell("turn", owner=mine)
    await desk.tell("dtmf", owner=other)
    await desk.tell("call.ended")
    assert (await ours.topics(1), await theirs.topics(1)) == (["turn"], ["dtmf"])
    for key, topics in ((mine, ["turn"]), (other, ["dtmf"]), (ADMIN, ["turn", "dtmf", "call.ended"])):
        _, page = await desk.get("/api/events", key)
        assert [event["topic"] for event in page["items"]] == topics


async def test_what_is_no_filter_is_refused(desk: WatchDesk) -> None:
    for query in ({"topics": "Call;"}, {"after": "-1"}, {"call": "x"}, {"limit": "501"}, {"since": "1"}):
        status, body = await desk.get("/api/events", **query)
        assert status == 400 and body["error"]["message"]
    response = await desk.client.get("/api/events/stream", headers={"Last-Event-ID": "x"})
    assert response.status == 400


async def test_a_topic_that_no_event_has_is_refused_and_not_waited_for(desk: WatchDesk) -> None:
    for topics in ("calls.*", "call.ended,trun", "call", "x*"):
        status, body = await desk.get("/api/events", topics=topics)
        assert status == 400 and "call.started, call.answered" in body["error"]["message"]
    for topics in ("*", "call.*", "*.changed", "*ed", "turn,dtmf"):
        assert (await desk.get("/api/events", topics=topics))[0] == 200


async def test_a_watcher_that_comes_back_goes_on_where_it_was(desk: WatchDesk) -> None:
    first = await follow(desk, topics="turn")
    await desk.tell("turn", "dtmf", "turn")
    assert await first.topics(2) == ["turn", "turn"]
    first.response.close()
    await desk.tell("dtmf", "turn")
    again = await follow(desk, topics="turn", last=first.last)
    await desk.tell("turn")
    assert await again.topics(2) == ["turn", "turn"]
    beginning = await follow(desk, after="0")
    assert len(await beginning.topics(6)) == 6


async def test_many_watch_over_one_connection_and_each_is_told_everything_once(desk: WatchDesk) -> None:
    """More than is kept in memory goes by; those who read late read it from the table."""
    early = [await follow(desk) for _ in range(5)]
    late = [await follow(desk) for _ in range(5)]

    async def write() -> None:
        for _ in range(20):
            await desk.tell("turn", "dtmf", "call.ended")

    _, *heard = await asyncio.gather(write(), *(sse.topics(60) for sse in early))
    heard += await asyncio.gather(*(sse.topics(60) for sse in late))
    assert heard == [["turn", "dtmf", "call.ended"] * 20] * 10
    listening = "select count(*) from pg_stat_activity where query ilike 'listen%voiceforge_events%'"
    assert await desk.pool.fetchval(listening) <= 1


async def test_who_was_away_for_too_long_is_told_so(desk: WatchDesk) -> None:
    await desk.tell(*["turn"] * 30)
    await desk.feed.beyond(29)
    await desk.pool.execute("delete from outbox where seq <= 10; update outbox_swept set seq = 10")
    sse = await follow(desk, after="5")
    assert await sse.next() == ("gap", {"upto": 10})
    assert len(await sse.topics(20)) == 20
    _, page = await desk.get("/api/events", after=5)
    assert page["swept"] == 10 and page["items"][0]["seq"] == 11


async def test_who_names_a_number_that_no_event_has_is_told_so_and_goes_on(desk: WatchDesk) -> None:
    """The database was made anew."""
    await desk.tell("turn", "dtmf")
    head = (await desk.get("/api/events"))[1]["head"]
    await desk.feed.beyond(head - 1)
    sse = await follow(desk, last=str(head + 7))
    assert await sse.next() == ("reset", {"after": head}) and sse.last == str(head)
    await desk.tell("turn")
    assert await sse.topics(1) == ["turn"]
    _, page = await desk.get("/api/events", after=head + 7)
    assert page["head"] == head + 1 < page["after"] and not page["more"]


async def test_what_another_server_has_told_of_already_is_no_number_of_another_database(
    desk: WatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.tell("turn", "dtmf")
    head = (await desk.get("/api/events"))[1]["head"]
    await desk.feed.beyond(head - 1)
    monkeypatch.setattr(desk.feed, "_head", head - 1)
    assert not await desk.feed.ahead(head)
    assert await desk.feed.ahead(head + 1)


async def test_nothing_for_a_while_is_said_and_the_place_is_kept(
    desk: WatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "BEAT_S", 0.01)
    sse = await follow(desk, topics="turn")
    await desk.tell("dtmf")
    head = (await desk.get("/api/events"))[1]["after"]
    async with asyncio.timeout(10):
        async for line in sse.response.content:
            if line == f"id: {head}\n".encode():
                break


async def test_events_go_on_when_the_database_comes_back(desk: WatchDesk) -> None:
    sse = await follow(desk)
    await desk.pool.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() "
        "and datname = current_database()"
    )
    await desk.tell("turn", "dtmf")
    assert await sse.topics(2) == ["turn", "dtmf"]


async def test_partial_transcripts_are_told_live_to_whom_the_call_is(desk: WatchDesk) -> None:
    board = Board(desk.context.metrics)
    desk.context.switchboard = board
    mine, other = await desk.key(), await desk.key()
    try:
        admin = await follow(desk, partials="true")
        ours, theirs = await follow(desk, mine, partials="true"), await follow(desk, other, partials="true")
        plain = await follow(desk)
        await asyncio.sleep(0)
        call = Call(
            uuid4(), "inbound", "sip:a@h", "sip:b@h", "echo", sink=Nowhere(), bus=board.bus, owner=mine
        )
        board.registry.add(call)
        board.bus.publish(LiveEvent(call.id, "partial", {"text": "I wou"}))
        assert (await admin.next())[1]["text"] == "I wou" == (await ours.next())[1]["text"]
        await desk.tell("turn", owner=other)
        assert await theirs.topics(1) == ["turn"] == await plain.topics(1)
    finally:
        await board.close()


async def test_one_key_does_not_take_all_places(desk: WatchDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.context.watcher_places, "_most_each", 1)
    key = await desk.key()
    first = await follow(desk, key)
    response = await desk.client.get("/api/events/stream", headers={"Authorization": str(key)})
    assert response.status == 429 and (await response.json())["error"]["code"] == "too_many_watchers"
    await follow(desk)
    first.response.close()
    async with asyncio.timeout(10):
        while len(desk.context.watcher_places) > 1:  # noqa: ASYNC110 - the server finds out by writing
            await desk.tell("turn", owner=key)


async def test_a_stream_ends_with_the_server(desk: WatchDesk) -> None:
    sse = await follow(desk)
    await desk.feed.close()
    with pytest.raises(EOFError):
        await sse.next()


async def test_a_key_that_is_withdrawn_is_told_no_more(
    desk: WatchDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sse = await follow(desk)
    monkeypatch.setattr(desk.context, "access", Withdrawn())
    await desk.tell("turn")
    with pytest.raises(EOFError):
        await sse.next()
