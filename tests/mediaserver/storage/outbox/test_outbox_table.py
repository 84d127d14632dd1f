"""The numbers of events follow the order of commits, whoever writes them and however they overlap."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.storage.outbox import table
from mediaserver.storage.outbox.table import EventFilter, OutboxEvent
from mediaserver.storage.outbox.telling import OutboxEntry

ALL = EventFilter(everything=True)


def note(topic: str = "call.started", owner: UUID | None = None) -> OutboxEntry:
    return OutboxEntry(topic, None, '{"a": 1}', owner=owner)


async def seqs(pool: asyncpg.Pool, after: int = 0) -> list[int]:
    found, _ = await table.after(pool, after, await table.head(pool), 1000, ALL)
    return [event.seq for event in found]


async def test_an_event_that_commits_later_has_a_higher_number(pool: asyncpg.Pool) -> None:
    """The one that begins first commits last: nobody can have read past it."""
    async with pool.acquire() as first, pool.acquire() as second:
        slow = first.transaction()
        await slow.start()
        await first.execute("select txid_current()")
        async with second.transaction():
            await table.append(second, [note("turn")])
        assert len(await seqs(pool)) == 1
        await table.append(first, [note("dtmf")])
        other = asyncio.create_task(table.append(second, [note("recording")]))
        async with asyncio.timeout(5):
            while not await pool.fetchval("select count(*) from pg_locks where not granted"):  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert not other.done() and len(await seqs(pool)) == 1
        await slow.commit()
        await other
    found, _ = await table.after(pool, 0, await table.head(pool), 10, ALL)
    assert [event.topic for event in found] == ["turn", "dtmf", "recording"]


async def test_many_writers_at_once_let_no_reader_skip_anything(pool: asyncpg.Pool) -> None:
    seen: list[int] = []
    stop = asyncio.Event()

    async def write(transactions: int) -> None:
        for n in range(transactions):
            async with pool.acquire() as connection:
                transaction = connection.transaction()
                await transaction.start()
                await table.append(connection, [note(), note()])
                await (transaction.rollback() if n % 3 == 0 else transaction.commit())

    async def read() -> None:
        at = 0
        while True:
            last = stop.is_set()
            found, at = await table.after(pool, at, await table.head(pool), 7, ALL)
            seen.extend(event.seq for event in found)
            if last and not found:
                return

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(9) for _ in range(3)))
    stop.set()
    await reading
    assert seen == await seqs(pool) == sorted(seen) and len(seen) == 3 * 6 * 2


async def test_a_number_that_was_undone_is_never_used_again(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await table.append(connection, [note()])
        await transaction.rollback()
        await table.append(connection, [note(), note()])
    assert len(await seqs(pool)) == 2 and await table.head(pool) == max(await seqs(pool))


async def test_who_may_see_an_event_and_which_is_asked_for(pool: asyncpg.Pool) -> None:
    mine, other = uuid4(), uuid4()
    for n, key in enumerate((mine, other)):
        await pool.execute(
            "insert into api_keys (id, name, prefix, hash, scopes) values ($1, 'k', 'vf_', $2, '{}')",
            key, bytes([n]) * 32,
        )  # fmt: skip
    async with pool.acquire() as connection:
        await table.append(
            connection, [note("turn", mine), note("call.ended", mine), note("turn", other), note()]
        )
    head = await table.head(pool)

    async def topics(which: EventFilter) -> list[str]:
        found, upto = await table.after(pool, 0, head, 10, which)
        everything, _ = await table.after(pool, 0, head, 10, ALL)
        assert upto == head and found == [event for event in everything if which.lets(event)]
        return [event.topic for event in found]

    assert await topics(EventFilter(owner=mine)) == ["turn", "call.ended"]
    assert await topics(EventFilter(owner=mine, topics=("call.*",))) == ["call.ended"]
    assert await topics(EventFilter(everything=True, topics=("turn", "*.started"))) == [
        "turn", "turn", "call.started",
    ]  # fmt: skip
    assert await topics(EventFilter()) == []
    assert not EventFilter().sees(None) and EventFilter(everything=True).sees(None)
    assert await topics(EventFilter(everything=True, call_id=uuid4())) == []


async def test_pages_join_without_a_gap(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "WINDOW", 4)
    async with pool.acquire() as connection:
        await table.append(connection, [note("turn" if n % 5 == 0 else "dtmf") for n in range(20)])
    head, at, found = await table.head(pool), 0, []
    while at < head:
        some, at = await table.after(pool, at, head, 2, EventFilter(everything=True, topics=("turn",)))
        found += some
    assert len(found) == 4


async def test_what_is_old_is_swept_and_that_is_known(pool: asyncpg.Pool) -> None:
    old = datetime.now(UTC) - timedelta(days=40)
    async with pool.acquire() as connection:
        await table.append(connection, [OutboxEntry("turn", None, "{}", old) for _ in range(5)] + [note()])
    before, head = datetime.now(UTC) - timedelta(days=30), await table.head(pool)
    assert [await table.sweep(pool, before, 3) for _ in range(3)] == [3, 2, 0]
    assert await seqs(pool) == [head] and await table.swept(pool) == head - 1
    await pool.execute("delete from outbox")
    assert await table.head(pool) == head - 1


def test_an_event_is_shown_as_json() -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    event = OutboxEvent(7, at, None, "turn", None, '{"a": 1}')
    assert event.text == '{"seq":7,"at":"2026-11-22T09:00:00Z","topic":"turn","call":null,"data":{"a": 1}}'


@given(st.text(alphabet="ab._*", max_size=6), st.text(alphabet="ab._", max_size=6))
def test_a_pattern_means_the_same_here_and_in_sql(pattern: str, topic: str) -> None:
    """PostgreSQL's `like`, by its definition: % is any run of characters, a backslash quotes the next."""
    event = OutboxEvent(1, datetime.now(UTC), None, topic, None, "{}")
    which = EventFilter(everything=True, topics=(pattern,))
    (like,) = which.likes or [""]

    def matches(like: str, text: str) -> bool:
        if not like:
            return not text
        if like[0] == "%":
            return any(matches(like[1:], text[n:]) for n in range(len(text) + 1))
        literal = like[1] if like[0] == "\\" else like[0]
        return text[:1] == literal and matches(like[2 if like[0] == "\\" else 1 :], text[1:])

    assert which.lets(event) == matches(like, topic)


def test_topics_with_many_stars_take_no_time() -> None:
    """Whoever watches chooses them, and each event is compared on the loop that carries all calls."""
    event = OutboxEvent(1, datetime.now(UTC), None, "webhook.disabled", None, "{}")
    for topic, lets in (
        ("*" * 99 + "x", False),
        ("*e*b" * 20, False),
        ("*" * 100, True),
        ("webhook.*", True),
    ):
        assert EventFilter(everything=True, topics=(topic,)).lets(event) is lets
