"""`voiceforge keys`: who may ask the API for what, in the database; a running server hears of each change.

It needs no key: whoever may open the database runs the server. So it also helps when all keys are lost.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.access.quotas import KINDS
from api.access.scopes import Scope
from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.config import Settings
    from mediaserver.storage.audit import Actor
    from mediaserver.storage.sql import Row

MOST = 1000
"""Keys that are listed."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "keys",
        help="say who may ask the API for what",
        description="Keys of the API. A change counts at once, also while the server runs.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show every key, without its text")
    listing.add_argument("--revoked", action="store_true", help="those that were revoked, too")
    creating = actions.add_parser("create", help="make a key and print it, this once")
    creating.add_argument("name", metavar="NAME")
    creating.add_argument(
        "--scope",
        action="append",
        choices=[str(scope) for scope in Scope],
        metavar="SCOPE",
        help=f"what it may do; several times for several (default: admin). One of {', '.join(Scope)}",
    )
    creating.add_argument("--per-second", type=float, metavar="N", help="requests a second in the long run")
    creating.add_argument("--burst", type=int, metavar="N", help="requests at once")
    creating.add_argument(
        "--quota",
        action="append",
        default=[],
        metavar="KIND=N",
        help=f"what it may use up in a month: {', '.join(KINDS)}",
    )
    rotating = actions.add_parser("rotate", help="change a key for another and print it, this once")
    rotating.add_argument(
        "--grace", type=float, default=0.0, metavar="S", help="so long the one of before counts, too"
    )
    revoking = actions.add_parser("revoke", help="revoke a key for good")
    disabling = actions.add_parser("disable", help="switch a key off")
    enabling = actions.add_parser("enable", help="switch a key on again")
    for action in (rotating, revoking, disabling, enabling):
        action.add_argument(
            "key", metavar="KEY", help="its id, how it begins, or its name if no other has it"
        )
    for action in (listing, creating, rotating, revoking, disabling, enabling):
        add_config_option(action)
        add_json_option(action)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    asyncio.run(_run(load(args.config), args))
    return 0


async def _run(settings: Settings, args: argparse.Namespace) -> None:
    from cli.database import server_database
    from mediaserver.storage import keys as table

    async with server_database(settings) as connection:
        match args.action:
            case "list":
                _show(await table.keys_before(connection, MOST, revoked=args.revoked), as_json=args.json)
            case "create":
                await _create(connection, args)
            case _:
                await _change(settings, connection, args)


async def _create(connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from mediaserver.storage import audit
    from mediaserver.storage import keys as table

    scopes, quota = set(args.scope or [str(Scope.ADMIN)]), _quota(args.quota)
    if not 1 <= len(args.name) <= 100 or not args.name.isprintable():
        raise ConfigError("a name has 1 to 100 characters, in one line")
    for option, value in (("--per-second", args.per_second), ("--burst", args.burst)):
        if value is not None and not 0 < value <= 100_000:
            raise ConfigError(f"{option} is more than 0 and at most 100000")
    secret = table.new_secret()
    async with connection.transaction():
        made = await table.add_key(
            connection, args.name, secret, scopes, per_second=args.per_second, burst=args.burst, quota=quota
        )
        told = {"name": args.name, "scopes": sorted(scopes), "quota": quota}
        await audit.wrote(connection, _us(), "key.create", f"key:{made.id}", told)
    _tell(made.id, secret, args)


async def _change(settings: Settings, connection: asyncpg.Connection, args: argparse.Namespace) -> None:
    from mediaserver.key_file import read_key, write_key
    from mediaserver.storage import audit, console_sessions
    from mediaserver.storage import keys as table

    row = await _found(connection, args.key)
    key, secret = row["id"], ""
    change: dict[str, Any] = {}
    async with connection.transaction():
        match args.action:
            case "rotate":
                if not 0 <= args.grace <= 30 * 86_400:
                    raise ConfigError("--grace is from 0 to 2592000 seconds (30 days)")
                secret, change = table.new_secret(), {"grace_s": args.grace}
                done = await table.rotate_key(connection, key, secret, args.grace)
            case "revoke":
                done = await table.revoke_key(connection, key)
                await console_sessions.revoke_sessions_of(connection, key)
            case _:
                change = {"active": args.action == "enable"}
                done = await table.change_key(connection, key, change)
                if args.action == "disable":
                    await console_sessions.revoke_sessions_of(connection, key)
        if done is None:
            raise ConfigError(f"the key {row['name']} was revoked")
        verb = args.action if args.action in ("rotate", "revoke") else "change"
        await audit.wrote(connection, _us(), f"key.{verb}", f"key:{key}", change)
    if secret:
        if table.hash_of(read_key(settings.data)) == row["hash"]:
            write_key(settings.data, secret)  # commands on this machine go on
        _tell(key, secret, args)
    elif args.json:
        print_json({"id": str(key), "name": row["name"], "active": done.active})
    else:
        print(f"{row['name']} ({key}) is {'revoked' if args.action == 'revoke' else args.action + 'd'}")


def _tell(key: UUID, secret: str, args: argparse.Namespace) -> None:
    if args.json:
        print_json({"id": str(key), "key": secret})
    else:
        print(secret)


async def _found(connection: asyncpg.Connection, named: str) -> Row:
    """The key that is meant. Raises ConfigError."""
    from mediaserver.storage import keys as table

    rows = await table.keys_before(connection, MOST, revoked=True)
    fitting = [row for row in rows if named in (str(row["id"]), row["prefix"])]
    fitting = fitting or [row for row in rows if row["name"] == named and row["revoked_at"] is None]
    if len(fitting) != 1:
        why = "there are several of that name: give its id" if fitting else "there is no such key"
        raise ConfigError(f"{named}: {why}; see `voiceforge keys list`")
    return fitting[0]


def _quota(given: list[str]) -> dict[str, float]:
    """Raises ConfigError."""
    quota = {}
    for each in given:
        kind, _, amount = each.partition("=")
        try:
            value = float(amount)
        except ValueError:
            value = -1.0
        if kind not in KINDS or not 0 <= value < float("inf"):
            raise ConfigError(f"--quota {each}: write KIND=N, with one of {', '.join(KINDS)}")
        quota[kind] = value
    return quota


def _us() -> Actor:
    from mediaserver.storage.audit import Actor

    return Actor("command line", "command")


def _show(rows: list[Row], *, as_json: bool) -> None:
    shown = [
        {
            "id": str(row["id"]),
            "name": row["name"],
            "prefix": row["prefix"],
            "scopes": row["scopes"],
            "active": row["active"],
            "quota": row["quota"],
            **{
                name: str(row[name]) if row[name] else None
                for name in ("created_at", "used_at", "revoked_at")
            },
        }
        for row in rows
    ]
    if as_json:
        print_json({"keys": shown})
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("name", "begins", "may", "state", "last used", "id", box=None, header_style="bold")
    for key in shown:
        state = "[red]revoked[/]" if key["revoked_at"] else "[green]on[/]" if key["active"] else "off"
        used = key["used_at"] or "never"
        table.add_row(
            escape(key["name"]), key["prefix"], ", ".join(key["scopes"]), state, used[:16], key["id"]
        )
    console().print(table)
