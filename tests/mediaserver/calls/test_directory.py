"""The real tables followed while they change, and while they are away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from mediaserver.calls import directory as module
from mediaserver.calls.directory import Directory
from mediaserver.calls.routes import AgentSpec, Refused, Resolution, ToAgent, ToExtension
from mediaserver.storage import following
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.records import CallStarted
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.lines import Line

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def name(resolution: Resolution) -> str:
    assert isinstance(resolution, ToAgent), resolution
    return resolution.agent.name


class Followed:
    """A directory over the real tables, with what it tells."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], poll_s: float) -> None:
        self._changes = asyncio.Queue[None]()
        self.directory = Directory(
            connect, ["100"], poll_s=poll_s, on_change=lambda: self._changes.put_nowait(None)
        )

    async def change(self) -> None:
        await asyncio.wait_for(self._changes.get(), 10)


@pytest.fixture
def cable(postgres: EmbeddedPostgres) -> Cable:
    return Cable(postgres.dsn)


class Cable:
    """The way to the database, which a test may cut."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._open: list[asyncpg.Connection] = []
        self._whole = asyncio.Event()
        self.refused = asyncio.Event()
        self._whole.set()

    async def __call__(self) -> asyncpg.Connection:
        if not self._whole.is_set():
            self.refused.set()
            await self._whole.wait()
            raise OSError("the line was cut")
        connection = await open_connection(self._dsn)
        self._open.append(connection)
        return connection

    def cut(self) -> None:
        self._whole.clear()
        for connection in self._open:
            connection.terminate()

    def mend(self) -> None:
        self._whole.set()


@pytest.fixture
async def follow(pool: asyncpg.Pool, cable: Cable) -> AsyncIterator[Callable[[float], Awaitable[Followed]]]:
    followed: list[Followed] = []

    async def start(poll_s: float) -> Followed:
        one = Followed(cable, poll_s)
        followed.append(one)
        await one.directory.start()
        await one.change()
        return one

    yield start
    for one in followed:
        await one.directory.close()


Follow = Callable[[float], Awaitable[Followed]]
NEVER_S = 3600.0


async def test_the_demo_and_the_echo_are_there_from_the_first_start(follow: Follow) -> None:
    directory = (await follow(NEVER_S)).directory
    demo = directory.resolve("demo", NOW)
    assert isinstance(demo, ToAgent)
    assert (demo.agent.kind, demo.agent.flow, demo.agent.version) == ("flow", "booking", 1)
    echo = directory.resolve("echo", NOW)
    assert isinstance(echo, ToAgent) and echo.agent.kind == "echo"
    assert directory.resolve("100", NOW) == ToExtension("100")
    assert isinstance(directory.resolve("nobody", NOW), Refused)
    assert [finding.ok for finding in directory.findings()] == [True]


async def test_a_change_is_told_and_a_call_keeps_the_version_it_began_with(
    follow: Follow, pool: asyncpg.Pool
) -> None:
    one = await follow(NEVER_S)
    before = one.directory.resolve("demo", NOW)
    await pool.execute("update agents set voice = 'en-gb' where name = 'demo'")
    await one.change()
    after = one.directory.resolve("demo", NOW)
    assert isinstance(before, ToAgent) and isinstance(after, ToAgent)
    assert (before.agent.version, before.agent.voice) == (1, "")
    assert (after.agent.version, after.agent.voice) == (2, "en-gb")
    await pool.execute("insert into routes (pattern, agent) values ('+49*', 'echo')")
    await one.change()
    assert name(one.directory.resolve("+49 30 1", NOW)) == "echo"


async def test_whoever_has_changed_something_may_wait_for_it_to_be_known(
    follow: Follow, pool: asyncpg.Pool
) -> None:
    await pool.execute("drop trigger routes_told on routes")  # nobody else tells of it
    directory = (await follow(NEVER_S)).directory
    await pool.execute("insert into routes (pattern, agent) values ('new', 'echo')")
    assert isinstance(directory.resolve("new", NOW), Refused)
    await directory.caught_up()
    assert name(directory.resolve("new", NOW)) == "echo"


async def test_nobody_waits_for_long_for_a_directory_that_cannot_be_read(
    follow: Follow, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CAUGHT_UP_S", 0.05)
    directory = (await follow(NEVER_S)).directory
    cable.cut()
    await cable.refused.wait()
    await directory.caught_up()


async def test_without_notifications_polling_finds_the_change(follow: Follow, pool: asyncpg.Pool) -> None:
    await pool.execute("drop trigger routes_told on routes")
    one = await follow(0.01)
    await pool.execute("insert into routes (pattern, agent) values ('new', 'echo')")
    await one.change()
    assert name(one.directory.resolve("new", NOW)) == "echo"


async def test_the_last_snapshot_outlives_the_database_and_is_renewed_after(
    follow: Follow, pool: asyncpg.Pool, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FIRST_DELAY_S", 0.0)
    one = await follow(NEVER_S)
    cable.cut()
    await asyncio.wait_for(cable.refused.wait(), 10)
    assert name(one.directory.resolve("demo", NOW)) == "demo"
    assert [finding.ok for finding in one.directory.findings()] == [False]
    await pool.execute("insert into routes (pattern, agent) values ('meanwhile', 'echo')")
    cable.mend()
    await one.change()
    assert name(one.directory.resolve("meanwhile", NOW)) == "echo"
    assert [finding.ok for finding in one.directory.findings()] == [True]


async def test_a_bad_row_is_a_finding_and_everybody_else_is_served(
    follow: Follow, pool: asyncpg.Pool
) -> None:
    one = await follow(NEVER_S)
    await pool.execute("insert into agents (name, kind) values ('odd', 'oracle')")
    await one.change()
    (finding,) = [each for each in one.directory.findings() if not each.ok]
    assert finding.name == "agent odd" and not finding.required
    assert "oracle" in finding.detail and "agents" in finding.mend
    assert name(one.directory.resolve("demo", NOW)) == "demo"


@pytest.mark.parametrize(
    "row",
    [
        """insert into agents (name, kind, turn)
            values ('odd', 'echo', ('{"a":' || repeat('1', 5000) || '}')::jsonb)""",
        """insert into agents (name, kind, turn)
            values ('odd', 'echo', (repeat('[', 3000) || repeat(']', 3000))::jsonb)""",
        """insert into agents (name, kind, stt) values ('odd', 'echo', '{{a,b}}')""",
    ],
)
async def test_a_row_beyond_reading_costs_itself_alone(follow: Follow, pool: asyncpg.Pool, row: str) -> None:
    one = await follow(NEVER_S)
    await pool.execute(row)
    await one.change()
    assert [each.name for each in one.directory.findings() if not each.ok] == ["agent odd"]
    assert name(one.directory.resolve("demo", NOW)) == "demo"


@pytest.mark.parametrize("since", ["null", "now() - interval '1 year'", "'-infinity'", "'4000-01-01 BC'"])
@pytest.mark.parametrize("until", ["null", "'infinity'", "'20000-01-01'"])
async def test_a_route_may_hold_from_the_beginning_to_the_end_of_time(
    follow: Follow, pool: asyncpg.Pool, since: str, until: str
) -> None:
    one = await follow(NEVER_S)
    await pool.execute(
        f"insert into routes (pattern, agent, valid_from, valid_until) "
        f"values ('x*', 'echo', {since}, {until})"
    )
    await one.change()
    assert name(one.directory.resolve("x1", datetime.now(UTC))) == "echo"


async def test_tables_that_cannot_be_taken_over_are_a_finding_and_are_tried_again(
    pool: asyncpg.Pool, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FIRST_DELAY_S", 0.0)
    failing, taken = True, asyncio.Event()

    def on_change() -> None:
        if failing:
            raise RuntimeError("boom")
        taken.set()

    directory = Directory(cable, poll_s=0.01, on_change=on_change)
    await directory.start()
    try:
        (finding,) = [each for each in directory.findings() if not each.ok]
        assert finding.name == "directory" and "boom" in finding.detail and finding.mend
        failing = False
        await asyncio.wait_for(taken.wait(), 10)
        assert all(each.ok for each in directory.findings())
    finally:
        await directory.close()


async def test_a_check_that_fails_costs_its_row_alone(pool: asyncpg.Pool, cable: Cable) -> None:
    def check(agent: AgentSpec) -> str:
        if agent.name == "demo":
            raise RuntimeError("boom")
        return ""

    directory = Directory(cable, check=check)
    await directory.start()
    await directory.close()
    assert name(directory.resolve("echo", NOW)) == "echo"
    (bad,) = [each for each in directory.findings() if not each.ok]
    assert (bad.name, bad.detail) == ("agent demo", "it could not be checked: RuntimeError: boom")


async def test_a_failure_of_ours_does_not_end_the_following(
    follow: Follow, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "FIRST_DELAY_S", 0.0)
    one = await follow(0.01)
    failed = asyncio.Event()

    def fails(*args: object, **kwargs: object) -> None:
        monkeypatch.undo()
        failed.set()
        raise RuntimeError("boom")

    monkeypatch.setattr(module, "RouteTable", fails)
    await pool.execute("insert into routes (pattern, agent) values ('new', 'echo')")
    await asyncio.wait_for(failed.wait(), 10)
    await one.change()
    assert name(one.directory.resolve("new", NOW)) == "echo"


async def test_a_renamed_agent_takes_its_routes_along(follow: Follow, pool: asyncpg.Pool) -> None:
    one = await follow(NEVER_S)
    await pool.execute("update agents set name = 'reception' where name = 'demo'")
    await one.change()
    assert name(one.directory.resolve("demo", NOW)) == "reception"


async def test_a_row_changes_who_answers_the_next_call_while_one_runs(
    follow: Follow, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    one = await follow(NEVER_S)
    bench = Bench(tmp_path, one.directory)
    try:
        await bench.dial(Line("ann", 7), "demo")
        await pool.execute("update agents set voice = 'en-gb', llm = '{first,second}' where name = 'demo'")
        await one.change()
        await bench.dial(Line("bob", 8), "demo")
        await bench.ticks(1)
        assert [(spec.version, spec.voice, spec.llm) for spec in bench.robots.specs] == [
            (1, "", ()), (2, "en-gb", ("first", "second")),
        ]  # fmt: skip
        assert [robot.heard for robot in bench.robots.made] == [[7], [8]], "the first call goes on"
        began = [(record.agent, record.agent_version) for record in bench.sink.of(CallStarted)]
        assert began == [("demo", 1), ("demo", 2)]
        shown = [(call.agent, call.agent_version) for call in bench.board]
        assert shown == [("demo", 1), ("demo", 2)], "the running call keeps the version that it began with"
        told = [call.history[-1].data["agent_version"] for call in bench.board]
        assert told == [1, 2]
    finally:
        await bench.board.close()
        await bench.recorder.close()
