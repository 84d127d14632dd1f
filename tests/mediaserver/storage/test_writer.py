"""The writer in front of a real PostgreSQL that is stopped, restarted and fed poison."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from mediaserver.metrics import Metrics
from mediaserver.storage import events, turns, writer
from mediaserver.storage.journal import Journal
from mediaserver.storage.migrations import migrate
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool
from mediaserver.storage.records import EventHappened, OutcomeMade, TurnSaid
from mediaserver.storage.writer import StoreWriter
from tests.mediaserver.samples import CALL, ended, started, turn, whole_call


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LONGEST_DELAY_S", 0.05)


@pytest.fixture
async def own(open_folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A server that the test may stop."""
    server = EmbeddedPostgres(open_folder / "own")
    await server.start()
    yield server
    await server.stop()


async def fresh(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("drop schema public cascade; create schema public")
        await migrate(connection)


async def texts(pool: asyncpg.Pool) -> list[str]:
    return [line["text"] for line in await turns.of_call(pool, CALL)]


def unsaved(data: Path) -> list[Path]:
    return sorted((data / "unsaved").glob("*.jsonl"))


def rejected(data: Path) -> list[dict[str, object]]:
    lines = "".join(path.read_text() for path in (data / "rejected").glob("*.jsonl")).split("\n")
    return [json.loads(line) for line in lines if line]


async def test_what_was_put_is_stored_in_order(pool: asyncpg.Pool, tmp_path: Path) -> None:
    metrics = Metrics()
    sink = StoreWriter(pool, tmp_path, metrics)
    await sink.start()
    records = whole_call()
    for record in records:
        sink.put(record)
    sink.put(turn(2, "first"))
    sink.put(turn(2, "then"))
    assert await sink.flush(5)
    assert (await texts(pool))[2] == "then"
    assert sink.waiting == 0
    assert f'voiceforge_db_records_total{{fate="saved"}} {len(records) + 2}.0' in metrics.render().decode()
    assert await sink.close()
    assert not unsaved(tmp_path)


async def test_flush_without_records_returns_at_once(pool: asyncpg.Pool, tmp_path: Path) -> None:
    sink = StoreWriter(pool, tmp_path)
    assert await sink.flush(0)


async def test_a_poisonous_record_is_set_aside_and_blocks_nobody(pool: asyncpg.Pool, tmp_path: Path) -> None:
    sink = StoreWriter(pool, tmp_path)
    sink.put(started())
    sink.put(turn(0))
    sink.put(replace(turn(1), speaker="nobody"))
    sink.put(OutcomeMade(CALL, "booking", "", {}))
    sink.put(turn(2, "\N{WAVING HAND SIGN}"))
    sink.put(turn(3, call_id=uuid4()))
    sink.put(ended())
    await sink.start()
    assert await sink.flush(5)
    assert await texts(pool) == ["a room please", "\N{WAVING HAND SIGN}"]
    assert await pool.fetchval("select state from calls") == "ended"
    aside = rejected(tmp_path)
    assert [line["record"] for line in aside] == ["TurnSaid", "OutcomeMade", "TurnSaid"]
    assert "turns_speaker_check" in str(aside[0]["reason"])
    await sink.close()


async def test_a_server_stopped_in_mid_write_loses_nothing(own: EmbeddedPostgres, tmp_path: Path) -> None:
    pool = await open_pool(own.dsn)
    await fresh(pool)
    sink = StoreWriter(pool, tmp_path)
    await sink.start()
    sink.put(started())
    for number in range(300):
        sink.put(turn(number, f"line {number}"))
    await own.stop()
    for number in range(300, 400):
        sink.put(turn(number, f"line {number}"))
    assert not await sink.flush(0.3)
    assert unsaved(tmp_path), "what waits is on disk, safe from a kill"
    for number in range(400, 450):
        sink.put(turn(number, f"line {number}"))
    await own.start()
    assert await sink.flush(10)
    assert await texts(pool) == [f"line {number}" for number in range(450)]
    assert sink.healthy and sink.waiting == 0
    assert not unsaved(tmp_path)
    await sink.close()
    pool.terminate()


def crash(server: EmbeddedPostgres) -> None:
    """End the postmaster as a crash would, and wait until it is gone."""
    handle = os.pidfd_open(int((server.pgdata / "postmaster.pid").read_text().split("\n")[0]))
    signal.pidfd_send_signal(handle, signal.SIGQUIT)
    assert select.select([handle], [], [], 10)[0]
    os.close(handle)


async def test_a_dead_embedded_server_is_revived(own: EmbeddedPostgres, tmp_path: Path) -> None:
    pool = await open_pool(own.dsn)
    await fresh(pool)
    sink = StoreWriter(pool, tmp_path, revive=own.ensure_running)
    await sink.start()
    await asyncio.to_thread(crash, own)
    sink.put(started())
    sink.put(turn(0))
    assert await sink.flush(20)
    assert await texts(pool) == ["a room please"]
    await sink.close()
    pool.terminate()


async def test_what_the_last_process_left_is_written_at_start(pool: asyncpg.Pool, tmp_path: Path) -> None:
    closed = await open_pool(str(pool_dsn(pool)))
    await closed.close()
    before = StoreWriter(closed, tmp_path)
    await before.start()
    before.put(started())
    before.put(turn(0))
    assert not await before.close(0.05)
    (left,) = unsaved(tmp_path)
    with left.open("a") as file:
        file.write('{"record": "TurnSa')  # torn by a crash

    after = StoreWriter(pool, tmp_path)
    await after.start()
    assert await texts(pool) == ["a room please"], "before anybody closes interrupted calls"
    assert not unsaved(tmp_path)
    await after.close()


def pool_dsn(pool: asyncpg.Pool) -> str:
    return str(pool._connect_args[0])


async def test_a_full_disk_keeps_records_in_memory_up_to_a_bound(pool: asyncpg.Pool, tmp_path: Path) -> None:
    (tmp_path / "unsaved").write_text("no folder can be made here")
    closed = await open_pool(pool_dsn(pool))
    await closed.close()
    metrics = Metrics()
    sink = StoreWriter(closed, tmp_path, metrics, memory_limit=3)
    await sink.start()
    for number in range(5):
        sink.put(turn(number))
    assert not await sink.flush(0.05)
    assert sink.waiting == 3
    assert 'voiceforge_db_records_total{fate="lost"} 2.0' in metrics.render().decode()
    await sink.close(0)


def test_a_journal_that_is_still_written_is_left_alone_by_another_server(tmp_path: Path) -> None:
    mine, its = (Journal(tmp_path / "u", tmp_path / "r", node) for node in (uuid4(), uuid4()))
    its.append([turn(0)])
    assert mine.take() is None
    its.append([turn(1)])
    (path,) = mine.files()
    assert its.take() == path and len(list(its.read(path))) == 2
    its.close()
    assert mine.take() == path, "what a dead one has left is free"
    mine.append([turn(2)])
    assert len(mine.files()) == 2
    mine.done(path)
    left = mine.take()
    assert left is not None and mine.node_of(left) != mine.node_of(path)
    mine.done(left)
    assert mine.take() is None
    mine.append([turn(3)])
    assert len(mine.files()) == 1
    mine.close()


def test_a_line_after_one_cut_short_is_still_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "u", tmp_path / "r")
    journal.append([turn(0)])
    (path,) = journal.files()
    path.write_bytes(path.read_bytes()[:-20])
    journal.append([turn(1)])
    found = list(journal.read(path))
    assert isinstance(found[0], ValueError)
    assert isinstance(found[1], TurnSaid) and found[1].index == 1
    journal.close()


async def test_a_record_nested_beyond_all_measure_does_not_stop_the_writer(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """A foreign server nested its figures so deeply that writing them raised out of the writer, which ended:
    from then on nothing of any call was kept."""
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    strange = EventHappened(CALL, 1, "llm", {"usage": {"prompt": deep, "tokens": 7}})
    sink = StoreWriter(pool, tmp_path)
    await sink.start()
    for record in (started(), strange, turn(0, "before")):
        sink.put(record)
    assert await sink.flush(5)
    (event,) = await events.of_call(pool, CALL)
    assert event["data"]["usage"]["tokens"] == 7
    assert await texts(pool) == ["before"]
    await sink.close()
