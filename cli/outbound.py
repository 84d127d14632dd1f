"""`voiceforge outbound`: what calls out have used of their limits, by the running server."""

from __future__ import annotations

import argparse
from typing import Any

from cli.terminal import add_config_option, add_json_option, console, print_json

COLUMNS = {
    "max_calls": "calls now",
    "calls_per_minute": "a minute",
    "calls_per_hour": "an hour",
    "calls_per_day": "a day",
    "minutes_per_day": "minutes a day",
    "spend_per_day": "{currency} a day",
}


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "outbound",
        help="show what calls out have used of their limits",
        description="Calls that cost money: what all together, each caller and each trunk have used in the "
        "last 24 hours, and of which limits (settings `outbound.limits`). Asks the running server.",
    )
    add_json_option(parser)
    add_config_option(parser)


def run(args: argparse.Namespace) -> int:
    from cli.server_api import told
    from mediaserver.config import load

    found = told(load(args.config), "GET", "/api/telephony/outbound")
    if args.json:
        print_json(found)
    else:
        _show(found)
    return 0


def _show(found: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    from mediaserver.printable import printable

    table = Table("whose", *(title.format(currency=found["currency"]) for title in COLUMNS.values()))
    for row in found["limits"]:
        cells = [_cell(row, name) for name in COLUMNS]
        table.add_row(Text(printable(row["scope"])), *(Text(cell) for cell in cells))
    to = console()
    to.print(table)
    for line in found["reached"]:
        to.print(Text(f"refused now: {printable(line)}"))


def _cell(row: dict[str, Any], name: str) -> str:
    used, limit = row["used"][name], row["limits"].get(name)
    return f"{used:g}" if limit is None else f"{used:g} of {limit:g}"
