"""Who answers: the rules over made-up rows, then the real tables while they change or are away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from mediaserver.calls import directory as module
from mediaserver.calls.directory import Directory, Refused, Resolution, Snapshot, ToAgent, ToExtension
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ONE = UUID(int=1)


def agent(name: str, **more: Any) -> dict[str, Any]:
    """A row of `agents`."""
    row = {
        "id": ONE, "name": name, "version": 1, "kind": "echo", "flow": "", "prompt": "", "entry": "",
        "voice": "", "language": "", "stt": [], "tts": [], "llm": [], "turn": {}, "recording": True,
    }  # fmt: skip
    return row | more


def route(pattern: str, to: str, priority: int = 100, **more: Any) -> dict[str, Any]:
    """A row of `routes`."""
    times = {"valid_from": None, "valid_until": None}
    return {"id": 1, "pattern": pattern, "priority": priority, "agent": to} | times | more


async def nowhere() -> asyncpg.Connection:
    raise AssertionError("resolving must not connect")


def resolve(
    dialled: str,
    routes: list[dict[str, Any]],
    agents: list[dict[str, Any]] | None = None,
    now: datetime = NOW,
) -> Resolution:
    directory = Directory(nowhere, ["100", "ann"])
    rows = [agent("a"), agent("b")] if agents is None else agents
    directory._snapshot = Snapshot(rows, routes)
    return directory.resolve(dialled, now)


def name(resolution: Resolution) -> str:
    assert isinstance(resolution, ToAgent), resolution
    return resolution.agent.name


@pytest.mark.parametrize(
    ("dialled", "pattern"),
    [
        ("demo", "demo"),
        ("demo@h.example", "demo"),
        ("demo@h.example", "demo@h.example"),
        ("demo@h.example", "*@h.example"),
        ("+49 (30) 123-456", "+4930123456"),
        ("+4930123456", "+49 30 123*"),
        ("4711", "47??"),
        ("a.b", "a.b"),
        ("anything", "*"),
    ],
)
def test_an_address_or_number_fits(dialled: str, pattern: str) -> None:
    assert name(resolve(dialled, [route(pattern, "a")])) == "a"


@pytest.mark.parametrize(
    ("dialled", "pattern"),
    [
        ("demo", "Demo"),
        ("demo2", "demo"),
        ("axb", "a.b"),
        ("demo@other", "demo@h.example"),
        ("47112", "47??"),
        ("+4930123456", "4930123456"),
        ("", "demo"),
    ],
)
def test_another_address_or_number_does_not(dialled: str, pattern: str) -> None:
    refused = resolve(dialled, [route(pattern, "a")])
    assert isinstance(refused, Refused) and refused.code == 404 and "nobody answers" in refused.why


def test_the_exact_address_goes_before_extensions_and_these_before_patterns() -> None:
    everything = route("*", "b", 1)
    assert resolve("100", [everything]) == resolve("100@h", [everything]) == ToExtension("100")
    assert name(resolve("100", [everything, route("100", "a")])) == "a"
    assert name(resolve("200", [everything])) == "b"


def test_the_lowest_priority_goes_first_then_the_longest_pattern_then_the_oldest() -> None:
    assert name(resolve("4711", [route("4*", "a", 20), route("*", "b", 10)])) == "b"
    assert name(resolve("4711", [route("4*", "a"), route("47*", "b")])) == "b"
    assert name(resolve("4711", [route("4711", "a", id=7), route("4711", "b", id=3)])) == "b"


def test_a_route_holds_from_its_first_moment_until_its_last() -> None:
    hours = [route("x", "a", 1, valid_from=NOW, valid_until=NOW + timedelta(hours=1)), route("x", "b", 2)]
    assert name(resolve("x", hours, now=NOW - timedelta(seconds=1))) == "b"
    assert name(resolve("x", hours)) == "a"
    assert name(resolve("x", hours, now=NOW + timedelta(hours=1))) == "b"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "oracle"}, "kind 'oracle'"),
        ({"kind": "flow"}, "names no flow"),
        ({"kind": "python", "entry": "no class"}, "not written module:Class"),
        ({"kind": "python", "entry": "a.b:C.d()"}, "not written module:Class"),
        ({"turn": [1]}, "not a JSON object"),
        ({"stt": [""]}, "empty name"),
        ({"tts": [None]}, "empty name"),
    ],
)
def test_a_row_that_makes_no_sense_refuses_its_own_calls_alone(fault: dict[str, Any], words: str) -> None:
    agents = [agent("a", **fault), agent("b")]
    refused = resolve("x", [route("x", "a")], agents)
    assert isinstance(refused, Refused) and refused.code == 480 and words in refused.why
    assert name(resolve("x", [route("x", "b")], agents)) == "b"


def test_an_agent_in_python_names_its_class() -> None:
    agents = [agent("a", kind="python", entry="my.agents:Clerk", stt=["x", "y"], turn={"patience_ms": 900})]
    found = resolve("x", [route("x", "a")], agents)
    assert isinstance(found, ToAgent)
    assert (found.agent.entry, found.agent.stt, dict(found.agent.turn)) == (
        "my.agents:Clerk", ("x", "y"), {"patience_ms": 900},
    )  # fmt: skip


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
def line(postgres: EmbeddedPostgres) -> Line:
    return Line(postgres.dsn)


class Line:
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
async def follow(pool: asyncpg.Pool, line: Line) -> AsyncIterator[Callable[[float], Awaitable[Followed]]]:
    followed: list[Followed] = []

    async def start(poll_s: float) -> Followed:
        one = Followed(line, poll_s)
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


async def test_without_notifications_polling_finds_the_change(follow: Follow, pool: asyncpg.Pool) -> None:
    await pool.execute("drop trigger routes_told on routes")
    one = await follow(0.01)
    await pool.execute("insert into routes (pattern, agent) values ('new', 'echo')")
    await one.change()
    assert name(one.directory.resolve("new", NOW)) == "echo"


async def test_the_last_snapshot_outlives_the_database_and_is_renewed_after(
    follow: Follow, pool: asyncpg.Pool, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_DELAY_S", 0.0)
    one = await follow(NEVER_S)
    line.cut()
    await asyncio.wait_for(line.refused.wait(), 10)
    assert name(one.directory.resolve("demo", NOW)) == "demo"
    assert [finding.ok for finding in one.directory.findings()] == [False]
    await pool.execute("insert into routes (pattern, agent) values ('meanwhile', 'echo')")
    line.mend()
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


async def test_a_renamed_agent_takes_its_routes_along(follow: Follow, pool: asyncpg.Pool) -> None:
    one = await follow(NEVER_S)
    await pool.execute("update agents set name = 'reception' where name = 'demo'")
    await one.change()
    assert name(one.directory.resolve("demo", NOW)) == "reception"
