"""`voiceforge providers`: accounts at telephony providers, in the database, without a restart.

A running server hears of each change at once. Secrets are asked for, read from stdin or from variables, never
taken from the command line, where other users of the machine would see them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from providers.accounts.rows import AccountRows
    from providers.kind import Account


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "providers",
        help="connect accounts at telephony providers: Twilio, Telnyx and others",
        description="Accounts at telephony providers with an interface of their own. A change counts from "
        "the next call on, also while the server runs.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    kinds = actions.add_parser("kinds", help="show the kinds of providers, or the settings of one")
    kinds.add_argument("kind", metavar="KIND", nargs="?")
    adding = actions.add_parser("add", help="add an account; asks for its secrets")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("kind", metavar="KIND")
    setting = actions.add_parser("set", help="change an account; what is not named stays")
    setting.add_argument("name", metavar="NAME")
    for action in (adding, setting):
        _add_options(action)
    setting.add_argument("--secrets", action="store_true", help="ask for the secrets anew")
    listing = actions.add_parser("list", help="show every account and how it stands")
    removing = actions.add_parser("remove", help="remove an account; its calls go on")
    checking = actions.add_parser("check", help="try an account's credentials, and say what is missing")
    numbering = actions.add_parser("numbers", help="show an account's numbers, and where each leads")
    pointing = actions.add_parser("point", help="have calls to a number of an account come here")
    for action in (removing, checking, numbering, pointing):
        action.add_argument("name", metavar="NAME")
    pointing.add_argument("number", metavar="NUMBER", help="in E.164: +4930123456")
    pointing.add_argument("--agent", metavar="AGENT", help="who answers it from now on")
    pointing.add_argument("--no-messages", action="store_true", help="its text messages go where they went")
    for action in (kinds, listing, checking, numbering):
        add_json_option(action)
    for action in (kinds, adding, setting, listing, removing, checking, numbering, pointing):
        add_config_option(action)


def _add_options(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--set", action="append", metavar="KEY=VALUE", default=[], dest="more",
        help="a setting, as JSON or text: account_sid=AC... (`voiceforge providers kinds KIND` shows all)",
    )  # fmt: skip
    action.add_argument(
        "--prefix", action="append", metavar="+49", help="numbers that may be called by it (E.164); !+49900 "
        "excepts some, * is any; give it several times for several (default: none)",
    )  # fmt: skip
    action.add_argument("--caller", metavar="NUMBER", help="our number, where a call out names no other")
    action.add_argument("--public-url", metavar="URL", help="where the provider reaches this server")
    action.add_argument(
        "--enabled", action=argparse.BooleanOptionalAction, default=None, help="whether it is used"
    )
    action.add_argument(
        "--secret-env", action="append", metavar="KEY=VARIABLE", default=[],
        help="take a secret from an environment variable: auth_token=MY_TOKEN",
    )  # fmt: skip
    action.add_argument(
        "--secret-file", action="append", metavar="KEY=PATH", default=[],
        help="take a secret from a file, such as a private key in PEM: private_key=private.key",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from cli.provider_accounts import trying
    from mediaserver.config import load

    settings = load(args.config)
    match args.action:
        case "kinds":
            _kinds(args.kind, args.json)
        case "add":
            asyncio.run(_add(settings, args))
        case "set":
            asyncio.run(_set(settings, args))
        case "list":
            asyncio.run(_list(settings, args.json))
        case "remove":
            asyncio.run(_remove(settings, args.name))
        case "check":
            return asyncio.run(trying.check(settings, args.name, args.json))
        case "numbers":
            asyncio.run(trying.numbers(settings, args.name, args.json))
        case _:
            asyncio.run(
                trying.point(settings, args.name, args.number, args.agent, messages=not args.no_messages)
            )
    return 0


def _kinds(name: str | None, as_json: bool) -> None:
    from cli.provider_accounts import showing
    from providers.kinds import installed

    known = installed()
    if name is not None:
        showing.show_kind(known.kind(name), as_json)
    else:
        showing.show_kinds([known.kind(each) for each in known.names], as_json)


async def _add(settings: Settings, args: argparse.Namespace) -> None:
    from cli.database import server_database
    from cli.provider_accounts.asking import secrets_of, wishes
    from cli.provider_accounts.opening import rows_of
    from mediaserver.storage import providers as table
    from providers.accounts.rows import required_of, secret_names

    rows = rows_of(settings)
    kind = rows.kinds.kind(args.kind)
    said = wishes(args, kind.account, os.environ)
    plain = sorted(set(required_of(kind)) - secret_names(kind.account) - said.keys())
    if plain:  # before anybody types a secret
        words = " ".join(f"--set {name}=..." for name in plain)
        raise ConfigError(f"{', '.join(plain)} missing: give {words}")
    account = rows.made(args.name, args.kind, {**said, **secrets_of(kind.account, said)})
    written = rows.written(account)
    async with server_database(settings) as connection:
        if not await table.add_provider(connection, account.name, account.kind, *written):
            raise ConfigError(
                f"there is an account {account.name}: change it with `voiceforge providers set`"
            )
    print(
        f"{account.name} is added{_opens(account)}; try it with `voiceforge providers check {account.name}`"
    )


async def _set(settings: Settings, args: argparse.Namespace) -> None:
    from cli.database import server_database
    from cli.provider_accounts.asking import secrets_of, wishes
    from cli.provider_accounts.opening import rows_of, unknown
    from mediaserver.storage import providers as table
    from providers.accounts.rows import shown

    rows = rows_of(settings)
    async with server_database(settings) as connection:
        row = await table.one_provider(connection, args.name)
        if row is None:
            raise unknown(args.name, rows)
        kind = rows.kinds.kind(row["kind"])
        said = wishes(args, kind.account, os.environ)
        before = _before(rows, row, args.secrets)
        if args.secrets:
            said |= secrets_of(kind.account, said, needed=before is None)
        if before is None:
            account = rows.made(row["name"], row["kind"], {**(row["settings"] or {}), **said})
        else:
            account = rows.changed(before, {**shown(before), **said})
        await table.change_provider(connection, account.name, *rows.written(account))
    print(f"{account.name} is changed{_opens(account)}, from the next call on")


def _before(rows: AccountRows, row: dict[str, Any], anew: bool) -> Account | None:
    """The account as it is; None for one beyond reading that is given new secrets. Raises ConfigError and
    SealError."""
    from mediaserver.errors import SealError

    try:
        return rows.read(row)
    except (ConfigError, SealError):
        if not anew:
            raise
        return None


async def _remove(settings: Settings, name: str) -> None:
    from cli.database import server_database
    from cli.provider_accounts.opening import rows_of, unknown
    from mediaserver.storage import providers as table

    async with server_database(settings) as connection:
        if not await table.remove_provider(connection, name):
            raise unknown(name, rows_of(settings))
    print(f"{name} is removed; calls that are up go on")


async def _list(settings: Settings, as_json: bool) -> None:
    from cli.database import server_database
    from cli.provider_accounts.opening import rows_of
    from cli.provider_accounts.showing import account_row, show_accounts
    from cli.server_api import asked
    from mediaserver.storage import providers as table
    from providers.accounts.environment import accounts_in

    rows = rows_of(settings)
    async with server_database(settings) as connection:
        stored = await table.all_providers(connection)
    read, given = rows.read_all(stored), accounts_in(os.environ, rows)
    kinds = {row["name"]: row["kind"] for row in stored}
    live = await asyncio.to_thread(asked, settings, "/api/telephony/providers")
    status = {each["name"]: each for each in live["providers"]} if live is not None else {}
    accounts = [
        account_row(name, kinds[name], read.accounts.get(name), read.faults.get(name, ""), status.get(name))
        for name in kinds
    ]
    accounts += [
        account_row(name, name, given.accounts.get(name), given.faults.get(name, ""), status.get(name), True)
        for name in sorted({*given.accounts, *given.faults} - kinds.keys())
    ]
    if as_json:
        print_json({"accounts": accounts, "server": "running" if live is not None else "not running"})
    else:
        show_accounts(accounts, running=live is not None)


def _opens(account: Account) -> str:
    """What may be called now, since that may cost money."""
    if not account.settings.enabled:
        return ", disabled"
    if not account.settings.prefixes:
        return ", and no number may be called by it until it has a --prefix"
    return f", and may call {', '.join(account.settings.prefixes)}"
