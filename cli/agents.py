"""`voiceforge agents`: who answers which address, in the database, for the next call and without a restart.

A running server hears of each change at once; without one the database is started for the moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cli import assistant_row
from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from cli.serving.flow_documents import ReadyFlow
    from mediaserver.calls.flow_shelf import FlowShelf
    from mediaserver.calls.routes import RouteTable
    from mediaserver.config import Settings
    from mediaserver.storage.sql import Database, Row

LISTS = ("stt", "tts", "llm")


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "agents",
        help="say who answers which address",
        description="The agents that answer calls, and the addresses that lead to them. A change counts from "
        "the next call on, also while the server runs.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show every agent, its addresses and what is wrong with it")
    add_json_option(listing)
    setting = actions.add_parser("set", help="add an agent, or put another in its place")
    _add_set_options(setting)
    removing = actions.add_parser("remove", help="remove an agent and its addresses")
    removing.add_argument("name", metavar="NAME")
    forgetting = actions.add_parser("forget", help="forget what agents keep of a caller")
    forgetting.add_argument("caller", metavar="CALLER", help="the caller's number, such as +15550100")
    forgetting.add_argument("--agent", default="", metavar="NAME", help="of this agent alone")
    for action in (listing, setting, removing, forgetting):
        add_config_option(action)


def _add_set_options(setting: argparse.ArgumentParser) -> None:
    setting.add_argument("name", metavar="NAME")
    kind = setting.add_mutually_exclusive_group(required=True)
    kind.add_argument(
        "--python", metavar="ENTRY", help="module:Class, or a name from the entry points voiceforge.agents"
    )
    kind.add_argument(
        "--flow",
        metavar="FLOW",
        help="a published one (`voiceforge flows list`), or booking, which comes with us",
    )
    kind.add_argument(
        "--assistant",
        action="store_true",
        help="thinks with a language model, as --prompt says (docs/agents.md)",
    )
    kind.add_argument(
        "--realtime",
        action="store_true",
        help="a model that hears and speaks by itself, as --prompt says (docs/speech-to-speech.md)",
    )
    kind.add_argument("--echo", action="store_true", help="plays back what it hears")
    setting.add_argument(
        "--at",
        action="append",
        metavar="ADDRESS",
        help="an address or number that leads to it, * and ? stand for anything (default: its name); "
        "give it several times for several",
    )
    setting.add_argument("--voice", default="", help="default: that of the settings; so for the language")
    setting.add_argument("--language", default="", help="BCP 47, such as en-gb")
    setting.add_argument(
        "--prompt", default="", metavar="TEXT|@FILE", help="instructions for an agent that takes some"
    )
    assistant_row.add_options(setting)
    for kind_of_engine in LISTS:
        setting.add_argument(
            f"--{kind_of_engine}", default="", metavar="A,B", help="engines in order of preference"
        )
    setting.add_argument(
        "--mode",
        default="",
        metavar="MODE",
        help="cloud-first or self-hosted, in the place of each list of engines that is left out",
    )
    setting.add_argument(
        "--turn",
        default="{}",
        metavar="JSON",
        help="""settings of turn-taking, such as '{"sensitivity": "low"}' (docs/agents.md)""",
    )
    setting.add_argument(
        "--insight",
        default="{}",
        metavar="JSON",
        help="""what is known of its callers, such as '{"summary": "off"}' (docs/insight.md)""",
    )
    setting.add_argument(
        "--background",
        default="{}",
        metavar="JSON",
        help="""sounds under its words, such as '{"sound": "office"}' (docs/agents.md)""",
    )
    setting.add_argument(
        "--retention",
        default="{}",
        metavar="JSON",
        help="""how long what belongs to its calls is kept, such as '{"recordings_days": 30}' """
        "(docs/operations.md)",
    )
    setting.add_argument(
        "--redaction",
        default="{}",
        metavar="JSON",
        help="""what is left out of its transcripts, such as '{"enabled": true}' (docs/operations.md)""",
    )
    setting.add_argument("--no-recording", action="store_true", help="do not record its calls")


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    settings = load(args.config)
    match args.action:
        case "list":
            asyncio.run(_list(settings, args.json))
        case "set":
            asyncio.run(_set(settings, _row(args), args.at or [args.name]))
        case "forget":
            asyncio.run(_forget(settings, args.caller, args.agent))
        case _:
            asyncio.run(_remove(settings, args.name))
    return 0


def _lists(args: argparse.Namespace) -> dict[str, list[str]]:
    """Names of engines by kind. Raises ConfigError."""
    from pipelines.engines.modes import MODES

    if args.mode and args.mode not in MODES:
        raise ConfigError(f"--mode: there is no mode {args.mode!r}: there is {' and '.join(MODES)}")
    given = {
        name: [part.strip() for part in getattr(args, name).split(",") if part.strip()] for name in LISTS
    }
    thinks = args.assistant or args.python or args.flow not in (None, "booking")
    left_out = [name for name in LISTS if args.mode and not given[name] and (name != "llm" or thinks)]
    if args.realtime and args.mode:
        raise ConfigError("--mode is not for --realtime: its models are no engines")
    return {**given, **{name: [args.mode] for name in left_out}}


def _row(args: argparse.Namespace) -> Row:
    """Raises ConfigError."""
    turn, insight = _json("--turn", args.turn), _json("--insight", args.insight)
    kind = "python" if args.python is not None else "flow" if args.flow is not None else "echo"
    if args.assistant or args.realtime:
        kind = "llm" if args.assistant else "realtime"
    row: Row = {
        "name": args.name,
        "kind": kind,
        "flow": args.flow or "",
        "entry": args.python or "",
        "prompt": assistant_row.text_of(args.prompt),
        "voice": args.voice,
        "language": args.language,
        **_lists(args),
        "turn": turn,
        "recording": not args.no_recording,
        "insight": insight,
        "background": _json("--background", args.background),
        "retention": _json("--retention", args.retention),
        "redaction": _json("--redaction", args.redaction),
        **assistant_row.columns(args),
    }
    return row


def _check(row: Row, shelf: FlowShelf[ReadyFlow]) -> None:
    """Raises ConfigError when it could never answer a call. `shelf`: the flows that there are."""
    from cli.makers import fault
    from cli.serving.flows import flow_fault
    from mediaserver.calls.routes import fault_of, spec_of

    found = fault_of(row)
    if not found:
        spec = spec_of({"id": UUID(int=0), "version": 0, **row})
        found = fault(spec, lambda name: flow_fault(name, shelf))
    if found:
        raise ConfigError(f"the agent {row['name']} could not answer: {found}")


async def _check_sound(connection: Database, row: Row) -> None:
    """Raises ConfigError when it would leave a sound file on voicemails that it may not play."""
    from mediaserver.storage.agents import one_agent
    from mediaserver.storage.prompts import one_prompt

    if name := row["assistant"].get("voicemail_prompt"):
        before, found = await one_agent(connection, row["name"]), await one_prompt(connection, name)
        if found is None or found["owner"] not in (None, before and before["owner"]):
            raise ConfigError(f"there is no sound file {name}: `voiceforge prompts add {name} FILE` first")


def _json(option: str, text: str) -> Any:
    """Raises ConfigError."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{option} is not JSON: {error}") from None


async def _forget(settings: Settings, caller: str, agent: str) -> None:
    from cli.database import server_database
    from cli.serving.callers import number_of
    from cli.serving.outbound import plan_of
    from mediaserver.storage import facts

    number = number_of(caller, plan_of(settings.outbound))
    if not number:
        raise ConfigError(f"{caller} is no telephone number in full, such as +15550100")
    async with server_database(settings) as connection:
        count = await facts.forget(connection, number, agent)
    print(f"{count} facts about {number} are forgotten" if count else f"nothing was kept of {number}")


async def _list(settings: Settings, as_json: bool) -> None:
    from cli.database import server_database
    from cli.makers import fault
    from cli.serving.flows import flow_fault, shelf_of
    from mediaserver.calls.routes import RouteTable
    from mediaserver.storage import agents as tables
    from mediaserver.storage.routes import all_routes

    async with server_database(settings) as connection:
        rows, routes = await tables.all_agents(connection), await all_routes(connection)
        shelf = await shelf_of(connection, settings.shared)
    check = partial(fault, flow_fault=lambda name: flow_fault(name, shelf), shared=settings.shared)
    table = RouteTable(rows, routes, check=check)
    shown = [_shown(row, routes, table) for row in rows]
    if as_json:
        print_json({"agents": shown})
    else:
        _show(shown)


async def _set(settings: Settings, row: Row, addresses: list[str]) -> None:
    from cli.database import server_database
    from cli.serving.flows import shelf_of
    from mediaserver.storage import agents as tables
    from mediaserver.storage.routes import put_route

    async with server_database(settings) as connection, connection.transaction():
        _check(row, await shelf_of(connection, settings.shared))
        await _check_sound(connection, row)
        version = await tables.put_agent(connection, row)
        for address in addresses:
            await put_route(connection, address, row["name"])
    print(f"{row['name']} (version {version}) answers {', '.join(addresses)} from the next call on")


async def _remove(settings: Settings, name: str) -> None:
    from cli.database import server_database
    from mediaserver.storage import agents as tables

    async with server_database(settings) as connection:
        if not await tables.remove_agent(connection, name):
            raise ConfigError(f"there is no agent {name}: see `voiceforge agents list`")
    print(f"{name} is removed, and with it the addresses that led to it")


def _shown(row: Row, routes: list[Row], table: RouteTable) -> dict[str, Any]:
    return {
        "name": row["name"],
        "version": row["version"],
        "kind": row["kind"],
        "is": row["flow"] or row["entry"] or row["kind"],
        "addresses": [route["pattern"] for route in routes if route["agent"] == row["name"]],
        "voice": row["voice"],
        "language": row["language"],
        **{name: row[name] for name in LISTS},
        "turn": row["turn"],
        "recording": row["recording"],
        "insight": row["insight"],
        "background": row["background"],
        "retention": row["retention"],
        "redaction": row["redaction"],
        "tools": row["tools"],
        "assistant": row["assistant"],
        "fault": table.faults.get(row["name"], ""),
    }


def _show(agents: list[dict[str, Any]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("agent", "version", "is", "answers", "differs", "state", box=None, header_style="bold")
    for agent in agents:
        fault = agent["fault"]
        state = f"[red]cannot answer[/]: {escape(fault)}" if fault else "[green]fine[/]"
        addresses = ", ".join(agent["addresses"]) or "nothing"
        differs = [f"{name} {agent[name]}" for name in ("voice", "language") if agent[name]]
        differs += [f"{name} {', '.join(agent[name])}" for name in (*LISTS, "tools") if agent[name]]
        differs += ["not recorded"] if not agent["recording"] else []
        table.add_row(
            escape(agent["name"]), str(agent["version"]), escape(agent["is"]), escape(addresses),
            escape("; ".join(differs)), state,
        )  # fmt: skip
    console().print(table)
