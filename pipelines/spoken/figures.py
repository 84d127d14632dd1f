"""Figures that are no amounts: codes and card numbers, tax numbers, numbers written with dots, prices for
each of something, how often, how large, days from one to another.

Pure. Patterns are bounded, and read by `figure`, as those of `patterns` are by `reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipelines.spoken.figure_words import WORDS, FigureWords
from pipelines.spoken.tongue import Tongue, months, short_months

_LEFT = r"(?<![0-9A-Za-z])"
_RIGHT = r"(?![0-9A-Za-z])"
_RUNS = re.compile(r"[0-9]++")
LEAST_SPELT = 3
"""Digits of a number that may be a code."""
MOST_SPELT = 12
LOOKED_BACK = 48
"""Characters before a number in which a word may say what it is."""
EMERGENCY = frozenset("911 112 999 988".split())
_POSTAL = {
    "en": re.compile(r"(?<!\w)[A-Z]{2}\s$"),
    "de": re.compile(r"(?:\s\d{1,4}\s?[a-z]?,\s|(?<!\w)D-)$"),
}
"""What stands before the five digits of a postal code: a state, a number of a house."""
KINDS = frozenset("iban card dotted tax often size sides each week weekday chome".split())


def figure_patterns(tongue: Tongue) -> list[str]:
    """The patterns of a language, the more special first; each is one group with the name of its kind."""
    words = _words(tongue)
    kinds = [
        rf"(?P<iban>{_LEFT}[A-Z]{{2}}\d{{2}}(?:\ ?[A-Z0-9]{{4}}){{3,7}}(?:\ [A-Z0-9]{{1,3}})?{_RIGHT})",
        rf"(?P<card>{_LEFT}\d{{4}}(?P<k_s>[ -])\d{{4}}(?P=k_s)\d{{4}}(?P=k_s)\d{{4}}{_RIGHT})",
        rf"(?P<dotted>{_LEFT}(?:0\d(?:\.\d\d){{4}}|\d{{3}}\.\d{{3}}\.\d{{4}})(?![\d.]\d|[0-9A-Za-z]))",
    ]
    if tongue.language == "pt":
        kinds.append(
            rf"(?P<tax>{_LEFT}(?:\d{{3}}\.\d{{3}}\.\d{{3}}-\d\d|\d\d\.\d{{3}}\.\d{{3}}/\d{{4}}-\d\d){_RIGHT})"
        )
    if tongue.language == "ja":  # 1-2-3, and 1-2 behind the name of a place
        kinds.append(
            rf"(?P<chome>{_LEFT}[1-9]\d{{0,2}}-[1-9]\d{{0,2}}-[1-9]\d{{0,2}}(?![-\d])"
            r"|(?<=[\u533a\u753a\u6751\u6761\u76ee])\d{1,4}-\d{1,4}(?![-\d]))"
        )
    if words.times[1]:
        kinds.append(rf"(?P<often>{_LEFT}(?P<k_n>\d{{1,3}})\s?[xX\u00d7](?=\s[^\W\d]|[,.;!?)/]|$))")
    if words.by:
        side = r"[1-9]\d{0,3}"
        kinds.append(rf"(?P<size>{_LEFT}{side}[xX\u00d7]{side}(?:[xX\u00d7]{side})?{_RIGHT})")
        kinds.append(r"(?P<sides>(?:(?<=\d)|(?<=[cmk]m)|(?<=\dm)|(?<=\sm))\s[xX\u00d7]\s(?=\d))")
    if words.each:
        behind = "" if tongue.joined else r"(?!\w)"
        kinds.append(
            rf"(?P<each>(?<=[\dxX\u20ac$\u00a3\u00a5\u20b9%\u5143\u5186])/(?P<k_w>{_any(words.each)}){behind})"
        )
    if not tongue.joined and tongue.language != "hi":
        kinds += _weekdays(tongue)
    return kinds


def figure(tongue: Tongue, match: re.Match[str]) -> str | None:
    """What one of them is said as."""
    words, text = _words(tongue), match[0]
    match match.lastgroup:
        case "iban":
            bare = text.replace(" ", "")
            groups = [bare[at : at + 4] for at in range(0, len(bare), 4)]
            return tongue.pause.join(_spelled(tongue, group) for group in groups)
        case "card" | "dotted" | "tax":
            return tongue.phone(_RUNS.findall(text), False)
        case "chome":
            return "\u306e".join(tongue.cardinal(int(part)) for part in text.split("-"))
        case "often":
            n = int(match["k_n"])
            return words.times[0] if n == 1 else words.times[1].format(_counted(tongue, n, words.times[1]))
        case "size":
            sides = [tongue.cardinal(int(side)) for side in _RUNS.findall(text)]
            return (words.by if tongue.joined else f" {words.by} ").join(sides)
        case "sides":
            return words.by if tongue.joined else f" {words.by} "
        case "each":
            said = words.each[match["k_w"]]
            return f"{tongue.pause}{said}" if tongue.language == "ja" else f"{tongue.space}{said}"
        case "week":
            return f"{_day(match['w_a'], tongue)} {tongue.to} {_day(match['w_b'], tongue)}"
        case "weekday":
            return _day(match["w_n"], tongue)
        case _:
            return None


def ratio(tongue: Tongue, text: str) -> str | None:
    """'3:1'; None for what is more than two small numbers, or looks like a time."""
    words, parts = _words(tongue), text.split(":")
    if not words.ratio or len(parts) != 2 or len(parts[0]) > 3 or len(parts[1]) not in (1, 3):
        return None
    between = words.ratio if tongue.joined else f" {words.ratio} "
    return between.join(tongue.cardinal(int(part)) for part in parts)


def spelt(tongue: Tongue, digits: str, before: str) -> str | None:
    """A number that is a code, by the words before it, digit by digit; None for any other."""
    if not LEAST_SPELT <= len(digits) <= MOST_SPELT:
        return None
    postal = _POSTAL.get(tongue.language) if len(digits) == 5 else None
    low = before.lower()
    emergency = digits in EMERGENCY and low.endswith("call ")
    if not (emergency or _spelt_behind(tongue.language).search(low) or (postal and postal.search(before))):
        return None
    step = 3 if len(digits) % 3 == 0 and len(digits) > 3 else 4
    groups = [digits[at : at + step] for at in range(0, len(digits), step)]
    if len(digits) == 5:
        groups = [digits]
    return tongue.phone(groups, False)


@lru_cache(maxsize=16)
def _spelt_behind(language: str) -> re.Pattern[str]:
    return re.compile(WORDS[language].spelt)


def _words(tongue: Tongue) -> FigureWords:
    return WORDS[tongue.language]


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _counted(tongue: Tongue, n: int, times: str) -> str:
    noun = times.removeprefix("{}").strip()
    return tongue.cardinal(n, noun if times.startswith("{} ") else "")


def _spelled(tongue: Tongue, text: str) -> str:
    return tongue.space.join(
        tongue.digit_words[int(char)] if char.isdigit() else tongue.letter(char) for char in text
    )


@lru_cache(maxsize=16)
def _days(language: str) -> tuple[tuple[str, str], ...]:
    """Abbreviations of the days without their dot, as they may be written, and their names."""
    from babel import Locale

    forms = Locale.parse(language).days["format"]
    found = {}
    for number in range(7):
        short, name = forms["abbreviated"][number].rstrip("."), forms["wide"][number]
        found[short] = found[short[:1].upper() + short[1:]] = name
    return tuple(found.items())


def _day(short: str, tongue: Tongue) -> str:
    return dict(_days(tongue.language))[short]


def _weekdays(tongue: Tongue) -> list[str]:
    """'Mon-Fri', and in English 'Tue, Nov 24'."""
    days = _any(dict(_days(tongue.language)))
    kinds = [
        rf"(?P<week>(?<!\w)(?P<w_a>{days})\.?\s?[-\u2013\u2014]\s?(?P<w_b>{days})(?!\w))",
    ]
    if tongue.language == "en":
        names = _any([*months("en"), *short_months("en")])
        capitals = _any([short for short, _ in _days("en") if short[:1].isupper()])
        kinds.append(rf"(?P<weekday>(?<!\w)(?P<w_n>{capitals})(?=,\s(?:{names}|\d)|\s(?:{names})\b))")
    return kinds
