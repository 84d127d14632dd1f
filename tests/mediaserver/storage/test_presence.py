"""Several servers on one database: each keeps to its own calls, and the dead are cleared away."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.errors import StartupError
from mediaserver.storage import calls, legs, name_lock, nodes
from mediaserver.storage.journal import Journal
from mediaserver.storage.name_lock import NameLock
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.presence import SILENT_S, NodeName, Presence
from mediaserver.storage.records import CallAnswered, LegOpened
from mediaserver.storage.saving import save
from mediaserver.storage.writer import StoreWriter
from tests.mediaserver.samples import CALL, LEG, START, ended, started

FIRST, SECOND = UUID(int=1), UUID(int=2)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def state(pool: asyncpg.Pool, call_id: UUID = CALL) -> tuple[str, str | None]:
    row = await calls.one(pool, call_id)
    assert row is not None
    return row["state"], row["why"]


async def enter(pool: asyncpg.Pool, node: UUID, clock: Clock | None = None) -> Presence:
    presence = Presence(pool, node, now=clock or Clock())
    await presence.start()
    await presence.close()  # the test beats itself
    return presence


async def silence(pool: asyncpg.Pool, node: UUID) -> None:
    """A server was last seen long ago."""
    query = "update nodes set seen_at = now() - make_interval(secs => $2) where id = $1"
    await pool.execute(query, node, SILENT_S + 1)


async def test_a_second_server_leaves_the_first_ones_live_calls_alone(pool: asyncpg.Pool) -> None:
    await enter(pool, FIRST)
    await save(pool, started(), FIRST)
    second = await enter(pool, SECOND)
    assert await second.close_own() == []
    assert await state(pool) == ("live", None)


async def test_a_server_closes_what_it_left_behind_itself(pool: asyncpg.Pool) -> None:
    await enter(pool, FIRST)
    await save(pool, started(), FIRST)
    again = await enter(pool, FIRST)
    assert await again.close_own() == [(CALL, START)]
    assert await state(pool) == ("ended", "interrupted")


async def test_legs_whose_end_was_not_stored_any_more_are_closed_with_their_call(pool: asyncpg.Pool) -> None:
    await enter(pool, FIRST)
    await save(pool, started(), FIRST)
    await save(pool, LegOpened(LEG, CALL, "sip", "abc@h", "r", "PCMU", START))
    await save(pool, ended())  # and then the process was killed
    again = await enter(pool, FIRST)
    assert await again.close_own() == []
    (leg,) = await legs.of_call(pool, CALL)
    assert leg["closed_at"] == ended().at
    assert await state(pool) == ("ended", "hung up")


async def test_also_those_of_a_server_that_does_not_come_back(pool: asyncpg.Pool) -> None:
    clock = Clock()
    await enter(pool, FIRST)
    second = await enter(pool, SECOND, clock)
    await save(pool, started(), FIRST)
    await save(pool, LegOpened(LEG, CALL, "sip", "abc@h", "r", "PCMU", START))
    await save(pool, ended())
    other = uuid4()
    await save(pool, started(other), SECOND)
    await save(pool, LegOpened(uuid4(), other, "sip", "def@h", "r", "PCMU", START))
    await second.beat()
    await silence(pool, FIRST)
    clock.now = SILENT_S
    assert await second.beat() == 0
    assert [leg["closed_at"] is not None for leg in await legs.of_call(pool, CALL)] == [True]
    assert [leg["closed_at"] for leg in await legs.of_call(pool, other)] == [None]


async def test_calls_of_nobody_are_closed_at_the_next_start(pool: asyncpg.Pool) -> None:
    await save(pool, started())
    assert await (await enter(pool, FIRST)).close_own() == [(CALL, START)]


async def test_calls_of_nobody_are_left_alone_while_another_server_lives(pool: asyncpg.Pool) -> None:
    """They may be its own, of a time when it could not say so."""
    await enter(pool, FIRST)
    await save(pool, started())
    assert await (await enter(pool, SECOND)).close_own() == []
    await silence(pool, FIRST)
    assert await (await enter(pool, SECOND)).close_own() == [(CALL, START)]


async def test_a_copied_data_folder_takes_a_name_of_its_own_while_the_first_one_lives(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_lock, "TRY_AGAIN_S", 0.0)

    async def connect() -> asyncpg.Connection:
        return await open_connection(postgres.dsn)

    first = NodeName(tmp_path / "first")
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    copy = NodeName(tmp_path / "copy")
    assert copy.id == first.id
    of_first, of_copy = NameLock(connect, first), NameLock(connect, copy)
    try:
        await of_first.take()
        await enter(pool, first.id)
        await save(pool, started(), first.id)
        await of_copy.take()
        assert copy.id != first.id
        assert await (await enter(pool, copy.id)).close_own() == []
        assert await state(pool) == ("live", None)
        renewed = copy.id
        copy.release()
        assert NodeName(tmp_path / "copy").id == renewed, "the new name is kept"
    finally:
        of_first.close()
        of_copy.close()


async def test_a_name_is_held_again_after_the_database_went_away(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    opened: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        opened.append(await open_connection(postgres.dsn))
        return opened[-1]

    name = NodeName(tmp_path)
    lock = NameLock(connect, name)
    await lock.take()
    opened[0].terminate()
    presence = Presence(pool, name.id, now=Clock(), keep=lock.keep)
    await presence.beat()
    assert len(opened) == 2
    await presence.beat()
    assert len(opened) == 2
    lock.close()
    name.release()


async def test_the_calls_of_a_silent_server_are_closed_with_their_legs(pool: asyncpg.Pool) -> None:
    clock = Clock()
    await enter(pool, FIRST)
    second = await enter(pool, SECOND, clock)
    await save(pool, started(), FIRST)
    await save(pool, CallAnswered(CALL, START + timedelta(seconds=1)))
    await save(pool, LegOpened(LEG, CALL, "sip", "abc@h", "r", "PCMU", START))
    other = uuid4()
    await save(pool, started(other), SECOND)
    assert await second.beat() == 0
    await silence(pool, FIRST)
    clock.now = SILENT_S
    assert await second.beat() == 1
    assert await state(pool) == ("ended", "interrupted")
    (leg,) = await legs.of_call(pool, CALL)
    assert leg["closed_at"] == START + timedelta(seconds=1)
    assert await state(pool, other) == ("live", None)


async def test_a_server_that_beats_keeps_its_calls(pool: asyncpg.Pool) -> None:
    clock = Clock()
    first, second = await enter(pool, FIRST), await enter(pool, SECOND, clock)
    await save(pool, started(), FIRST)
    await second.beat()
    await silence(pool, FIRST)
    await first.beat()
    clock.now = SILENT_S
    assert await second.beat() == 0
    assert await state(pool) == ("live", None)


async def test_after_a_common_silence_the_others_get_the_time_to_be_seen(pool: asyncpg.Pool) -> None:
    clock = Clock()
    await enter(pool, FIRST)
    second = await enter(pool, SECOND, clock)
    await save(pool, started(), FIRST)
    await second.beat()
    await silence(pool, FIRST)
    await silence(pool, SECOND)  # the database was away, or the whole machine asleep
    clock.now = SILENT_S
    assert await second.beat() == 0
    clock.now = 2 * SILENT_S
    assert await second.beat() == 1


async def test_a_server_that_comes_back_while_it_is_taken_for_dead_waits_its_turn(pool: asyncpg.Pool) -> None:
    await enter(pool, FIRST)
    await save(pool, started(), FIRST)
    await silence(pool, FIRST)
    async with pool.acquire() as connection, connection.transaction():
        assert await nodes.silent(connection, SILENT_S) == [FIRST]
        assert await nodes.silent(pool, SILENT_S) == [], "one server alone closes them"
        back = asyncio.create_task(nodes.seen(pool, FIRST))
        await asyncio.wait({back}, timeout=0.1)
        assert not back.done()
        await nodes.close_calls(connection, FIRST)
    assert await back is not None
    assert await state(pool) == ("ended", "interrupted")


async def test_a_beat_that_fails_in_any_way_is_not_the_last(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = asyncio.Queue[None]()

    async def seen(*args: object) -> float:
        beats.put_nowait(None)
        raise ValueError("whatever")

    monkeypatch.setattr(nodes, "seen", seen)
    presence = Presence(pool, FIRST, silent_s=0.0)
    await presence.start()
    for _ in range(2):
        await asyncio.wait_for(beats.get(), 10)
    await presence.close()


async def test_what_another_server_left_on_disk_stays_its_own(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await enter(pool, FIRST)
    second = await enter(pool, SECOND)
    left = Journal(tmp_path / "unsaved", tmp_path / "rejected", FIRST)
    left.append([started()])
    left.close()
    sink = StoreWriter(pool, tmp_path, node=SECOND)
    await sink.start()
    await sink.close()
    assert await pool.fetchval("select node_id from calls") == FIRST
    assert await second.close_own() == [], "the first one may be up again by now"


async def test_a_server_that_is_not_entered_enters_itself_again(pool: asyncpg.Pool) -> None:
    first = await enter(pool, FIRST)
    await pool.execute("delete from nodes")
    await save(pool, started(), FIRST)
    assert await state(pool) == ("live", None), "a call is stored even so"
    await first.beat()
    assert await pool.fetchval("select count(*) from nodes") == 1


async def test_the_true_end_replaces_what_another_server_thought(pool: asyncpg.Pool) -> None:
    await enter(pool, FIRST)
    await save(pool, started(), FIRST)
    await (await enter(pool, FIRST)).close_own()
    await save(pool, ended(), FIRST)
    assert await state(pool) == ("ended", "hung up")


async def test_what_the_writer_stores_belongs_to_its_server(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await enter(pool, FIRST)
    sink = StoreWriter(pool, tmp_path, node=FIRST)
    await sink.start()
    sink.put(started())
    assert await sink.flush(5)
    await sink.close()
    assert await pool.fetchval("select node_id from calls") == FIRST


def test_a_server_keeps_its_name_and_a_second_on_the_same_folder_takes_another(tmp_path: Path) -> None:
    first = NodeName(tmp_path)
    second = NodeName(tmp_path)
    assert first.id != second.id
    first.release()
    second.release()
    again = NodeName(tmp_path)
    assert again.id == first.id
    again.release()


def test_a_name_that_cannot_be_read_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "1").write_text("not a name, and longer than one by far" * 5)
    once = NodeName(tmp_path)
    once.release()
    again = NodeName(tmp_path)
    assert again.id == once.id
    again.release()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "nodes").mkdir()
    (tmp_path / "precious").write_text("of somebody else")
    (tmp_path / "nodes" / "1").symlink_to(tmp_path / "precious")
    with pytest.raises(StartupError):
        NodeName(tmp_path)
    assert (tmp_path / "precious").read_text() == "of somebody else"


def test_a_folder_that_takes_no_name_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "nodes").touch()
    with pytest.raises(StartupError, match="VOICEFORGE_DATA") as caught:
        NodeName(tmp_path)
    assert "\n" not in str(caught.value)
