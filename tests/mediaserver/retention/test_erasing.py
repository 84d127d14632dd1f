"""Everything of one caller goes, nothing of another; what cannot go at once is gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from mediaserver.outbound.numbers import NumberPlan
from mediaserver.retention.erasing import Eraser
from mediaserver.retention.sweep import Sweeper
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage import erasures
from mediaserver.storage.digests import Digests
from mediaserver.storage.records import FactLearnt
from mediaserver.storage.saving import save
from tests.mediaserver.retention.rows import count, files, past_call
from tests.mediaserver.samples import CALL

ANN, BOB = "+441215550100", "+441215550101"


def eraser(pool: asyncpg.Pool, window: int = 10_000, unlink: Any = None) -> Eraser:
    sweeper = Sweeper(pool, RetentionSettings(), None, digests=Digests(b"k" * 32), pause_s=0, unlink=unlink)
    return Eraser(pool, sweeper, NumberPlan("44"), pause_s=0, window=window)


async def erased(pool: asyncpg.Pool, caller: str = ANN, **more: Any) -> dict[str, Any]:
    row = await erasures.add_erasure(pool, caller, "operator")
    done = await eraser(pool, **more).advance(row["id"])
    assert done is not None
    return done


@pytest.mark.parametrize(
    ("address", "direction", "agent"),
    [
        ("sip:+441215550100@h", "inbound", "demo"),
        ("sip:0121-555-0100@h;user=phone", "inbound", "demo"),
        ("tel:00441215550100", "inbound", None),
        ("+44 (0)121 5550100", "outbound", "demo"),
    ],
)
async def test_all_of_a_callers_calls_go_however_the_number_is_written(
    pool: asyncpg.Pool, tmp_path: Path, address: str, direction: str, agent: str | None
) -> None:
    theirs = await past_call(pool, tmp_path, 1, agent, caller=address, direction=direction)
    other = await past_call(pool, tmp_path, 1, agent, caller=BOB, direction=direction)
    for caller in (ANN, BOB):
        await save(pool, FactLearnt(CALL, "demo", caller, "name", "somebody"))
    done = await erased(pool)
    assert (done["state"], done["caller"]) == ("done", "+••••••••••00")
    assert done["removed"] == {
        "calls": 1, "turns": 1, "events": 1, "outcomes": 1, "summaries": 1, "recordings": 1, "messages": 2,
        "bytes": 30, "facts": 1,
    }  # fmt: skip
    assert await count(pool, "calls", theirs) == 0 == files(tmp_path, theirs)
    assert await count(pool, "calls", other) == 1 and files(tmp_path, other) == 3
    assert await pool.fetchval("select caller from caller_facts") == BOB
    line = await pool.fetchrow("select * from audit_log")
    assert line["action"] == "erasure.done" and ANN not in str(dict(line))


@pytest.mark.parametrize(
    ("address", "direction"),
    [
        ("sip:demo@h", "inbound"),
        ("sip:+441215550101@h", "inbound"),
        ("sip:5550100@h", "inbound"),
        ("anonymous", "inbound"),
    ],
)
async def test_calls_of_others_stay(pool: asyncpg.Pool, tmp_path: Path, address: str, direction: str) -> None:
    other = await past_call(pool, tmp_path, 1, caller=address, direction=direction)
    await pool.execute("update calls set to_uri = $1", f"sip:{ANN}@h")  # whom it called is somebody else
    assert (await erased(pool))["removed"] == {"masked": 1}
    assert await count(pool, "calls", other) == 1 == await count(pool, "recordings", other)
    assert await pool.fetchval("select to_uri from calls") == "sip:+••••••••••00@h"


async def test_a_call_that_is_up_is_waited_for(pool: asyncpg.Pool, tmp_path: Path) -> None:
    live = await past_call(pool, tmp_path, 1, caller=ANN, state="live")
    over = await past_call(pool, tmp_path, 1, caller=ANN)
    row = await erased(pool)
    assert (row["state"], row["caller"], row["left_over"], row["fault"]) == (
        "running",
        ANN,
        1,
        "1 calls are up",
    )
    assert await count(pool, "calls", over) == 0 and await count(pool, "calls", live) == 1
    await pool.execute("update calls set state = 'ended', ended_at = now()")
    one = eraser(pool)
    await one.go_on()
    done = await erasures.one_erasure(pool, row["id"])
    assert done is not None and done["state"] == "done" and done["removed"]["calls"] == 2
    assert one.findings() == []


async def test_a_file_that_cannot_be_removed_keeps_the_erasure_running_and_is_a_finding(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    call = await past_call(pool, tmp_path, 1, caller=ANN)

    def unlink(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    row = await erasures.add_erasure(pool, ANN, "operator")
    stuck = eraser(pool, unlink=unlink)
    after = await stuck.advance(row["id"])
    assert after is not None and after["state"] == "running" and "Permission denied" in after["fault"]
    assert "Permission denied" in stuck.findings()[0].detail and await count(pool, "calls", call) == 1
    again = await erasures.add_erasure(pool, ANN, "operator")
    assert again["id"] == row["id"], "it is gone on with"
    done = await eraser(pool).advance(row["id"])
    assert done is not None and done["state"] == "done" and done["removed"]["recordings"] == 1


async def test_what_was_begun_is_gone_on_with_where_it_stopped(pool: asyncpg.Pool, tmp_path: Path) -> None:
    calls = [await past_call(pool, tmp_path, 1, caller=ANN) for _ in range(5)]
    row = await erasures.add_erasure(pool, ANN, "operator")
    steps = iter([False, False, True])
    stops: Callable[[], bool] = lambda: next(steps)  # noqa: E731 - it is called with nothing
    half = await eraser(pool, window=2).advance(row["id"], stops)
    assert half is not None and half["removed"]["calls"] == 4 and half["done_to"] is not None
    assert await erasures.running_erasures(pool) == [row["id"]]
    await eraser(pool, window=2).go_on()
    assert [await count(pool, "calls", call) for call in calls] == [0] * 5
    assert await erasures.running_erasures(pool) == []


async def test_two_servers_do_not_work_on_one_at_a_time(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await past_call(pool, tmp_path, 1, caller=ANN)
    row = await erasures.add_erasure(pool, ANN, "operator")
    async with pool.acquire() as connection, connection.transaction():
        assert await erasures.one_erasure(connection, row["id"], lock=True) is not None
        meanwhile = await eraser(pool).advance(row["id"])
        assert meanwhile is not None and meanwhile["removed"] == {}


async def test_lists_are_read_page_by_page(pool: asyncpg.Pool) -> None:
    rows = [await erasures.add_erasure(pool, f"+44121555010{n}", "x") for n in range(3)]
    newest = await erasures.erasures_before(pool, 2)
    assert [row["id"] for row in newest] == [rows[2]["id"], rows[1]["id"]]
    (last,) = await erasures.erasures_before(pool, 2, (newest[-1]["created_at"], newest[-1]["id"]))
    assert last["id"] == rows[0]["id"]
