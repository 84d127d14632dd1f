"""Cuts a text into runs that a small voice makes at once, one after the other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mediaserver.media.time import SAMPLES_PER_MS

PIECE_CHARS = 160
"""Longest run: some 10 s of speech."""
AFTER_SENTENCE = 250 * SAMPLES_PER_MS
AFTER_CLAUSE = 120 * SAMPLES_PER_MS

# Behind a capital and two letters at most a full stop ends no sentence: "Mr. O'Neil", "St. John".
_END = r"(?:(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})\.|[!?:;\n])"
# The shortest run of some length that ends with a sentence; failing that with a clause, a word, anywhere.
_CUTS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf".{{30,{PIECE_CHARS}}}?{_END}[\"')\]]*\s",
        rf".{{60,{PIECE_CHARS}}}?,\s",
        rf".{{1,{PIECE_CHARS}}}\s",
        rf".{{1,{PIECE_CHARS}}}",
    )
)


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into runs that can be spoken one after the other: (offset, piece) pairs."""
    start = 0
    while start < len(text):
        end = len(text)
        for cut in _CUTS if end - start > 60 else ():
            found = cut.match(text, start)
            if found is not None:
                end = found.end()
                break
            if cut is _CUTS[0] and end - start <= PIECE_CHARS:
                break  # one sentence of bearable length: leave its melody alone
        yield start, text[start:end]
        start = end


def pause_behind(piece: str) -> int:
    """Samples of silence (16 kHz) that belong between a piece and the next one."""
    sentence = piece.rstrip(" \t\n\"')]»”").endswith((".", "!", "?", ":", "…"))
    return AFTER_SENTENCE if sentence else AFTER_CLAUSE
