"""A caller who came by a WebSocket is handed over warm to a SIP phone, whose keys come by RTP; and is taken
over by it. Signalling, audio and sessions are real; time, the voices and the recogniser are the test's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.warm import Warm
from mediaserver.errors import DeclinedError
from mediaserver.storage.records import EventHappened, LegClosed
from tests.mediaserver.calls.test_websocket_leg import (
    AGENT_HZ,
    CALLER_HZ,
    PHONE_HZ,
    World,
    greeted,
    loudness,
    voice,
)
from tests.mediaserver.calls.websocket_leg import Caller


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.start()
    yield world
    await world.stop()


async def briefed(world: World) -> tuple[Caller, UUID, asyncio.Task[None]]:
    """The phone hears a briefing, and talks over it all the time."""
    ann, call_id = await greeted(world, 0)
    warm = Warm("Ann wants a room for five people.")
    transfer = asyncio.create_task(world.board.transfer(call_id, world.phone_address, warm))
    heard = world.phone.talker.heard
    await world.until(lambda: len(heard) >= 10 and loudness(heard[-10:], AGENT_HZ) > 2000)
    await world.run(400)
    return ann, call_id, transfer


def presses(world: World, digit: str) -> None:
    assert world.phone.leg is not None
    world.phone.leg.send_digit(digit)


async def test_a_phone_is_briefed_and_takes_the_call_by_a_key(world: World) -> None:
    ann, _, transfer = await briefed(world)
    for hz in (AGENT_HZ, PHONE_HZ):
        assert loudness(ann.heard[-10:], hz) < 100, "the caller hears none of it"
    assert loudness(world.phone.talker.heard[-10:], AGENT_HZ) > 2000, "nor does talking cut it off"
    world.callers[ann] = voice(CALLER_HZ)
    presses(world, "1")
    await world.until(transfer.done)
    await transfer
    await world.run(1000)
    assert loudness(ann.heard[-10:], PHONE_HZ) > 3000
    assert loudness(world.phone.talker.heard[-10:], CALLER_HZ) > 3000
    assert loudness(world.phone.talker.heard[-10:], AGENT_HZ) < 100
    await ann.close()
    world.callers.clear()
    await world.until(lambda: len(world.kept.of(LegClosed)) == 2)
    assert len(world.clock) == 0


async def test_a_phone_declines_by_a_key_and_the_agent_speaks_again(world: World) -> None:
    ann, call_id, transfer = await briefed(world)
    presses(world, "2")
    await world.until(transfer.done)
    assert isinstance(transfer.exception(), DeclinedError)
    heard = len(ann.heard)
    await world.until(lambda: loudness(ann.heard[heard:][-5:] or [voice(1)], AGENT_HZ) > 2000)
    await world.run(1000)
    assert world.kept.lines()[-1] == (
        "agent",
        "Here I am again. Hello, this is the room desk. To reserve a meeting room, say: book a room.",
    )
    assert world.phone.leg is not None and world.phone.leg.termination is not None
    steps = [e.kind for e in world.kept.of(EventHappened) if e.kind.startswith("transfer_")]
    assert steps[-2:] == ["transfer_failed", "transfer_returned"]
    assert [party["name"] for party in world.board.parties(call_id)] == ["caller", "agent"]


async def test_a_phone_takes_the_call_over_and_gives_it_back(world: World) -> None:
    ann, call_id = await greeted(world, 0)
    monitor = asyncio.create_task(world.board.monitor(call_id, world.phone_address))
    await world.until(monitor.done)
    await world.run(400)
    assert loudness(ann.heard[-5:], PHONE_HZ) < 100
    world.board.change_seat(call_id, "listener", SeatKind.TAKEOVER)
    world.callers[ann] = voice(CALLER_HZ)
    await world.run(1000)
    assert loudness(ann.heard[-10:], PHONE_HZ) > 3000 and loudness(ann.heard[-10:], AGENT_HZ) < 100
    assert loudness(world.phone.talker.heard[-10:], CALLER_HZ) > 3000
    world.callers[ann] = voice(CALLER_HZ) * 0
    world.board.change_seat(call_id, "listener", SeatKind.LISTEN)
    await world.run(1000)
    assert loudness(ann.heard[-40:], AGENT_HZ) > 1000 and loudness(ann.heard[-10:], PHONE_HZ) < 100
    assert not any(speaker == "caller" for speaker, _ in world.kept.lines()), "the agent heard none of it"
