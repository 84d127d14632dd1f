"""Numbers, routes with hours and calendars in the real tables, and what removing one does to the others."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from mediaserver.calls.directory import DirectoryRows
from mediaserver.storage import agents, calendars, numbers, routes

WEEK = {"mon": ["09:00-17:30"], "fri": ["22:00-02:00"]}
DAYS = [{"date": "12-25", "label": "Christmas", "hours": []}]
ROUTE: dict[str, Any] = {
    "pattern": "+49*", "priority": 10, "agent": "demo", "valid_from": None, "valid_until": None,
    "label": "Germany", "time_zone": "Europe/Berlin", "hours": WEEK, "calendar": "de",
    "fallback_agent": "echo", "fallback_ring": "", "fallback_message": "",
}  # fmt: skip
NUMBER: dict[str, Any] = {"label": "", "trunk": "acme", "provider": "", "agent": "demo", "route": None}


@pytest.fixture
async def route(pool: asyncpg.Pool) -> int:
    await calendars.add_calendar(pool, "de", "Germany", DAYS)
    return await routes.add_route(pool, ROUTE)


async def test_a_route_is_read_as_it_was_written_and_counts_its_changes(
    pool: asyncpg.Pool, route: int
) -> None:
    assert await routes.one_route(pool, route) == {**ROUTE, "id": route, "version": 1}
    await routes.change_route(pool, route, {**ROUTE, "hours": None, "calendar": None, "label": "x"})
    changed = await routes.one_route(pool, route)
    assert changed is not None and (changed["hours"], changed["version"]) == (None, 2)
    assert await routes.remove_route(pool, route) and not await routes.remove_route(pool, route)
    assert await routes.one_route(pool, route) is None


async def test_hours_beyond_reading_are_no_week(pool: asyncpg.Pool, route: int) -> None:
    await pool.execute("update routes set hours = (repeat('[', 500) || repeat(']', 500))::jsonb")
    assert {row["hours"] for row in await routes.all_routes(pool)} == {False}


async def test_a_route_has_one_fallback_at_most(pool: asyncpg.Pool, route: int) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="routes_one_fallback"):
        await routes.change_route(pool, route, {**ROUTE, "fallback_ring": "100"})


async def test_a_number_is_e164_and_leads_one_way(pool: asyncpg.Pool, route: int) -> None:
    assert await numbers.add_number(pool, "+4930123456", NUMBER)
    assert not await numbers.add_number(pool, "+4930123456", NUMBER)
    await numbers.change_number(pool, "+4930123456", {**NUMBER, "agent": None, "route": route})
    assert await numbers.following(pool, route) == ["+4930123456"]
    assert await numbers.answered_by(pool, "demo") == []
    for wrong in ("4930123456", "+0301234567", "+49", "+49301234567890123"):
        with pytest.raises(asyncpg.CheckViolationError):
            await numbers.add_number(pool, wrong, NUMBER)
    with pytest.raises(asyncpg.CheckViolationError, match="numbers_one_way"):
        await numbers.change_number(pool, "+4930123456", {**NUMBER, "route": route})


async def test_numbers_are_read_page_by_page(pool: asyncpg.Pool) -> None:
    for last in range(5):
        await numbers.add_number(pool, f"+493012345{last}", NUMBER)
    page = await numbers.some_numbers(pool, "+4930123451", 2)
    assert [row["number"] for row in page] == ["+4930123452", "+4930123453"]


async def test_an_agent_that_goes_takes_its_routes_along_and_leaves_numbers_and_fallbacks(
    pool: asyncpg.Pool, route: int
) -> None:
    await numbers.add_number(pool, "+4930123456", NUMBER)
    assert await routes.leading_to(pool, "echo") == [2, route]
    await agents.remove_agent(pool, "echo")
    left = await routes.one_route(pool, route)
    assert left is not None and left["fallback_agent"] is None
    await agents.remove_agent(pool, "demo")
    number = await numbers.one_number(pool, "+4930123456")
    assert number is not None and number["agent"] is None
    assert await routes.all_routes(pool) == []


async def test_a_calendar_stays_as_long_as_a_route_goes_by_it(pool: asyncpg.Pool, route: int) -> None:
    assert await calendars.used_by(pool, "de") == [route]
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await calendars.remove_calendar(pool, "de")
    await calendars.change_calendar(pool, "de", "Germany", [])
    assert await calendars.one_calendar(pool, "de") == {
        "name": "de",
        "version": 2,
        "label": "Germany",
        "days": [],
    }
    await routes.remove_route(pool, route)
    assert await calendars.remove_calendar(pool, "de")


async def test_the_state_of_the_directory_tells_every_change(pool: asyncpg.Pool, route: int) -> None:
    async def changed(query: str) -> None:
        before = await agents.directory_state(pool)
        assert before == await agents.directory_state(pool)
        await pool.execute(query)
        assert before != await agents.directory_state(pool), query

    await changed("update agents set voice = 'x' where name = 'echo'")
    await changed("update routes set label = 'x'")
    await changed("insert into numbers (number) values ('+4930123456')")
    await changed("update numbers set label = 'x'")
    await changed("delete from numbers")
    await changed("update calendars set label = 'x'")


async def test_thousands_of_rows_are_read_like_few(pool: asyncpg.Pool, route: int) -> None:
    await pool.execute(
        "insert into routes (pattern, agent, hours) "
        "select 'x' || n, 'demo', '{}' from generate_series(1, 500) n"
    )
    await pool.execute(
        "insert into numbers (number) select '+4930' || 1000000 + n from generate_series(1, 300) n"
    )
    rows = await DirectoryRows.of(pool)
    assert (len(rows.routes), len(rows.numbers)) == (503, 300)
    assert rows.routes[-1]["hours"] == {} and len(rows.indexed().routes) == 503
