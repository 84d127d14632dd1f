"""Calls brought together with their provider's by what stands in the database: after a crash, a hang-up that
got lost, and beside a server that cannot reach it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from mediaserver.storage import nodes, provider_calls
from mediaserver.storage.presence import SILENT_S
from mediaserver.storage.records import ProviderCallKept
from providers.call_state import CallState
from providers.calls.book import LATE_S
from providers.calls.machine import INSISTED, LIMITS_S, Phase
from providers.calls.reconciling import DEAD_S, GRACE_S, LONGEST_DAYS, Reconciler, StoredRows
from providers.provider import CallReport
from tests.providers.calls.telephony import Telephony
from tests.providers.fake_provider import incoming, token_of

HERE, NEIGHBOUR = UUID(int=1), UUID(int=2)


def row(ref: str) -> ProviderCallKept:
    return ProviderCallKept(
        uuid4(), "main", "fake", ref, "inbound", None, "up", "in-progress", None, "", None, "",
        datetime.now(UTC), None, None,
    )  # fmt: skip


async def written(telephony: Telephony, pool: asyncpg.Pool, node: UUID = HERE) -> None:
    """As the writer does it. Without its call, which is no matter here."""
    for kept in telephony.bench.sink.of(ProviderCallKept):
        await provider_calls.kept(pool, replace(kept, call_id=None), node)


def looking(telephony: Telephony, pool: asyncpg.Pool, node: UUID = HERE) -> Reconciler:
    return Reconciler(telephony.calls, StoredRows(pool, node))


async def seen(pool: asyncpg.Pool, node: UUID, ago_s: float) -> None:
    await pool.execute(
        "update nodes set seen_at = now() - make_interval(secs => $2) where id = $1", node, ago_s
    )


async def up(telephony: Telephony) -> None:
    decision = await telephony.desk.incoming(incoming(), 5.0)
    await telephony.stream(telephony.carried, token_of(decision))
    telephony.provider.live["in-1"] = CallReport("in-1", CallState.IN_PROGRESS)


async def test_a_neighbour_that_cannot_reach_the_database_keeps_its_calls(
    telephony: Telephony, pool: asyncpg.Pool
) -> None:
    for node in (HERE, NEIGHBOUR):
        await nodes.started(pool, node, "host")
    await provider_calls.kept(pool, row("theirs"), NEIGHBOUR)
    telephony.provider.live["theirs"] = CallReport("theirs", CallState.IN_PROGRESS)
    await seen(pool, NEIGHBOUR, 2 * SILENT_S)
    await looking(telephony, pool).look()
    assert telephony.provider.hung_up == []
    await seen(pool, NEIGHBOUR, DEAD_S + 1)
    await looking(telephony, pool).look()
    assert telephony.provider.hung_up == ["theirs"]


async def test_nothing_is_hung_up_before_the_configuration_takes_a_neighbour_for_dead(
    telephony: Telephony, pool: asyncpg.Pool
) -> None:
    for node in (HERE, NEIGHBOUR):
        await nodes.started(pool, node, "host")
    await provider_calls.kept(pool, row("theirs"), NEIGHBOUR)
    telephony.provider.live["theirs"] = CallReport("theirs", CallState.IN_PROGRESS)
    patient = Reconciler(telephony.calls, StoredRows(pool, HERE, dead_after_s=2 * DEAD_S))
    await seen(pool, NEIGHBOUR, DEAD_S + 1)
    await patient.look()
    assert telephony.provider.hung_up == []
    await seen(pool, NEIGHBOUR, 2 * DEAD_S + 1)
    await patient.look()
    assert telephony.provider.hung_up == ["theirs"]


async def test_a_server_that_comes_back_takes_its_calls_rows_back(
    telephony: Telephony, pool: asyncpg.Pool
) -> None:
    await up(telephony)
    await written(telephony, pool)
    await provider_calls.interrupted(pool, [telephony.carried.session])
    before = len(telephony.bench.sink.of(ProviderCallKept))
    await looking(telephony, pool).look()
    (kept,) = await pool.fetch("select phase, ended_at, node_id from provider_calls")
    assert tuple(kept) == ("up", None, HERE)
    assert len(telephony.bench.sink.of(ProviderCallKept)) > before, "as it stands now"
    assert telephony.provider.hung_up == [] and telephony.carried.machine.phase is Phase.UP


async def test_what_is_over_stays_over(telephony: Telephony, pool: asyncpg.Pool) -> None:
    await up(telephony)
    session = telephony.carried.session
    await written(telephony, pool)
    await pool.execute("update provider_calls set phase = 'over', ended_at = now()")
    assert await provider_calls.taken_back(pool, [session], HERE) == []


async def test_a_hang_up_that_got_lost_for_good_is_made_up_for(
    telephony: Telephony, pool: asyncpg.Pool
) -> None:
    """The provider answers to each, and hangs nothing up: after a minute we take it for over, and after a
    quarter of an hour nobody here knows of it."""
    provider = telephony.provider
    await up(telephony)
    report = provider.live["in-1"]
    await telephony.bench.board.hang_up(telephony.call.id)
    for _ in range(INSISTED + 1):
        await telephony.pass_by(LIMITS_S[Phase.CLOSING])
    assert not len(telephony.calls)
    await written(telephony, pool)
    provider.hung_up.clear()
    provider.live["in-1"] = report
    telephony.means.time += LATE_S
    telephony.calls.book.forget_late(telephony.means.now())
    await looking(telephony, pool).look()
    assert provider.hung_up == [], "its list may be older than the end"
    ended = datetime.now(UTC) - timedelta(seconds=GRACE_S + 1)
    await pool.execute("update provider_calls set ended_at = $1", ended)
    await looking(telephony, pool).look()
    assert provider.hung_up == ["in-1"]


async def test_what_another_server_has_or_nobody_of_ours_is_left_alone(
    telephony: Telephony, pool: asyncpg.Pool
) -> None:
    await nodes.started(pool, NEIGHBOUR, "host")
    ended = datetime.now(UTC) - timedelta(hours=1)
    await provider_calls.kept(pool, replace(row("theirs"), phase="over", ended=ended), NEIGHBOUR)
    await provider_calls.kept(pool, replace(row("away"), phase="elsewhere", ended=ended), HERE)
    for ref in ("theirs", "away", "another program's"):
        telephony.provider.live[ref] = CallReport(ref, CallState.IN_PROGRESS)
    await looking(telephony, pool).look()
    assert telephony.provider.hung_up == []


async def test_calls_that_nobody_can_be_asked_about_are_over_after_days(
    telephony: Telephony, pool: asyncpg.Pool
) -> None:
    """Of accounts that were removed, and whose server was restarted."""
    await nodes.started(pool, NEIGHBOUR, "host")
    await up(telephony)
    await written(telephony, pool)
    old = datetime.now(UTC) - timedelta(days=LONGEST_DAYS, minutes=1)
    for ref, phase, node in (("up", "up", HERE), ("away", "elsewhere", HERE), ("theirs", "up", NEIGHBOUR)):
        await provider_calls.kept(pool, replace(row(ref), account="gone", phase=phase), node)
    await pool.execute("update provider_calls set began_at = $1", old)
    await provider_calls.kept(pool, replace(row("young"), account="gone"), HERE)
    await looking(telephony, pool).look()
    rows = await pool.fetch("select ref, phase from provider_calls where ended_at is not null order by ref")
    assert [(each["ref"], each["phase"]) for each in rows] == [("away", "elsewhere"), ("up", "up")]
