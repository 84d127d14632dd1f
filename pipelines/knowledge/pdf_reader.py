"""Reads a PDF into blocks, by a process of its own with little memory and time (pdf_worker.py)."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

from mediaserver.errors import PeerError
from pipelines.knowledge.blocks import TextBlock
from pipelines.knowledge.reading_apart import read_apart

MOST_PAGES = 2_000
TIME_S = 120.0
LEAST_CHARACTERS = 20
"""On a page on average; with fewer it is made of pictures."""
_HYPHEN = re.compile(r"(\w)[-\u00ad\u2010]\n[ \t]*([a-zà-öø-ÿ])")
_SHY = re.compile("\u00ad")


async def pdf_blocks(data: bytes, time_s: float = TIME_S) -> list[TextBlock]:
    """Raises PeerError: encrypted, broken, too long, without text, or too much to read."""
    pages = await read_apart("pipelines.knowledge.pdf_worker", [str(MOST_PAGES)], data, time_s)
    return await asyncio.to_thread(_blocks, pages)


def _blocks(pages: list[dict[str, Any]]) -> list[TextBlock]:
    """Raises PeerError."""
    characters = sum(len(page["text"].strip()) for page in pages)
    if not pages or characters < LEAST_CHARACTERS * len(pages):
        raise PeerError(
            "it has no text: its pages are pictures (a scan?); run it through a text recognition such as "
            "`ocrmypdf` first"
        )
    texts = _without_running_heads([page["text"] for page in pages])
    blocks, heading = list[TextBlock](), ""
    for page, text in zip(pages, texts, strict=True):
        heading = page["heading"] or heading
        blocks += [TextBlock(each, heading, page["page"]) for each in _paragraphs(text)]
    return blocks


def _without_running_heads(texts: list[str]) -> list[str]:
    """Without the first and last lines that most pages share (titles, page numbers): they would stand in the
    middle of sentences, and in each passage."""
    if len(texts) < 4:
        return texts
    pages = [text.strip().split("\n") for text in texts]
    ends: Counter[str] = Counter()
    for lines in pages:
        ends.update({_same(lines[0]), _same(lines[-1])})
    common = {line for line, count in ends.items() if count > len(pages) * 0.6}
    for lines in pages:
        while lines and _same(lines[0]) in common:
            del lines[0]
        while lines and _same(lines[-1]) in common:
            del lines[-1]
    return ["\n".join(lines) for lines in pages]


def _same(line: str) -> str:
    """But for the number of the page."""
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _paragraphs(text: str) -> list[str]:
    """Lines of a PDF end where its page does; words that were parted there are joined."""
    joined = _SHY.sub("", _HYPHEN.sub(r"\1\2", text.replace("\r", "\n")))
    parts = re.split(r"\n[ \t]*\n", joined)
    return [each for part in parts if (each := " ".join(part.split()))]
