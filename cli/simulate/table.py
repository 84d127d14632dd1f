"""A run of simulated calls as a table for people, beside the run before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.terminal import console
from mediaserver.printable import printable

MOST_SHOWN = 20
"""Failed calls."""


def print_run(result: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """`before`: the run before; what has changed is shown as `before → now`."""
    out = console()
    told = result["about"]
    heard = told["by"] == "phone"
    table = Table(box=None, header_style="bold")
    for title in ("persona", "passed", "turns", "asked again"):
        table.add_column(title, justify="left" if title == "persona" else "right")
    if heard:
        for title in ("reply ms p50", "p95", "dead air s", "over agent", "cut in"):
            table.add_column(title, justify="right")
    table.add_column("outcomes")
    rows = {**result["personas"], "all": result["all"]}
    old = {} if before is None else {**before["personas"], "all": before["all"]}
    for name, row in rows.items():
        table.add_row(*_cells(name, row, old.get(name), heard), style="bold" if name == "all" else "")
    out.print(table)
    for each in result["failed"][:MOST_SHOWN]:
        why = printable("; ".join(each["failures"]))
        out.print(
            f"[red]failed[/] {escape(printable(each['persona']))}, call {each['number']}: {escape(why)}"
        )
    more = len(result["failed"]) + result["failed_not_shown"] - MOST_SHOWN
    if more > 0:
        out.print(f"and {more} more")
    if result["kept"] is not None:
        out.print(f"failed calls are kept in {result['kept']}", markup=False, soft_wrap=True)
    version = f" version {told['version']}" if told["version"] is not None else ""
    late = told.get("caller_late_p99_ms")
    clock = f", the callers' packets {late:.1f} ms late at p99" if late is not None else ""
    if told.get("trusted") is False:
        clock += ": times are not to be trusted, this machine was too busy"
    out.print(
        f"{result['passed']} of {result['calls']} calls to {told['flow']}{version} passed "
        f"({result['pass_rate']:.1%}), by {told['by']} in {told['seconds']:g} s "
        f"({told['calls_a_minute']} a minute){clock}",
        markup=False,
        soft_wrap=True,
    )


def _cells(name: str, row: Mapping[str, Any], old: Mapping[str, Any] | None, heard: bool) -> list[str]:
    passed = f"{row['passed']}/{row['calls']}"
    if old is not None and old["calls"] and old["passed"] / old["calls"] != row["passed"] / row["calls"]:
        colour = "green" if old["passed"] / old["calls"] < row["passed"] / row["calls"] else "red"
        passed = f"[{colour}]{old['passed']}/{old['calls']} → {passed}[/]"
    cells = [escape(printable(name)), passed, _changed(row, old, "turns"), _changed(row, old, "repetitions")]
    if heard:
        cells += [_changed(row, old, "reply_ms"), _number(row["reply_ms"]["p95"])]
        cells += [f"{row['dead_air_s']:g}", str(row["interruptions"]), str(row["cut_ins"])]
    outcomes = ", ".join(f"{status} {count}" for status, count in row["outcomes"].items())
    return [*cells, escape(printable(outcomes))]


def _changed(row: Mapping[str, Any], old: Mapping[str, Any] | None, figure: str) -> str:
    """The median, and what it was."""
    now = _number(row[figure]["p50"])
    try:
        was = _number(old[figure]["p50"]) if old is not None else now
    except (KeyError, TypeError):  # a run of another version
        was = now
    return now if was == now else f"{was} → {now}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
