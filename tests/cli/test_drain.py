"""`voiceforge drain` and `undrain`, over HTTP to a switchboard with lines made of lists."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli import drain as command
from cli.main import main
from mediaserver.calls.draining import Drain
from mediaserver.key_file import write_key
from tests.api.desk import Desk
from tests.mediaserver.calls.lines import Line


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.start()
    write_key(tmp_path, desk.secret)
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", str(desk.client.port))
    monkeypatch.setattr(command, "EVERY_S", 0.01)
    yield desk
    await desk.stop()


async def test_it_waits_until_the_last_call_is_over(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    drain = desk.context.drain = Drain(desk.board)
    ann = Line("ann")
    await desk.dialled(ann)
    refused = asyncio.Event()
    drain.listeners.append(lambda draining: refused.set())
    running = asyncio.create_task(asyncio.to_thread(main, ["drain", "--within", "600"]))
    await refused.wait()
    assert (await desk.client.get("/api/health")).status == 503
    ann.leave()
    assert await running == 0
    told = capsys.readouterr()
    assert "1 call left, the longest 0:00; ended in" in told.err and "drained: no call is up" in told.out
    assert await asyncio.to_thread(main, ["undrain"]) == 0 and not desk.board.draining


async def test_with_stop_it_waits_until_the_server_is_gone(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    drain = desk.context.drain = Drain(desk.board)
    stopping: list[asyncio.Task[None]] = []
    drain.stop = lambda: stopping.append(asyncio.create_task(desk.client.close()))
    assert await asyncio.to_thread(main, ["drain", "--stop"]) == 0
    assert "the server was stopped" in capsys.readouterr().out and stopping


async def test_one_that_was_taken_back_is_no_success(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    drain = desk.context.drain = Drain(desk.board)
    await desk.dialled(Line("ann"))
    begun = asyncio.Event()
    drain.listeners.append(lambda draining: begun.set())
    running = asyncio.create_task(asyncio.to_thread(main, ["drain"]))
    await begun.wait()
    drain.take_back()
    assert await running == 1 and "taken back" not in capsys.readouterr().out


async def test_it_may_begin_and_return(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    drain = desk.context.drain = Drain(desk.board)
    await desk.dialled(Line("ann"))
    assert await asyncio.to_thread(main, ["drain", "--no-wait"]) == 0
    assert drain.draining and "draining: 1 call left" in capsys.readouterr().out
    await drain.close()


async def test_bodies_that_make_no_sense_are_400_and_nothing_is_drained(desk: Desk) -> None:
    assert (await desk.client.get("/api/drain")).status == 503
    desk.context.drain = Drain(desk.board)
    for wrong in ({"within_s": -1}, {"within_s": "soon"}, {"stop": "yes"}, {"within_s": 1e9}):
        assert (await desk.client.post("/api/drain", json=wrong)).status == 400
    assert desk.board.draining is False
    begun = await desk.client.post("/api/drain")
    assert begun.status == 202 and (await begun.json())["draining"] is True
    assert (await (await desk.client.delete("/api/drain")).json())["draining"] is False


def test_without_a_server_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", "1")
    assert main(["drain"]) == 1 and "no server answers at http://127.0.0.1:1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["drain", "--within", "soon"])
