"""From what was written to what a voice says: finds numbers, dates, times, money, addresses, codes and
abbreviations in a sentence, and puts a language's words in their place.

Pure, never raises, and takes time in proportion to the text, of which it looks at MOST_CHARS. A sentence is
enough: nothing depends on the next one.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from pipelines.languages.tags import base_of
from pipelines.spoken.plain import Plain, plain
from pipelines.spoken.pronunciation import NONE, Pronunciations
from pipelines.spoken.reading import Piece, SentenceReader
from pipelines.spoken.speech import Spoken, SpokenWord
from pipelines.spoken.tongue import Tongue

log = logging.getLogger(__name__)

MOST_CHARS = 4_000
"""Of one sentence: more than four minutes of speech. What is written behind that is not said."""

_CLOSING = frozenset(".,;:!?)\u2026\u3002\u3001\uff0c\uff01\uff1f\u0964")
"""No space stands before these, whatever was dropped there."""


def spoken(text: str, language: str, pronunciations: Pronunciations = NONE) -> Spoken:
    """A sentence as a voice of this language (BCP 47) says it, and what each stretch of that stands for. A
    language that is not known here gets its text without markup and without what cannot be said."""
    whole, text = text, text[:MOST_CHARS]
    bare = plain(text)
    tongue = tongue_of(language)
    try:
        pieces = SentenceReader(bare.text, tongue, pronunciations).pieces()
    except Exception:  # a caller waits: what cannot be read is said as it is
        log.exception("a sentence could not be read")
        pieces = SentenceReader(bare.text, None, NONE).pieces()
    return _together(whole, bare, pieces, tongue)


def warm(*languages: str) -> None:
    """Load what the first sentence in these languages needs: some 0.2 s. To be called beside the loop."""
    for language in languages:
        spoken("1 km, 2 kg, 24/11/2026 10:30, 5 \u20ac, +1 650 253 0000.", language)


@lru_cache(maxsize=64)
def tongue_of(language: str) -> Tongue | None:
    """How a language (BCP 47) says things; None where it is not known."""
    from pipelines.spoken.tongues import TONGUES

    tag = language.lower().replace("_", "-")
    kind = TONGUES.get(base_of(tag))
    return kind(tag) if kind is not None else None


def _together(written: str, bare: Plain, pieces: list[Piece], tongue: Tongue | None) -> Spoken:
    """The pieces as one text, word by word as they were written."""
    out: list[str] = []
    length = 0
    words: list[list[int]] = []
    """Of each: place in the plain text, start and end in the spoken one."""
    glues = tongue is not None and (tongue.joined or tongue.glues)
    space, fresh, formed = False, True, False
    for piece in pieces:
        said = piece.said.strip(" ")
        if not said:
            space = space or piece.said != ""
            fresh = fresh or not piece.form
            continue
        space = space or piece.said[0] == " "
        touching = bool(out) and out[-1][-1:].isalnum() and said[0].isalnum() and not glues
        if out and ((space and said[0] not in _CLOSING) or (touching and (piece.form or formed))):
            out.append(" ")
            length += 1
        if fresh or piece.cut or not words:
            words.append([piece.start, length, length])
        out.append(said)
        length += len(said)
        words[-1][2] = length
        space, fresh, formed = piece.said[-1] == " ", False, piece.form
    text = "".join(out)
    if not any(map(str.isalnum, text)):
        return Spoken(written, "", ())
    return Spoken(written, text, _words(written, bare, words))


def _words(written: str, bare: Plain, spans: list[list[int]]) -> tuple[SpokenWord, ...]:
    """Of each the written text, up to the last space before the next one's."""
    begins = [0]
    for place, _, _ in spans[1:]:
        at = begin = max(begins[-1], bare.place(place))
        while at > begins[-1] and not written[at - 1].isspace():
            at -= 1
        begins.append(at if at > begins[-1] else begin)
    begins.append(min(len(written), MOST_CHARS))
    words: list[SpokenWord] = []
    for (_, start, end), begin, behind in zip(spans, begins[:-1], begins[1:], strict=True):
        glued = begin > 0 and not written[begin - 1].isspace()
        words.append(SpokenWord(" ".join(written[begin:behind].split()), start, end, glued))
    return tuple(words)
