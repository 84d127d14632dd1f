"""Ten thousand calls in the console's list: scrolled from the first to the last, and searched while typing.

    python -m tests.load.calls_list_load [--calls 10000] [--json]

Two weeks of made-up calls are copied further back until there are so many. The list is scrolled by
the mouse's wheel until all are loaded, then up again, then by keys; then words are typed into its search.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict

import asyncpg
from playwright.sync_api import Page, sync_playwright

from tests.console.browsing import settle, signed_in, start_chromium
from tests.console.running import RunningServer
from tests.console.seeded import own_server
from tests.load.frames import Frames, counted, frames_of

WHEEL_PX = 1_200
"""Of one turn of the wheel: a fling."""
LONGEST_S = 60.0
_COPIED = """
with far as (
    select c.*, g.k, md5(c.id::text || g.k)::uuid as copy, g.k * interval '14 days' as before
    from calls c, generate_series(1, $1::int) as g(k) where c.state = 'ended'
), made as (
    insert into calls (id, direction, from_uri, to_uri, app, state, started_at, answered_at, ended_at,
                       ended_by, why, code, agent, agent_version)
    select copy, direction, from_uri, to_uri, app, state, started_at - before, answered_at - before,
           ended_at - before, ended_by, why, code, agent, agent_version from far
    limit $2 returning id
)
select count(*) from made
"""
_TURNS = """
insert into turns (call_id, index, speaker, text, heard, started_ms, ended_ms, confidence, understood,
                   interrupted)
select c.id, t.index, t.speaker, t.text, t.heard, t.started_ms, t.ended_ms, t.confidence, t.understood,
       t.interrupted
from turns t, generate_series(1, $1::int) as g(k)
join calls c on true
where c.id = md5(t.call_id::text || g.k)::uuid
"""


async def copied(dsn: str, wanted: int) -> int:
    """Fill up to so many calls; returns how many there are."""
    connection = await asyncpg.connect(dsn)
    try:
        there = await connection.fetchval("select count(*) from calls")
        times = -(-wanted // max(1, there))
        await connection.fetchval(_COPIED, times, wanted - there)
        await connection.execute(_TURNS, times)
        await connection.execute("analyze")
        return int(await connection.fetchval("select count(*) from calls"))
    finally:
        await connection.close()


def wheel(page: Page, until: str, down: bool = True) -> None:
    """Turn the wheel until that holds in the page."""
    table = page.get_by_role("table").bounding_box()
    assert table is not None
    page.mouse.move(table["x"] + table["width"] / 2, table["y"] + table["height"] / 2)
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end and not page.evaluate(until):
        page.mouse.wheel(0, WHEEL_PX if down else -WHEEL_PX)


SCROLLER = "document.querySelector('[role=table]')"
AT_END = f"() => {SCROLLER}.scrollHeight - {SCROLLER}.scrollTop - {SCROLLER}.clientHeight < 80"
AT_TOP = f"() => {SCROLLER}.scrollTop < 1"
ROWS = f"() => Number({SCROLLER}.getAttribute('aria-rowcount')) - 1"


def all_loaded(calls: int) -> str:
    return f"() => ({ROWS})() >= {calls} && ({AT_END})()"


def measured(server: RunningServer, calls: int) -> list[Frames]:
    found = []
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        page = counted(signed_in(browser, server)).new_page()
        page.goto("/calls")
        settle(page)
        with frames_of(page, "scrolled down, loading") as one:
            wheel(page, all_loaded(calls))
        found.append(one)
        sys.stderr.write(f"{page.evaluate(ROWS)} rows loaded\n")
        with frames_of(page, "scrolled up, all loaded") as one:
            wheel(page, AT_TOP, down=False)
        found.append(one)
        with frames_of(page, "to the end and back by keys") as one:
            page.locator("[data-row='0']").focus()
            for key in ("End", "Home", "PageDown", "PageDown", "End", "PageUp", "Home"):
                page.keyboard.press(key)
                page.wait_for_timeout(150)
        found.append(one)
        with frames_of(page, "searched while typing") as one:
            page.get_by_role("searchbox").first.click()
            page.keyboard.type("appointment tuesday", delay=60)
            page.wait_for_timeout(1_500)
        found.append(one)
        browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with own_server() as (server, _):
        there = asyncio.run(copied(server.dsn, args.calls))
        found = measured(server, there)
    if args.json:
        sys.stdout.write(json.dumps([asdict(one) for one in found]) + "\n")
    else:
        for one in found:
            sys.stdout.write(f"{one}\n")
        sys.stdout.write("met\n" if all(one.smooth for one in found) else "missed\n")
    return 0 if all(one.smooth for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
