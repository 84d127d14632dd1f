"""Reads a PDF into blocks, by a process of its own with little memory and time (pdf_worker.py)."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

from mediaserver.errors import PeerError
from pipelines.knowledge.blocks import TextBlock

MOST_PAGES = 2_000
TIME_S = 120.0
MOST_TEXT_BYTES = 64 * 1024 * 1024
MOST_LINE_BYTES = 8 * 1024 * 1024
"""Of one page, as JSON."""
LEAST_CHARACTERS = 20
"""On a page on average; with fewer it is made of pictures."""
_SURROUNDINGS = {"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
_HYPHEN = re.compile(r"(\w)[-\u00ad\u2010]\n[ \t]*([a-zà-öø-ÿ])")
_SHY = re.compile("\u00ad")


async def pdf_blocks(data: bytes, time_s: float = TIME_S) -> list[TextBlock]:
    """Raises PeerError: encrypted, broken, too long, without text, or too much to read."""
    pages = await _pages(data, time_s)
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


async def _pages(data: bytes, time_s: float) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "pipelines.knowledge.pdf_worker", str(MOST_PAGES),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_SURROUNDINGS | {"PYTHONPATH": ":".join(each for each in sys.path if each)},
        limit=MOST_LINE_BYTES,
    )  # fmt: skip
    feeding = asyncio.create_task(_feed(process, data))
    try:
        async with asyncio.timeout(time_s):
            return await _collect(process)
    except TimeoutError:
        raise PeerError(f"reading it takes more than {time_s:.0f} seconds") from None
    except ValueError:
        raise PeerError("a page of it has more text than a book") from None
    finally:
        feeding.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.gather(feeding, process.wait(), return_exceptions=True)


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _collect(process: asyncio.subprocess.Process) -> list[dict[str, Any]]:
    assert process.stdout is not None
    pages, size = list[dict[str, Any]](), 0
    while line := await process.stdout.readline():
        size += len(line)
        if size > MOST_TEXT_BYTES:
            raise PeerError(f"it has more than {MOST_TEXT_BYTES // 1024**2} MiB of text")
        said = json.loads(line)
        if fault := said.get("fault"):
            raise PeerError(fault)
        if "end" in said:
            return pages
        pages.append(said)
    raise PeerError("reading it takes more time or memory than a document may")


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
