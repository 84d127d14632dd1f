"""Cuts a long text into portions that an engine takes at once: at paragraphs, sentences or words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_CHARACTERS = 2_000
"""Engines in worker processes take 4,000."""
_CUTS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf".{{200,{MOST_CHARACTERS - 1}}}\n",
        rf".{{200,{MOST_CHARACTERS - 4}}}(?:[。！？।]|[.!?;:][\"')\]]{{0,3}}(?=\s))",
        rf".{{1,{MOST_CHARACTERS - 1}}}\s",
        rf".{{1,{MOST_CHARACTERS}}}",
    )
)


def portions(text: str) -> Iterator[tuple[int, str]]:
    """(offset, portion) pairs, which together are the text."""
    start = 0
    while len(text) - start > MOST_CHARACTERS:
        found = next(found for cut in _CUTS if (found := cut.match(text, start)) is not None)
        yield start, found[0]
        start = found.end()
    if start < len(text) or not text:
        yield start, text[start:]
