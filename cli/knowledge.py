"""`voiceforge knowledge`: the documents that agents may search, in the database, without a restart."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, console, print_json, progress_line
from mediaserver.errors import ConfigError, VoiceForgeError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from pipelines.knowledge.searching import Found


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "knowledge",
        help="give documents to agents",
        description="Documents that agents may search: text, Markdown and PDF, in collections. The row of an "
        "agent names a collection among its tools, as knowledge/COLLECTION.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = actions.add_parser("add", help="add documents, or put them in the place of those of their names")
    adding.add_argument("collection", metavar="COLLECTION")
    adding.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".txt, .md, .html or .pdf")
    adding.add_argument("--language", default="", help="of the documents (default: engines.language)")
    adding.add_argument("--name", default="", help="under which one is kept and quoted (default: its file's)")
    embedding = actions.add_parser(
        "embed",
        help="make vectors of the passages that have none by the model of engines.embedding",
        description="Goes on where an earlier run stopped. Passages without a vector are found by words.",
    )
    embedding.add_argument("collection", nargs="?", default="", metavar="COLLECTION", help="default: all")
    embedding.add_argument("--prune", action="store_true", help="then remove the vectors of other models")
    listing = actions.add_parser("list", help="show the documents, and by which models they are embedded")
    listing.add_argument("collection", nargs="?", default="", metavar="COLLECTION")
    removing = actions.add_parser("remove", help="remove a document, or a whole collection")
    removing.add_argument("collection", metavar="COLLECTION")
    removing.add_argument("name", nargs="?", default="", metavar="NAME")
    removing.add_argument("--all", action="store_true", help="all documents of the collection")
    searching = actions.add_parser("search", help="search as an agent does")
    searching.add_argument("collection", metavar="COLLECTION")
    searching.add_argument("question", nargs="+", metavar="WORD")
    for action in (listing, searching):
        add_json_option(action)
    for action in (adding, embedding, listing, removing, searching):
        add_config_option(action)


def run(args: argparse.Namespace) -> int:
    from mediaserver.config import load

    settings = load(args.config)
    match args.action:
        case "add":
            if args.name and len(args.files) > 1:
                raise ConfigError("--name is for one document")
            asyncio.run(_add(settings, args))
        case "embed":
            asyncio.run(_embed(settings, args.collection, args.prune))
        case "list":
            asyncio.run(_list(settings, args.collection, args.json))
        case "remove":
            if bool(args.name) == args.all:
                raise ConfigError("name the document, or give --all to remove the whole collection")
            asyncio.run(_remove(settings, args.collection, args.name))
        case _:
            asyncio.run(_search(settings, args.collection, " ".join(args.question), args.json))
    return 0


async def _add(settings: Settings, args: argparse.Namespace) -> None:
    """One after the other: what was added stays when a later one cannot be, and when none can be embedded."""
    from cli.database import server_database
    from cli.knowledge_embedding import embed_added
    from mediaserver.storage.knowledge import add_document
    from pipelines.knowledge.documents import read_document

    language = args.language or settings.engines.language
    faults: list[VoiceForgeError] = []
    async with server_database(settings) as connection:
        for path in args.files:
            try:
                with progress_line() as tell:
                    tell(f"reading {path.name}")
                    new = await read_document(path, args.collection, language, args.name)
                    tell(f"storing {new.name}")
                    fresh = await add_document(connection, new)
            except VoiceForgeError as error:
                faults.append(error)
                continue
            pages = f", {new.pages} pages" if new.pages else ""
            done = f"added: {len(new.passages)} passages{pages}" if fresh else "there already, and the same"
            console().print(f"{new.name} is {done}", markup=False)
        if settings.engines.embedding and len(faults) < len(args.files):
            await embed_added(settings, connection, args.collection)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise ConfigError("; ".join(str(each) for each in faults))


async def _embed(settings: Settings, collection: str, prune: bool) -> None:
    from cli.database import server_database
    from cli.knowledge_embedding import embed
    from mediaserver.storage.knowledge import all_documents

    async with server_database(settings) as connection:
        rows = await all_documents(connection, collection)
        if not rows:
            what = f"collection {collection}" if collection else "document"
            raise ConfigError(f"there is no {what}: see `voiceforge knowledge list`")
        await embed(settings, connection, sorted({row["collection"] for row in rows}), prune)


async def _list(settings: Settings, collection: str, as_json: bool) -> None:
    from cli.database import server_database
    from cli.knowledge_embedding import embedded_documents, embedded_shown
    from mediaserver.storage.knowledge import all_documents

    async with server_database(settings) as connection:
        rows = await all_documents(connection, collection)
        vectors = await embedded_documents(connection, collection)
    for row in rows:
        row["embedded"] = vectors.get((row["collection"], row["name"]), [])
    if as_json:
        print_json({"documents": [row | {"added_at": row["added_at"].isoformat()} for row in rows]})
        return
    if not rows:
        print(f"there is none: `voiceforge knowledge add {collection or 'COLLECTION'} FILE`")
        return
    from rich.markup import escape
    from rich.table import Table

    from mediaserver.printable import printable

    table = Table("collection", "document", "language", "pages", "passages", "added", "embedded", box=None)
    for row in rows:
        table.add_row(
            row["collection"], escape(printable(row["name"])), escape(row["language"]),
            str(row["pages"] or ""), str(row["passages"]), f"{row['added_at']:%Y-%m-%d %H:%M}",
            escape(printable(embedded_shown(row))),
        )  # fmt: skip
    console().print(table)


async def _remove(settings: Settings, collection: str, name: str) -> None:
    from cli.database import server_database
    from mediaserver.storage.knowledge import remove_documents

    async with server_database(settings) as connection:
        removed = await remove_documents(connection, collection, name)
    if not removed:
        what = f"document {name} in {collection}" if name else f"collection {collection}"
        raise ConfigError(f"there is no {what}: see `voiceforge knowledge list`")
    print(f"removed: {removed} document{'s' if removed > 1 else ''}")


def _fits(found: Found) -> str:
    """How well: by words, and by meaning where it is known."""
    return f"{found.score:.2f}" + ("" if found.similarity is None else f", similarity {found.similarity:.2f}")


async def _search(settings: Settings, collection: str, question: str, as_json: bool) -> None:
    from dataclasses import asdict

    from cli.database import InTurn, server_database
    from cli.knowledge_embedding import meaning_search
    from mediaserver.storage.knowledge import all_documents
    from pipelines.knowledge.hybrid import find

    async with server_database(settings) as connection:
        if not await all_documents(connection, collection):
            raise ConfigError(f"there is no collection {collection}: see `voiceforge knowledge list`")
        async with meaning_search(settings) as meaning:
            # A search by meaning runs beside that by words.
            searched = await find(InTurn(connection), collection, question, meaning=meaning)
    found = searched.found
    if as_json:
        print_json({"passages": [asdict(each) for each in found], "search": searched.about})
        return
    if searched.about:
        why = searched.about.get("why", "")
        console().print(f"by {searched.about['by']}{f': {why}' if why else ''}", markup=False)
    if not found:
        print("nothing fits")
    from rich.text import Text

    from mediaserver.printable import printable, printable_lines

    for each in found:
        page = f"page {each.page}" if each.page else ""
        where = ", ".join(part for part in (each.document, each.heading, page) if part)
        console().print(Text(printable(f"{where} ({_fits(each)})"), style="bold"))
        console().print(Text(printable_lines(each.text) + "\n"))
