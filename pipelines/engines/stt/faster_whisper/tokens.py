"""Whisper's tokens: text between marks of time. What they say as words, and words as the beginning of an
answer.

Pure; knows no tokenizer, only its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.engines.stt.rolling.hypothesis import SegmentEnd, WindowWord

TICK_MS = 20
"""A mark of time is a multiple of it."""
SECONDS = 30
LAST_MARK = SECONDS * 1000 // TICK_MS

MOST_BEFORE = 112
"""Tokens that are told before the audio, at most; the model attends to twice as many."""
SAID_BEFORE = (0, 16, 48, MOST_BEFORE)
"""Lengths of what was said before a window: in a batch all have the same."""

Split = Callable[[list[int]], list[tuple[str, list[int]]]]
"""Text tokens as words, each with its own."""


@dataclass(frozen=True)
class TokenMarks:
    """Where in the vocabulary text ends and time begins."""

    end_of_text: int
    """The first token that is no text."""
    zero: int
    """<|0.00|>; the others follow it."""

    def at(self, ms: int) -> int:
        """The token of a time."""
        return self.zero + max(0, min(LAST_MARK, round(ms / TICK_MS)))

    def ms(self, token: int) -> int:
        return (token - self.zero) * TICK_MS


@dataclass
class _Segment:
    tokens: list[int]
    start_ms: int
    end_ms: int | None
    """None: it goes on at the end of the audio."""
    before_ms: int
    """End of the one before."""


def read_tokens(
    tokens: Sequence[int], marks: TokenMarks, split: Split, audio_ms: int
) -> tuple[list[WindowWord], list[SegmentEnd]]:
    """The words of an answer and where its segments end. Inside a segment times are spread by letters."""
    words: list[WindowWord] = []
    ends: list[SegmentEnd] = []
    for segment in _segments(tokens, marks):
        end_ms = audio_ms if segment.end_ms is None else segment.end_ms
        words += _spread(split(segment.tokens), segment, max(end_ms, segment.start_ms))
        if segment.end_ms is not None:
            ends.append(SegmentEnd(len(words), segment.end_ms))
    return words, ends


def prefix_tokens(words: Sequence[WindowWord], marks: TokenMarks) -> list[int]:
    """An answer that begins with these words; empty for none."""
    tokens: list[int] = []
    for at, word in enumerate(words):
        if at == 0:
            tokens.append(marks.at(word.opens[1] if word.opens else 0))
        elif word.opens is not None:
            tokens += [marks.at(word.opens[0]), marks.at(word.opens[1])]
        tokens += word.tokens
    return tokens


def told_before(hints: Sequence[int], said: Sequence[int]) -> list[int]:
    """What the model is told before the audio: words that may be expected, all of them, for the calls of a
    turn have the same; else the end of what was said last."""
    if hints:
        return list(hints[:MOST_BEFORE])
    length = max(each for each in SAID_BEFORE if each <= len(said))
    return list(said[len(said) - length :])


def _segments(tokens: Sequence[int], marks: TokenMarks) -> list[_Segment]:
    """Stretches of text, each between its marks; other special tokens say nothing."""
    found: list[_Segment] = []
    text: list[int] = []
    start_ms = before_ms = 0
    for token in tokens:
        if token < marks.end_of_text:
            text.append(token)
        elif token >= marks.zero:
            if text:
                found.append(_Segment(text, start_ms, marks.ms(token), before_ms))
                text, before_ms = [], marks.ms(token)
            start_ms = marks.ms(token)
    if text:
        found.append(_Segment(text, start_ms, None, before_ms))
    return found


def _spread(words: list[tuple[str, list[int]]], segment: _Segment, end_ms: int) -> list[WindowWord]:
    """Each word gets time by its letters."""
    letters = sum(max(1, len(text)) for text, _ in words)
    passed = 0
    spread: list[WindowWord] = []
    for text, tokens in words:
        begin = segment.start_ms + (end_ms - segment.start_ms) * passed // max(1, letters)
        passed += max(1, len(text))
        end = segment.start_ms + (end_ms - segment.start_ms) * passed // max(1, letters)
        opens = (segment.before_ms, segment.start_ms) if not spread else None
        spread.append(WindowWord(text, begin, end, None, tuple(tokens), opens))
    return spread
