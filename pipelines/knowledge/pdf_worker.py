"""Reads the text of a PDF in a process of its own: `python -m pipelines.knowledge.pdf_worker MOST_PAGES`.

The file comes by stdin; a line of JSON for each page goes to stdout. A PDF may be made to take all memory and
time that there is, so this process has little of both, and no file to write to. It must import nothing that
holds a secret or a connection.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable
from typing import Any

from pipelines.knowledge.reading_process import TOO_MUCH_MEMORY, confine, limit_memory, say

MEMORY_BYTES = 1024**3
MOST_OUTLINE = 5_000


def main() -> None:
    confine()
    data = sys.stdin.buffer.read()
    limit_memory(MEMORY_BYTES + len(data))
    try:
        _read(data, int(sys.argv[1]))
    except MemoryError:
        say(fault=TOO_MUCH_MEMORY)
    except Exception as error:  # what pypdf raises of broken files is nearly anything
        say(fault=f"it cannot be read as PDF ({type(error).__name__}: {' '.join(str(error).split())[:200]})")


def _read(data: bytes, most_pages: int) -> None:
    from pypdf import PdfReader

    logging.disable(logging.CRITICAL)  # pypdf tells of each oddity that it mends
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        say(fault="it is encrypted: save it without a password")
        return
    pages = len(reader.pages)
    if pages > most_pages:
        say(fault=f"it has {pages} pages, and {most_pages} is the most: split it")
        return
    headings = _headings(reader)
    for number, page in enumerate(reader.pages, 1):
        say(page=number, heading=headings.get(number, ""), text=page.extract_text())
    say(end=pages)


def _headings(reader: Any) -> dict[int, str]:
    """The headings that a page begins under, by the document's outline, for the pages where one begins."""
    found: dict[int, str] = {}
    left = [MOST_OUTLINE]

    def walk(items: Iterable[Any], above: list[str]) -> None:
        last = ""
        for item in items:
            left[0] -= 1
            if left[0] < 0:
                return
            if isinstance(item, list):
                walk(item, [*above, last] if last else above)
                continue
            last = " ".join(str(item.title).split())[:200]
            page = reader.get_destination_page_number(item)
            if page is not None and page >= 0:
                found[page + 1] = " > ".join([*above, last])

    try:
        walk(reader.outline, [])
    except Exception:  # an outline is a help, not more
        return {}
    return found


if __name__ == "__main__":
    main()
