"""Traces of a server's calls, from its live events to a collector; and a collector that is not there."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from cli.serving import telemetry
from mediaserver.config import load
from mediaserver.settings.telemetry import TelemetrySettings
from tests.api.desk import Desk
from tests.mediaserver.calls.lines import Line
from tests.mediaserver.telemetry.collector import collector


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.start()
    yield desk
    await desk.stop()


async def answered(desk: Desk) -> UUID:
    call_id = await desk.dialled(Line("caller"))
    await desk.ticks(3)
    return call_id


async def test_a_call_of_the_server_is_traced_to_its_end(desk: Desk) -> None:
    async with collector() as taken, AsyncExitStack() as undo:
        settings = TelemetrySettings(otlp_endpoint=taken.url)
        await telemetry.open_telemetry(settings, desk.board, desk.context, undo)
        assert desk.context.request_tracer is not None
        await asyncio.sleep(0)  # the watch begins
        call_id = await answered(desk)
        await desk.board.hang_up(call_id)
        await desk.ticks(3)
        await undo.aclose()
        (root,), (ring,) = taken.named("call"), taken.named("ring")
        assert (
            root.attributes["voiceforge.call.id"] == str(call_id)
            and root.attributes["voiceforge.why"] == "hung up"
        )
        assert ring.parent == root.id
    assert desk.context.request_tracer is None


async def test_without_a_collector_there_are_no_traces(desk: Desk) -> None:
    async with AsyncExitStack() as undo:
        await telemetry.open_telemetry(load(None, {}).telemetry, desk.board, desk.context, undo)
        assert desk.context.request_tracer is None


async def test_a_collector_that_is_not_there_holds_up_neither_calls_nor_the_end(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "LAST_S", 0.05)
    undo = AsyncExitStack()
    settings = TelemetrySettings(otlp_endpoint="http://127.0.0.1:9")  # discard: nobody listens there
    await telemetry.open_telemetry(settings, desk.board, desk.context, undo)
    await asyncio.sleep(0)
    await answered(desk)
    async with asyncio.timeout(5):
        await undo.aclose()
    left = [each for each in threading.enumerate() if each.name == telemetry.ENDING]
    assert all(each.daemon for each in left)
    assert not [line for line in caplog.records if line.levelno > logging.WARNING]
