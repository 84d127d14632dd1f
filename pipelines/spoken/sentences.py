"""Cuts a text into sentences, and a stream of text as it comes.

Pure, and linear in the length of the text.
"""

from __future__ import annotations

import re

from pipelines.languages.sentence_ends import ends_sentence

LONG = 480
"""Characters: what has no end until then is cut between words; nobody speaks that long in one breath."""
CLAUSE = 24
"""The shortest clause that is worth being said alone, when nothing was said before it; in letters, of which a
Chinese or Japanese character stands for `DENSE`."""
DENSE = 3
_FENCE = (
    r"(?P<whole>```[^`]*+(?:`{1,2}+[^`]++)*+(?:```|$)"
    r"|<(?P<tag>think|thinking|script|style)>[^<]*+(?:<(?!/(?P=tag)>)[^<]*+)*+(?:</(?P=tag)>|$))"
)
_END = re.compile(
    _FENCE + r"|(?<![.!?\u2026])[.!?\u2026]++[\"')\]*_\u201d\u2019\u00bb]{0,4}+(?=\s|$)"
    r"|[\u3002\uff01\uff1f\uff61]++[\u300d\u300f\uff09\"\u201d]{0,4}+|[\u0964\u0965]++"
    r"|\n(?=[ \t]*+(?:\n|$|[-*+\u2022#>|][ \t|#]|\d{1,2}[.)][ \t]))",
    re.I,
)
_OPEN = re.compile(r"```|<(think|thinking|script|style)>", re.I)
_CLAUSE_END = re.compile(r"[,;:\u2014](?=\s)|[\uff0c\u3001\uff1b\uff1a]")
_DENSE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def split_sentences(text: str) -> list[str]:
    """Sentences in order, each stripped; dots of abbreviations, decimals, initials and ordinals do not end
    one. A block of code, or of what a model thinks to itself, is one by itself."""
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if match["whole"] is not None:
            sentences += [text[start : match.start()].strip(), match[0].strip()]
            start = match.end()
            continue
        if not ends_sentence(text, match.start(), match.end(), start):
            continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


class SentenceCutter:
    """Of one stream. `eager`: the first clause does not wait for the end of its sentence."""

    def __init__(self, *, eager: bool = False) -> None:
        self._text = ""
        self._held: list[str] = []
        """Of a block that nobody hears, up to its end."""
        self._close = self._tail = ""
        """What ends that block, and the last that came of it."""
        self._eager = eager

    def feed(self, piece: str) -> list[str]:
        """What is whole with this piece. A sentence is once the next one has begun: that tells an end from
        the dot of an abbreviation or a decimal."""
        whole: list[str] = []
        if self._close:
            self._held.append(piece)
            self._tail = (self._tail + piece)[-len(piece) - len(self._close) :]
            if self._close not in self._tail.lower():
                return []
            self._text, self._held, self._close = "".join(self._held), [], ""
        else:
            self._text += piece
        *done, self._text = _split(self._text)
        whole += done
        while len(self._text) > LONG and not _OPEN.match(self._text):
            at = self._cut(self._text)
            whole.append(self._text[:at].strip())
            self._text = self._text[at:].lstrip()
        if (opened := _OPEN.match(self._text)) is not None:
            self._close = f"</{opened[1].lower()}>" if opened[1] else "```"
            if self._close in self._text[opened.end() :].lower():
                self._close = ""
            else:
                self._tail = self._text[opened.end() :]
                self._held, self._text = [self._text], ""
        elif self._eager and not whole and (clause := _first_clause(self._text)) is not None:
            whole.append(self._text[: clause.end()].strip())
            self._text = self._text[clause.end() :].lstrip()
        whole = [sentence for sentence in whole if sentence]
        self._eager = self._eager and not whole
        return whole

    def end(self) -> list[str]:
        """What is left at the end of the stream."""
        left, self._text = "".join(self._held) + self._text, ""
        self._held, self._close = [], ""
        return split_sentences(left)

    @staticmethod
    def _cut(text: str) -> int:
        """Where a run of words that is too long is cut: behind a clause, failing that a word."""
        clauses = [match.end() for match in _CLAUSE_END.finditer(text, CLAUSE, LONG)]
        if clauses:
            return clauses[-1]
        space = text.rfind(" ", CLAUSE, LONG)
        return space if space > 0 else LONG


def _first_clause(text: str) -> re.Match[str] | None:
    """The end of the first clause that is long enough."""
    weight = 0
    for at, character in enumerate(text[:CLAUSE]):
        weight += DENSE if _DENSE.match(character) else 1
        if weight >= CLAUSE:
            return _CLAUSE_END.search(text, at + 1)
    return None


def _split(text: str) -> list[str]:
    """Its sentences, and what may go on: from the beginning of the last one, with the space behind it."""
    *whole, last = split_sentences(text) or [""]
    return [*whole, text[text.rindex(last) :] if last else text]
