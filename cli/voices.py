"""`voiceforge voices`: the catalogue of voices, who speaks each on this machine, and what is missing.

Looks for files, keys and devices only, as `voiceforge engines` does; needs no server.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, console, print_json

if TYPE_CHECKING:
    from pipelines.previews.standing import EnginesForVoices, VoiceStanding


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "voices",
        help="show the voices that agents may have",
        description="The catalogue of voices. An agent has one by `voiceforge agents set NAME --voice ID`.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show the voices, by language")
    listing.add_argument("words", nargs="*", metavar="WORD", help="to be found in name or description")
    listing.add_argument(
        "--language", default="", metavar="TAG", help="pt is any Portuguese, pt-BR that of Brazil"
    )
    listing.add_argument("--gender", choices=("female", "male", "neutral"))
    listing.add_argument("--engine", default="", metavar="NAME", help="made for it, or spoken by it now")
    listing.add_argument("--ready", action="store_true", help="those alone that can be spoken now")
    show = actions.add_parser("show", help="show one voice, and what it lacks")
    show.add_argument("id", metavar="ID", help="as `voiceforge voices list` shows it")
    for each in (listing, show):
        add_json_option(each)
        add_config_option(each)


def run(args: argparse.Namespace) -> int:
    from pipelines.previews.standing import VoiceFilter, standing, standings
    from pipelines.voices.catalogue import Gender, catalogue

    known = catalogue()
    if args.action == "show":
        found = known.voice(args.id)
        _one(standing(found, known, _engines(args)), as_json=args.json)
        return 0
    gender = Gender(args.gender) if args.gender else None
    wanted = VoiceFilter(args.language, gender, args.engine, args.ready or None, " ".join(args.words))
    rows = wanted.among(standings(known, _engines(args)))
    if args.json:
        print_json({"voices": [_as_dict(row) for row in rows]})
    else:
        _show(rows)
    return 0


def _engines(args: argparse.Namespace) -> EnginesForVoices:
    from functools import partial

    from cli.serving.engine_options import engine_modes, engine_options
    from cli.serving.modes import with_mode
    from mediaserver.config import load
    from pipelines.engines.builtin import registry
    from pipelines.previews.standing import look_at_engines

    known, settings = registry(), load(args.config)
    settings = with_mode(settings, engine_modes(settings, known))
    return look_at_engines(known, partial(engine_options, settings), settings.engines.tts)


def _as_dict(row: VoiceStanding) -> dict[str, Any]:
    voice, way = row.voice, row.way
    return {
        "id": voice.id,
        "name": voice.name,
        "language": voice.language,
        "language_name": voice.language_name,
        "gender": voice.gender.value,
        "description": voice.description,
        "engine": voice.engine,
        "ready": row.ready,
        "spoken_by": way.engine if way is not None else None,
        "instead_of": (way.instead_of or None) if way is not None else None,
        "lacks": row.lacks or None,
    }


def _show(rows: list[VoiceStanding]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table("voice", "language", "gender", "made for", "spoken by", box=None, header_style="bold")
    for row in rows:
        voice, way = row.voice, row.way
        color = "red" if way is None else "yellow" if way.instead_of else "green"
        by = "nobody yet" if way is None else way.engine
        table.add_row(
            voice.id, f"{escape(voice.language_name)} ({voice.language})", voice.gender.value, voice.engine,
            f"[{color}]{escape(by)}[/]",
        )  # fmt: skip
    console().print(table)
    ready = sum(row.ready for row in rows)
    console().print(f"{len(rows)} voices, {ready} can be spoken now; `voiceforge voices show ID` says more")


def _one(row: VoiceStanding, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_dict(row))
        return
    from rich.markup import escape

    voice, way, out = row.voice, row.way, console()
    out.print(f"[bold]{voice.id}[/]  {escape(voice.name)}, {escape(voice.language_name)}, {voice.gender}")
    out.print(escape(voice.description))
    out.print(f"made for {voice.engine}" + (f", which lacks {escape(row.lacks)}" if row.lacks else ""))
    if way is None:
        out.print("[red]no engine can speak it now[/]")
    elif way.instead_of:
        out.print(f"[yellow]spoken by {escape(way.engine)} meanwhile[/]: {escape(way.why)}")
