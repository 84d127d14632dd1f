"""A server process, with a real small HTTP server as the child: its start, its log, its death, its end, and
that nothing of it outlives us."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import select
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineError
from pipelines.workers.server_process import ServerAddress, ServerProcess, ServerSpec, answers

CHILD = Path(__file__).with_name("small_server.py")
LOADED = re.compile(r"loading weights (\d+)%")


def progress(line: str) -> str:
    found = LOADED.search(line)
    return f"loading weights {found[1]} %" if found else ""


def spec(folder: Path, **changes: Any) -> ServerSpec:
    usual: dict[str, Any] = {
        "name": "small",
        "command": lambda address: [sys.executable, str(CHILD), str(address.socket)],
        "environment": lambda address: {"SERVER_KEY": address.key, "FOLDER": str(folder)},
        "grace_s": 0.2,
        "progress": progress,
    }
    return ServerSpec(**(usual | changes))


@asynccontextmanager
async def running(spec: ServerSpec) -> AsyncIterator[tuple[ServerProcess, list[ServerAddress]]]:
    addresses: list[ServerAddress] = []
    server = ServerProcess(spec, addresses.append)
    await server.start()
    try:
        yield server, addresses
    finally:
        await server.stop()


def facts(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "facts.json").read_text())
    return read


def gone(pid: int) -> bool:
    """Wait for the end of a process, whoever its parent is."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what it waits for are processes
            await asyncio.sleep(0.01)


def read(path: str) -> str:
    return Path(path).read_text()


def inside(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


def held(folder: Path) -> list[int]:
    """The processes that the child has, itself included."""
    told = facts(folder)
    return [told["pid"], *told["children"]]


async def test_it_is_ready_when_its_health_says_so_and_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "loading").touch()
    addresses: list[ServerAddress] = []
    server = ServerProcess(spec(tmp_path), addresses.append)
    starting = asyncio.create_task(server.start())
    await until(lambda: server.progress == "loading weights 40 %")
    assert [server.ready, starting.done()] == [False, False]
    (tmp_path / "loading").unlink()
    await starting
    assert [server.ready, server.progress, server.restarts] == [True, "", 0]

    (address,) = addresses
    pids = held(tmp_path)
    assert facts(tmp_path)["environment"]["SERVER_KEY"] == address.key
    assert "small: my key is ***, loading weights 40%" in caplog.messages
    assert address.key not in caplog.text and address.key not in repr(address)
    assert address.key not in read(f"/proc/{pids[0]}/cmdline")
    assert address.socket.parent.stat().st_mode & 0o777 == 0o700
    keeper = server.keeper

    await server.stop()
    assert [server.ready, address.socket.parent.exists()] == [False, False]
    assert all(gone(pid) for pid in (*pids, keeper) if pid)  # those that heed no SIGTERM too
    assert not await answers(address.socket, "/health", 1.0)


async def test_what_it_says_of_being_ended_is_no_error_of_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(spec(tmp_path)):
        pass
    (said,) = [each for each in caplog.records if "output_handler failed" in each.getMessage()]
    assert said.levelno == logging.DEBUG


async def test_one_that_is_killed_is_started_again_with_another_key(tmp_path: Path) -> None:
    async with running(spec(tmp_path)) as (server, addresses):
        pids = held(tmp_path)
        os.kill(pids[0], signal.SIGKILL)
        await until(lambda: not server.ready)
        await until(lambda: server.ready)
        assert "SIGKILL" not in server.fault  # it is over
        assert server.restarts == 1
        assert len({address.key for address in addresses}) == 2
        assert all(gone(pid) for pid in pids)
        assert await answers(addresses[-1].socket, "/health", 1.0)


async def test_one_that_hangs_is_ended_and_started_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(spec(tmp_path, silence_limit_s=0.4)) as (server, addresses):
        pid = facts(tmp_path)["pid"]
        await answers(addresses[0].socket, "/hang", 1.0)
        await until(lambda: server.restarts and server.ready)
        assert gone(pid)
    assert "answered no health check for 0.4 s; starting it again in 0.5 s" in caplog.text


async def test_one_that_ends_tells_its_last_error(tmp_path: Path) -> None:
    async with running(spec(tmp_path)) as (server, addresses):
        await answers(addresses[0].socket, "/die", 1.0)
        await until(lambda: server.fault)
        assert [server.fault] == ["ended (exit 3): RuntimeError: I was told to die"]
        await until(lambda: server.ready)
        assert [server.fault] == [""]


async def test_one_that_cannot_start_is_given_up_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    server = ServerProcess(spec(tmp_path), lambda _: None)
    with pytest.raises(EngineError, match=r"small: ended \(exit 1\): ValueError: no such weights"):
        await server.start()
    await server.stop()

    server = ServerProcess(spec(tmp_path, command=lambda _: ["/no/such/program"]), lambda _: None)
    with pytest.raises(EngineError, match=r"/no/such/program cannot be started: No such file"):
        await server.start()
    await server.stop()


async def test_one_that_loads_for_ever_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "loading").touch()
    server = ServerProcess(spec(tmp_path, start_limit_s=1.0), lambda _: None)
    with pytest.raises(EngineError, match="was not ready within 1 s"):
        await server.start()
    await server.stop()
    assert all(gone(pid) for pid in held(tmp_path))


@pytest.fixture
def place() -> Iterator[Path]:
    """Of temporary files: a short name, as those of sockets have to be."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


async def test_neither_it_nor_its_folder_outlives_a_server_that_is_killed(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.pipelines.workers.keeping_server", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(place)},
    )
    assert ours.stdout is not None
    assert await ours.stdout.readline() == b"ready\n"
    pids = held(tmp_path)
    (folder,) = inside(place)
    ours.kill()
    await ours.wait()
    assert all(gone(pid) for pid in pids)

    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert folder.exists()
    async with running(spec(tmp_path)) as (server, _):  # the next start puts things in order
        assert inside(place) == [server.socket.parent] != [folder]


async def test_it_does_not_outlive_its_keeper(tmp_path: Path) -> None:
    async with running(spec(tmp_path)) as (server, _):
        pids, keeper = held(tmp_path), server.keeper
        assert keeper is not None
        os.kill(keeper, signal.SIGKILL)
        await until(lambda: server.restarts == 1 and server.ready)
        assert all(gone(pid) for pid in pids)


async def test_it_sees_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    monkeypatch.setenv("HF_TOKEN", "hf-asked-for")
    async with running(spec(tmp_path, inherits=("HF_TOKEN",))):
        environment = facts(tmp_path)["environment"]
        assert "OPENAI_API_KEY" not in environment
        assert environment["HF_TOKEN"] == "hf-asked-for"
