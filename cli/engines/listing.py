"""`voiceforge engines list`: every engine with what it needs on this machine, and what mends a lack.

Looks for files, keys and devices only; to try an engine is `voiceforge engines test`'s work.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.engines.naming import NamedEngine, all_engines
from cli.engines.needing import environment_need, needs_of
from cli.terminal import console, print_json

if TYPE_CHECKING:
    import argparse

    from mediaserver.config import Settings
    from pipelines.engines.registry import BrokenPlugin, EngineRegistry

HEADINGS = {
    "stt": "Recognisers (stt)",
    "llm": "Language models (llm)",
    "tts": "Voices (tts)",
    "vad": "Voice detection (vad)",
    "turn": "Turn models (turn)",
    "embedding": "Models for embeddings (embedding)",
}
NAMES = 18, 30
"""Columns of the names, at least and at most."""
INDENT = 6
COMMAND = re.compile("`[^`]{1,60}`")
"""Stays on one line, so that it can be copied."""
UNBROKEN = "\N{NO-BREAK SPACE}"


def add_actions(actions: Any) -> None:
    listing = actions.add_parser(
        "list",
        help="show every known engine, what it needs here, and whether it is ready",
        description="Shows every engine with what it needs on this machine.",
    )
    listing.add_argument(
        "--mode",
        metavar="MODE",
        help="only what a mode stands for (cloud-first, self-hosted), best first; it uses what is ready",
    )


def run(settings: Settings, args: argparse.Namespace) -> int:
    from pipelines.engines.builtin import registry

    known, home = registry(), settings.engines_home
    engines = all_engines(settings, known)
    environments = _environments(engines, home)
    rows = [_row(each, home, environments) for each in engines]
    if args.mode:
        rows = _of_mode(args.mode, rows, known, settings)
    else:
        rows.sort(key=lambda row: str(row["name"]))
    if args.json:
        print_json({"engines": rows, "broken": [_broken(plugin) for plugin in known.broken]})
    else:
        _show(rows, known.broken)
    return 0


def _of_mode(
    name: str, rows: list[dict[str, Any]], known: EngineRegistry, settings: Settings
) -> list[dict[str, Any]]:
    """The rows of a mode's engines in its order. Raises EngineMissingError."""
    from cli.serving.engine_options import engine_modes
    from cli.serving.modes import KINDS
    from mediaserver.errors import EngineMissingError
    from pipelines.engines.modes import MODES

    if (mode := MODES.get(name)) is None:
        raise EngineMissingError(f"there is no mode {name!r}: there is {' and '.join(MODES)}")
    modes, by_name = engine_modes(settings, known), {(row["kind"], row["name"]): row for row in rows}
    wanted = [(kind.value, each) for kind in KINDS for each in modes.candidates(mode, kind)]
    return [by_name[each] for each in wanted if each in by_name]


def _environments(engines: list[NamedEngine], home: Path) -> dict[str, dict[str, Any]]:
    """How each environment stands, looked through once."""
    locks = {each.recipe.lock: each.name for each in engines if each.recipe.lock}
    return {lock: environment_need(name, lock, home) for lock, name in locks.items()}


def _row(engine: NamedEngine, home: Path, environments: dict[str, dict[str, Any]]) -> dict[str, Any]:
    manifest, readiness = engine.entry.manifest_for(engine.options), engine.entry.readiness(engine.options)
    environment = environments.get(engine.recipe.lock)
    lacks = [readiness.lacks] if readiness.lacks else []
    if readiness.ready and environment is not None and environment["fault"]:  # only who looks closely sees it
        mend = f"run `voiceforge engines install {engine.name}`"
        lacks = [f"an environment that works ({environment['fault']}): {mend}"]
    return {
        "name": engine.name,
        "kind": manifest.kind.value,
        "summary": manifest.summary,
        "languages": list(manifest.languages),
        "licence": manifest.licence,
        "needs": list(manifest.needs),
        "sample_rate": manifest.sample_rate,
        "ready": not lacks,
        "lacks": "; ".join(lacks),
        "here": needs_of(engine, environment, home),
    }


def _broken(plugin: BrokenPlugin) -> dict[str, Any]:
    return {**plugin.as_finding().as_dict(), "package": plugin.package}


def _show(rows: list[dict[str, Any]], broken: list[BrokenPlugin]) -> None:
    from rich.markup import escape

    to = console()
    width = min(to.width, 100)
    longest = max((len(row["name"]) for row in rows), default=0)
    names = min(max(longest, NAMES[0]), NAMES[1])

    def lines(text: str, style: str = "") -> None:
        text = COMMAND.sub(lambda command: command[0].replace(" ", UNBROKEN), text)
        for line in textwrap.wrap(text, width - INDENT, break_long_words=False, break_on_hyphens=False):
            told = escape(line.replace(UNBROKEN, " "))
            marked = f"{' ' * INDENT}{f'[{style}]' if style else ''}{told}{'[/]' if style else ''}"
            to.print(marked, soft_wrap=True)

    for kind, heading in HEADINGS.items():
        of_kind = [row for row in rows if row["kind"] == kind]
        if of_kind:
            to.print(f"[bold]{heading}[/]")
        for row in of_kind:
            state = "[green]ready[/]  " if row["ready"] else "[yellow]not yet[/]"
            head = f"  {escape(row['name']):<{names}} {state} {escape(_languages(row))}"
            to.print(head, soft_wrap=True)
            lines(f"{row['licence']}; needs {_needs(row)}", "dim")
            if not row["ready"]:
                lines(f"lacks {row['lacks']}")
    for plugin in broken:
        finding = plugin.as_finding()
        to.print(f"  {escape(plugin.name):<{names}} [red]broken[/]")
        lines(f"{finding.detail}; {finding.mend}")


def _languages(row: dict[str, Any]) -> str:
    languages = row["languages"]
    if languages == ["*"]:
        return "any language"
    return ", ".join(languages) if len(languages) <= 4 else f"{len(languages)} languages"


def _needs(row: dict[str, Any]) -> str:
    """In words."""
    here = row["here"]
    parts = []
    if environment := here["environment"]:
        size = f", {environment['size_mb']:,} MB" if environment["size_mb"] else ""
        parts.append(f"packages ({environment['lock']}{size})")
    for model in here["weights"]:
        about = [f"{model['size_mb']:,} MB" if model["size_mb"] else "", model["licence"]]
        about += ["gated"] if model["gated"] else []
        told = ", ".join(part for part in about if part)
        parts.append(f"weights {model['from']}" + (f" ({told})" if told else ""))
    if here["gpu_mb"]:
        parts.append(f"{here['gpu_mb']:,} MB of a GPU" + ("" if here["needs_gpu"] else ", if there is one"))
    elif here["needs_gpu"]:
        parts.append("a GPU")
    parts += [f"a key in {' or '.join(here['keys'])}"] if here["keys"] else []
    parts += [f"Debian's {', '.join(here['packages'])}"] if here["packages"] else []
    if here["cost"]:
        parts.append(f"money: {here['cost']}")
    return "; ".join(parts) or " and ".join(row["needs"]) or "nothing"
