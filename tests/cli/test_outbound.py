"""Calls out of a whole server: what the settings make of numbers, what is kept, and what is shown."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cli import outbound as command
from cli.serving.outbound import findings_of, meter_calls_out, targets_of
from mediaserver.calls.events import NO_CALL, EventBus
from mediaserver.calls.outbound_metering import OutboundMeter
from mediaserver.config import load
from mediaserver.errors import CallError, ConfigError, OutboundCapError
from mediaserver.metrics import Metrics
from mediaserver.storage.writer import StoreWriter
from tests.api.desk import Desk
from tests.api.keys import STRANGER
from tests.mediaserver.calls.bench import Bench, connected

LIMITS = {"limits": {"api": {"calls_per_day": 2, "spend_per_day": 9.0}}}


class Served:
    """A switchboard whose calls out are kept in a database."""

    def __init__(self, folder: Path, pool: asyncpg.Pool, node: int = 1) -> None:
        self.pool, self.metrics, self.bus = pool, Metrics(), EventBus()
        self.settings = load(None, {"outbound": LIMITS, "sip": {"allowed_targets": ["+49*"]}})
        self.bench = Bench(folder, targets=targets_of(self.settings))
        self.writer = StoreWriter(pool, folder, node=UUID(int=node))
        self._undo = AsyncExitStack()
        connected(self.bench)

    async def __aenter__(self) -> OutboundMeter:
        await self.writer.start()
        return await meter_calls_out(
            self.settings, self.pool, self.writer, self.bench.board, self.bus, self.metrics, self._undo
        )

    async def __aexit__(self, *error: object) -> None:
        await self._undo.aclose()
        await self.writer.close()

    async def place(self) -> None:
        self.bench.board.place("+4930123", "echo")
        await self.bench.settle()


async def test_a_killed_server_comes_back_with_what_was_used(pool: asyncpg.Pool, tmp_path: Path) -> None:
    served = Served(tmp_path, pool)
    async with served:
        await served.place()
        await served.writer.flush()  # and then it is killed: nothing else is said
        again = Served(tmp_path, pool)
        async with again as meter:
            await again.place()
            with pytest.raises(
                OutboundCapError, match=r"api has used up 2 calls a day \(outbound.limits.api"
            ):
                await again.place()
            (finding,) = findings_of(meter)()
            assert not finding.ok and not finding.fatal and "voiceforge outbound" in finding.mend
            shown = again.metrics.render().decode()
            assert 'voiceforge_outbound_refused_total{limit="calls_per_day"} 1.0' in shown
            assert "voiceforge_outbound_limits_reached 1.0" in shown


async def test_another_server_of_the_database_counts(pool: asyncpg.Pool, tmp_path: Path) -> None:
    first = Served(tmp_path / "1", pool)
    async with first:
        await first.place()
        await first.place()
        await first.writer.flush()
        other = Served(tmp_path / "2", pool, 2)
        async with other:
            with pytest.raises(OutboundCapError, match="2 calls a day"):
                await other.place()


async def test_a_limit_that_is_reached_is_an_event(pool: asyncpg.Pool, tmp_path: Path) -> None:
    served = Served(tmp_path, pool)
    async with served:
        watching = served.bus.watch()
        event = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        await served.place()
        await served.place()
        with pytest.raises(OutboundCapError):
            await served.place()
        told = await event
        assert (told.call_id, told.kind, told.data["scope"]) == (NO_CALL, "outbound_limit", "api")
        await watching.aclose()


@pytest.mark.parametrize("number", ["+49900123456", "+4915112345"])
def test_the_settings_decide_which_numbers_are_called(number: str) -> None:
    outbound: dict[str, Any] = {"country_code": "49", "rules": ["+49", "!+4915"]}
    targets = targets_of(load(None, {"outbound": outbound, "sip": {"allowed_targets": ["*"]}}))
    targets.check("030123456")
    with pytest.raises(CallError):
        targets.check(number)
    open_to_all = {"high_risk": "allow"}
    targets_of(load(None, {"outbound": open_to_all, "sip": {"allowed_targets": ["*"]}})).check(number)


@pytest.mark.parametrize("to", ["sip:phone@127.0.0.1:5062", "phone@localhost", "sip:bob@[::1]:5070"])
def test_phones_on_this_machine_are_called_while_nobody_else_can_ask_for_it(to: str) -> None:
    targets_of(load(None, {})).check(to)
    refused: tuple[dict[str, Any], ...] = (
        {"http": {"admin_token": "a long random text, of 32 characters"}},
        {"sip": {"host": "192.0.2.10"}},
        {"http": {"host": "0.0.0.0", "admin_token": "a long random text, of 32 characters"}},
        {"sip": {"allowed_targets": []}},
    )
    for opened in refused:
        with pytest.raises(CallError):
            targets_of(load(None, opened)).check(to)
    for elsewhere in ("sip:bob@192.0.2.1", "sip:bob@127.0.0.1.example", "+15550100", "here"):
        with pytest.raises(CallError):
            targets_of(load(None, {})).check(elsewhere)


@pytest.mark.parametrize(
    ("outbound", "said"),
    [
        ({"limits": {"extention:100": {}}}, r"must be all, each_caller.*extension:NAME"),
        ({"limits": {"all": {"calls_a_day": 1}}}, "the nearest known one is calls_per_day"),
        ({"prices": {"0049": {"per_minute": 1}}}, r'such as "\+49"'),
        ({"country_code": "+49"}, 'such as "49"'),
        ({"rules": ["+49x"]}, 'such as "\\+49"'),
    ],
)
def test_what_makes_no_sense_is_told_with_what_would(outbound: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(None, {"outbound": outbound})


async def test_what_is_used_is_shown_over_http_and_on_the_terminal(
    pool: asyncpg.Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk()
    await desk.start()
    assert (await desk.client.get("/api/telephony/outbound")).status == 503
    served = Served(tmp_path, pool)
    async with served as meter:
        await served.place()
        desk.context.outbound = meter
        found = await (await desk.client.get("/api/telephony/outbound")).json()
        (row,) = [each for each in found["limits"] if each["scope"] == "api"]
        assert row["left"] == {"calls_per_day": 1, "spend_per_day": 9.0} and row["used"]["calls_per_day"] == 1
        command._show(found)
        assert "1 of 2" in capsys.readouterr().out
        desk.board.outbound = meter
        desk.board.targets._numbers = ["+49*"]
        await served.place()
        status, answer = await desk.post("", {"to": "+4930123", "agent": "echo"})
        assert status == 429 and answer["error"]["code"] == "limit_reached"
    await desk.stop()


async def test_strangers_do_not_learn_what_is_used() -> None:
    desk = Desk(http={"admin_token": "token"})
    await desk.start()
    try:
        assert (await desk.client.get("/api/telephony/outbound", headers=STRANGER)).status == 401
    finally:
        await desk.stop()
