"""Texts that their author may write as SSML: agents' greetings and what flows say. Pure.

Whether a text is SSML is asked of what the author wrote, never of what came of it with values of a call or a
model's words in it (`is_ssml`, then `marked_text`). Whoever looks at such a text as at any other sees the
words alone.
"""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterable

from pipelines.spoken.ssml import SsmlSegment, parse_ssml, written

log = logging.getLogger(__name__)

_BEGINS = re.compile(r"[\ufeff\s]*<speak[\s>/]")
_ELEMENT = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)


class MarkedText(str):
    """Words, and how they are said."""

    segments: tuple[SsmlSegment, ...]
    source: str
    """What its author wrote; empty where it was put together."""

    def __new__(cls, segments: tuple[SsmlSegment, ...], source: str = "") -> MarkedText:
        made = super().__new__(cls, written(segments))
        made.segments, made.source = segments, source
        return made


def is_ssml(source: str) -> bool:
    """Whether an author wrote SSML: a text that begins with <speak>."""
    return _BEGINS.match(source) is not None


def marked_text(ssml: str, language: str) -> str:
    """What an author wrote as SSML; as its words alone where it cannot be read with the values of this call.
    `language` (BCP 47): of what names none."""
    try:
        return MarkedText(parse_ssml(ssml, language or "en"), ssml)
    except ValueError as error:
        log.warning("a text is said without its markup: %s", error)
        return " ".join(html.unescape(_ELEMENT.sub(" ", ssml)).split())


def said_in(text: str, language: str) -> str:
    """The same in a language (BCP 47) that was not known when it was read: numbers are said in it."""
    return marked_text(text.source, language) if isinstance(text, MarkedText) and text.source else text


def in_a_row(texts: Iterable[str]) -> str:
    """Texts as one, each as it was to be said; the empty ones are left out."""
    parts = [text for text in texts if text or isinstance(text, MarkedText)]
    if not any(isinstance(text, MarkedText) for text in parts):
        return " ".join(parts)
    return MarkedText(
        tuple(
            segment
            for text in parts
            for segment in (text.segments if isinstance(text, MarkedText) else (SsmlSegment(text),))
        )
    )
