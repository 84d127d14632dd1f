"""Slots for what must not be misheard: digits, letters and numbers, by voice, by keys, or by both.

All are read back to the caller, who puts them right in part ("no, one eight", "the last one is nine") or
starts again. Characters may come in groups with pauses between, spoken and then keyed. English only.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipelines.engines.protocols import Grammar
from pipelines.flows.characters import (
    DIGIT_RULES,
    LETTER_RULES,
    characters_of,
    digits_of,
    letters_of,
    mend_rules,
    mended,
    say_digits,
    say_letters,
)
from pipelines.flows.model import Dtmf, Slot, Spelling, Value
from pipelines.flows.numbers import number_rules, whole_number, with_digits

LONGEST = 40
"""Characters that a grammar has, one behind the other; longer ones come in pieces."""
FULL_MS = 700
"""So long a full entry on the keys waits for '#', or for the digit too many."""
_LEAD = ("it is", "it's", "that's", "my number is", "the number is")
_FILLER = frozenset("it is it's that's my the number um uh".split())
_KEYPAD = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
"""As printed on telephones (ITU-T E.161)."""


def digits_slot(
    name: str,
    least: int,
    most: int | None = None,
    *,
    offer: str = "",
    pattern: str = r"\d+",
    check: Callable[[str], bool] = bool,
    group: int = 3,
    at_once: int = LONGEST,
) -> Slot:
    """Digits one by one, as a string: an account, a telephone number, a code. `most`: as `least`, when
    left out. `pattern` and `check` say which are possible (a check digit); `group`: so many are read back in
    one breath, and `at_once` may be said in one."""
    most = most or least
    wanted = re.compile(pattern)
    offer = (
        offer or f"Please key in the {_how_many(least, most)} digits{'' if least == most else ', then hash'}."
    )
    spelling = Spelling(
        least,
        most,
        lambda text: wanted.fullmatch(text) is not None and check(text),
        lambda value, text: mended(value, text.lower(), digits_of),
        mend_rules("digit"),
    )
    return Slot(
        name,
        _grammar(name, "one_or_more", min(most, at_once), DIGIT_RULES),
        lambda text: digits_of(_without_lead(text)),
        Dtmf(most, lambda keyed: keyed if keyed.isdecimal() else None, offer, least, FULL_MS),
        lambda value: say_digits(str(value), group),
        spelling=spelling,
    )


def letters_slot(
    name: str,
    least: int,
    most: int | None = None,
    *,
    offer: str = "",
    pattern: str = r"\w+",
    check: Callable[[str], bool] = bool,
    digits: bool = False,
    at_once: int = LONGEST,
) -> Slot:
    """Letters one by one, as a string of capitals: a name, a postcode, a booking code. The caller says a
    word for each ("b as in bravo", "bravo"); they are read back in this way. `digits`: these may be among
    them; `at_once`: so many may be said in one breath. On the keys each takes two: its key, and its place
    there ('22' is B, '74' is S, '70' is 7)."""
    most = most or least
    wanted = re.compile(pattern)
    read = characters_of if digits else letters_of
    rules = LETTER_RULES + (DIGIT_RULES if digits else "")
    if digits:
        rules += "<character> = <letter> | <one_or_more>;\n"
    one = "character" if digits else "letter"
    offer = offer or (
        "For each letter please press its key, and then its place on that key: for B, two and two. Then hash."
    )
    spelling = Spelling(
        least,
        most,
        lambda text: wanted.fullmatch(text) is not None and check(text),
        lambda value, text: mended(value, text.lower(), read),
        mend_rules(one),
    )
    return Slot(
        name,
        _grammar(name, one, min(most, at_once), rules),
        lambda text: read(_without_lead(text)),
        Dtmf(2 * most, _letters_keyed if not digits else _characters_keyed, offer, 2, FULL_MS),
        lambda value: say_letters(str(value)),
        spelling=spelling,
    )


def number_slot(name: str, low: int, high: int, *, unit: str = "", offer: str = "") -> Slot:
    """A whole number from `low` to `high` (at most 999,999), said as one: 'two hundred and fifteen'. `unit`:
    the word behind it ('people'), which the caller may leave out. Raises ValueError."""
    if not 0 <= low <= high <= 999_999:
        raise ValueError(f"a number from {low} to {high} cannot be asked for")
    last = f" [({unit}) {{}}]" if unit else ""

    def parse(text: str) -> Value | None:
        words = _without_lead(text)
        n = whole_number(words[:-1] if unit and words[-1:] == [unit] else words)
        return n if n is not None and low <= n <= high else None

    def keyed(digits: str) -> Value | None:
        return int(digits) if digits.isdecimal() and low <= int(digits) <= high else None

    def say(value: Value) -> str:
        return f"{value} {unit}".strip()

    document = f"public <{_rule(name)}> = [({_either(_LEAD)}) {{}}] <number>{last};{number_rules(high)}"
    return Slot(
        name,
        Grammar(name, f"#JSGF V1.0;\ngrammar {name};\n{document}\n"),
        parse,
        Dtmf(len(str(high)), keyed, offer or "Please key in the number, then hash.", full_ms=FULL_MS),
        say,
        ("hundred", "thousand", "one"),
        read_back=True,
        spell=lambda value: with_digits(say(value), int(value)),
    )


def _grammar(name: str, character: str, most: int, rules: str) -> Grammar:
    """Up to `most` characters; a shorter piece is a sentence, too."""
    pieces = f"<{character}>"
    for _ in range(most - 1):
        pieces = f"<{character}> [{pieces}]"
    public = f"public <{_rule(name)}> = [({_either(_LEAD)}) {{}}] {pieces};"
    return Grammar(name, f"#JSGF V1.0;\ngrammar {name};\n{public}{rules}")


def _rule(name: str) -> str:
    """The public rule of a slot: none of ours is called so, were the slot's name "number" or "digit"."""
    return f"{name}_slot"


def _either(phrases: tuple[str, ...]) -> str:
    return " | ".join(phrases)


def _how_many(least: int, most: int) -> str:
    return (
        say_digits(str(least))
        if least == most < 10
        else str(least)
        if least == most
        else f"{least} to {most}"
    )


def _without_lead(text: str) -> list[str]:
    words = text.lower().split()
    while words and words[0] in _FILLER:
        words = words[1:]
    return words


def _characters_keyed(keyed: str) -> str | None:
    """'2274' -> 'BS', '70' -> '7'; None for a place that a key has not."""
    if len(keyed) % 2 or not keyed.isdecimal():
        return None
    found = ""
    for key, place in zip(keyed[::2], keyed[1::2], strict=True):
        letters = key + _KEYPAD.get(key, "")
        if int(place) >= len(letters):
            return None
        found += letters[int(place)]
    return found


def _letters_keyed(keyed: str) -> str | None:
    found = _characters_keyed(keyed)
    return found if found is not None and found.isalpha() else None
