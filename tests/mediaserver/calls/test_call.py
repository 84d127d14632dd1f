from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from mediaserver.calls.call import HISTORY_LIMIT, NEXT, Call, CallState
from mediaserver.calls.events import EventBus
from mediaserver.calls.registry import RECENT_LIMIT, CallRegistry
from mediaserver.errors import CapacityError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.metrics import Metrics
from mediaserver.storage.records import CallAnswered, CallEnded, CallStarted, Record

HANGUP = Termination(EndedBy.CALLER, Why.HANGUP)
BUSY = Termination(EndedBy.NETWORK, Why.BUSY, 486)


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def make(number: int = 1, kept: Kept | None = None, clock: Clock | None = None) -> Call:
    return Call(
        UUID(int=number), "inbound", "sip:a@h", "sip:demo@h", "demo", kept or Kept(), EventBus(),
        now=clock or Clock(),
    )  # fmt: skip


def test_a_call_leaves_its_records_in_order() -> None:
    kept = Kept()
    call = make(kept=kept)
    assert call.ring() and call.answer() and call.end(HANGUP)
    assert [type(record) for record in kept.records] == [CallStarted, CallAnswered, CallEnded]


def test_time_counts_from_the_answer() -> None:
    clock = Clock()
    call = make(clock=clock)
    clock.at += 5
    assert call.elapsed_ms() == 0
    call.answer()
    clock.at += 1.25
    assert call.elapsed_ms() == 1250


def test_the_first_termination_wins() -> None:
    kept = Kept()
    call = make(kept=kept)
    assert call.end(BUSY)
    assert not call.end(HANGUP)
    assert call.termination == BUSY
    assert sum(isinstance(record, CallEnded) for record in kept.records) == 1


def test_an_answer_after_the_end_is_ignored() -> None:
    kept = Kept()
    call = make(kept=kept)
    call.end(BUSY)
    assert not call.answer() and not call.ring()
    assert not any(isinstance(record, CallAnswered) for record in kept.records)


def test_a_call_is_answered_once() -> None:
    kept = Kept()
    call = make(kept=kept)
    assert call.answer() and not call.answer()
    assert sum(isinstance(record, CallAnswered) for record in kept.records) == 1


def test_nothing_follows_the_end() -> None:
    assert not NEXT[CallState.ENDED]
    assert all(CallState.ENDED in NEXT[state] for state in CallState if state is not CallState.ENDED)


def test_the_history_leaves_out_partials_and_keeps_its_first_event() -> None:
    call = make()
    call.publish("partial", text="a ro")
    for number in range(HISTORY_LIMIT + 50):
        call.publish("final", text=str(number))
    assert len(call.history) == HISTORY_LIMIT
    assert call.history[0].kind == "state"
    assert call.history[-1].data["text"] == str(HISTORY_LIMIT + 49)
    assert not any(event.kind == "partial" for event in call.history)


async def test_a_full_registry_refuses_and_has_room_after_an_end() -> None:
    metrics = Metrics()
    registry = CallRegistry(1, metrics)
    first = make(1)
    registry.add(first)
    with pytest.raises(CapacityError, match=r"sip\.max_calls"):
        registry.add(make(2))
    first.end(HANGUP)
    registry.add(make(3))
    assert [call.id for call in registry] == [UUID(int=3)]
    text = metrics.render().decode()
    assert 'voiceforge_calls_total{by="caller",why="hung up"} 1.0' in text
    assert "voiceforge_calls_live 1.0" in text


async def test_draining_refuses_new_calls_and_waits_for_the_last() -> None:
    registry = CallRegistry(10)
    call = make()
    registry.add(call)
    registry.start_draining()
    emptied = asyncio.create_task(registry.emptied())
    await asyncio.sleep(0)
    assert not emptied.done()
    with pytest.raises(CapacityError, match="being stopped"):
        registry.check_room()
    call.end(HANGUP)
    await emptied


async def test_ended_calls_can_be_asked_for_a_while() -> None:
    registry = CallRegistry(1000)
    for number in range(RECENT_LIMIT + 1):
        call = make(number)
        registry.add(call)
        call.end(HANGUP)
    assert registry.get(UUID(int=0)) is None
    assert registry.get(UUID(int=RECENT_LIMIT)) is not None and len(registry) == 0
