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

FIRST_CHARS = 12
"""A shorter clause is no melody."""
MOST_CHARS = 240
QUIET = 120
"""Absolute int16 value below which a clause's edges are silence (-49 dBFS)."""
EDGE = 10 * SAMPLES_PER_MS
"""Kept of that silence, on either side."""
PAUSES_MS = {",": 110, ";": 180, ":": 180, ".": 260, "!": 260, "?": 280, "…": 300}
"""Behind a clause, by its last character; 40 ms where it has none of these."""
_FIRST = re.compile(rf".{{{FIRST_CHARS},90}}?[,;:.!?…][\"'”’)\]]*\s+", re.DOTALL)
_NEXT = re.compile(rf".{{24,{MOST_CHARS}}}?[.!?…;:][\"'”’)\]]*\s+|.{{60,{MOST_CHARS}}}\s", re.DOTALL)

Pcm = npt.NDArray[np.int16]
Speak = Callable[[str], AsyncGenerator[TtsChunk, None]]


def clauses(text: str) -> list[tuple[int, str]]:
    """(offset, clause) pairs, which together are the text: a short one first, then about sentences."""
    cuts = list[tuple[int, str]]()
    at, pattern = 0, _FIRST
    while (found := pattern.match(text, at)) is not None and text[found.end() :].strip():
        cuts.append((at, found[0]))
        at, pattern = found.end(), _NEXT
    return [*cuts, (at, text[at:])]


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
            trimmed, cut = _trimmed(audio)
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


def _trimmed(audio: Pcm) -> tuple[Pcm, int]:
    """Without the silence around it, and how many samples that was in front."""
    loud = np.flatnonzero(np.abs(audio.astype(np.int32)) >= QUIET)
    if not len(loud):
        return audio[:0], 0
    cut = max(0, int(loud[0]) - EDGE)
    return audio[cut : int(loud[-1]) + 1 + EDGE], cut
