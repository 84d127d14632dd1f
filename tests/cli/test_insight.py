"""What is to be learnt of a call is settled when its agent takes it: by the row, else by the settings."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from cli.makers import fault
from cli.serving.insight import Insight
from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.routes import AgentSpec, fault_of, spec_of
from mediaserver.errors import EngineMissingError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.settings.insight import InsightSettings
from mediaserver.storage import summaries
from mediaserver.storage.records import SummaryWanted, TurnSaid
from mediaserver.storage.writer import StoreWriter
from pipelines.engines.protocols import LlmText
from pipelines.engines.running import Engines
from pipelines.insight.caller_voice import CallerVoice
from tests.fakes import FakeLlm
from tests.mediaserver.calls.rows import agent
from tests.speech import shelf

NODE = UUID(int=1)


def spec(**row: Any) -> AgentSpec:
    return spec_of(agent("demo", kind="flow", flow="booking", **row))


class House:
    """A server's insight over a real database."""

    def __init__(self, pool: asyncpg.Pool, data: Path, **settings: Any) -> None:
        self.pool = pool
        self.writer = StoreWriter(pool, data, node=NODE)
        self.llm = FakeLlm((LlmText('{"summary": "All went well.", "outcome": "achieved"}'),))
        self.engines = Engines(shelf({}, {}, {"wise": self.llm}))
        self.insight = Insight(InsightSettings(**settings), self.engines)

    async def open(self, undo: AsyncExitStack) -> None:
        await self.pool.execute("insert into nodes (id, host) values ($1, 'h')", NODE)
        undo.push_async_callback(self.engines.stop)
        undo.push_async_callback(self.writer.close)
        await self.writer.start()
        self.insight.open(self.pool, self.writer, undo)

    def _call(self) -> Call:
        return Call(
            uuid4(), "inbound", "sip:a@h", "sip:demo@h", "demo", self.writer, EventBus(), agent="demo",
            agent_version=1,
        )  # fmt: skip

    def begin(self, row: AgentSpec) -> CallerVoice | None:
        """Who hears the caller's voice in a call that begins."""
        return self.insight.begin(row, self._call(), "en-us")

    def call(self, row: AgentSpec) -> Call:
        """A call that was talked and is over."""
        call = self._call()
        self.insight.begin(row, call, "en-us")
        call.answer()
        call.put(TurnSaid(call.id, 0, "caller", "a room please", "a room please", 0, 900))
        call.end(Termination(EndedBy.CALLER, Why.HANGUP))
        return call

    async def summary(self, call: Call) -> dict[str, Any] | None:
        """Once what is under way is written."""
        for _ in range(1000):
            await self.writer.flush()
            row = await summaries.of_call(self.pool, call.id)
            if row is None or row["state"] != "wanted":
                return row
            await self.pool.fetchval("select pg_sleep(0.01)")
        raise AssertionError("it was never written")


async def test_the_model_of_the_agents_row_writes_its_summaries(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with AsyncExitStack() as undo:
        house = House(pool, tmp_path)
        await house.open(undo)
        row = await house.summary(house.call(spec(llm=["wise"])))
        assert row is not None and (row["summary"], row["made_by"]) == ("All went well.", "model")
        row = await house.summary(house.call(spec()))
        assert row is not None and (row["summary"], row["made_by"]) == ("Caller: “a room please”.", "extract")


async def test_the_settings_model_goes_before_the_rows(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with AsyncExitStack() as undo:
        house = House(pool, tmp_path, llm=("wise",))
        await house.open(undo)
        row = await house.summary(house.call(spec(llm=["gone"])))
        assert row is not None and row["made_by"] == "model"


async def test_a_row_may_say_off_and_the_settings_may(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with AsyncExitStack() as undo:
        house = House(pool, tmp_path, summary="off")
        await house.open(undo)
        assert await house.summary(house.call(spec())) is None
        row = await house.summary(house.call(spec(insight={"summary": "extractive"})))
        assert row is not None and row["mode"] == "extractive"


async def test_a_model_that_cannot_be_had_is_named_in_the_record(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with AsyncExitStack() as undo:
        house = House(pool, tmp_path)
        await house.open(undo)
        row = await house.summary(house.call(spec(llm=["gone"])))
        assert row is not None and row["made_by"] == "extract" and "gone" in row["fault"]
        with pytest.raises(EngineMissingError):
            await house.insight._model(["gone"])


async def test_nobody_listens_to_a_voice_unless_that_is_switched_on(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    async with AsyncExitStack() as undo:
        house = House(pool, tmp_path)
        await house.open(undo)
        assert house.begin(spec()) is None
        assert house.begin(spec(insight={"mood": True})) is not None
        assert house.begin(spec(insight={"speakers": True})) is not None
        on = House(pool, tmp_path, mood=True)
        assert on.begin(spec()) is not None and on.begin(spec(insight={"mood": False})) is None


def test_the_wish_outlives_a_database_that_is_away() -> None:
    from mediaserver.storage import record_json

    wish = SummaryWanted(uuid4(), "auto", ("a", "b"), "de")
    assert record_json.decode(record_json.encode(wish)) == wish


@pytest.mark.parametrize(
    ("insight", "said"),
    [
        ({"sumary": "off"}, "unknown key 'sumary'; the nearest known one is 'summary'"),
        ({"summary": "maybe"}, "insight.summary is one of auto, model, extractive, off"),
        ({"summary": ["off"]}, "insight.summary is one of"),
        ({"mood": "on"}, "insight.mood is true or false"),
        ({"speakers": 1}, "insight.speakers is true or false"),
    ],
)
def test_a_row_that_asks_for_what_there_is_not_is_told_before_anybody_calls(
    insight: dict[str, Any], said: str
) -> None:
    assert said in fault(spec(insight=insight))


def test_a_row_whose_insight_is_no_object_makes_no_sense() -> None:
    assert "its insight is not a JSON object" in fault_of(agent("demo", insight=[1]))
