"""Nobody is rung for a call before its row is stored."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.errors import CallError, DatabaseError, NoSuchCallError
from mediaserver.media.leg import Why
from mediaserver.storage.records import CallEnded, CallStarted
from tests.mediaserver.calls.bench import Bench, connected
from tests.mediaserver.calls.lines import Line


class Slow:
    """Stores a call when it is let to."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.trouble: Exception | None = None
        self.stored: list[CallStarted] = []

    async def __call__(self, record: CallStarted) -> None:
        await self.go_on.wait()
        if self.trouble is not None:
            raise self.trouble
        self.stored.append(record)


async def test_it_rings_once_the_row_is_stored_and_the_answer_is_given_then(bench: Bench) -> None:
    carrier, store = connected(bench, bob=Line("bob")), Slow()
    placing = asyncio.create_task(bench.board.place_stored("bob", "demo", store, about={"a": 1}))
    await bench.settle()
    assert (carrier.placed, placing.done(), len(bench.board)) == ([], False, 1)
    assert bench.sink.of(CallStarted) == [], "beside the queue, not behind it"
    store.go_on.set()
    call = await placing
    await bench.settle()
    assert carrier.placed == [("bob", "")] and str(call.state) == "answered"
    assert store.stored == bench.sink.of(CallStarted) and store.stored[0].call_id == call.id


async def test_a_call_that_cannot_be_stored_is_not_placed(bench: Bench) -> None:
    carrier, store = connected(bench, bob=Line("bob")), Slow()
    store.trouble = DatabaseError("it is down")
    store.go_on.set()
    with pytest.raises(DatabaseError, match="it is down"):
        await bench.board.place_stored("bob", "demo", store)
    await bench.settle()
    assert carrier.placed == [] and not len(bench.board)
    # Its transaction may have come to its end all the same: these close the row then.
    (begun,), (ended,) = bench.sink.of(CallStarted), bench.sink.of(CallEnded)
    assert (begun.call_id, ended.why, ended.code) == (ended.call_id, str(Why.FAILED), 503)


async def test_what_cannot_be_placed_is_not_stored(bench: Bench) -> None:
    store = Slow()
    store.go_on.set()
    with pytest.raises(CallError, match="no agent"):
        await bench.board.place_stored("bob", "mayor", store)
    with pytest.raises(CallError, match="no agent"):
        await bench.board.place_stored("bob", "demo", store, may_use=lambda agent: False)
    assert store.stored == [] and bench.sink.records == []


async def test_a_call_that_is_hung_up_before_is_never_placed(bench: Bench) -> None:
    carrier, store = connected(bench, bob=Line("bob")), Slow()
    placing = asyncio.create_task(bench.board.place_stored("bob", "demo", store))
    await bench.settle()
    await bench.board.hang_up(bench.call.id)
    with pytest.raises(CallError, match="given up"):
        await placing
    store.go_on.set()
    await bench.settle()
    assert carrier.placed == []
    assert [type(record) for record in bench.sink.records] == [CallStarted, CallEnded]


async def test_whoever_asked_may_go_away(bench: Bench) -> None:
    """The call goes on: it was asked for."""
    carrier, store = connected(bench, bob=Line("bob")), Slow()
    placing = asyncio.create_task(bench.board.place_stored("bob", "demo", store))
    await bench.settle()
    placing.cancel()
    store.go_on.set()
    await bench.settle()
    assert carrier.placed == [("bob", "")]
    await bench.board.hang_up(bench.call.id)
    with pytest.raises(NoSuchCallError):
        bench.board.parties(store.stored[0].call_id)
