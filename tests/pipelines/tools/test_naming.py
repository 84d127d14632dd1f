"""Tools by the names that people give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.errors import ConfigError
from pipelines.tools.naming import GROUP, load_tools

SHOP = """
from pipelines.tools.tool import tool

@tool
def hours(day: str) -> str:
    "When we are open."
    return "nine to six"

@tool(confirm="Shall I cancel {number}?", interruptible=False)
async def cancel(number: int) -> None: ...

def price(article: str) -> float:
    return 1.0

again, both, number = hours, [cancel, price], 7
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `shop_of_tests`, and an installed package that offers its tools as `acme`."""
    (tmp_path / "shop_of_tests.py").write_text(SHOP)
    (tmp_path / "broken_of_tests.py").write_text("raise SystemExit('no licence')")
    (tmp_path / "empty_of_tests.py").write_text("")
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\nacme = shop_of_tests:both\nacme-all = shop_of_tests\ngone = shop_of_tests:gone\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "tools"),
    [
        ("shop_of_tests:hours", ["hours"]),
        ("shop_of_tests:price", ["price"]),
        ("shop_of_tests:both", ["cancel", "price"]),
        ("shop_of_tests", ["hours", "cancel"]),
        ("acme", ["cancel", "price"]),
        ("acme-all", ["hours", "cancel"]),
    ],
)
def test_tools_are_found_by_name(name: str, tools: list[str]) -> None:
    assert [each.name for each in load_tools(name)] == tools


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("shop_of_tests:hour", "there is no 'hour' in shop_of_tests: did you mean 'hours'"),
        ("shop_of_tests:number", "'shop_of_tests:number' is a int: no tool"),
        ("empty_of_tests", "has no tool: put @tool"),
        ("empty_of_tests:x", "its tools are none"),
        ("broken_of_tests", "cannot be imported: it ended itself: exit no licence"),
        ("nothing_of_tests", "cannot be imported: ModuleNotFoundError"),
        ("acmee", "did you mean 'acme'"),
        ("gone", "the tools 'gone' cannot be loaded: AttributeError"),
        ("../etc/passwd", "names no tools"),
        ("", "names no tools"),
    ],
)
def test_what_names_no_tools_is_said_with_what_would(name: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        load_tools(name)
