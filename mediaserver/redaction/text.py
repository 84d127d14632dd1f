"""Leaves numbers, mail addresses, accounts and known names out of a text. Pure.

What is found: telephone numbers, payment cards (Luhn), IBANs, mail addresses, any digits in a row, written or
read out in many languages, and names that are known. What is not stands in docs/operations.md (Redaction).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.digit_runs import DigitRun, digit_runs
from mediaserver.redaction.marks import bank_accounts, is_card, mail_addresses
from mediaserver.redaction.names import PeopleNames

MAIL, ACCOUNT, CARD, PHONE, NUMBER, NAME = "[email]", "[iban]", "[card]", "[phone]", "[number]", "[name]"
"""What stands in the place of what was left out."""
UNREAD = "[left out: too long]"
MOST_CHARACTERS = 5000
"""That are looked through at once, beside all calls: up to 2.5 µs each. What follows is not kept."""
SHORTEST_PHONE, LONGEST_PHONE = 7, 15
"""Digits of a telephone number (ITU-T E.164; shorter ones are short codes)."""
GROWING_DIGITS = 2
"""At the end of a text that grows, so many may be the beginning of a number."""
MOST_IN_VALUE = 10_000
"""Characters of all texts in one value."""
DEEPEST = 60


def redacted(text: str, choices: RedactionChoices, names: PeopleNames, *, growing: bool = False) -> str:
    """The text with labels in the place of what is to be left out. `growing`: more words may follow, as those
    of a caller who still speaks."""
    if len(text) > MOST_CHARACTERS:
        return f"{redacted(text[:MOST_CHARACTERS], choices, names, growing=True)} {UNREAD}"
    found: list[tuple[int, int, str]] = [
        *((start, end, MAIL) for start, end in mail_addresses(text)),
        *((start, end, ACCOUNT) for start, end in bank_accounts(text)),
    ]
    for run in digit_runs(text):
        if label := _label(run, text, choices.digits, growing):
            found.append((run.start, run.end, label))
    if choices.names:
        found += [(start, end, NAME) for start, end in names.find(text)]
    return _without(text, found) if found else text


def redacted_value(value: Any, choices: RedactionChoices, names: PeopleNames) -> Any:
    """The same for all texts in JSON; its keys stay. Whole numbers with as many digits as are left out become
    labels."""
    return _looked_through(value, choices, names, DEEPEST, [MOST_IN_VALUE])


def _looked_through(
    value: Any, choices: RedactionChoices, names: PeopleNames, depth: int, left: list[int]
) -> Any:
    """`left`: how many characters may still be looked through, in its only item."""
    match value:
        case str() if len(value) > left[0]:
            return UNREAD
        case str():
            left[0] -= len(value)
            return redacted(value, choices, names)
        case bool():
            return value
        case int() if abs(value) >= 10 ** (choices.digits - 1):
            return NUMBER
        case dict() | list() | tuple() if not depth:
            return UNREAD
        case dict():
            return {
                key: _looked_through(each, choices, names, depth - 1, left) for key, each in value.items()
            }
        case list() | tuple():
            return [_looked_through(each, choices, names, depth - 1, left) for each in value]
        case _:
            return value


def named_value(value: Any, names: PeopleNames, depth: int = DEEPEST) -> Any:
    """JSON that was looked through before, without the names that have become known since."""
    match value:
        case str():
            found = [(start, end, NAME) for start, end in names.find(value)]
            return _without(value, found) if found else value
        case dict():
            return (
                {key: named_value(each, names, depth - 1) for key, each in value.items()} if depth else UNREAD
            )
        case list() | tuple():
            return [named_value(each, names, depth - 1) for each in value] if depth else UNREAD
        case _:
            return value


def _label(run: DigitRun, text: str, least: int, growing: bool) -> str:
    """What is to stand in a number's place; empty: it stays."""
    count = len(run.digits)
    if is_card(run.digits):
        return CARD
    international = run.plus or run.digits.startswith("00")
    if SHORTEST_PHONE <= count <= LONGEST_PHONE + 2 * run.digits.startswith("00"):
        if international or (count >= least and (run.grouped or run.digits.startswith("0"))):
            return PHONE
    if count >= least or (growing and run.last and count >= GROWING_DIGITS):
        return NUMBER
    return ""


def _without(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    """Of several that overlap the one that begins first, then the longest, gives the label for all."""
    parts: list[str] = []
    at = 0
    for start, end, label in sorted(found, key=lambda each: (each[0], -each[1])):
        if start >= at:
            parts += [text[at:start], label]
            at = end
        elif end > at:
            at = end
    return "".join([*parts, text[at:]])
