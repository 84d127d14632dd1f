"""`voiceforge flows secrets`: what tools of flows prove themselves with, each to one host alone.

A value is asked for or read from stdin, never taken from the command line, where other users of the machine
would see it, and never shown.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.storage.sealing import Sealer

MOST_INPUT = 10_000
"""Characters that are read of stdin: no file by mistake."""


def add_actions(actions: Any) -> None:
    parser = actions.add_parser(
        "secrets",
        help="keep what tools of flows prove themselves with",
        description="Sealed in the database; each goes to its own host alone. A flow names it, and nobody is "
        "shown it.",
    )
    of_secrets = parser.add_subparsers(dest="secrets_action", metavar="ACTION", required=True)
    listing = of_secrets.add_parser("list", help="show the names and hosts of all secrets")
    add_json_option(listing)
    setting = of_secrets.add_parser("set", help="ask for a secret, or read its line from stdin, and keep it")
    setting.add_argument("name", metavar="NAME")
    setting.add_argument("--host", required=True, help="the only one that it is sent to: api.example.com")
    removing = of_secrets.add_parser("remove", help="remove a secret")
    removing.add_argument("name", metavar="NAME")
    for action in (listing, setting, removing):
        add_config_option(action)


async def run(settings: Settings, args: argparse.Namespace) -> int:
    match args.secrets_action:
        case "list":
            await _list(settings, args.json)
        case "set":
            await _set(settings, args.name, args.host)
        case _:
            await _remove(settings, args.name)
    return 0


async def _list(settings: Settings, as_json: bool) -> None:
    from cli.database import server_database
    from mediaserver.storage import flow_secrets as table

    async with server_database(settings) as connection:
        rows = await table.all_secrets(connection)
    _, faults = table.opened(rows, _sealer(settings)) if rows else ({}, {})
    shown = [
        {
            "name": row["name"], "host": row["host"], "changed_at": row["changed_at"].isoformat(),
            "fault": faults.get(row["name"], ""),
        }
        for row in rows
    ]  # fmt: skip
    if as_json:
        print_json({"secrets": shown})
        return
    if not shown:
        print("there is none: `voiceforge flows secrets set NAME --host HOST`")
        return
    from rich.markup import escape
    from rich.table import Table

    grid = Table("secret", "goes to", "set", "state", box=None, header_style="bold")
    for each in shown:
        state = f"[red]cannot be used[/]: {escape(each['fault'])}" if each["fault"] else "[green]fine[/]"
        grid.add_row(escape(each["name"]), escape(each["host"]), each["changed_at"][:16], state)
    console().print(grid)


async def _set(settings: Settings, name: str, host: str) -> None:
    from cli.database import server_database
    from mediaserver.storage import flow_secrets as table

    secret = table.checked_secret(name, _canonical(host), _value(name))
    async with server_database(settings) as connection:
        fresh = await table.put_secret(connection, secret, _sealer(settings))
    print(f"{name} is {'kept' if fresh else 'replaced'}; it goes to {secret.host} alone")


async def _remove(settings: Settings, name: str) -> None:
    from cli.database import server_database
    from mediaserver.storage import flow_secrets as table

    async with server_database(settings) as connection:
        if not await table.remove_secret(connection, name):
            raise ConfigError(f"there is no secret {name}: see `voiceforge flows secrets list`")
    print(f"{name} is removed")


def _canonical(host: str) -> str:
    """As requests are compared with it; with its port, where it has one. Raises ConfigError."""
    from mediaserver.fetching.hosts import canonical_host
    from mediaserver.host_port import bracketed, split_port

    try:
        name, port = split_port(host.strip())
        found = bracketed(canonical_host(f"[{name}]" if ":" in name else name))
    except ValueError as error:
        said = str(error) if "/" not in host else f"{host!r:.100} is more than a host"
        raise ConfigError(f"{said}: give a host such as api.example.com, without scheme and path") from None
    return found if port is None else f"{found}:{port}"


def _value(name: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"{name}: ")
    return sys.stdin.readline(MOST_INPUT).rstrip("\r\n")


def _sealer(settings: Settings) -> Sealer:
    from cli.database import sealer_of
    from mediaserver.data_folder import make_data_folder

    make_data_folder(settings.data)
    return sealer_of(settings)
