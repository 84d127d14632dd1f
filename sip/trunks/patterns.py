"""Regular expressions of the operator's, tried on numbers that strangers choose: none may take longer than a
moment, since nothing else happens meanwhile.

What makes one slow is a repetition within a repetition, alternatives within one, or many repetitions in a
row: there are more ways to fit a number than anybody can try. Numbers need none of that. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 64
"""Characters of a number; on what is longer no expression is tried."""
MOST_WAYS = 300_000
"""To fit one number, of which all may be tried before it is found that none does: some milliseconds. Three
times `*` or `+` and little more."""

_QUANTIFIER = re.compile(r"(?:([*+?])|\{([0-9]{0,4})(?:(,)([0-9]{0,4}))?\})[+?]?")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\\\]])*\]", re.DOTALL)


@dataclass(slots=True)
class _Group:
    """What is known of a group whose end was not seen yet."""

    several_ways: bool = False
    """It may fit the same text in more than one way, or texts of several lengths."""


def check_pattern(text: str) -> str:
    """The expression. Raises ValueError, in words, for what is none and for what could take for ever."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from None
    groups, ways, at = [_Group()], 1, 0
    while at < len(text):
        several_ways = False
        match text[at]:
            case "\\":
                at += 2
            case "[":
                found = _CLASS.match(text, at)
                at = found.end() if found is not None else at + 1
            case "(":
                groups.append(_Group())
                at += 1
                continue
            case "|":
                groups[-1].several_ways = True
                ways *= 2
                at += 1
                continue
            case ")":
                several_ways = groups.pop().several_ways
                at += 1
            case _:
                at += 1
        quantifier = _QUANTIFIER.match(text, at)
        if quantifier is not None and (times := _times(quantifier)) is not None:
            least, most = times
            if several_ways and (most is None or most > 1):
                raise ValueError(
                    "repeats what itself repeats or has alternatives: some numbers would take it for ever"
                )
            ways *= 1 + min(LONGEST, LONGEST if most is None else most - least)
            several_ways = several_ways or most != least
            at = quantifier.end()
        groups[-1].several_ways = groups[-1].several_ways or several_ways
    if ways > MOST_WAYS:
        raise ValueError("fits some numbers in too many ways: it needs fewer of *, +, ?, {m,n} and |")
    return text


def check_replacement(pattern: str, replacement: str) -> None:
    """Raises ValueError for one that names a group which the expression does not have, or cannot be read."""
    try:
        re.compile(f"(?:{pattern})?").fullmatch("").expand(replacement)  # type: ignore[union-attr]
    except (re.error, IndexError) as error:
        raise ValueError(f"replace does not go with match ({error})") from None


def _times(quantifier: re.Match[str]) -> tuple[int, int | None] | None:
    """At least and at most, None for no end; None for braces that are none."""
    sign, least, comma, most = quantifier.groups()
    if sign is not None:
        return (1 if sign == "+" else 0), (1 if sign == "?" else None)
    if not least and not (comma and most):
        return None  # "{" and "{,}" stand for themselves
    low = int(least or 0)
    return low, low if not comma else int(most) if most else None
