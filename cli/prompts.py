"""`voiceforge prompts`: the operator's sound files, in the database, without a restart."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, console, print_json
from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.config import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "prompts",
        help="keep sound files that calls play",
        description="Sound files that flows play by a node 'play', and assistants leave where a machine "
        "answers (`voiceforge agents set --voicemail-prompt`). WAV, MP3, Ogg …, of 3 minutes at most.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = actions.add_parser("add", help="add a sound file")
    adding.add_argument("name", metavar="NAME", help="by which flows and agents name it")
    adding.add_argument("file", type=Path, metavar="FILE")
    adding.add_argument("--text", default=None, help="what is said in it, for transcripts; or @FILE")
    adding.add_argument("--replace", action="store_true", help="put it in the place of one of that name")
    listing = actions.add_parser("list", help="show the sound files")
    removing = actions.add_parser("remove", help="remove a sound file that nothing plays")
    removing.add_argument("name", metavar="NAME")
    removing.add_argument("--force", action="store_true", help="also while flows or agents play it")
    add_json_option(listing)
    for action in (adding, listing, removing):
        add_config_option(action)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    settings = load(args.config)
    match args.action:
        case "add":
            asyncio.run(_add(settings, args))
        case "list":
            asyncio.run(_list(settings, args.json))
        case _:
            asyncio.run(_remove(settings, args.name, args.force))
    return 0


async def _add(settings: Settings, args: argparse.Namespace) -> None:
    import tempfile

    from cli.assistant_row import text_of
    from cli.database import server_database
    from mediaserver.media.time import SAMPLE_RATE
    from mediaserver.storage.prompts import add_prompt, change_prompt, one_prompt
    from pipelines.audio.prompts import UPLOAD_LIMIT, read_prompt
    from pipelines.audio.workers import AudioWorkers

    if _NAME.fullmatch(args.name) is None:
        raise ConfigError(f"{args.name!r} is no name: letters, digits, '.', '_' and '-', at most 100")
    text = None if args.text is None else text_of(args.text, "text").strip()
    if text is not None and len(text) > 4_000:
        raise ConfigError("the text is longer than 4000 characters")
    try:
        size = args.file.stat().st_size
    except OSError as error:
        raise ConfigError(f"{args.file} cannot be read: {error.strerror}") from None
    if not args.file.is_file() or size > UPLOAD_LIMIT:
        raise ConfigError(
            f"{args.file} is no file of at most {UPLOAD_LIMIT >> 20} MiB: convert it to MP3 or Ogg"
        )
    audio = AudioWorkers(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            new = await read_prompt(audio, args.file.resolve(), Path(folder), args.name, text)
    finally:
        await audio.stop()
    async with server_database(settings) as connection:
        before = await one_prompt(connection, new.name)
        if before is not None and before["owner"] is not None:
            raise ConfigError(f"{new.name} is the sound file of a key: choose another name")
        if before is not None and not args.replace:
            raise ConfigError(f"there is a sound file {new.name}: choose another name, or give --replace")
        done = await (change_prompt(connection, new) if before else add_prompt(connection, new, None))
    if not done:
        raise ConfigError(f"{new.name} was changed by somebody else just now: try again")
    what = "replaced" if before else "added"
    console().print(f"{new.name} is {what}: {len(new.audio) / 2 / SAMPLE_RATE:.1f} s", markup=False)


async def _list(settings: Settings, as_json: bool) -> None:
    from cli.database import server_database
    from mediaserver.media.time import SAMPLE_RATE
    from mediaserver.storage.prompts import some_prompts

    async with server_database(settings) as connection:
        rows = await some_prompts(connection, None, "", 100_000, everybody=True)
    for row in rows:
        row["seconds"] = round(row.pop("samples") / SAMPLE_RATE, 2)
        row["owner"] = str(row["owner"]) if row["owner"] else None
        row["created_at"], row["changed_at"] = row["created_at"].isoformat(), row["changed_at"].isoformat()
    if as_json:
        print_json({"prompts": rows})
        return
    if not rows:
        print("there is none: `voiceforge prompts add NAME FILE`")
        return
    from rich.markup import escape
    from rich.table import Table

    from mediaserver.printable import printable

    table = Table("name", "seconds", "file", "whose", "changed", "what is said in it", box=None)
    for row in rows:
        table.add_row(
            row["name"], f"{row['seconds']:.1f}", escape(f"{row['codec']}, {row['rate']} Hz"),
            row["owner"] or "everybody's", row["changed_at"][:16].replace("T", " "),
            escape(printable(row["text"])[:60]),
        )  # fmt: skip
    console().print(table)


async def _remove(settings: Settings, name: str, force: bool) -> None:
    from cli.database import server_database
    from mediaserver.storage.prompts import agents_leaving, flows_playing, one_prompt, remove_prompt

    async with server_database(settings) as connection:
        row = await one_prompt(connection, name)
        if row is None:
            raise ConfigError(f"there is no sound file {name}: see `voiceforge prompts list`")
        using = [f"the flow {each}" for each in await flows_playing(connection, name, row["owner"])]
        using += [f"the agent {each}" for each in await agents_leaving(connection, name, row["owner"])]
        if using and not force:
            raise ConfigError(
                f"{name} is played by {', '.join(using[:20])}: have another played, or give --force"
            )
        await remove_prompt(connection, name)
    print(f"removed: {name}")
