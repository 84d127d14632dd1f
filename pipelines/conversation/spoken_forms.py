"""Text on its way to a voice: sentences, and how times, dates and numbers are spoken.

Every written word keeps its place in the spoken text, so that what was heard can be told in written words.
English only; another language gets its text unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st jr sr vs etc inc ltd co dept approx e.g i.e a.m p.m u.s u.k".split()
)
"""Words whose final dot need not end a sentence, lower case, without that dot."""

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
MONTHS = ("January February March April May June July August September October November December").split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(n: int) -> str:
    """342 -> 'three hundred forty-two'; up to, not including, a trillion."""
    if n < 0:
        return "minus " + cardinal(-n)
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" {cardinal(n % 100)}" if n % 100 else "")
    for scale, name in SCALES:
        if n >= scale:
            return f"{cardinal(n // scale)} {name}" + (f" {cardinal(n % scale)}" if n % scale else "")
    return str(n)


def ordinal(n: int) -> str:
    """24 -> 'twenty-fourth'."""
    head, dash, last = cardinal(n).rpartition("-")
    if not dash:
        head, dash, last = cardinal(n).rpartition(" ")
    if last in IRREGULAR_ORDINALS:
        last = IRREGULAR_ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return head + dash + last


def digits(text: str) -> str:
    """'+1 650' -> 'plus one six five zero', one by one, as phone numbers are read."""
    return " ".join("plus" if c == "+" else ONES[int(c)] for c in text if c == "+" or c in "0123456789")


def clock_time(hour: int, minute: int) -> str:
    """14, 30 -> 'two thirty p m'; noon and midnight are said as such."""
    if minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    spoken = cardinal(hour % 12 or 12)
    if 0 < minute < 10:
        spoken += f" oh {cardinal(minute)}"
    elif minute:
        spoken += f" {cardinal(minute)}"
    return f"{spoken} {'a' if hour < 12 else 'p'} m"


def day(value: date) -> str:
    """'Tuesday, November twenty-fourth'."""
    return f"{WEEKDAYS[value.weekday()]}, {MONTHS[value.month - 1]} {ordinal(value.day)}"


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if hour > 23 or minute > 59:
        return match[0]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return clock_time(hour, minute)


def _bare_hour(match: re.Match[str]) -> str:
    return clock_time(int(match[1]) % 12 + (12 if match[2].lower() == "p" else 0), 0)


def _iso_day(match: re.Match[str]) -> str:
    try:
        return day(date(int(match[1]), int(match[2]), int(match[3])))
    except ValueError:
        return match[0]


def _money(match: re.Match[str]) -> str:
    whole, cents = int(match[1].replace(",", "")), int(match[2] or 0)
    spoken = f"{cardinal(whole)} dollar{'' if whole == 1 else 's'}"
    return spoken + (f" {cardinal(cents)}" if cents else "")


def _decimal(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1].replace(',', '')))} point {digits(match[2])}" + (
        " percent" if match[3] else ""
    )


def _integer(match: re.Match[str]) -> str:
    plain = match[1].replace(",", "")
    if len(plain) > 12 or (len(plain) > 1 and plain[0] == "0"):
        return digits(plain)
    return cardinal(int(plain)) + (" percent" if match[2] else "")


FORMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\b(\d{4})-(\d\d)-(\d\d)\b", _iso_day),
    (r"\b(\d{1,2}):(\d\d)(?:\s?([ap])\.?m\b)?(?:\.(?=\s\S))?", _time),
    (r"\b(1[0-2]|0?[1-9])\s?([ap])\.?m\b", _bare_hour),
    (r"\$(\d[\d,]*)(?:\.(\d\d))?", _money),
    (r"(?:\+\d|\b\d)(?:[ ()-]{0,2}\d){6,14}\b", lambda m: digits(m[0])),
    (r"\b(\d{1,2})(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1]))),
    (r"\b(\d[\d,]*)\.(\d+)\b(%?)", _decimal),
    (r"\b(\d{1,3}(?:,\d{3})+|\d+)(%?)", _integer),
)
"""Written forms and how they are said, the first match from the left wins, in this order."""

_WORD = re.compile("|".join(f"(?P<f{i}>{p})" for i, (p, _) in enumerate(FORMS)) + r"|(?P<plain>\S)", re.I)
_FORMS = tuple((re.compile(p, re.I), say) for p, say in FORMS)


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A written word and where it is in the spoken text."""

    written: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence as the voice says it."""

    written: str
    spoken: str
    words: tuple[SpokenWord, ...]


def speak_form(sentence: str, language: str) -> Spoken:
    """Spell out what a voice would misread, remembering which written word each spoken one stands for.
    `language`: a BCP 47 tag."""
    if not english(language):
        return as_written(sentence)
    return _spoken(sentence, _pieces(sentence))


def as_written(text: str) -> Spoken:
    """Each word is said as it is written."""
    return _spoken(text, [(word, word) for word in text.split()])


def english(language: str) -> bool:
    """Whether a BCP 47 tag means English."""
    return language.lower().split("-")[0] == "en"


def _spoken(written: str, pieces: list[tuple[str, str]]) -> Spoken:
    words: list[SpokenWord] = []
    spoken = ""
    for piece, said in pieces:
        spoken += " " if spoken else ""
        words.append(SpokenWord(piece, len(spoken), len(spoken) + len(said)))
        spoken += said
    return Spoken(written, spoken, tuple(words))


def _pieces(sentence: str) -> list[tuple[str, str]]:
    """Written words (or forms of several words) with their spoken form."""
    pieces: list[tuple[str, str]] = []
    written = said = ""
    at = 0
    for match in _WORD.finditer(sentence):
        if match.start() > at and written:
            pieces.append((written, said))
            written = said = ""
        group = match.lastgroup or "plain"
        written += match[0]
        said += match[0] if group == "plain" else _say(match[0], _form_of(match))
        at = match.end()
    if written:
        pieces.append((written, said))
    return pieces


def _form_of(match: re.Match[str]) -> int:
    return next(i for i in range(len(FORMS)) if match.group(f"f{i}") is not None)


def _say(text: str, form: int) -> str:
    pattern, say = _FORMS[form]
    own = pattern.match(text)
    return say(own) if own else text


def split_sentences(text: str) -> list[str]:
    """Sentences in order, each stripped; dots of abbreviations, decimals and initials do not end one."""
    sentences: list[str] = []
    start = 0
    for match in re.finditer(r"[.!?]+[\"')\]]*(?=\s|$)", text):
        before = text[start : match.start()].rsplit(None, 1)
        last = before[-1].lower().lstrip("(\"'") if before else ""
        rest = text[match.end() :].lstrip()
        if match[0].startswith("."):
            may_end = last in ("a.m", "p.m", "etc") and rest[:1].isupper()
            if (last in ABBREVIATIONS and not may_end) or (last == "no" and rest[:1].isdigit()):
                continue
            if len(last) == 1 and last.isalpha() and last != "i" and rest:
                continue
        sentence = text[start : match.end()].strip()
        if sentence:
            sentences.append(sentence)
        start = match.end()
    tail = text[start:].strip()
    return [*sentences, tail] if tail else sentences
