"""What was heard as what it would be in writing: "two hundred and five" as 205, "b as in bravo" as B.

Pure, never raises, and looks at MOST_CHARS at most.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from pipelines.spoken.amounts import amount_of
from pipelines.spoken.forms import tongue_of
from pipelines.spoken.hearing.dictations import dictation
from pipelines.spoken.hearing.moments import date_of, time_of_day
from pipelines.spoken.hearing.numbers import CJK_DIGITS, MOST_CHARS, whole
from pipelines.spoken.hearing.spelling import characters, mail, phone
from pipelines.spoken.hearing.words import Dictation, folded
from pipelines.spoken.tongue import Tongue

log = logging.getLogger(__name__)

HeardKind: TypeAlias = Literal[
    "number", "digits", "letters", "code", "mail", "phone", "time", "date", "money"
]
_PAUSE = re.compile(r"[,\uff0c\u3001](?!\d)")
KINDS: frozenset[str] = frozenset(get_args(HeardKind))


def written(text: str, language: str, kind: HeardKind) -> str | None:
    """The whole text as one thing of this kind, None where it is none, or its language (BCP 47) is not known.

    number: '2105', '-3', '3.5'. digits: '0177'. letters: 'BX'. code: 'BX7'. mail: 'john.smith@example.com'.
    phone: '+16502530000'. time: '14:30', '9:05'. date: '2026-11-24', or '--11-24' without a year. money:
    '20.50 USD'.
    """
    tongue, words = tongue_of(language), dictation(language)
    if tongue is None or words is None or len(text) > MOST_CHARS:
        return None
    try:
        return _read(folded(text), text, tongue, words, kind)
    except Exception:  # a caller waits: what cannot be read is not understood
        log.exception("a text could not be read as %s", kind)
        return None


def warm_hearing(*languages: str) -> None:
    """Make the tables of these languages: some 0.1 s each. To be called beside the loop."""
    for language in languages:
        written("1:00", language, "time")
        written("a", language, "number")
        written("a", language, "date")


def _read(text: str, raw: str, tongue: Tongue, words: Dictation, kind: HeardKind) -> str | None:
    match kind:
        case "number":
            return _number(text, tongue, words)
        case "digits":
            parts = [
                characters(folded(part), tongue, words, digits=True, letters=False)
                for part in _PAUSE.split(raw)
            ]
            return "".join(map(str, parts)) if all(parts) else None
        case "letters":
            return characters(text, tongue, words, digits=False, letters=True)
        case "code":
            return characters(text, tongue, words, digits=True, letters=True)
        case "mail":
            return mail(text, tongue, words)
        case "phone":
            groups = [phone(folded(part), tongue, words, least=1) for part in _PAUSE.split(raw)]
            found = "".join(map(str, groups)) if all(groups) else ""
            return found if 3 <= len(found.lstrip("+")) and "+" not in found[1:] else None
        case "time":
            return time_of_day(text, tongue, words)
        case "date":
            return date_of(text, tongue, words)
        case "money":
            return _money(text, tongue, words)


def _number(text: str, tongue: Tongue, words: Dictation) -> str | None:
    if re.fullmatch(r"-?\d+(?:[.,]\d+)*", text):
        amount = amount_of(text, tongue)
        if amount is None:
            return None
        sign = "-" if amount.negative else ""
        return f"{sign}{int(amount.whole)}" + (f".{amount.fraction}" if amount.fraction else "")
    if tongue.joined:
        negative = next((word for word in words.minus if text.startswith(word)), "")
        value = _decimal(text.removeprefix(negative).replace(" ", ""), tongue, words)
    else:
        first, _, rest = text.partition(" ")
        negative = first if first in words.minus else ""
        value = _decimal(rest if negative else text, tongue, words)
    return None if value is None else ("-" if negative else "") + value


def _decimal(text: str, tongue: Tongue, words: Dictation) -> str | None:
    value = whole(text, tongue.language, words)
    if value is not None:
        return str(value)
    for point in words.points:
        before, found, after = text.partition(point if tongue.joined else f" {point} ")
        if not found:
            continue
        number = whole(before, tongue.language, words)
        behind = characters(after, tongue, words, digits=True, letters=False)
        if number is not None and behind is not None:
            return f"{number}.{behind}"
    return _half(text, tongue, words)


_HALVES = {
    "en": " and a half",
    "es": " y medio",
    "fr": " et demi",
    "pt": " e meio",
    "it": " e mezzo",
    "de": "einhalb",
}


def _half(text: str, tongue: Tongue, words: Dictation) -> str | None:
    """'two and a half'."""
    ending = _HALVES.get(tongue.language, "")
    for said in (ending, ending[:-1] + "a" if ending.endswith("o") else ending + "e"):
        if said and text.endswith(said):
            number = whole(text.removesuffix(said), tongue.language, words)
            return None if number is None else f"{number}.5"
    if tongue.language == "hi":
        for word, value in ((folded("डेढ़"), "1.5"), (folded("ढाई"), "2.5")):
            if text == word:
                return value
        if text.startswith(half := folded("साढ़े ")):
            number = whole(text.removeprefix(half).strip(), "hi", words)
            return None if number is None else f"{number}.5"
    return None


@lru_cache(maxsize=16)
def _currencies(tag: str) -> tuple[dict[str, str], dict[str, str]]:
    """Names of currencies and of their hundredths -> ISO 4217, the region's own before others of the name."""
    tongue = tongue_of(tag)
    whole_names: dict[str, str] = {}
    minor_names: dict[str, str] = {}
    if tongue is not None:
        home = (
            "EUR"
            if tongue.language in ("de", "fr", "es", "it") and tongue.dollars == "USD"
            else tongue.dollars
        )
        order = sorted(tongue.currencies, key=lambda code: code != home)
        for code in order:
            known = tongue.currencies[code]
            for name in (known.one, known.many):
                whole_names.setdefault(folded(name), code)
            for name in filter(None, (known.minor, known.minors)):
                minor_names.setdefault(folded(name), code)
    return whole_names, minor_names


def _money(text: str, tongue: Tongue, words: Dictation) -> str | None:
    names, minors = _currencies(tongue.tag)
    if tongue.joined:
        every = "|".join(sorted({*names, *minors}, key=len, reverse=True))
        text = " ".join(re.sub(every, r" \g<0> ", text.replace(" ", "")).split())
    for name in sorted(names, key=len, reverse=True):
        before, found, after = f" {text} ".partition(f" {name} ")
        if not found:
            continue
        before = before.strip()
        if before.endswith((" de", " d'", " di")):
            before = before.rsplit(" ", 1)[0]
        amount = _decimal(before, tongue, words)
        cents = after.strip()
        first, _, rest = cents.partition(" ")
        if first in words.joins or first in ("con", "und", "et", "e", "y"):
            cents = rest
        for minor in minors:
            cents = cents.removesuffix(f" {minor}")
        for minor in minors if tongue.joined else ():
            cents = cents.removesuffix(minor)
        value = whole(cents, tongue.language, words) if cents else 0
        if amount is None or value is None or not 0 <= value < 100 or (value and "." in amount):
            return None
        if "." in amount:
            amount = f"{amount}0" if amount[-2] == "." else amount
        return f"{amount}.{value:02} {names[name]}" if value else f"{amount} {names[name]}"
    for minor in sorted(minors, key=len, reverse=True):
        if text.endswith(f" {minor}"):
            value = whole(text.removesuffix(minor).strip(), tongue.language, words)
            return None if value is None or value > 99 else f"0.{value:02} {minors[minor]}"
    return None


__all__ = ["CJK_DIGITS", "KINDS", "HeardKind", "written"]
