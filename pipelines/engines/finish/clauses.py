"""A text clause by clause, for a voice that gives nothing of a text before it has made all of it: the caller
hears the first clause while the next one is made.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.protocols import TtsChunk
from pipelines.engines.tts.worker.edges import QUIET, Edges
from pipelines.languages.sentence_ends import ends_sentence

FIRST_CHARS = 12
"""A shorter clause is no melody."""
MOST_CHARS = 240
EDGE = 10 * SAMPLES_PER_MS
"""Kept of the silence around a clause, on either side."""
PAUSES_MS = {",": 110, ";": 180, ":": 180, ".": 260, "!": 260, "?": 280, "…": 300}
"""Behind a clause, by its last character; 40 ms where it has none of these."""
_FIRST_MOST, _NEXT_LEAST, _WORDS_LEAST = 90, 24, 60
_MARK = re.compile(r"(?P<marks>[,;:.!?…][\"'”’)\]]*)\s+")
_WORDS = re.compile(rf".{{{_WORDS_LEAST},{MOST_CHARS}}}\s", re.DOTALL)

Pcm = npt.NDArray[np.int16]
Speak = Callable[[str], AsyncGenerator[TtsChunk, None]]


def clauses(text: str) -> list[tuple[int, str]]:
    """(offset, clause) pairs, which together are the text: a short one first, then about sentences."""
    cuts = list[tuple[int, str]]()
    at = 0
    while (end := _end(text, at)) and text[end:].strip():
        cuts.append((at, text[at:end]))
        at = end
    return [*cuts, (at, text[at:])]


def _end(text: str, at: int) -> int:
    """Where the clause that begins at `at` ends: the first one at a comma, too; 0: nowhere."""
    least, most = (_NEXT_LEAST, MOST_CHARS) if at else (FIRST_CHARS, _FIRST_MOST)
    for found in _MARK.finditer(text, at + least):
        if found.start() > at + most:
            break
        if (not at or found["marks"][0] != ",") and ends_sentence(text, *found.span("marks"), at):
            return found.end()
    words = _WORDS.match(text, at) if at else None
    return words.end() if words is not None else 0


def pause_ms(clause: str) -> int:
    """What belongs between a clause and the next one."""
    return PAUSES_MS.get(clause.rstrip(" \t\n\"'”’)]")[-1:], 40)


async def clausewise(speak: Speak, text: str) -> AsyncGenerator[TtsChunk, None]:
    """`speak`: the whole of a clause. While one is given the next is made. Raises what it raises."""
    parts = clauses(text)
    made, making = 0, asyncio.ensure_future(_whole(speak, parts[0][1]))
    try:
        for place, (offset, clause) in enumerate(parts):
            audio, first = await making
            if place + 1 < len(parts):
                making = asyncio.ensure_future(_whole(speak, parts[place + 1][1]))
            if first is None:
                continue
            edges = Edges(QUIET, EDGE, EDGE)
            trimmed = edges.process(audio, last=True)
            cut = edges.begun or 0
            pause = np.zeros(pause_ms(clause) * SAMPLES_PER_MS if place + 1 < len(parts) else 0, np.int16)
            words = tuple(
                replace(
                    word,
                    text_start=offset + word.text_start,
                    text_end=offset + word.text_end,
                    sample=made + min(max(0, word.sample - cut), len(trimmed)),
                )
                for word in first.words
            )
            samples = np.concatenate([trimmed, pause])
            made += len(samples)
            yield replace(first, samples=samples, words=words)
    finally:
        if not making.done():
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)


async def _whole(speak: Speak, clause: str) -> tuple[Pcm, TtsChunk | None]:
    """All samples of a clause, and its first chunk with the words of all; None: nothing was to be said."""
    chunks = list[TtsChunk]()
    async with aclosing(speak(clause)) as stream:
        async for chunk in stream:
            chunks.append(chunk)
    if not chunks:
        return np.zeros(0, np.int16), None
    words = tuple(word for chunk in chunks for word in chunk.words)
    return np.concatenate([chunk.samples for chunk in chunks]), replace(chunks[0], words=words)
