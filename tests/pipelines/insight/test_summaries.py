"""Calls that are over are summarised, whatever becomes of the server and of the model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from mediaserver.errors import EngineError, EngineMissingError
from mediaserver.storage import summaries
from mediaserver.storage.records import (
    CallAnswered,
    CallEnded,
    EventHappened,
    OutcomeMade,
    Record,
    SummaryMade,
    SummaryWanted,
    TurnSaid,
)
from mediaserver.storage.saving import save
from mediaserver.storage.writer import StoreWriter
from pipelines.engines.protocols import Llm, LlmText, LlmUsage
from pipelines.insight.summaries import AGAIN_S, SummaryWriter
from tests.fakes import FakeLlm
from tests.mediaserver.samples import CALL, ROOM, started

NODE, OTHER = UUID(int=1), UUID(int=2)
GOOD = json.dumps({"summary": "A room was booked.", "outcome": "achieved", "follow_ups": ["send the key"]})


class Office:
    """A server that summarises: its database, its writer and its model."""

    def __init__(self, pool: asyncpg.Pool, data: Path, *answers: Sequence[Any]) -> None:
        self.pool = pool
        self.llm = FakeLlm(*answers)
        self.fault: EngineError | None = None
        self.writer = StoreWriter(pool, data, node=NODE)
        self.asked: list[tuple[str, ...]] = []

    async def model(self, names: Sequence[str]) -> Llm:
        self.asked.append(tuple(names))
        if self.fault is not None:
            raise self.fault
        return self.llm

    @asynccontextmanager
    async def open(self, at_once: int = 2) -> AsyncIterator[SummaryWriter]:
        await self.writer.start()
        made = SummaryWriter(
            self.pool, self.writer, NODE, self.model, at_once=at_once, settle_s=0.0, look_s=0.02
        )
        made.start()
        try:
            yield made
        finally:
            await made.close()
            await self.writer.close()

    async def so(self, true: Callable[[], Awaitable[bool]]) -> None:
        """Wait until this is so."""
        async with asyncio.timeout(10):
            while True:
                if await true():
                    return
                await asyncio.sleep(0.01)

    async def questions(self, most: int) -> None:
        """Wait until the model was asked so often."""

        async def asked() -> bool:
            return len(self.llm.asked) >= most

        await self.so(asked)

    async def faulty(self) -> None:
        """Wait until a try has failed."""

        async def said() -> bool:
            row = await summaries.of_call(self.pool, CALL)
            return row is not None and bool(row["fault"])

        await self.so(said)

    async def until(self, state: str, call: UUID = CALL) -> dict[str, Any]:
        """The row once it is in this state."""
        async with asyncio.timeout(10):
            while True:
                row = await summaries.of_call(self.pool, call)
                if row is not None and row["state"] == state:
                    return row
                await asyncio.sleep(0.01)


def records(
    call: UUID = CALL, mode: str = "auto", llm: tuple[str, ...] = ("wise",), *, over: bool = True
) -> list[Record]:
    """A call in which a room was booked, or that is up still."""
    now = datetime.now(UTC)
    made: list[Record] = [
        started(call),
        SummaryWanted(call, mode, llm, "en-us"),
        CallAnswered(call, now - timedelta(minutes=1)),
        TurnSaid(call, 0, "agent", "Hello, where to and why?", "Hello,", 0, 900, interrupted=True),
        TurnSaid(call, 1, "caller", "a room in mountain view", "a room in mountain view", 950, 1900, 0.8),
        OutcomeMade(call, "booking", "confirmed", ROOM),
    ]
    return [*made, CallEnded(call, now, "caller", "hung up", None)] if over else made


async def kept(pool: asyncpg.Pool, *records: Record, node: UUID = NODE) -> None:
    await pool.execute("insert into nodes (id, host) values ($1, 'h') on conflict do nothing", node)
    for record in records:
        await save(pool, record, node)


async def test_a_call_is_summarised_by_the_model_after_its_end(pool: asyncpg.Pool, tmp_path: Path) -> None:
    office = Office(pool, tmp_path, (LlmText(GOOD), LlmUsage(300, 20, model="wise-1", cost=0.002)))
    await kept(pool)
    async with office.open() as writer:
        for record in records():
            office.writer.put(record)
        writer.look()
        row = await office.until("made")
    assert (row["summary"], row["outcome"], row["made_by"]) == ("A room was booked.", "achieved", "model")
    assert row["follow_ups"] == ["send the key"]
    assert (row["model"], row["prompt_tokens"], row["completion_tokens"], row["cost"]) == (
        "wise-1", 300, 20, 0.002,
    )  # fmt: skip
    ((messages, _),) = office.llm.asked
    told = json.loads(messages[1].content)
    assert told["transcript"] == [{"agent": "Hello,"}, {"caller": "a room in mountain view"}]
    assert told["flows"][0]["status"] == "confirmed"
    assert office.asked == [("wise",)]


async def test_a_summary_is_in_the_language_that_the_call_went_on_in(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    office = Office(pool, tmp_path, (LlmText(GOOD),))
    for at, language in enumerate(("es", "de")):
        data = {"language": language, "before": "en"}
        await kept(pool, *([] if at else records(over=False)), EventHappened(CALL, at, "language", data))
    await kept(pool, CallEnded(CALL, datetime.now(UTC), "caller", "hung up", None))
    async with office.open():
        await office.until("made")
    ((messages, _),) = office.llm.asked
    assert "in the language of the call (BCP 47: de)" in messages[0].content


async def test_a_call_that_is_up_is_left_alone(pool: asyncpg.Pool, tmp_path: Path) -> None:
    office, over = Office(pool, tmp_path, (LlmText(GOOD),)), uuid4()
    async with office.open() as writer:
        await kept(pool, *records(over=False), *records(over, llm=()))
        writer.look()
        await office.until("made", over)
        assert (await office.until("wanted"))["summary"] == ""
    assert office.llm.asked == []


@pytest.mark.parametrize(
    "fault", [EngineMissingError("the engine wise lacks a key"), EngineError("the line is cut")]
)
async def test_without_a_model_the_callers_own_words_are_the_summary(
    pool: asyncpg.Pool, tmp_path: Path, fault: EngineError
) -> None:
    office = Office(pool, tmp_path, (fault,))
    office.fault = fault if isinstance(fault, EngineMissingError) else None
    await kept(pool, *records())
    async with office.open():
        row = await office.until("made")
    assert "a room in mountain view" in row["summary"] and row["made_by"] == "extract"
    assert row["outcome"] == "achieved" and row["fault"] == str(fault) and row["model"] == ""


async def test_what_must_not_leave_the_machine_goes_to_no_model(pool: asyncpg.Pool, tmp_path: Path) -> None:
    office = Office(pool, tmp_path)
    await kept(pool, *records(mode="extractive"))
    async with office.open():
        row = await office.until("made")
    assert row["made_by"] == "extract" and office.asked == []


async def test_where_only_a_model_will_do_it_is_tried_again_and_then_given_up(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    office = Office(pool, tmp_path, (LlmText("no JSON"),))
    await kept(pool, *records(mode="model"))
    async with office.open():
        await office.faulty()
        assert await pool.fetchval("select tries from call_summaries") == 1
        assert await pool.fetchval("select not_before > now() + interval '50 s' from call_summaries")
        await pool.execute("update call_summaries set tries = $1, not_before = now()", len(AGAIN_S))
        row = await office.until("failed")
    assert "no" in row["fault"] and row["summary"] == ""


async def test_a_model_that_answers_in_the_end_mends_what_was_put_off(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    office = Office(pool, tmp_path, (EngineError("busy"),), (LlmText(GOOD),))
    await kept(pool, *records(mode="model"))
    async with office.open():
        await office.faulty()
        await pool.execute("update call_summaries set not_before = now()")
        row = await office.until("made")
    assert row["summary"] == "A room was booked." and row["fault"] == ""


async def test_a_call_without_words_says_so_and_costs_nothing(pool: asyncpg.Pool, tmp_path: Path) -> None:
    office = Office(pool, tmp_path)
    said = [each for each in records(mode="model") if not isinstance(each, TurnSaid)]
    await kept(pool, *said, replace(next(r for r in records() if isinstance(r, TurnSaid)), index=0))
    async with office.open():
        row = await office.until("made")
    assert (row["outcome"], row["made_by"]) == ("no conversation", "rule")
    assert row["summary"] == "The caller said nothing that was understood." and office.asked == []


async def test_a_call_that_nobody_answered_is_not_summarised(pool: asyncpg.Pool, tmp_path: Path) -> None:
    office, other = Office(pool, tmp_path), uuid4()
    unanswered = [each for each in records() if not isinstance(each, CallAnswered | TurnSaid)]
    await kept(pool, *unanswered, *records(other, llm=()))
    async with office.open():
        await office.until("made", other)
    assert await summaries.of_call(pool, CALL) is None


async def test_what_a_stopped_server_was_writing_is_written_at_the_next_start(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    first = Office(pool, tmp_path, (LlmText(GOOD),))
    first.llm.gates[0] = asyncio.Event()
    await kept(pool, *records())
    async with first.open():
        await first.questions(1)
    assert first.llm.load == 0 and first.llm.cancelled == 1
    assert (await first.until("wanted"))["fault"] == ""
    second = Office(pool, tmp_path, (LlmText(GOOD),))
    async with second.open():
        row = await second.until("made")
    assert row["made_by"] == "model"


async def test_what_a_killed_server_was_writing_is_written_at_its_next_start(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await kept(pool, *records(llm=()))
    (taken,) = await summaries.take(pool, NODE, 5, for_s=300, strangers_after_s=90)
    assert taken.call_id == CALL
    assert await summaries.take(pool, NODE, 5, for_s=300, strangers_after_s=90) == []
    office = Office(pool, tmp_path)
    async with office.open():
        await office.until("made")


async def test_another_servers_calls_are_its_own_until_it_is_gone(pool: asyncpg.Pool) -> None:
    await kept(pool, *records(llm=()))
    assert await summaries.take(pool, OTHER, 5, for_s=300, strangers_after_s=90) == []
    await pool.execute("update calls set ended_at = now() - interval '100 s'")
    taken = await asyncio.gather(
        *(summaries.take(pool, node, 5, for_s=300, strangers_after_s=90) for node in (NODE, OTHER))
    )
    assert sorted(map(len, taken)) == [0, 1]


async def test_no_more_are_written_at_once_than_the_settings_say(pool: asyncpg.Pool, tmp_path: Path) -> None:
    calls = [uuid4() for _ in range(5)]
    office = Office(pool, tmp_path, *[(LlmText(GOOD),)] * 5)
    gate = office.llm.gates[0] = asyncio.Event()
    for call in calls:
        await kept(pool, *records(call))
    async with office.open(at_once=2):
        await office.questions(2)
        for _ in range(10):
            await asyncio.sleep(0.01)
        assert office.llm.load == 2 and len(office.llm.asked) == 2
        gate.set()
        for call in calls:
            await office.until("made", call)


async def test_the_last_agent_of_a_call_decides_and_a_late_wish_changes_nothing(pool: asyncpg.Pool) -> None:
    await kept(pool, *records(), SummaryWanted(CALL, "extractive", ("other",), "de"))
    row = await pool.fetchrow("select mode, llm, language from call_summaries")
    assert dict(row) == {"mode": "extractive", "llm": ["other"], "language": "de"}
    await kept(pool, SummaryMade(CALL, "x", "achieved", made_by="extract"))
    await kept(pool, SummaryWanted(CALL, "model", (), "en"))
    found = await summaries.of_call(pool, CALL)
    assert found is not None and (found["state"], found["mode"]) == ("made", "extractive")
