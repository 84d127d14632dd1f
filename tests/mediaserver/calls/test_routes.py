"""Who answers: the rules, over made-up rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mediaserver.calls import routes
from mediaserver.calls.routes import Refused, Resolution, RouteTable, ToAgent, ToExtension
from tests.mediaserver.calls.rows import agent, route

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def resolve(
    dialled: str,
    routes: list[dict[str, Any]],
    agents: list[dict[str, Any]] | None = None,
    now: datetime = NOW,
) -> Resolution:
    rows = [agent("a"), agent("b")] if agents is None else agents
    return RouteTable(rows, routes, ["100", "ann"]).resolve(dialled, now)


def name(resolution: Resolution) -> str:
    assert isinstance(resolution, ToAgent), resolution
    return resolution.agent.name


@pytest.mark.parametrize(
    ("dialled", "pattern"),
    [
        ("demo", "demo"),
        ("demo@h.example", "demo"),
        ("demo@h.example", "demo@h.example"),
        ("demo@h.example", "*@h.example"),
        ("+49 (30) 123-456", "+4930123456"),
        ("+4930123456", "+49 30 123*"),
        ("4711", "47??"),
        ("a.b", "a.b"),
        ("anything", "*"),
    ],
)
def test_an_address_or_number_fits(dialled: str, pattern: str) -> None:
    assert name(resolve(dialled, [route(pattern, "a")])) == "a"


@pytest.mark.parametrize(
    ("dialled", "pattern"),
    [
        ("demo", "Demo"),
        ("demo2", "demo"),
        ("axb", "a.b"),
        ("demo@other", "demo@h.example"),
        ("47112", "47??"),
        ("+4930123456", "4930123456"),
        ("", "demo"),
    ],
)
def test_another_address_or_number_does_not(dialled: str, pattern: str) -> None:
    refused = resolve(dialled, [route(pattern, "a")])
    assert isinstance(refused, Refused) and refused.code == 404 and "nobody answers" in refused.why


def test_the_exact_address_goes_before_extensions_and_these_before_patterns() -> None:
    everything = route("*", "b", 1)
    assert resolve("100", [everything]) == resolve("100@h", [everything]) == ToExtension("100")
    assert name(resolve("100", [everything, route("100", "a")])) == "a"
    assert name(resolve("200", [everything])) == "b"


def test_the_lowest_priority_goes_first_then_the_longest_pattern_then_the_oldest() -> None:
    assert name(resolve("4711", [route("4*", "a", 20), route("*", "b", 10)])) == "b"
    assert name(resolve("4711", [route("4*", "a"), route("47*", "b")])) == "b"
    assert name(resolve("4711", [route("4711", "a", id=7), route("4711", "b", id=3)])) == "b"


def test_a_route_holds_from_its_first_moment_until_its_last() -> None:
    hours = [route("x", "a", 1, valid_from=NOW, valid_until=NOW + timedelta(hours=1)), route("x", "b", 2)]
    assert name(resolve("x", hours, now=NOW - timedelta(seconds=1))) == "b"
    assert name(resolve("x", hours)) == "a"
    assert name(resolve("x", hours, now=NOW + timedelta(hours=1))) == "b"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "oracle"}, "kind 'oracle'"),
        ({"kind": "flow"}, "names no flow"),
        ({"kind": "python", "entry": "no class"}, "neither module:Class nor"),
        ({"kind": "python", "entry": "a.b:C.d()"}, "neither module:Class nor"),
        ({"turn": [1]}, "not a JSON object"),
        ({"stt": [""]}, "no plain list"),
        ({"tts": [None]}, "no plain list"),
        ({"llm": [["a", "b"]]}, "no plain list"),
    ],
)
def test_a_row_that_makes_no_sense_refuses_its_own_calls_alone(fault: dict[str, Any], words: str) -> None:
    agents = [agent("a", **fault), agent("b")]
    refused = resolve("x", [route("x", "a")], agents)
    assert isinstance(refused, Refused) and refused.code == 480 and words in refused.why
    assert name(resolve("x", [route("x", "b")], agents)) == "b"


def test_what_others_find_wrong_with_a_row_refuses_its_calls_too() -> None:
    agents = [agent("a", turn={"whole_ms": 90}), agent("b")]
    table = RouteTable(
        agents, [route("a", "a"), route("b", "b")], check=lambda spec: "too hasty" if spec.turn else ""
    )
    assert table.resolve("a", NOW) == Refused(480, "the agent a cannot answer: too hasty")
    assert table.faults == {"a": "too hasty"}
    assert len(RouteTable(agents, [], check=lambda _: "x" * 100_000).faults["a"]) < 1000
    assert name(table.resolve("b", NOW)) == "b"


def test_a_route_that_ends_before_it_begins_is_a_finding_and_leads_nowhere() -> None:
    late = route("x", "a", id=7, valid_from=NOW, valid_until=NOW)
    table = RouteTable([agent("a")], [late])
    (finding,) = table.findings()
    assert finding.name == "route 7" and not finding.required and "valid_from" in finding.mend
    assert isinstance(table.resolve("x", NOW), Refused)


def test_an_agent_in_python_names_its_class() -> None:
    agents = [agent("a", kind="python", entry="my.agents:Clerk", stt=["x", "y"], turn={"whole_ms": 90})]
    found = resolve("x", [route("x", "a")], agents)
    assert isinstance(found, ToAgent)
    assert (found.agent.entry, found.agent.stt, dict(found.agent.turn)) == (
        "my.agents:Clerk", ("x", "y"), {"whole_ms": 90},
    )  # fmt: skip


def test_an_address_of_thousands_of_characters_is_refused_before_anything_looks_at_it() -> None:
    for dialled in ("1" * 16000 + "x", "1" * 257):
        refused = resolve(dialled, [route("*", "a")])
        assert isinstance(refused, Refused) and "256 characters" in refused.why
    assert name(resolve("1" * 256, [route("*", "a")])) == "a"


def test_dialling_takes_no_more_steps_than_there_are_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """With expressions that go back this would take minutes."""
    monkeypatch.setattr(routes, "LONGEST", 100_000)
    assert isinstance(resolve("1" * 100_000 + "x", []), Refused)
    stars = route("*1" * 10 + "*x", "a")
    assert isinstance(resolve("1" * 250 + "y", [stars]), Refused)
    assert name(resolve("1" * 250 + "x", [stars])) == "a"


def test_what_is_said_of_an_address_is_one_line() -> None:
    refused = resolve("x\r\nFrom: a\0\udc80", [])
    assert refused == Refused(404, "nobody answers at x\ufffd\ufffdFrom: a\ufffd\ufffd")
