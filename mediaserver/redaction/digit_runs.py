"""Numbers in a text: digits in a row, written or read out, however they are grouped. Pure; linear in it.

"415-555-0100", "four one five, five five five, oh one double oh", "+49 (0)30 12 34", "zweiundzwanzig".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from mediaserver.redaction.number_words import CJK, NumberWord, WordKind, number_word

_CJK = "".join(CJK)
_TOKEN = re.compile(
    # What looks like a number and is none: a moment, a date, an identifier.
    r"(?P<other>(?<![\d.-])\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?(?![\d-])"
    r"|(?<![\d./-])(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d{2}(?![\d./-])"
    r"|(?<![\d./-])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)\d{2}(?![\d./-])"
    r"|(?<![0-9a-fA-F-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F-]))"
    rf"|(?P<digits>\d+)|(?P<cjk>[{_CJK}]+)"
    rf"|(?P<word>(?:(?![{_CJK}])[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u0971-\u097f])+)"
    r"|(?P<gap>[\s.()/,;:+*#\u2010-\u2015-]+)|(?P<end>.)",
    re.DOTALL,
)
_JOINS = re.compile(r"[\s.()/+\u2010-\u2015-]*,?[\s()+\u2010-\u2015-]*")
"""What may stand between the digits of one number."""
LONGEST_GAP = 5
"""Characters between two digits of one number."""
ENOUGH = 40
"""Digits of one number that are kept: what more a long one has changes nothing."""
MOST_FILLERS = 3
"""Words between two digits of one number that mean nothing."""


@dataclass(slots=True)
class DigitRun:
    """A number, and where in the text it stands: from `start` up to and without `end`."""

    start: int
    end: int
    digits: str
    plus: bool = False
    """A plus sign stands before it."""
    grouped: bool = False
    """It is written with anything between its digits."""
    last: bool = False
    """Nothing but gaps and fillers follow: it may go on."""


@dataclass(slots=True)
class _Open:
    """A run that is being read."""

    run: DigitRun | None = None
    fillers: int = 0
    repeat: int = 1
    tens: bool = False
    """The last word was a multiple of ten, to which a unit may be added."""
    plus_at: int | None = None
    zeros: list[tuple[int, int]] = field(default_factory=list)
    """Letters O since the last digit: zeros when another digit follows, or none ever followed."""


def digit_runs(text: str) -> Iterator[DigitRun]:
    """All that may be numbers, in order, also those of one digit."""
    state = _Open()
    for token in _TOKEN.finditer(text):
        kind, written = token.lastgroup, token.group()
        start, end = token.span()
        word: NumberWord | None = None
        if kind == "digits":
            _add(state, start, end, "".join(str(unicodedata.digit(each)) for each in written))
            continue
        if kind == "cjk":
            _add(state, start, end, "".join(CJK[each] for each in written))
            continue
        if kind == "gap" and (state.run is None or _joins(written)):
            if "+" in written and state.run is None:
                state.plus_at = start + written.rindex("+")
            elif state.run is not None and written.strip():
                state.run.grouped = True
            continue
        if kind == "word":
            word = number_word(written)
        if word is not None and _takes(state, word, start, end):
            continue
        yield from _close(state)
    yield from _close(state, last=True)


def _joins(gap: str) -> bool:
    # A comma without a space behind it is that of a large or a broken number: 1,250,000 or 3,14.
    if "," in gap and not gap.rstrip().endswith(",") or gap.endswith(","):
        return False
    return len(gap) <= LONGEST_GAP and _JOINS.fullmatch(gap) is not None


def _takes(state: _Open, word: NumberWord, start: int, end: int) -> bool:
    """Whether the word belongs to the run."""
    match word.kind:
        case WordKind.ZERO:
            _add(state, start, end, "0")
        case WordKind.UNIT if state.tens and state.run is not None:
            state.run.digits = state.run.digits[:-1] + word.digits
            state.run.end, state.tens, state.fillers = end, False, 0
        case WordKind.UNIT:
            _add(state, start, end, word.digits * state.repeat)
        case WordKind.TEEN if state.tens and state.run is not None:  # French: soixante-quinze
            state.run.digits = state.run.digits[:-2] + str(int(state.run.digits[-2:]) + int(word.digits))[-2:]
            state.run.end, state.tens = end, False
        case WordKind.TEEN:
            _add(state, start, end, word.digits)
        case WordKind.TENS if state.run is not None and state.run.digits[-1:] == "4" and word.digits == "20":
            # French: quatre-vingt
            state.run.digits = state.run.digits[:-1] + "80"
            state.run.end, state.tens = end, True
        case WordKind.TENS:
            _add(state, start, end, word.digits)
            state.tens = True
        case WordKind.HUNDRED:
            if state.run is None:
                return False
            _add(state, start, end, "00")
        case WordKind.DOUBLE | WordKind.TRIPLE:
            state.repeat = 2 if word.kind is WordKind.DOUBLE else 3
            return _filler(state) or state.run is None
        case WordKind.PLUS:
            if state.run is not None:
                return False
            state.plus_at = start
        case WordKind.LETTER_O:
            if state.run is None:
                return False
            state.zeros += [(start, end)] * state.repeat
            state.repeat = 1
        case WordKind.FILLER:
            return _filler(state)
    return True


def _filler(state: _Open) -> bool:
    state.fillers += 1
    return state.run is not None and state.fillers <= MOST_FILLERS


def _add(state: _Open, start: int, end: int, digits: str) -> None:
    run = state.run
    if run is None:
        plus = state.plus_at is not None
        begins = state.plus_at if state.plus_at is not None else start
        state.run = DigitRun(begins, end, digits, plus)
    else:
        if len(run.digits) < ENOUGH:
            run.digits += "0" * len(state.zeros) + digits
        run.end = end
    state.zeros.clear()
    state.fillers, state.repeat, state.tens, state.plus_at = 0, 1, False, None


def _close(state: _Open, *, last: bool = False) -> Iterator[DigitRun]:
    run = state.run
    if run is not None:
        if state.zeros:  # "five five oh" ends in a zero
            run.digits += "0" * len(state.zeros)
            run.end = state.zeros[-1][1]
        run.last = last
        yield run
    state.run, state.fillers, state.repeat, state.tens, state.plus_at = None, 0, 1, False, None
    state.zeros.clear()
