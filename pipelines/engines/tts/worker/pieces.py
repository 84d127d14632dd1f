"""Cuts a text into runs that a small voice makes at once, one after the other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.languages.sentence_ends import ends_sentence

PIECE_CHARS = 160
"""Longest run: some 10 s of speech."""
AFTER_SENTENCE = 250 * SAMPLES_PER_MS
AFTER_CLAUSE = 120 * SAMPLES_PER_MS

_SENTENCE = re.compile(r"[.!?:;\n][\"')\]]*(?=\s)")
_SENTENCE_FROM = 30
# The shortest run of some length that ends with a clause; failing that with a word, anywhere.
_CUTS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
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
        if end - start > 60:
            end = _sentence(text, start) or end
        if end - start > PIECE_CHARS + 4:  # no sentence of bearable length, whose melody is left alone
            end = next(found for cut in _CUTS if (found := cut.match(text, start)) is not None).end()
        yield start, text[start:end]
        start = end


def _sentence(text: str, start: int) -> int:
    """Behind the first sentence that is long enough to be a piece, and its space; 0: it is too long."""
    for found in _SENTENCE.finditer(text, start + _SENTENCE_FROM, start + PIECE_CHARS + 4):
        if ends_sentence(text, *found.span(), start):
            return found.end() + 1
    return 0


def pause_behind(piece: str) -> int:
    """Samples of silence (16 kHz) that belong between a piece and the next one."""
    sentence = piece.rstrip(" \t\n\"')]»”").endswith((".", "!", "?", ":", "…"))
    return AFTER_SENTENCE if sentence else AFTER_CLAUSE
