"""Number words as they come from a recogniser, and back into grammars. Integers from 0 to 99 only."""

from __future__ import annotations

from pipelines.conversation.spoken_forms import ONES, TENS, cardinal, digits

UNITS = {word: n for n, word in enumerate(ONES)}
TENS_VALUES = {word: 10 * n for n, word in enumerate(TENS) if n >= 2}


def number(words: list[str]) -> int | None:
    """['forty', 'five'] -> 45; None for anything that is not exactly one number."""
    match words:
        case [one] if one in UNITS:
            return UNITS[one]
        case [tens] if tens in TENS_VALUES:
            return TENS_VALUES[tens]
        case [tens, one] if tens in TENS_VALUES and 1 <= UNITS.get(one, 0) <= 9:
            return TENS_VALUES[tens] + UNITS[one]
        case _:
            return None


def with_digits(said: str, n: int) -> str:
    """'fifteen minutes' -> 'fifteen minutes, one five': no ear takes that for fifty."""
    return f"{said}, {digits(str(n))}" if 13 <= n <= 19 or n in TENS_VALUES.values() else said


def alternatives(values: range | list[int]) -> str:
    """Numbers as a JSGF alternative: 'one | two | twenty one'."""
    return " | ".join(cardinal(n).replace("-", " ") for n in values)
