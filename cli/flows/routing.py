"""`voiceforge flows publish|rollback|split`: which version new calls get, and how two of them fare."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cli.flows.documents import operator, whoever
from cli.terminal import add_json_option, console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.config import Settings
    from mediaserver.storage.sql import Row


def add_actions(actions: Any) -> None:
    publishing = actions.add_parser(
        "publish",
        help="have new calls run a version",
        description="All of them: a split ends. Calls that are up keep the version that they began with.",
    )
    publishing.add_argument("name", metavar="NAME")
    publishing.add_argument("version", nargs="?", type=int, metavar="VERSION", help="default: the newest")
    publishing.add_argument(
        "--nothing", action="store_true", help="have no new call run the flow: its agents refuse theirs"
    )
    going_back = actions.add_parser("rollback", help="publish the version that was published before")
    going_back.add_argument("name", metavar="NAME")
    splitting = actions.add_parser(
        "split",
        help="share new calls between two versions, or show how both fare",
        description="PERCENT of new calls get VERSION, the others the published one. Without them: what the "
        "calls of both came to.",
    )
    splitting.add_argument("name", metavar="NAME")
    splitting.add_argument("version", nargs="?", type=int, metavar="VERSION")
    splitting.add_argument("percent", nargs="?", type=int, metavar="PERCENT", help="1 to 99")
    splitting.add_argument("--end", action="store_true", help="all new calls get the published version")
    splitting.add_argument(
        "--compare", nargs=2, type=int, metavar="N", help="these versions, in the place of those that share"
    )
    add_json_option(splitting)


async def run(settings: Settings, args: argparse.Namespace) -> int:
    from cli.database import server_database

    async with server_database(settings) as connection:
        match args.action:
            case "publish":
                await _publish(connection, args)
            case "rollback":
                await _roll_back(connection, args.name)
            case _:
                await _split(connection, args)
    return 0


async def _publish(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from mediaserver.storage import flows
    from pipelines.flows.library.keeping import publish_version

    if args.nothing:
        if args.version is not None:
            raise ConfigError("give a version, or --nothing")
        await flows.unpublish(connection, args.name, whoever())
        print(f"no new call runs {args.name} from now on")
        return
    chosen, mended = await publish_version(connection, args.name, args.version, operator())
    number = chosen.version
    if mended is not None:
        print(f"{args.name} has no errors any more: it is saved as version {number}")
    agents = await flows.agents_of(connection, args.name)
    nobody = f"; no agent runs it yet: `voiceforge agents set NAME --flow {args.name}`"
    who = f" ({', '.join(agents)})" if agents else nobody
    print(f"new calls run version {number} of {args.name} from now on{who}")


async def _roll_back(connection: asyncpg.Connection, name: str) -> None:
    from pipelines.flows.library.keeping import roll_back

    number, until_now = await roll_back(connection, name, operator())
    print(f"new calls run version {number} of {name} from now on, no longer {until_now}")


async def _split(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from mediaserver.storage import flows

    if sum([args.version is not None, args.end, args.compare is not None]) > 1:
        raise ConfigError("give VERSION and PERCENT, or --end, or --compare")
    if args.version is not None:
        if args.percent is None:
            raise ConfigError(f"say how many of a hundred calls version {args.version} gets: 1 to 99")
        await flows.split(connection, args.name, args.version, args.percent, whoever())
        print(f"{args.percent} of 100 new calls run version {args.version} of {args.name} from now on")
    elif args.end:
        if not await flows.end_split(connection, args.name, whoever()):
            raise ConfigError(f"the calls of {args.name} are not split")
        print(f"all new calls run the published version of {args.name} from now on")
    else:
        await _compare(connection, args.name, args.compare, args.json)


async def _compare(
    connection: asyncpg.Connection, name: str, versions: list[int] | None, as_json: bool
) -> None:
    from pipelines.flows.library.keeping import compared_versions

    rows = await compared_versions(connection, name, versions or ())
    if as_json:
        print_json({"flow": name, "versions": rows})
    else:
        _show(rows)


def _show(rows: list[Row]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from mediaserver.printable import printable

    columns = ("version", "of new calls", "calls", "outcomes", "none", "turns", "seconds", "taken over")
    table = Table(*columns, box=None, header_style="bold")
    for row in rows:
        outcomes = ", ".join(
            f"{status} {_share(count, row['calls'])}"
            for status, count in sorted(row["outcomes"].items(), key=lambda each: -each[1])
        )
        live = f" (and {row['live']} up)" if row["live"] else ""
        table.add_row(
            str(row["version"]), f"{row['percent']} %", f"{row['calls']}{live}", escape(printable(outcomes)),
            _share(row["none"], row["calls"]), _mean(row["turns"]), _mean(row["seconds"]),
            _share(row["transfers"], row["calls"]),
        )  # fmt: skip
    console().print(table)


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.0f} %)" if of else ""


def _mean(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
