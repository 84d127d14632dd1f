"""Where calls lead by hours, fallbacks and numbers, and that whoever asks is told why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mediaserver.calls.may_dial import AGENTS
from mediaserver.calls.route_index import RouteIndex
from mediaserver.calls.routes import Refused, Resolution, RouteTable, ToAgent, ToExtension, ToRing
from mediaserver.outbound.numbers import NumberPlan
from tests.mediaserver.calls.bench import Bench
from tests.mediaserver.calls.lines import Asked, Line, Lines
from tests.mediaserver.calls.rows import agent, route

OPEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # Friday, 10:00 in Berlin
CLOSED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOURS: dict[str, Any] = {"hours": {"fri": ["09:00-17:00"]}, "time_zone": "Europe/Berlin"}


def table(*routes: dict[str, Any], numbers: Any = (), calendars: Any = (), country: str = "") -> RouteTable:
    rows = [agent("a"), agent("b"), agent("broken", kind="oracle")]
    index = RouteIndex(routes, numbers, calendars, NumberPlan(country))
    return RouteTable(rows, (), ["100"], index=index)


def number(number: str, agent: str | None = None, route: int | None = None) -> dict[str, Any]:
    return {"number": number, "agent": agent, "route": route}


def led(to: Resolution) -> str:
    match to:
        case ToAgent(agent=spec):
            return spec.name
        case ToRing(to=target):
            return f"ring {target}"
        case ToExtension(extension=extension):
            return f"extension {extension}"
        case Refused(code=code, why=why):
            return f"{code} {why}"


def test_outside_of_its_hours_a_route_is_as_if_it_were_not_there() -> None:
    found = table(route("x", "a", 1, **HOURS), route("x", "b", 2, id=2))
    assert (led(found.resolve("x", OPEN)), led(found.resolve("x", CLOSED))) == ("a", "b")
    alone = table(route("x", "a", **HOURS))
    assert led(alone.resolve("x", CLOSED)) == "404 nobody answers at x"
    behind = table(route("100", "a", **HOURS), route("*", "b", id=2))
    assert led(behind.resolve("100", CLOSED)) == "extension 100"
    patterns = table(route("4*", "a", 1, **HOURS), route("*", "b", 2, id=2))
    assert (led(patterns.resolve("47", OPEN)), led(patterns.resolve("47", CLOSED))) == ("a", "b")


@pytest.mark.parametrize(
    ("fallback", "there"),
    [
        ({"fallback_agent": "b"}, "b"),
        ({"fallback_ring": "+4930123456"}, "ring +4930123456"),
        ({"fallback_message": "We are closed"}, "480 We are closed"),
        ({"fallback_agent": "broken"}, "480 the agent broken cannot answer: its kind 'oracle' is none of "
         "flow, python, llm, realtime, echo"),
    ],
)  # fmt: skip
def test_a_fallback_counts_outside_of_the_hours(fallback: dict[str, Any], there: str) -> None:
    found = table(route("x", "a", **HOURS, **fallback), route("x", "b", 200, id=2))
    assert (led(found.resolve("x", OPEN)), led(found.resolve("x", CLOSED))) == ("a", there)


def test_a_fallback_counts_when_the_agent_cannot_answer() -> None:
    assert led(table(route("x", "broken", fallback_agent="b")).resolve("x", OPEN)) == "b"
    assert led(table(route("x", "gone", fallback_ring="100")).resolve("x", OPEN)) == "ring 100"
    assert (
        led(table(route("x", "gone")).resolve("x", OPEN))
        == "480 the agent gone cannot answer: it does not exist"
    )


def test_a_route_that_is_not_in_force_has_no_fallback() -> None:
    late = route("x", "a", valid_from=OPEN + timedelta(days=9), fallback_agent="b", **HOURS)
    assert led(table(late).resolve("x", CLOSED)).startswith("404")


def test_a_holiday_closes_a_route() -> None:
    days = [{"name": "de", "days": [{"date": "2026-11-20", "label": "Company outing"}]}]
    found = table(route("x", "a", calendar="de", fallback_agent="b", **HOURS), calendars=days)
    assert led(found.resolve("x", OPEN)) == "b"
    assert led(found.resolve("x", OPEN + timedelta(days=7))) == "a"
    assert any("Company outing" in words for words in found.explain("x", OPEN).why)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"hours": False}, "an object"),
        ({"hours": {"fri": ["9"]}}, "no part of a day"),
        ({"hours": {}, "time_zone": "Mars/Olympus"}, "no time zone"),
        ({"calendar": "gone"}, "no calendar gone"),
        ({"calendar": "odd"}, "the calendar odd makes no sense"),
    ],
)
def test_a_route_that_makes_no_sense_refuses_its_calls_alone_and_is_a_finding(
    fault: dict[str, Any], words: str
) -> None:
    found = table(route("x", "a", **fault), route("y", "b", id=2), calendars=[{"name": "odd", "days": None}])
    refused = led(found.resolve("x", OPEN))
    assert refused.startswith("480 the route 1 makes no sense") and words in refused
    assert led(found.resolve("y", OPEN)) == "b"
    (finding,) = [each for each in found.findings() if each.name == "route 1"]
    assert words in finding.detail and not finding.required


@pytest.mark.parametrize(
    ("dialled", "country"),
    [
        ("+4930123456", ""),
        ("+49 (30) 123-456@h.example", ""),
        ("4930123456", ""),
        ("004930123456", ""),
        ("030123456", "49"),
    ],
)
def test_a_number_of_ours_is_known_however_it_is_dialled(dialled: str, country: str) -> None:
    found = table(route("*", "b"), numbers=[number("+4930123456", "a")], country=country)
    assert led(found.resolve(dialled, OPEN)) == "a"
    assert led(found.resolve("+4930123457", OPEN)) == "b"


def test_a_number_follows_a_route_with_its_hours_and_then_the_patterns() -> None:
    numbers = [number("+4930123456", route=1), number("+4930123457"), number("+4930123458", route=3)]
    found = table(
        route("desk", "a", **HOURS), route("+49*", "b", id=2),
        route("night", "a", id=3, fallback_ring="100", **HOURS),
        numbers=numbers,
    )  # fmt: skip
    assert (led(found.resolve("+4930123456", OPEN)), led(found.resolve("+4930123456", CLOSED))) == ("a", "b")
    assert led(found.resolve("+4930123457", OPEN)) == "b"
    assert led(found.resolve("+4930123458", CLOSED)) == "ring 100"


def test_the_very_address_goes_before_the_number_and_this_before_patterns() -> None:
    numbers = [number("+4930123456", "a")]
    assert led(table(route("+4930123456", "b"), numbers=numbers).resolve("+4930123456", OPEN)) == "b"
    assert led(table(route("+49*", "b", 1), numbers=numbers).resolve("+4930123456", OPEN)) == "a"
    broken = table(route("+49*", "b"), numbers=[number("+4930123456", "broken")])
    assert led(broken.resolve("+4930123456", OPEN)).startswith("480 the agent broken")


def test_whoever_asks_is_told_which_rows_led_there_and_why() -> None:
    found = table(
        route("x", "a", 1, **HOURS), route("x", "b", 2, id=2), numbers=[number("+4930123456", route=1)]
    )
    explained = found.explain("x", CLOSED)
    assert (led(explained.resolution), explained.route, explained.number) == ("b", 2, "")
    assert explained.why == (
        "the route 1 (x) is closed, Saturday 2026-11-21 10:00 Europe/Berlin: it has no fallback",
        "the route 2 (x) leads to b",
    )
    explained = found.explain("+4930123456", OPEN)
    assert (led(explained.resolution), explained.route, explained.number) == ("a", 1, "+4930123456")
    nobody = found.explain("1" * 300, OPEN)
    assert isinstance(nobody.resolution, Refused) and nobody.route is None


def fallback_to(target: str) -> RouteTable:
    return table(route("x", "a", hours={}, fallback_ring=target))


async def test_a_fallback_rings_a_phone_for_a_caller_who_may_reach_agents_alone(tmp_path: Path) -> None:
    bench, lines = Bench(tmp_path, fallback_to("ann")), Lines(ann=Line("sip:ann@phone"))
    bench.board.carriers = [lines]
    caller = Line("sip:caller@h")
    asked = Asked(caller, "x")
    asked.reach = AGENTS
    bench.board.invited(asked)
    await bench.settle()
    assert caller.steps == ["ring", "answer"] and [to for to, _ in lines.placed] == ["ann"]
    assert caller.termination is None


async def test_a_fallback_calls_nobody_whom_the_operator_does_not_allow(tmp_path: Path) -> None:
    bench, lines = Bench(tmp_path, fallback_to("+4930123456")), Lines()
    bench.board.carriers = [lines]
    caller = Line("sip:caller@h")
    bench.board.invited(Asked(caller, "x"))
    await bench.settle()
    assert caller.termination is not None and caller.termination.code == 403 and not lines.placed
