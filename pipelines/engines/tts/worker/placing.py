"""Where the words of a text lie in its audio, for a voice that does not tell: by how long letters take to
say, and by the pauses that can be heard where the text has a comma. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.tts.worker.edges import Pcm

PAUSE_MS = 70
"""Shorter silences are those before a p, t or k."""
BLOCK_MS = 10
QUIET_DB = -32.0
"""Below the loudest block: silence, also under a voice's own noise."""

_WORD = re.compile(r"[^\W_](?:[^\s]*[^\W_])?")
_BREAK = re.compile(r"[,;:.!?…—–]|\s-\s")
_VOWELS = frozenset("aeiouyàáâãäåèéêëìíîïòóôõöùúûüœæ")


def words_in(text: str) -> list[tuple[int, int]]:
    """(start, end) of what is said as a word, in order."""
    return [found.span() for found in _WORD.finditer(text)]


def placed(text: str, audio: Pcm) -> list[tuple[int, int, int]]:
    """(start, end, sample) of each word. `audio`: 16 kHz, without silence around it."""
    spans = words_in(text)
    groups: list[list[tuple[int, int]]] = []
    for span in spans:
        if not groups or _BREAK.search(text, groups[-1][-1][1], span[0]):
            groups.append([])
        groups[-1].append(span)
    stretches = _stretches(audio, len(groups))
    if len(stretches) != len(groups):  # it pauses where the text does not, or the other way round
        groups, stretches = [spans], [(0, len(audio))]
    return [
        mark
        for group, (start, end) in zip(groups, stretches, strict=True)
        for mark in spread(text, group, start, end)
    ]


def spread(text: str, words: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int, int]]:
    """These words between two samples, by how long letters take to say."""
    weights = [_weight(text[first:last]) for first, last in words]
    total = sum(weights) or 1.0
    marks, before = list[tuple[int, int, int]](), 0.0
    for (first, last), weight in zip(words, weights, strict=True):
        marks.append((first, last, start + round((end - start) * before / total)))
        before += weight
    return marks


def _weight(word: str) -> float:
    """How long it takes, about: in letters."""
    weight = 0.6
    for letter in word.lower():
        weight += 1.5 if letter in _VOWELS else 4.0 if letter.isdigit() else 1.0 if letter.isalnum() else 0.0
    return weight


def _stretches(audio: Pcm, wanted: int) -> list[tuple[int, int]]:
    """(start, end) of what is said between the `wanted` - 1 longest pauses; fewer where there are not so
    many."""
    block = BLOCK_MS * SAMPLES_PER_MS
    count = len(audio) // block
    if wanted < 2 or count < 3:
        return [(0, len(audio))]
    power = np.square(audio[: count * block].astype(np.float64)).reshape(count, block).mean(axis=1)
    quiet = power < power.max() * 10 ** (QUIET_DB / 10)
    found = _runs(quiet)
    longest = sorted(found, key=lambda run: run[0] - run[1])[: wanted - 1]
    stretches, begin = list[tuple[int, int]](), 0
    for first, last in sorted(longest):
        stretches.append((begin, first * block))
        begin = last * block
    return [*stretches, (begin, len(audio))]


def _runs(quiet: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, behind last) of the quiet blocks in a row that are a pause."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    return [(int(a), int(b)) for a, b in runs if (b - a) * BLOCK_MS >= PAUSE_MS]
