"""Where a line goes on that was paused: at the beginning of the word that was cut, without any silence before
it; further back when the caller has waited so long that half a sentence says nothing any more.

Pure: reads a line, changes nothing.
"""

from __future__ import annotations

import numpy as np

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.line import Line, audible

LOST_THREAD = 2_000 * SAMPLES_PER_MS
"""After so long a silence the phrase is begun again, not the word."""
PHRASE_WORDS = 6
"""A phrase that began more words ago than this is too long to repeat; then so many words are: ..."""
WORDS_BACK = 4
LEAD_SAMPLES = 10 * SAMPLES_PER_MS
"""Kept before the first sound: a soft beginning is below the level that counts as silence."""
DIP_SAMPLES = 20 * SAMPLES_PER_MS
SEARCHED_SAMPLES = 100 * SAMPLES_PER_MS
"""A word of which the voice did not say where it begins is taken to begin in the quietest 20 ms hereabouts;
..."""
FAR_BACK_SAMPLES = 400 * SAMPLES_PER_MS
"""... so far back where nothing is known of any word."""


def resume_at(line: Line, silent: int) -> int:
    """A place in the line's audio, when the caller has heard nothing for so many samples."""
    at = line.at
    if at == 0:
        return 0
    index = _word_at(line)
    if index is None:
        return _without_silence(line, at if _between(line) else _in_the_dark(line))
    end = line.word_end(index)
    if 0 <= end <= line.made and not audible(line.samples(at, end)).any():
        if index + 1 == len(line.words):
            return _without_silence(line, at)
        index += 1  # nothing is missing of the word itself
    if silent >= LOST_THREAD:
        index = _phrase(line, index)
    return _without_silence(line, _beginning(line, index))


def _word_at(line: Line) -> int | None:
    """The word that was cut."""
    for index, word in enumerate(line.words):
        end = line.word_end(index)
        if 0 <= word.start <= line.at and (end < 0 or end > line.at):
            return index
    return None


def _between(line: Line) -> bool:
    """It was cut between two sentences, or where no word is (a recording)."""
    said = [part for part in line.sentences if 0 <= part.start <= line.at and not 0 <= part.end <= line.at]
    return not any(part.spoken.words for part in said)


def _in_the_dark(line: Line) -> int:
    """In a sentence that is being made by a voice that marks no words: a dip a little way back."""
    began = max((part.start for part in line.sentences if part.start <= line.at), default=0)
    return _dip(line, max(began, line.at - FAR_BACK_SAMPLES), line.at)


def _phrase(line: Line, index: int) -> int:
    """The first word of the phrase that a word is in."""
    words = line.words
    for first in range(index, max(-1, index - PHRASE_WORDS - 1), -1):
        before = words[first - 1]
        if first == 0 or before.sentence != words[first].sentence or before.text[-1:] in ",;:.!?…":
            return first
    return max(0, index - WORDS_BACK)


def _beginning(line: Line, index: int) -> int:
    word = line.words[index]
    sentence = line.sentences[word.sentence]
    if word.start < 0:
        return line.at
    if word.marked or word.start <= sentence.start:
        return word.start
    return _dip(
        line, max(sentence.start, word.start - SEARCHED_SAMPLES), min(word.start + SEARCHED_SAMPLES, line.at)
    )


def _dip(line: Line, start: int, end: int) -> int:
    """The middle of the quietest 20 ms between two places."""
    energy = np.concatenate(([0], np.cumsum(line.samples(start, end).astype(np.int64) ** 2)))
    if len(energy) <= DIP_SAMPLES:
        return start
    windows = energy[DIP_SAMPLES:] - energy[:-DIP_SAMPLES]
    return start + int(windows.argmin()) + DIP_SAMPLES // 2


def _without_silence(line: Line, at: int) -> int:
    """A place just before the next sound."""
    loud = np.flatnonzero(audible(line.samples(at, line.made)))
    return at + max(0, int(loud[0]) - LEAD_SAMPLES) if len(loud) else at
