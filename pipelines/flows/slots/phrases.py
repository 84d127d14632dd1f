"""What authors write that callers may say: words, [optional ones] and (one | other) ones, read into a tree
and written anew as part of a grammar. Nothing that an author writes gets there as it is: none breaks out of
its rule.

Pure. Raises SlotError that says what is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mediaserver.errors import ConfigError
from pipelines.conversation.spoken_forms import cardinal

LONGEST = 500
"""Characters of a phrase."""
MOST_WORDS = 100
"""Of a phrase, counted where they stand."""
DEEPEST = 8
"""Brackets within brackets."""
MOST_SENTENCES = 64
"""Of a phrase that is looked up; one that allows more is walked through."""
_TOKEN = re.compile(r"[()|\[\]]|[^\s()|\[\].,!?:;<>=*+{}\"/\\]+|[<>=*+{};\"/\\]")
_REFUSED = {
    "*": "a repetition; write what may be said as often as it may be said",
    "+": "a repetition; write what may be said as often as it may be said",
    "<": "a reference to another rule; write its words",
    ">": "a reference to another rule; write its words",
}


class SlotError(ConfigError):
    """What a document says of a slot cannot be used; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A phrase, or a part of one."""

    kind: str
    """"word", "all" (one after the other), "one" (of several) or "maybe"."""
    text: str = ""
    """Of a word: lower case."""
    parts: tuple[Expansion, ...] = ()

    @property
    def silent(self) -> bool:
        """It may be said with no word at all."""
        match self.kind:
            case "word":
                return False
            case "all":
                return all(part.silent for part in self.parts)
            case "one":
                return any(part.silent for part in self.parts)
            case _:
                return True

    @property
    def words(self) -> Iterator[str]:
        if self.kind == "word":
            yield self.text
        for part in self.parts:
            yield from part.words

    def jsgf(self, split: bool = False) -> str:
        """As a JSGF expansion. `split`: words with a hyphen are two."""
        match self.kind:
            case "word":
                return self.text.replace("-", " ") if split else self.text
            case "all":
                return " ".join(part.jsgf(split) for part in self.parts)
            case "one":
                return "(" + " | ".join(part.jsgf(split) for part in self.parts) + ")"
            case _:
                return "[" + self.parts[0].jsgf(split) + "]"

    def sentences(self, most: int = MOST_SENTENCES) -> list[str] | None:
        """Each that it allows, words with a hyphen as two; None where there are more than `most`."""
        match self.kind:
            case "word":
                return [self.text.replace("-", " ")]
            case "all":
                found = [""]
                for part in self.parts:
                    more = part.sentences(most)
                    if more is None or len(found) * len(more) > most:
                        return None
                    found = [f"{before} {after}".strip() for before in found for after in more]
                return found
            case "one":
                found = []
                for part in self.parts:
                    more = part.sentences(most)
                    if more is None or len(found) + len(more) > most:
                        return None
                    found += more
                return found
            case _:
                more = self.parts[0].sentences(most - 1)
                return None if more is None else ["", *more]


@lru_cache(maxsize=4_096)
def phrase(text: str, *, silent: bool = False) -> Expansion:
    """A phrase of an author's. `silent`: it may be one that is said with no word at all. Raises SlotError."""
    if len(text) > LONGEST:
        raise SlotError(f"the phrase '{text[:40]}...' is longer than {LONGEST} characters; split it")
    read = _Reader(text).all()
    if not silent and read.silent:
        raise SlotError(
            f"the phrase '{text}' may be said with no word at all; one of its words must be needed"
        )
    return read


def phrases(texts: Sequence[str], *, silent: bool = False) -> tuple[Expansion, ...]:
    """Raises SlotError."""
    return tuple(phrase(text, silent=silent) for text in texts)


def either(expansions: Sequence[Expansion], tag: str | None = None) -> str:
    """Any of these, as a JSGF expansion. `tag`: what they mean; '' for nothing."""
    found = " | ".join(each.jsgf() for each in expansions)
    return f"({found})" + (f" {{{tag}}}" if tag is not None else "")


class _Reader:
    """Recursive descent over the tokens of one phrase."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(unicodedata.normalize("NFC", text).replace("\u2019", "'").lower())
        self._at = 0
        self._deep = 0
        self._words = 0

    def all(self) -> Expansion:
        found = self._either()
        if self._at < len(self._tokens):
            self._fail(f"'{self._tokens[self._at]}' closes nothing")
        return found

    def _either(self) -> Expansion:
        self._deep += 1
        if self._deep > DEEPEST:
            self._fail(f"brackets are nested more than {DEEPEST} deep")
        parts = [self._sequence()]
        while self._next("|"):
            parts.append(self._sequence())
        self._deep -= 1
        return parts[0] if len(parts) == 1 else Expansion("one", parts=tuple(parts))

    def _sequence(self) -> Expansion:
        parts: list[Expansion] = []
        while self._at < len(self._tokens) and self._tokens[self._at] not in "|)]":
            token = self._tokens[self._at]
            self._at += 1
            if token in "([":
                inner = self._either()
                if not self._next(")" if token == "(" else "]"):
                    self._fail(f"a '{token}' is not closed")
                parts.append(inner if token == "(" else Expansion("maybe", parts=(inner,)))
            else:
                parts += self._word(token)
        if not parts:
            self._fail("there are no words where some are needed")
        return parts[0] if len(parts) == 1 else Expansion("all", parts=tuple(parts))

    def _word(self, token: str) -> list[Expansion]:
        if token in _REFUSED:
            self._fail(f"'{token}' would be {_REFUSED[token]}")
        word = token.strip("-")
        if not word or not all(char in "'-" or unicodedata.category(char)[0] in "LMN" for char in word):
            odd = next((char for char in token if unicodedata.category(char)[0] not in "LMN"), token)
            self._fail(f"'{odd}' is no part of a word; write what is said")
        if not any(unicodedata.category(char)[0] in "LN" for char in word):
            self._fail(f"'{token}' is no word")
        # A recogniser hears "two", whatever it writes.
        said = cardinal(int(word)).replace("-", " ") if re.fullmatch(r"[0-9]{1,4}", word) else word
        self._words += 1
        if self._words > MOST_WORDS:
            self._fail(f"it has more than {MOST_WORDS} words")
        return [Expansion("word", each) for each in said.split()]

    def _next(self, token: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == token:
            self._at += 1
            return True
        return False

    def _fail(self, what: str) -> None:
        raise SlotError(f"the phrase '{self._text[:80]}' cannot be used: {what}")
