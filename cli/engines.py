"""`voiceforge engines`: which speech engines there are, which are ready, and what the others lack.

Looks for files, keys and devices only; to load the engines for real is `voiceforge doctor`'s work.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cli import engines_install, engines_serve
from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import EngineMissingError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.engines.protocols import Readiness
    from pipelines.engines.registry import BrokenPlugin, EngineEntry, EngineRegistry


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "engines", help="list, install or pull speech engines", description="Speech engines of this server."
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show every known engine and whether it is ready")
    add_json_option(listing)
    add_config_option(listing)
    engines_install.add_parser(actions)
    fetch = actions.add_parser("pull", help="get the weights that an engine needs")
    fetch.add_argument("name", metavar="NAME", help="as `voiceforge engines list` shows it")
    engines_serve.add_parser(actions)


def run(args: argparse.Namespace) -> int:
    if args.action == "serve":
        return engines_serve.run(args)
    from mediaserver.config import load
    from pipelines.engines.builtin import registry

    known = registry()
    entries = list(known.entries.values())
    if args.action == "list":
        rows = _rows(known, load(args.config))
        if args.json:
            print_json({"engines": rows, "broken": [_broken(plugin) for plugin in known.broken]})
        else:
            _show(rows, known.broken)
        return 0
    if args.action == "install":
        return engines_install.run(args, named(args.name, entries))
    return _fetch(named(args.name, entries)[0])


def _rows(known: EngineRegistry, settings: Settings) -> list[dict[str, Any]]:
    """All engines, and the endpoints that the settings name beside them (`openai:fast`)."""
    from cli.serving.engines import engine_options

    rows = []
    for (kind, name), entry in known.entries.items():
        beside = (each for each in settings.engines.options if entry.several and each.startswith(f"{name}:"))
        rows += [
            _row(entry, each, entry.readiness(engine_options(settings, kind, each)))
            for each in (name, *beside)
        ]
    return rows


def _row(entry: EngineEntry, name: str, readiness: Readiness) -> dict[str, Any]:
    manifest = entry.manifest
    return {
        "name": name,
        "kind": manifest.kind.value,
        "summary": manifest.summary,
        "languages": list(manifest.languages),
        "licence": manifest.licence,
        "needs": list(manifest.needs),
        "sample_rate": manifest.sample_rate,
        "ready": readiness.ready,
        "lacks": readiness.lacks,
    }


def _broken(plugin: BrokenPlugin) -> dict[str, Any]:
    return {**plugin.as_finding().as_dict(), "package": plugin.package}


def _show(rows: list[dict[str, Any]], broken: list[BrokenPlugin]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("engine", "kind", "languages", "licence", "needs", "state", box=None, header_style="bold")
    for row in sorted(rows, key=lambda r: (r["kind"], r["name"])):
        languages = "any" if row["languages"] == ["*"] else str(len(row["languages"]))
        state = "[green]ready[/]" if row["ready"] else f"[red]lacks[/] {escape(row['lacks'])}"
        needs = ", ".join(row["needs"]) or "nothing"
        table.add_row(row["name"], row["kind"], languages, row["licence"], needs, state)
    for plugin in broken:
        finding = plugin.as_finding()
        state = f"[red]broken[/] {escape(finding.detail)}; {escape(finding.mend)}"
        table.add_row(plugin.name, "?", "", "", "", state)
    console().print(table)


def named(name: str, entries: list[EngineEntry]) -> list[EngineEntry]:
    """Those of a name (`openai`), or of a kind and name (`tts/openai`). Raises EngineMissingError."""
    from pipelines.engines.registry import unknown

    known = {entry.manifest.name for entry in entries}
    kind, _, own = name.rpartition("/")
    own = own.partition(":")[0]
    found = [e for e in entries if e.manifest.name == own and (not kind or e.manifest.kind == kind)]
    if not found:
        raise EngineMissingError(unknown(name, known))
    return found


def _fetch(entry: EngineEntry) -> int:
    """What an engine needs beyond the locked packages; the embedded ones need nothing."""
    readiness = entry.readiness()
    if not readiness.ready:
        raise EngineMissingError(f"{entry.manifest.name} is not ready: {readiness.lacks}")
    name, needs = entry.manifest.name, " and ".join(entry.manifest.needs)
    if needs:
        print(f"{name} has its packages; its {needs} are yours to give (docs/agents.md)")
    else:
        print(f"{name} is ready: it came with the locked packages and needs nothing else")
    return 0
