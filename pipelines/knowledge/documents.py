"""A file as a document that can be searched: read by its kind, cut into passages, ready to be stored."""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path

from mediaserver.errors import ConfigError, PeerError
from mediaserver.storage.knowledge import NewDocument, NewPassage
from pipelines.knowledge.blocks import TextBlock
from pipelines.knowledge.passages import Passage, passages
from pipelines.knowledge.pdf_reader import pdf_blocks
from pipelines.knowledge.reading_apart import read_apart
from pipelines.knowledge.terms import configuration, indexed
from pipelines.knowledge.texts import text_blocks

MOST_BYTES = 32 * 1024 * 1024
MOST_TEXT_BYTES = 16 * 1024 * 1024
"""Of a text; some 20 novels."""
MOST_HERE = 128 * 1024
"""Of a text that is read in a thread beside the media clock: 15 ms at most without a turn for that. A longer
one is read by a process of its own."""
TIME_S = 120.0
MOST_PASSAGES = 50_000
KINDS = {
    ".md": "Markdown", ".markdown": "Markdown", ".txt": "text", ".text": "text", ".pdf": "PDF",
    ".html": "HTML", ".htm": "HTML",
}  # fmt: skip
_COLLECTION = re.compile(r"[A-Za-z0-9_-]{1,40}")


def check_collection(name: str) -> None:
    """Raises ConfigError."""
    if not _COLLECTION.fullmatch(name):
        raise ConfigError(f"no collection can be called '{name}': 1 to 40 letters, digits, _ and -")


async def read_document(path: Path, collection: str, language: str, name: str = "") -> NewDocument:
    """`name`: that of the file where none is given. Raises ConfigError for a file that cannot be opened or
    whose kind we do not know, PeerError for one whose content cannot be used."""
    check_collection(collection)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise ConfigError(f"{path}: of what kind it is cannot be told: name it {', '.join(KINDS)}")
    try:
        data = await asyncio.to_thread(_read, path)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    try:
        return await document(data, kind, collection, language, (name or path.name).strip()[:200])
    except PeerError as error:
        raise PeerError(f"{path}: {error}") from None


async def document(data: bytes, kind: str, collection: str, language: str, name: str) -> NewDocument:
    """`kind`: one of KINDS. Raises PeerError."""
    if kind == "PDF":
        made = await asyncio.to_thread(_passages, await pdf_blocks(data))
    elif len(data) <= MOST_HERE:
        made = await asyncio.to_thread(_passages_of_text, data, kind)
    else:
        made = await _passages_of_long_text(data, kind)
    if not made:
        raise PeerError("it has no text")
    if len(made) > MOST_PASSAGES:
        raise PeerError(f"it has {len(made)} passages, and {MOST_PASSAGES} is the most: split it")
    pages = max((each.page or 0 for each in made), default=0) or None
    return NewDocument(
        collection,
        name,
        await asyncio.to_thread(_digest, data),
        language,
        configuration(language),
        pages,
        len(data),
        made,
    )


def _read(path: Path) -> bytes:
    """Raises OSError, and PeerError for one that is too long: it is not even read."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise PeerError(f"{path}: it is larger than {MOST_BYTES // 1024**2} MiB: split it")
    return data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _passages_of_text(data: bytes, kind: str) -> tuple[NewPassage, ...]:
    """Raises PeerError."""
    return _passages(text_blocks(data, kind))


async def _passages_of_long_text(data: bytes, kind: str) -> tuple[NewPassage, ...]:
    """By a process of its own. Raises PeerError."""
    if len(data) > MOST_TEXT_BYTES:
        raise PeerError(f"it is larger than {MOST_TEXT_BYTES // 1024**2} MiB, the most for a text: split it")
    told = await read_apart("pipelines.knowledge.text_worker", [kind], data, TIME_S)
    return await asyncio.to_thread(_new, [Passage(each["text"], each["heading"]) for each in told])


def _passages(blocks: list[TextBlock]) -> tuple[NewPassage, ...]:
    return _new(passages(blocks))


def _new(made: list[Passage]) -> tuple[NewPassage, ...]:
    return tuple(
        NewPassage(each.heading, each.page, each.text, indexed(each.text), indexed(each.heading))
        for each in made
    )
