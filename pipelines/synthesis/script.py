"""A text as portions that an engine takes one after the other, each with the pause before it: plain text, or
what somebody wrote as SSML. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.engines.finish.clauses import pause_ms
from pipelines.engines.protocols import AS_USUAL, SpeechManner
from pipelines.spoken.ssml import parse_ssml, written
from pipelines.synthesis.portions import portions

PAUSE_MS = 250
"""Between portions of a long text: engines leave out the silence around what they are given."""


@dataclass(frozen=True, slots=True)
class Portion:
    start: int
    """Where its words stand in the text."""
    end: int
    said: str
    """What the engine is given."""
    literal: bool = True
    """That is the words themselves."""
    pause_ms: int = 0
    """Of silence before it."""
    language: str = ""
    """BCP 47; empty: that of the whole."""
    rate: float = 1.0
    """A factor."""
    gain_db: float = 0.0
    manner: SpeechManner = AS_USUAL


@dataclass(frozen=True, slots=True)
class SpokenScript:
    text: str
    """The words as they are written."""
    portions: list[Portion]
    """At least one."""
    end: int = 0
    """Milliseconds of silence behind the last one."""


def of_text(text: str) -> SpokenScript:
    """Nothing in it is markup."""
    made = [
        Portion(start, start + len(portion), portion, pause_ms=PAUSE_MS if start else 0)
        for start, portion in portions(text)
    ]
    return SpokenScript(text, made)


def of_ssml(ssml: str, language: str) -> SpokenScript:
    """`language` (BCP 47): of what names none. Raises ValueError."""
    segments = parse_ssml(ssml, language)
    made, at, before = list[Portion](), 0, ""
    for segment in segments:
        if not segment.text:
            continue
        pause = segment.pause_ms or (pause_ms(before) if before else 0)
        cut = list(portions(segment.said or segment.text))
        manner = SpeechManner(segment.pitch, segment.phonemes if len(cut) == 1 else "")
        for start, portion in cut:
            place = (at, at + len(segment.text)) if segment.said else (at + start, at + start + len(portion))
            made.append(
                Portion(
                    *place,
                    portion,
                    not segment.said,
                    PAUSE_MS if start else pause,
                    segment.language,
                    segment.rate,
                    segment.gain_db,
                    manner,
                )
            )
        at += len(segment.text) + 1
        before = segment.text
    end = segments[-1].pause_ms if segments and not segments[-1].text else 0
    return SpokenScript(written(segments), made or [Portion(0, 0, "")], end)
