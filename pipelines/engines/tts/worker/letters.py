"""Where an "a" that stands alone is the letter: readers of English take it for the article. Pure.

Our forms write times as "nine a m", and codes and spelled names as "S A M".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DIGITS = frozenset("zero oh one two three four five six seven eight nine".split())
_WORD = re.compile(r"[\w'\u2019]+|[^\w\s]")
_BEFORE_NOON = re.compile(r"(?<=\w )a m\b(?!')")


def is_letter(words: Sequence[str], at: int) -> bool:
    """Whether the word at this place is an "a" that is a letter. `words`: of a text, with its marks, in
    order. A capital is one beside other letters, behind a digit, between words and digits, and at the end."""
    word = words[at]
    if word not in ("a", "A"):
        return False
    before = words[at - 1].rstrip(".") if at else ""
    after = words[at + 1].rstrip(".") if at + 1 < len(words) else ""
    if after.lower() == "m":
        return True
    if word == "a":
        return False
    if _alone(before) or _alone(after) or _digit(before):
        return True
    if not before[-1:].isalnum():
        return False  # it begins a sentence
    return _digit(after) or not after[:1].isalnum()


def with_letters_read(text: str) -> str:
    """The same as words that any reader of English says so: "nine ay em", "S ay M". Longer than it was."""
    words = list(_WORD.finditer(text))
    told = [found[0] for found in words]
    parts, done = list[str](), 0
    for at, found in enumerate(words):
        if is_letter(told, at):
            parts += [text[done : found.start()], "ay"]
            done = found.end()
    return "".join([*parts, text[done:]])


def with_times_read(text: str) -> str:
    """ "nine a m" as readers of English know it; each character stays in its place."""
    return _BEFORE_NOON.sub("AM ", text)


def _alone(word: str) -> bool:
    return len(word) == 1 and word.isalpha() and word.isupper()


def _digit(word: str) -> bool:
    return word.isdecimal() or word.lower() in _DIGITS
