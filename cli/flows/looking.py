"""`voiceforge flows list|show|history|diff|export`: what there is. Changes nothing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.flows.documents import from_file, words
from cli.terminal import add_json_option, console, print_json
from mediaserver.errors import ConfigError
from mediaserver.printable import printable, printable_json

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.config import Settings
    from mediaserver.storage.sql import Row


def add_actions(actions: Any) -> None:
    listing = actions.add_parser("list", help="show every flow, what is published of it and who runs it")
    listing.add_argument("--templates", action="store_true", help="the flows that come with us instead")
    showing = actions.add_parser("show", help="draw a flow as text: its nodes and what leads where")
    showing.add_argument("name", metavar="NAME", help="a flow, or a template")
    past = actions.add_parser("history", help="show the versions of a flow, newest first")
    past.add_argument("name", metavar="NAME")
    comparing = actions.add_parser("diff", help="show what changed between two versions")
    comparing.add_argument("name", metavar="NAME")
    comparing.add_argument(
        "before", nargs="?", type=int, metavar="VERSION", help="default: the published one"
    )
    comparing.add_argument(
        "after",
        nargs="?",
        metavar="VERSION|FILE",
        help="another version, or a document (default: the newest)",
    )
    exporting = actions.add_parser("export", help="write a flow as JSON, as `import` takes it")
    exporting.add_argument("name", metavar="NAME", help="a flow, or a template")
    exporting.add_argument("--to", type=Path, metavar="FILE", help="default: stdout")
    actions.add_parser("schema", help="print the JSON Schema of a flow's document, for editors and programs")
    for action in (showing, exporting):
        action.add_argument("--version", type=int, metavar="N", help="default: the newest")
    for action in (listing, showing, past, comparing):
        add_json_option(action)


async def run(settings: Settings, args: argparse.Namespace) -> int:
    from cli.database import server_database

    if args.action == "schema":
        from pipelines.flows.document.json_schema import described_schema

        print_json(described_schema())
        return 0
    if args.action == "list" and args.templates:
        _list_templates(args.json)
        return 0
    async with server_database(settings) as connection:
        match args.action:
            case "list":
                await _list(connection, args.json)
            case "show":
                await _show(connection, args)
            case "history":
                await _history(connection, args.name, args.json)
            case "diff":
                await _diff(connection, args)
            case _:
                await _export(connection, args)
    return 0


# ---- list


async def _list(connection: asyncpg.Connection, as_json: bool) -> None:
    from mediaserver.storage import flows

    rows = await flows.all_flows(connection)
    agents = {row["name"]: await flows.agents_of(connection, row["name"]) for row in rows}
    if as_json:
        print_json({"flows": [_plain(row) | {"agents": agents[row["name"]]} for row in rows]})
        return
    if not rows:
        print(
            "there is none but booking, which comes with us: `voiceforge flows import FILE`, or one of "
            "`voiceforge flows list --templates`"
        )
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("flow", "published", "newest", "agents", "changed", box=None, header_style="bold")
    for row in rows:
        draft = " (draft)" if row["newest_state"] == "draft" else ""
        table.add_row(
            escape(row["name"]), _published(row), f"{row['newest'] or ''}{draft}",
            escape(", ".join(agents[row["name"]])) or "none", f"{row['updated_at']:%Y-%m-%d %H:%M}",
        )  # fmt: skip
    console().print(table)


def _published(row: Row) -> str:
    if row["published"] is None:
        return "[yellow]nothing[/]"
    if row["split_version"] is None:
        return str(row["published"])
    percent = row["split_percent"]
    return f"{row['published']} ({100 - percent} %), {row['split_version']} ({percent} %)"


def _list_templates(as_json: bool) -> None:
    from pipelines.flows.shipped import templates

    found = list(templates().values())
    if as_json:
        shown = [{"name": each.name, "about": each.about, "needs_model": each.needs_model} for each in found]
        print_json({"templates": shown})
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("template", "language model", "about", box=None, header_style="bold")
    for each in found:
        table.add_row(each.name, "needed" if each.needs_model else "", escape(each.about))
    console().print(table)


# ---- one flow


async def _show(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from cli.flows.drawing import drawn
    from mediaserver.storage import flows

    row = await _version_or_template(connection, args.name, args.version)
    flow = await flows.one_flow(connection, args.name) or {}
    document = row["document"]
    if args.json:
        print_json(_plain(row))
        return
    number = row["number"]
    standing = "published" if number == flow.get("published") else row["state"]
    title = f"{args.name}, version {number} ({standing})" if number else f"{args.name} (a template)"
    counts = f"{len(document['nodes'])} nodes, {len(document.get('edges', ()))} edges"
    for line in (f"{title}: {counts}", *filter(None, [document.get("about", "")]), "", *drawn(document)):
        console().print(printable(line), markup=False, soft_wrap=True)
    if row["findings"]:
        print()
    for finding in row["findings"]:
        console().print(printable(words(finding)), markup=False, soft_wrap=True)


async def _export(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    row = await _version_or_template(connection, args.name, args.version)
    written = json.dumps(row["document"], indent=2, ensure_ascii=False)
    if args.to is None:
        print(printable_json(written) if sys.stdout.isatty() else written)
        return
    try:
        args.to.write_text(f"{written}\n")
    except OSError as error:
        raise ConfigError(f"{args.to} cannot be written ({error.strerror})") from None
    print(f"{args.name} (version {row['number']}) is in {args.to}")


async def _version_or_template(connection: asyncpg.Connection, name: str, number: int | None) -> Row:
    """A version; where there is no flow of that name, a template. Raises ConfigError."""
    from mediaserver.storage import flows
    from pipelines.flows.library.keeping import version_of
    from pipelines.flows.shipped import templates

    if name in templates() and number is None and await flows.one_flow(connection, name) is None:
        return {
            "flow": name, "number": 0, "document": templates()[name].document, "state": "valid",
            "findings": [],
        }  # fmt: skip
    return await version_of(connection, name, number)


async def _history(connection: asyncpg.Connection, name: str, as_json: bool) -> None:
    from mediaserver.storage import flows

    flow = await flows.one_flow(connection, name)
    if flow is None:
        raise flows.unknown(name)
    rows = await flows.history(connection, name)
    if as_json:
        print_json({"flow": _plain(flow), "versions": [_plain(row) for row in rows]})
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("version", "state", "saved", "by", "published", "note", box=None, header_style="bold")
    for row in rows:
        state = row["state"] if row["state"] == "valid" else f"[yellow]draft[/]: {_count(row['findings'])}"
        first = f"{row['published_at']:%Y-%m-%d %H:%M}" if row["published_at"] else ""
        table.add_row(
            str(row["number"]), state, f"{row['made_at']:%Y-%m-%d %H:%M}", escape(printable(row["made_by"])),
            " ".join(filter(None, [first, _share_now(flow, row["number"])])), escape(printable(row["note"])),
        )  # fmt: skip
    console().print(table)


def _share_now(flow: Row, number: int) -> str:
    """Whether new calls get this version, and how many of them."""
    if number not in (flow["published"], flow["split_version"]):
        return ""
    if flow["split_version"] is None:
        return "[green](now)[/]"
    share = flow["split_percent"] if number == flow["split_version"] else 100 - flow["split_percent"]
    return f"[green](now, {share} %)[/]"


def _count(findings: list[Row]) -> str:
    errors = sum(each.get("severity") == "error" for each in findings)
    return f"{errors} error{'' if errors == 1 else 's'}"


async def _diff(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from mediaserver.storage import flows
    from pipelines.flows.differing import differences
    from pipelines.flows.library.keeping import version_of

    flow = await flows.one_flow(connection, args.name)
    if flow is None:
        raise flows.unknown(args.name)
    if args.before is None and flow["published"] is None:
        raise ConfigError(f"the flow {args.name} has nothing published: name the versions to compare")
    before = await version_of(connection, args.name, args.before or flow["published"])
    if args.after is None or args.after.isdecimal():
        row = await version_of(connection, args.name, None if args.after is None else int(args.after[:10]))
        after, shown = row["document"], f"version {row['number']}"
    else:
        after, shown = from_file(Path(args.after)), args.after
    found = differences(before["document"], after)
    if args.json:
        print_json({"before": before["number"], "after": shown, "differences": [e.as_dict() for e in found]})
        return
    changes = "1 change" if len(found) == 1 else f"{len(found) or 'no'} changes"
    print(printable(f"from version {before['number']} to {shown}: {changes}"))
    for each in found:
        console().print(printable(f"  {each}"), markup=False, soft_wrap=True)


def _plain(row: Row) -> Row:
    """As JSON has it."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
