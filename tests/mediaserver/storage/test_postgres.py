"""The embedded cluster: side by side, joined, adopted, and leaving other people's folders as they are."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from mediaserver.errors import DatabaseError
from mediaserver.storage import postgres as module
from mediaserver.storage.postgres import EmbeddedPostgres, open_pool, where


async def answers(dsn: str) -> bool:
    pool = await open_pool(dsn, 2)
    try:
        return bool(await pool.fetchval("select 1") == 1)
    finally:
        await pool.close()


def pid(server: EmbeddedPostgres) -> int:
    return int((server.pgdata / "postmaster.pid").read_text().split("\n")[0])


async def test_a_second_user_of_the_same_data_joins_and_leaves_it_running(postgres: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(postgres.pgdata.parent)
    assert await second.start() == postgres.dsn
    await second.stop()
    assert await answers(postgres.dsn)


async def test_two_clusters_run_side_by_side_and_data_outlasts_a_restart(
    postgres: EmbeddedPostgres, open_folder: Path
) -> None:
    data = open_folder / "with a 'quote', a space and more letters than a socket's path may have".ljust(
        150, "x"
    )
    other = EmbeddedPostgres(data)
    await other.start()
    assert other.dsn != postgres.dsn
    pool = await open_pool(other.dsn)
    await pool.execute("create table kept (x int)")
    await pool.close()
    await other.stop()
    assert await answers(postgres.dsn)

    # A kill -9 of the server's process drops the lock and leaves PostgreSQL behind: the next start adopts it.
    await other.start()
    left = pid(other)
    assert other._lock is not None
    os.close(other._lock)
    adopting = EmbeddedPostgres(data)
    await adopting.start()
    assert pid(adopting) == left
    pool = await open_pool(adopting.dsn)
    assert await pool.fetch("select * from kept") == []
    await pool.close()
    await adopting.stop()
    assert not adopting._alive()
    socket_folder = adopting._socket_folder()
    assert socket_folder != adopting.pgdata and socket_folder.stat().st_mode & 0o777 == 0o700
    socket_folder.rmdir()


async def test_who_joined_starts_it_again_when_the_first_has_stopped_it(open_folder: Path) -> None:
    first, second = (EmbeddedPostgres(open_folder / "two") for _ in range(2))
    await first.start()
    await second.start()
    await first.stop()
    assert not second._alive()
    await second.ensure_running()
    assert await answers(second.dsn)
    await second.stop()
    assert not second._alive()


async def test_one_that_stops_late_is_no_fault(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It ended between two tries: the second found nothing to end, and the process ended with a fault."""
    server = EmbeddedPostgres(open_folder / "late")
    await server.start()
    run = server._run

    def late(program: str, *arguments: str) -> None:
        run(program, *arguments)
        if "fast" in arguments:
            raise DatabaseError("server does not shut down")

    monkeypatch.setattr(server, "_run", late)
    await server.stop()
    assert not caplog.text
    await server.stop()


async def test_the_folders_above_keep_their_permissions(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setattr(module, "SHARED_ROOT", open_folder / "var-lib")
    server = EmbeddedPostgres(home / "data")
    try:
        assert await answers(await server.start())
        assert home.stat().st_mode & 0o777 == 0o700
        if os.geteuid() == 0:
            assert server.pgdata.parent == open_folder / "var-lib"
        else:
            assert server.pgdata == home / "data" / "postgres"
    finally:
        await server.stop()


async def test_a_folder_with_something_else_in_it_is_left_alone(open_folder: Path) -> None:
    strange = open_folder / "strange" / "postgres"
    strange.mkdir(parents=True)
    (strange / "holiday.jpg").touch()
    with pytest.raises(DatabaseError, match="neither empty nor a database"):
        await EmbeddedPostgres(strange.parent).start()
    assert (strange / "holiday.jpg").exists()


async def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError) as caught:
        await EmbeddedPostgres(tmp_path / "file" / "data").start()
    assert "\n" not in str(caught.value)


async def test_a_database_that_is_down_is_one_line_without_the_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        await open_pool("postgresql://me:hunter2@127.0.0.1:1/calls")
    text = str(caught.value)
    assert text.startswith("cannot reach PostgreSQL at 127.0.0.1:1/calls: ")
    assert text.endswith("; start it or unset DATABASE_URL")
    assert "hunter2" not in text and "\n" not in text


@pytest.mark.parametrize("dsn", ["postgresql://u:hunter2@h:port/x", "postgresql://u:hunter2@[::1/x"])
async def test_an_unreadable_address_is_one_line_without_the_password(dsn: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        await open_pool(dsn)
    assert "hunter2" not in str(caught.value) and "\n" not in str(caught.value)


def test_where_says_neither_user_nor_password() -> None:
    assert where("postgresql://u:p@db.example:5433/calls?sslmode=require") == "db.example:5433/calls"
    assert where("postgresql:///postgres?host=%2Frun") == "the local socket/postgres"


async def test_stop_before_start_does_nothing(tmp_path: Path) -> None:
    await asyncio.wait_for(EmbeddedPostgres(tmp_path).stop(), 1)
