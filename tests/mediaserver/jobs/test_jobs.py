"""The job library as it is put up here, over the real database: transactions, tries, ends and kills."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from pgqueuer.domain.schema.model import Plan

from mediaserver.jobs.kinds import JobKind, JobPutOff, JobTry, back_off_s
from mediaserver.jobs.names import JobTables, queries_on
from mediaserver.jobs.queue import LARGEST, NewJob, enqueue, state
from mediaserver.jobs.runner import TIDYING, JobRunner
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from tests.mediaserver.jobs.running import QUICK, Done, empty, put, running

_OFTEN = "select count(*) from pgqueuer_schedules where entrypoint = 'often'"


async def test_our_tables_are_what_the_installed_version_of_the_library_wants(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        plan: Plan = await queries_on(connection).plan_upgrade()
    assert plan == Plan(), "the library was updated: these belong into a migration"


def test_the_environment_does_not_rename_our_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHANNEL", "TRIGGER", "PGQUEUER_PREFIX", "QUEUE_TABLE"):
        monkeypatch.setenv(name, "else")
    tables = JobTables()
    assert (tables.channel, tables.queue_table, tables.prefix) == ("ch_pgqueuer", "pgqueuer", "")


async def test_a_job_is_done_with_its_payload(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    done = Done()
    async with running(postgres, JobKind("a.job", done)):
        await put(pool, NewJob("a.job", {"x": [1, "é"]}))
        await done.wait(1)
        await empty(pool)
    assert done.tries[0].payload == {"x": [1, "é"]} and done.tries[0].number == 1


async def test_a_job_whose_cause_is_undone_is_none(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    done = Done()
    async with running(postgres, JobKind("a", done)), pool.acquire() as connection:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with connection.transaction():
                await enqueue(connection, NewJob("a", {"n": 1}))
                await connection.execute("select 1 / 0")
        await enqueue(connection, NewJob("a", {"n": 2}))
        await done.wait(1)
        await empty(pool)
    assert [job.payload for job in done.tries] == [{"n": 2}]


async def test_what_fails_is_tried_again_and_then_kept_as_failed(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    counted: list[tuple[str, str]] = []
    twice, always = Done(failures=2), Done(failures=99)
    quick = {"first_delay_s": 0.01, "longest_delay_s": 0.02, "tries": 3}
    kinds = JobKind("twice", twice, **quick), JobKind("always", always, **quick)  # type: ignore[arg-type]
    async with running(postgres, *kinds, count=lambda *what: counted.append(what)):
        await put(pool, NewJob("twice"), NewJob("always"))
        await empty(pool)
    assert [job.number for job in twice.tries] == [1, 2, 3] == [job.number for job in always.tries]
    async with pool.acquire() as connection:
        assert (await state(queries_on(connection))).failed == {"always": 1}
    again = ["again"] * 2
    assert [outcome for name, outcome in counted if name == "always"] == [*again, "failed"]
    assert [outcome for name, outcome in counted if name == "twice"] == [*again, "done"]


async def test_work_may_put_itself_off_as_often_as_it_likes(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    numbers: list[int] = []

    async def work(job: JobTry) -> None:
        numbers.append(job.number)
        if len(numbers) < 4:
            raise JobPutOff(0.01, "not yet")

    async with running(postgres, JobKind("later", work, tries=2)):
        await put(pool, NewJob("later"))
        await empty(pool)
    assert numbers == [1, 2, 3, 4]


async def test_a_try_that_takes_too_long_has_failed(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    async def hang(job: JobTry) -> None:
        await asyncio.Event().wait()

    async with running(postgres, JobKind("hang", hang, within_s=0.05, tries=1)):
        await put(pool, NewJob("hang"))
        await empty(pool)
    assert await pool.fetchval("select status::text from pgqueuer") == "failed"


async def test_of_jobs_with_one_key_only_one_waits(pool: asyncpg.Pool) -> None:
    assert await put(pool, NewJob("a", once="x"), NewJob("b", once="x")) == 2
    assert await put(pool, NewJob("a", once="x"), NewJob("a", once="y"), NewJob("a")) == 2


async def test_a_job_that_runs_when_the_server_stops_goes_back_and_is_done_by_the_next(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    begun = asyncio.Event()

    async def hang(job: JobTry) -> None:
        begun.set()
        await asyncio.Event().wait()

    runner = JobRunner(lambda: open_connection(postgres.dsn))
    runner.declare(JobKind("long", hang))
    await runner.start()
    await put(pool, NewJob("long", {"k": 1}))
    await begun.wait()
    await runner.close(grace_s=0.0)
    assert await pool.fetchval("select status::text from pgqueuer") == "queued"
    done = Done()
    async with running(postgres, JobKind("long", done)):
        await done.wait(1)
        await empty(pool)
    assert done.tries[0].payload == {"k": 1}


async def test_a_killed_servers_job_is_done_by_another(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    await put(pool, NewJob("orphan", {"k": 2}))
    await pool.execute(
        "update pgqueuer set status = 'picked', queue_manager_id = gen_random_uuid(), "
        "heartbeat = now() - interval '2 seconds'"
    )
    done = Done()
    async with running(postgres, JobKind("orphan", done), heartbeat=QUICK, poll=QUICK / 5):
        await done.wait(1)
        await empty(pool)


async def test_jobs_go_on_when_the_database_comes_back(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    """The first job was done and not yet noted when the connection broke: it is done again."""
    done = Done()
    async with running(postgres, JobKind("a", done), heartbeat=QUICK, poll=QUICK / 5) as runner:
        await put(pool, NewJob("a", {"n": 1}))
        await done.wait(1)
        await pool.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and query ilike '%pgqueuer%'"
        )
        await put(pool, NewJob("a", {"n": 2}))
        await empty(pool)
        assert runner.finding().ok
    assert {job.payload["n"] for job in done.tries} == {1, 2}


async def test_two_servers_do_each_job_once(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> None:
    done = Done()
    async with running(postgres, JobKind("a", done)), running(postgres, JobKind("a", done)):
        await put(pool, *(NewJob("a", {"n": n}) for n in range(40)))
        await empty(pool)
    assert sorted(job.payload["n"] for job in done.tries) == list(range(40))


async def test_a_schedule_is_kept_once_for_all_servers(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    done = Done()

    def begin(runner: JobRunner) -> None:
        runner.every("often", "*/5 * * * *", done)

    async with running(postgres, begin=begin), running(postgres, begin=begin):
        async with asyncio.timeout(10):
            while not await pool.fetchval(_OFTEN):  # noqa: ASYNC110 - the library tells nobody of it
                await asyncio.sleep(0.02)
    await pool.execute("update pgqueuer_schedules set next_run = now() where entrypoint = 'often'")
    async with running(postgres, begin=begin), running(postgres, begin=begin):
        await done.wait(1)
        await empty(pool)
    assert len(done.tries) == 1
    names = {row["entrypoint"] for row in await pool.fetch("select entrypoint from pgqueuer_schedules")}
    assert names == {"often", TIDYING}


async def test_what_is_declared_wrongly_is_refused() -> None:
    runner = JobRunner(lambda: open_connection(""))
    runner.declare(JobKind("a", Done()))
    with pytest.raises(ValueError, match="two kinds"):
        runner.declare(JobKind("a", Done()))
    with pytest.raises(ValueError, match="no time of cron's"):
        runner.every("b", "at noon", Done())
    with pytest.raises(ValueError, match="no name"):
        JobKind("Two Words", Done())


async def test_a_payload_is_json_and_small(pool: asyncpg.Pool) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        await put(pool, NewJob("a", {"x": object()}))
    with pytest.raises(ValueError, match="bytes"):
        await put(pool, NewJob("a", {"x": "y" * LARGEST}))


def test_the_wait_is_doubled_up_to_a_limit_and_half_of_it_is_chance() -> None:
    assert [back_off_s(n, 2, 60, lambda: 1.0) for n in (1, 2, 3, 6, 7000)] == [2, 4, 8, 60, 60]
    assert back_off_s(3, 2, 60, lambda: 0.0) == 4
