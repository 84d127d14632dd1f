"""Amounts of money in what is said, in figures and in words, and numbers in whatever an agent may know.

So a price can be found that an agent has made up: its amount is nowhere that it can have it from.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from pipelines.spoken.amounts import amount_of
from pipelines.spoken.forms import tongue_of
from pipelines.spoken.hearing.dictations import dictation
from pipelines.spoken.hearing.numbers import table, whole
from pipelines.spoken.hearing.words import Dictation, folded
from pipelines.spoken.patterns import CODES, SYMBOLS
from pipelines.spoken.tongue import Tongue

LONGEST_TEXT = 200_000
"""Characters of a text that are looked at."""
MOST_WORDS = 12
"""Of one number."""
NUMBER = r"\d{1,15}(?:[.,'\u00a0\u202f]\d{1,9}){0,6}"


@lru_cache(maxsize=16)
def _money(tongue: Tongue) -> re.Pattern[str]:
    signs = "|".join(re.escape(sign) for sign in sorted((*SYMBOLS, *CODES), key=len, reverse=True))
    names = "|".join(re.escape(name) for name in sorted(_names(tongue), key=len, reverse=True))
    # Half a code is none ("CADET 5"); a sign such as $ may stand anywhere.
    before = rf"(?<![A-Za-z])(?:{signs})\s?(?P<behind>{NUMBER})"
    edge = "" if tongue.joined else r"\b"
    after = rf"(?<![\d.,])(?P<ahead>{NUMBER})\s?(?:(?:{signs})(?![A-Za-z])|(?:{names}){edge})"
    return re.compile(f"{before}|{after}", re.IGNORECASE)


@lru_cache(maxsize=16)
def _names(tongue: Tongue) -> frozenset[str]:
    """What currencies are called, one and several, folded."""
    return frozenset(
        folded(name) for known in tongue.currencies.values() for name in (known.one, known.many) if name
    )


@lru_cache(maxsize=16)
def _minors(tongue: Tongue) -> frozenset[str]:
    return frozenset(
        folded(name) for known in tongue.currencies.values() for name in (known.minor, known.minors) if name
    )


@lru_cache(maxsize=4_096)
def amounts_in(text: str, language: str) -> frozenset[Decimal]:
    """Of "that is $12.50, or ten euros": 12.5 and 10. Of a language that is not known: signs and codes with
    figures alone."""
    tongue = tongue_of(language) or tongue_of("en")
    assert tongue is not None
    text = text[:LONGEST_TEXT]
    found = set()
    for match in _money(tongue).finditer(text):
        value = _figures(match["behind"] or match["ahead"], tongue)
        if value is not None:
            found.add(value)
    return frozenset(found | _in_words(text, tongue))


@lru_cache(maxsize=4_096)
def numbers_in(text: str, language: str) -> frozenset[Decimal]:
    """Every number: what an agent may have an amount from need not call it one."""
    tongue = tongue_of(language) or tongue_of("en")
    assert tongue is not None
    text = text[:LONGEST_TEXT]
    values = (_figures(match[0], tongue) for match in re.finditer(NUMBER, text))
    found = {value for value in values if value is not None}
    words = dictation(tongue.language)
    if words is None or tongue.joined:
        return frozenset(found)
    tokens, at = folded(text).split(), 0
    while at < len(tokens):
        value, size = _number_at(tokens, at, tongue, words)
        if size:
            found.add(Decimal(value))
        at += max(1, size)
    return frozenset(found)


def made_up(said: str, known: frozenset[Decimal], language: str) -> list[Decimal]:
    """The amounts in what an agent said that are no number that is known, nor its hundredth part."""
    return sorted(a for a in amounts_in(said, language) if a not in known and a * 100 not in known)


def _figures(text: str, tongue: Tongue) -> Decimal | None:
    amount = amount_of(re.sub(r"['\u00a0\u202f]", "", text), tongue)
    if amount is None:
        return None
    return Decimal(f"{amount.whole or '0'}.{amount.fraction or '0'}").normalize() + 0


def _in_words(text: str, tongue: Tongue) -> set[Decimal]:
    """'forty five dollars and twenty cents'."""
    words = dictation(tongue.language)
    if words is None or tongue.joined:
        return set()
    names, minors = _names(tongue), _minors(tongue)
    tokens = folded(text).split()
    found: set[Decimal] = set()
    for at in range(len(tokens)):
        size = next((n for n in (1, 2) if " ".join(tokens[at : at + n]) in names), 0)
        if not size or (at and tokens[at - 1][-1:].isdigit()):
            continue
        value = _number_before(tokens, at, tongue, words)
        if value is None:
            continue
        behind = at + size
        behind += behind < len(tokens) and tokens[behind] in words.joins
        cents, used = _number_at(tokens, behind, tongue, words)
        whole_cents = used and cents < 100 and behind + used < len(tokens) and tokens[behind + used] in minors
        found.add((Decimal(value) + (Decimal(cents) / 100 if whole_cents else 0)).normalize() + 0)
    return found


def _number_before(tokens: list[str], end: int, tongue: Tongue, words: Dictation) -> int | None:
    """The longest that ends there."""
    for start in range(max(0, end - MOST_WORDS), end):
        if _begins(tokens[start], tongue, words):
            value = whole(" ".join(tokens[start:end]), tongue.language, words)
            if value is not None:
                return value
    return None


def _number_at(tokens: list[str], at: int, tongue: Tongue, words: Dictation) -> tuple[int, int]:
    """(value, how many words) of the longest that begins there; (0, 0) when none does."""
    if at >= len(tokens) or not _begins(tokens[at], tongue, words):
        return 0, 0
    for end in range(min(len(tokens), at + MOST_WORDS), at, -1):
        if tokens[end - 1] in words.joins:
            continue
        value = whole(" ".join(tokens[at:end]), tongue.language, words)
        if value is not None:
            return value, end - at
    return 0, 0


def _begins(token: str, tongue: Tongue, words: Dictation) -> bool:
    """Whether a number in words may begin with it."""
    if token.isascii() and token.isdecimal():
        return False  # a figure, which is found as one
    known = table(tongue.language)
    if token.replace("-", "") in known or token in words.ones.split() or token in words.scales:
        return True
    return tongue.language == "de" and any(name in token for name in words.scales)
