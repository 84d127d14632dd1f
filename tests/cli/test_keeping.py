"""Two servers on one database: what is old goes once, whoever has its files; and nothing waits for a server
that is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest

from cli.serving.keeping import forget_gone_servers, open_keeping
from mediaserver.config import load
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.queue import NewJob, enqueue
from mediaserver.jobs.runner import JobRunner
from mediaserver.retention import sweep as sweeping
from mediaserver.storage import nodes
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.writer import StoreWriter
from tests.mediaserver.jobs.running import QUICK
from tests.mediaserver.retention.rows import count, past_call


class Planned(JobRunner):
    """A runner that tells what it would do, and when."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self.work: dict[str, Any] = {}
        super().__init__(lambda: open_connection(postgres.dsn), heartbeat=QUICK, poll=QUICK / 5)

    def every(self, name: str, cron: str, work: Any, **more: Any) -> None:
        self.work[name] = work
        super().every(name, cron, work, **more)


async def server(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, data: Path, node: UUID, **settings: Any
) -> Planned:
    jobs = Planned(postgres)
    await nodes.started(pool, node, "h")
    writer = StoreWriter(pool, data, node=node)
    stored = cast(Any, SimpleNamespace(pool=pool, writer=writer, sealer=Sealer(b"k" * 32)))
    open_keeping(load(None, {"data": str(data), "retention": settings}), stored, jobs)
    return jobs


async def test_each_sweeps_and_what_is_old_goes_once(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAUSE_S", 0)
    monkeypatch.setattr(sweeping, "BATCH", 3)
    ours = {name: uuid4() for name in ("here", "there")}
    servers = {
        name: await server(pool, postgres, tmp_path / name, node, calls_days=5, recordings_days=5)
        for name, node in ours.items()
    }
    calls = {
        name: [await past_call(pool, tmp_path / name, 4000, node=node) for _ in range(5)]
        for name, node in ours.items()
    }
    works = [jobs.work[f"retention.sweep.n{ours[name].hex}"] for name, jobs in servers.items()]
    await asyncio.gather(*(work(JobTry(1, {}, 1)) for work in works))
    for name in ours:
        assert [await count(pool, "calls", call) for call in calls[name]] == [0] * 5, name
        assert not list((tmp_path / name).rglob("*.wav"))


async def test_what_only_one_of_them_can_remove_that_one_removes(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    here, there = uuid4(), uuid4()
    jobs = {node: await server(pool, postgres, tmp_path, node, calls_days=5) for node in (here, there)}
    call = await past_call(pool, tmp_path / "away", 4000, node=there)
    moved = [(file, file.rename(tmp_path / file.name)) for file in (tmp_path / "away").rglob("*.wav")]
    await jobs[here].work[f"retention.sweep.n{here.hex}"](JobTry(1, {}, 1))
    assert await count(pool, "calls", call) == 1, "the other has its files"
    for file, elsewhere in moved:
        file.parent.mkdir(parents=True, exist_ok=True)
        elsewhere.rename(file)
    await jobs[there].work[f"retention.sweep.n{there.hex}"](JobTry(1, {}, 1))
    assert await count(pool, "calls", call) == 0 and not list((tmp_path / "away").rglob("*.wav"))


async def test_nothing_waits_for_a_server_that_is_gone(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    alive, gone = uuid4(), uuid4()
    for node, days in ((alive, 0), (gone, 8)):
        await nodes.started(pool, node, "h")
        await pool.execute(
            "update nodes set seen_at = now() - make_interval(days => $2) where id = $1", node, days
        )
    names = [f"retention.{what}.n{node.hex}" for node in (alive, gone) for what in ("sweep", "erase")]
    async with pool.acquire() as connection, connection.transaction():
        await enqueue(connection, *(NewJob(name) for name in (*names, "webhook.deliver")))
        for name in names:
            await connection.execute(
                "insert into pgqueuer_schedules (expression, entrypoint) values ('* * * * *', $1)", name
            )
    await forget_gone_servers(pool)
    waiting = await pool.fetch("select entrypoint from pgqueuer")
    assert {row["entrypoint"] for row in waiting} == {*names[:2], "webhook.deliver"}
    planned = await pool.fetch("select entrypoint from pgqueuer_schedules")
    assert {row["entrypoint"] for row in planned} == set(names[:2])
