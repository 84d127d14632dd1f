"""Number words as they come from a recogniser, and back into grammars. No negative numbers, no fractions."""

from __future__ import annotations

from collections.abc import Callable

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


def whole_number(words: list[str]) -> int | None:
    """['two', 'thousand', 'one', 'hundred', 'and', 'five'] -> 2105; up to 999,999,999."""
    return _parted(words, "million", 1_000_000, _below_million)


def _below_million(words: list[str]) -> int | None:
    return _parted(words, "thousand", 1_000, lambda part: _parted(part, "hundred", 100, number))


def number_rules(most: int) -> str:
    """JSGF rules of the numbers from 0 to `most`, rounded up to all that begin as it does; <number> is the
    first."""
    tens = list(TENS_VALUES)[: max(min(most, 99) // 10 - 1, 1)]
    rules = f"""
<below_hundred> = {" | ".join(ONES)} | <tens> [<unit>];
<tens> = {" | ".join(tens)};
<unit> = {" | ".join(ONES[1:10])};
"""
    largest = "<below_hundred>"
    for scale, word, name in _SCALES:
        if most < scale:
            break
        many = _times(
            min(most // scale, 9 if scale == 100 else 999), "<below_thousand>" if scale > 1_000 else largest
        )
        rules = f"<{name}> = {largest} | [a | {many}] {word} [[and {{}}] {largest}];" + rules
        largest = f"<{name}>"
    return f"\n<number> = {largest};\n{rules}"


_SCALES = (
    (100, "hundred", "below_thousand"),
    (1_000, "thousand", "below_million"),
    (1_000_000, "million", "below_billion"),
)


def _times(most: int, several: str) -> str:
    """The numbers from 1 to `most`, before a scale."""
    if most == 1:
        return "one"
    return several if most > 19 else f"({alternatives(range(1, most + 1))})"


def _parted(words: list[str], scale: str, times: int, read: Callable[[list[str]], int | None]) -> int | None:
    """A number with, or without, so many hundreds or thousands before it."""
    if scale not in words:
        return read(words)
    at = words.index(scale)
    before, after = words[:at], words[at + 1 :]
    many = 1 if before in ([], ["a"]) else read(before)
    rest = read(after[1:] if after[:1] == ["and"] else after) if after else 0
    if many is None or rest is None or not 0 < many < 1_000 or rest >= times:
        return None
    return many * times + rest


def with_digits(said: str, n: int) -> str:
    """'fifteen minutes' -> 'fifteen minutes, one five': no ear takes that for fifty."""
    return f"{said}, {digits(str(n))}" if 13 <= n <= 19 or n in TENS_VALUES.values() else said


def alternatives(values: range | list[int]) -> str:
    """Numbers as a JSGF alternative: 'one | two | twenty one'."""
    return " | ".join(cardinal(n).replace("-", " ") for n in values)
