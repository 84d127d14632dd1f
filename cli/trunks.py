"""`voiceforge trunks`: the servers that are called and that call, in the database, without a restart.

A running server hears of each change at once. Passwords are asked for or read from stdin, never taken from
the command line, where other users of the machine would see them.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from typing import TYPE_CHECKING, Any

from cli.findings import tell_findings
from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.storage.sealing import Sealer
    from sip.trunks.spec import TrunkSpec

PLAIN = {
    "port": ("PORT", "default: what DNS says, else 5060 or 5061"),
    "transport": ("udp|tcp|tls", ""),
    "outbound_proxy": ("HOST[:PORT]", "gets all requests in the place of HOST"),
    "username": ("USER", "who we are there"),
    "auth_username": ("USER", "for passwords, where it is another"),
    "realm": ("REALM", "the only one that the password is for"),
    "encryption": ("off|optional|required", "SRTP"),
    "max_calls": ("N", "calls at once, both ways"),
    "max_cps": ("N", "new calls a second"),
    "priority": ("N", "the lowest goes first (100)"),
    "weight": ("N", "share among those of one priority (1)"),
}
"""Settings with an option of their own, and what it shows."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "trunks",
        help="connect carriers and phone systems",
        description="Carriers and phone systems that are called and that call. A change counts from the next "
        "call on, also while the server runs.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = actions.add_parser("add", help="add a trunk")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("host", metavar="HOST", nargs="?", help="its domain or address; a --preset knows it")
    _add_preset_options(adding)
    setting = actions.add_parser("set", help="change a trunk; what is not named stays")
    setting.add_argument("name", metavar="NAME")
    setting.add_argument("--host", metavar="HOST", help="its domain or address")
    for action in (adding, setting):
        _add_options(action)
    listing = actions.add_parser("list", help="show every trunk, how it stands and its scorecard")
    presets = actions.add_parser("presets", help="show the carriers and exchanges that are known")
    presets.add_argument("preset", metavar="CARRIER", nargs="?", help="show all there is to know of this one")
    add_json_option(presets)
    removing = actions.add_parser("remove", help="remove a trunk; its calls go on")
    removing.add_argument("name", metavar="NAME")
    checking = actions.add_parser("check", help="ask a trunk all there is to ask, and say how to mend it")
    checking.add_argument("name", metavar="NAME")
    for action in (listing, checking):
        add_json_option(action)
    for action in (adding, setting, listing, removing, checking):
        add_config_option(action)


def _add_preset_options(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--preset",
        metavar="CARRIER",
        help="a carrier or exchange that is known: see `voiceforge trunks presets`",
    )
    action.add_argument(
        "--region", metavar="REGION", default="", help="which of its places (default: the first)"
    )
    action.add_argument(
        "--with", metavar="NAME=VALUE", action="append", default=[], dest="blanks",
        help="what the preset asks for, such as trunk=acme",
    )  # fmt: skip
    action.add_argument(
        "--secure", action="store_true", help="signalling and audio encrypted, as the preset has it"
    )


def _add_options(action: argparse.ArgumentParser) -> None:
    for name, (shown, words) in PLAIN.items():
        action.add_argument(f"--{name.replace('_', '-')}", metavar=shown, help=words or None)
    action.add_argument(
        "--register", action=argparse.BooleanOptionalAction, default=None, help="register there as USER"
    )
    action.add_argument(
        "--enabled", action=argparse.BooleanOptionalAction, default=None, help="whether it is used"
    )
    action.add_argument(
        "--prefix", action="append", metavar="+49", help="numbers that may be called by it (E.164); !+49900 "
        "excepts some, * is any; give it several times for several (default: none)",
    )  # fmt: skip
    action.add_argument(
        "--network", action="append", metavar="NET", help="where its calls come from (default: its host)"
    )
    action.add_argument("--caller", metavar="NUMBER", help="our number, where a call has none of its own")
    action.add_argument("--codecs", metavar="A,B", help="in order of preference")
    action.add_argument(
        "--set", action="append", metavar="KEY=VALUE", default=[], dest="more",
        help="any other setting, as JSON or text: dial.strip=+, quirks.md5_only=true (docs/interop.md)",
    )  # fmt: skip
    action.add_argument(
        "--password", action="store_true", help="ask for a password, or read its line from stdin"
    )


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    if args.action == "presets":
        _presets(args.preset, args.json)
        return 0
    settings = load(args.config)
    match args.action:
        case "add":
            asyncio.run(_add(settings, args))
        case "set":
            asyncio.run(_set(settings, args))
        case "list":
            asyncio.run(_list(settings, args.json))
        case "remove":
            asyncio.run(_remove(settings, args.name))
        case _:
            return asyncio.run(_check(settings, args.name, args.json))
    return 0


def _wishes(args: argparse.Namespace) -> dict[str, Any]:
    """What the command line says of the trunk's settings; nested settings stay dotted. Raises ConfigError."""
    said: dict[str, Any] = {
        name: _value(given) if name in ("port", "max_calls", "max_cps", "priority", "weight") else given
        for name in PLAIN
        if (given := getattr(args, name)) is not None
    }
    for name, given in (
        ("host", args.host), ("register", args.register), ("enabled", args.enabled),
        ("prefixes", args.prefix), ("networks", args.network), ("caller.number", args.caller),
        ("codecs", args.codecs and [each.strip() for each in args.codecs.split(",") if each.strip()]),
    ):  # fmt: skip
        if given is not None:
            said[name] = given
    for each in args.more:
        key, equals, value = each.partition("=")
        if not equals or key in ("name", "password", "header"):
            why = "give secrets to --password or the API" if key in ("password", "header") else "KEY=VALUE"
            raise ConfigError(f"--set {key}: {why}")
        said[key] = _value(value)
    if args.password:
        said["password"] = _password()
    return said


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")


def _laid_over(content: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """The settings with these changed; a dotted name is one of a group."""
    for name, value in said.items():
        group, dot, key = name.partition(".")
        if dot:
            within = content.get(group)
            content[group] = {**within, key: value} if isinstance(within, dict) else {key: value}
        else:
            content[name] = value
    return content


async def _add(settings: Settings, args: argparse.Namespace) -> None:
    from cli.database import server_database
    from mediaserver.storage import trunks as table
    from sip.trunks.rows import checked, written

    preset = _from_preset(args)
    spec = checked(_laid_over({"name": args.name, **preset}, _wishes(args)))
    async with server_database(settings) as connection:
        if not await table.add_trunk(connection, spec.name, *written(spec, _sealer(settings))):
            raise ConfigError(f"there is a trunk {spec.name}: change it with `voiceforge trunks set`")
    print(f"{spec.name} is added{_opens(spec)}; try it with `voiceforge trunks check {spec.name}`")


def _from_preset(args: argparse.Namespace) -> dict[str, Any]:
    """What the preset says; options that are given count more. Raises ConfigError."""
    if args.preset is None:
        if args.blanks or args.region or args.secure:
            raise ConfigError("--with, --region and --secure belong to a --preset")
        if args.host is None:
            raise ConfigError("name its HOST, or a --preset: see `voiceforge trunks presets`")
        return {}
    from sip.trunks.presets.catalogue import preset_named

    blanks = {}
    for each in args.blanks:
        name, equals, value = each.partition("=")
        if not equals:
            raise ConfigError(f"--with {each}: NAME=VALUE")
        blanks[name] = value
    preset = preset_named(args.preset)
    if args.host is not None and [each.name for each in preset.blanks] == ["host"]:
        blanks.setdefault("host", args.host)
    return preset.filled(blanks, args.region, secure=args.secure)


def _presets(name: str | None, as_json: bool) -> None:
    """Raises ConfigError."""
    from sip.trunks.presets.catalogue import PRESETS, preset_named

    chosen = [preset_named(name)] if name else [*PRESETS.values()]
    if as_json:
        print_json({"presets": [each.as_dict() for each in chosen]})
        return
    for each in chosen:
        asks = "".join(f" --with {blank.name}={blank.example}" for blank in each.blanks)
        print(f"{each.name:12} {each.title}: voiceforge trunks add NAME --preset {each.name}{asks}")
        if name:
            print(f"  it takes: {', '.join(each.signing)}")
            for blank in each.blanks:
                print(f"  {blank.name}: {blank.words}")
            for region in each.regions:
                print(f"  --region {region.name}: {region.words}, {region.host}")
            for step, words in enumerate(each.steps, 1):
                print(f"  {step}. {words}")
            print(f"  made from {', '.join(each.sources)}; not tried against the service itself")


async def _set(settings: Settings, args: argparse.Namespace) -> None:
    from cli.database import server_database
    from mediaserver.storage import trunks as table
    from sip.trunks.rows import changed, read, shown, written

    sealer = _sealer(settings)
    async with server_database(settings) as connection:
        row = await table.one_trunk(connection, args.name)
        if row is None:
            raise _unknown(args.name)
        before = read(row, sealer)
        spec = changed(before, _laid_over(shown(before), _wishes(args)))
        await table.change_trunk(connection, spec.name, *written(spec, sealer))
    print(f"{spec.name} is changed{_opens(spec)}, from the next call on")


async def _remove(settings: Settings, name: str) -> None:
    from cli.database import server_database
    from mediaserver.storage import trunks as table

    async with server_database(settings) as connection:
        if not await table.remove_trunk(connection, name):
            raise _unknown(name)
    print(f"{name} is removed; calls that are up go on")


async def _list(settings: Settings, as_json: bool) -> None:
    from cli.database import server_database
    from cli.server_api import asked
    from mediaserver.storage import trunks as table
    from sip.trunks.rows import read_all, shown

    async with server_database(settings) as connection:
        rows = await table.all_trunks(connection)
    found = read_all(rows, _sealer(settings))
    live = await asyncio.to_thread(asked, settings, "/api/telephony/trunks")
    status = {each["name"]: each["status"] for each in live["trunks"]} if live is not None else {}
    trunks = [
        {
            **(shown(found.specs[name]) if name in found.specs else {"name": name}),
            "fault": found.faults.get(name, ""),
            "status": status.get(name),
        }
        for name in (row["name"] for row in rows)
    ]
    if as_json:
        print_json({"trunks": trunks, "server": "running" if live is not None else "not running"})
    else:
        _show(trunks, running=live is not None)


async def _check(settings: Settings, name: str, as_json: bool) -> int:
    from cli.database import server_database
    from cli.serving.trunk_check import check
    from mediaserver.storage import trunks as table
    from sip.trunks.rows import read

    async with server_database(settings) as connection:
        row = await table.one_trunk(connection, name)
    if row is None:
        raise _unknown(name)
    tell_findings(f"the trunk {name}", await check(settings, read(row, _sealer(settings))), as_json)
    return 0


def _sealer(settings: Settings) -> Sealer:
    from cli.database import sealer_of

    return sealer_of(settings)


def _unknown(name: str) -> ConfigError:
    return ConfigError(f"there is no trunk {name}: see `voiceforge trunks list`")


def _opens(spec: TrunkSpec) -> str:
    """What may be called now, since that may cost money."""
    if not spec.enabled:
        return ", disabled"
    if not spec.prefixes:
        return ", and no number may be called by it until it has a --prefix"
    return f", and may call {', '.join(spec.prefixes)}"


def _show(trunks: list[dict[str, Any]], *, running: bool) -> None:
    from rich.markup import escape as marked
    from rich.table import Table

    from mediaserver.printable import printable

    def escape(text: str) -> str:
        """What a trunk gave as its reason was written by others."""
        return marked(printable(text))

    columns = ("trunk", "host", "calls out to", "stands", "calls", "answered", "delay", "MOS", "failures")
    shown = Table(*columns, box=None, header_style="bold")
    for trunk in trunks:
        status = trunk["status"] or {}
        lately = status.get("lately", {})
        stands = status.get("standing", "not known: the server is not running" if not running else "not used")
        if trunk["fault"]:
            stands = f"[red]not used[/]: {escape(trunk['fault'])}"
        elif status.get("why"):
            stands = f"[red]{escape(stands)}[/]: {escape(status['why'])}"
        codes = ", ".join(f"{count} x {code}" for code, count in lately.get("codes", {}).items())
        shown.add_row(
            escape(trunk["name"]), escape(trunk.get("host", "")),
            escape(", ".join(trunk.get("prefixes", ())) or "nobody"), stands,
            str(status.get("calls", "")), _ratio(lately), _figure(lately, "post_dial_delay_s", " s"),
            _figure(lately, "mos"), codes,
        )  # fmt: skip
    console().print(shown)


def _ratio(lately: dict[str, Any]) -> str:
    if not lately.get("attempts"):
        return ""
    return f"{lately['answered']} of {lately['attempts']}"


def _figure(lately: dict[str, Any], name: str, unit: str = "") -> str:
    value = lately.get(name)
    return "" if value is None else f"{value:.1f}{unit}"
