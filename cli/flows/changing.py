"""`voiceforge flows validate|import|remove`: documents are checked, saved as versions, and removed."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.flows.documents import from_file, is_file, operator, whoever, words
from cli.terminal import add_json_option, console, print_json
from mediaserver.errors import ConfigError
from mediaserver.printable import printable

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.config import Settings
    from pipelines.flows.library.reading import ReadFlow


def add_actions(actions: Any) -> None:
    validating = actions.add_parser(
        "validate",
        help="say what is wrong with a flow, and how to mend it",
        description="Exit code 1 when it could not be published.",
    )
    validating.add_argument("flow", metavar="FILE|NAME", help="a document, or a flow's newest version")
    validating.add_argument("--version", type=int, metavar="N", help="of a flow (default: the newest)")
    validating.add_argument(
        "--reach", action="store_true", help="ask its tools whether they are there; none of them is called"
    )
    importing = actions.add_parser(
        "import",
        help="save a document as the newest version of its flow",
        description="A document with errors is saved as a draft, which no call can get. What the newest "
        "version says already is not saved again.",
    )
    source = importing.add_mutually_exclusive_group(required=True)
    source.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a document, at most 1 MB of JSON")
    source.add_argument(
        "--template", metavar="NAME", help="a flow that comes with us: `flows list --templates`"
    )
    importing.add_argument("--name", default="", help="of the flow (default: the document's)")
    importing.add_argument("--note", default="", metavar="TEXT", help="what it is about, for the history")
    importing.add_argument("--publish", action="store_true", help="have new calls run it at once")
    for action in (validating, importing):
        add_json_option(action)
    removing = actions.add_parser("remove", help="remove a flow with all its versions; its calls go on")
    removing.add_argument("name", metavar="NAME")
    removing.add_argument("--force", action="store_true", help="though agents run it")


async def run(settings: Settings, args: argparse.Namespace) -> int:
    from cli.database import server_database
    from cli.text_agents import has_database

    if args.action == "validate" and is_file(args.flow) and not has_database(settings):
        await _validate(settings, None, args)
        return 0
    async with server_database(settings) as connection:
        match args.action:
            case "validate":
                await _validate(settings, connection, args)
            case "import":
                await _import(connection, args)
            case _:
                await _remove(connection, args.name, args.force)
    return 0


async def _validate(
    settings: Settings, connection: asyncpg.Connection | None, args: argparse.Namespace
) -> None:
    """`connection`: None where there is no database yet; none is made to look at a file."""
    from pipelines.flows.library.keeping import version_of
    from pipelines.flows.library.reading import read_flow

    if connection is None or is_file(args.flow):
        flow = await read_flow(from_file(Path(args.flow)), connection)
    else:
        row = await version_of(connection, args.flow, args.version)
        flow = await read_flow(row["document"], connection)
    reached = await _reached(settings, flow) if args.reach else flow
    cannot, flow = bool(flow.errors), reached
    if args.json:
        print_json({"ok": not flow.errors, "findings": flow.told})
    else:
        _tell(flow)
    if flow.errors:
        says = "cannot be published" if cannot else "names what cannot be reached now"
        raise ConfigError(f"{args.flow} {says}: {_count(flow)}")
    if not args.json:
        console().print(f"{args.flow} is fine", markup=False)


async def _reached(settings: Settings, flow: ReadFlow) -> ReadFlow:
    """With what its tools answered to the question whether they are there."""
    from cli.flows.reaching import unreached_in
    from pipelines.flows.document.reading import document_of

    found = await unreached_in(settings, document_of(flow.document))
    return replace(flow, findings=(*flow.findings, *(each.as_dict() for each in found)))


async def _import(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from mediaserver.storage import flows
    from pipelines.flows.library.keeping import import_subflows, save_flow
    from pipelines.flows.library.reading import read_flow
    from pipelines.flows.shipped import template

    if args.template:
        content = template(args.template).document
        beside = await import_subflows(connection, content, operator())
    else:
        content, beside = from_file(args.file), []
    flow = await read_flow({**content, "name": args.name} if args.name else content, connection)
    saved = await save_flow(connection, flow, operator(), note=args.note)
    name, number = saved.name, saved.version
    publishes = args.publish and not flow.errors
    if publishes:
        await flows.publish(connection, name, number, whoever())
    if args.json:
        print_json(
            {
                "flow": name, "version": number, "state": flow.state, "published": publishes,
                "findings": flow.told, "subflows": beside,
            }
        )  # fmt: skip
    else:
        _tell(flow)
        if beside:
            print(f"{', '.join(beside)} is published, too: {name} runs through it")
        _told(flow, name, number, publishes)
    if args.publish and flow.errors:
        raise ConfigError(f"version {number} of {name} is a draft and not published: {_count(flow)}")


def _told(flow: ReadFlow, name: str, number: int, published: bool) -> None:
    if flow.errors:
        print(f"{name} is saved as version {number}, a draft: {_count(flow)}")
    elif published:
        print(f"{name} is saved as version {number}, which new calls run from now on")
    else:
        print(f"{name} is saved as version {number}; publish it with `voiceforge flows publish {name}`")


async def _remove(connection: asyncpg.Connection, name: str, force: bool) -> None:
    from mediaserver.storage import flows

    agents = await flows.agents_of(connection, name)
    if await flows.one_flow(connection, name) is None:
        raise flows.unknown(name)
    if agents and not force:
        raise ConfigError(
            f"{', '.join(agents)} could take no more calls: give --force to remove it all the same"
        )
    await flows.remove(connection, name)
    print(f"{name} is removed with all its versions; calls that run it go on")


def _tell(flow: ReadFlow) -> None:
    for finding in flow.told:
        colour = "red" if finding["severity"] == "error" else "yellow"
        console().print(printable(words(finding)), style=colour, markup=False, soft_wrap=True)


def _count(flow: ReadFlow) -> str:
    count = len(flow.errors)
    return f"{count} error{'' if count == 1 else 's'}"
