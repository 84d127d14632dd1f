"""A telephone number wherever it stands in texts and values, and what is left of them without it. Pure.

Numbers are found as they are written with digits: in full, as they are dialled abroad, and at home; with
blanks, points, hyphens, slashes or brackets in them. Not: spoken digits, numbers without their area code.
"""

from __future__ import annotations

import re
from typing import Any

from mediaserver.masked_numbers import masked
from mediaserver.outbound.numbers import NumberPlan

_BETWEEN = r"[ ().\-/\u00a0]{0,3}"
_COUNTRY_CODE = 3
"""Digits at most (ITU-T E.164); behind it people write a zero that is no part of the number: +44 (0)121."""
MOST_DEPTH = 60


class Mention:
    """Of one number (E.164, with its `+`)."""

    def __init__(self, number: str, plan: NumberPlan) -> None:
        """`plan`: how it is dialled where the server stands."""
        self._left = masked(number)
        digits = number.lstrip("+")
        abroad = "|".join(
            _BETWEEN.join([*digits[:end], r"\(?0\)?", *digits[end:]]) for end in range(1, _COUNTRY_CODE + 1)
        )
        forms = [rf"(?:\+|00|011)?{_BETWEEN}(?:{_BETWEEN.join(digits)}|{abroad})"]
        if plan.country_code and digits.startswith(plan.country_code):
            own = digits.removeprefix(plan.country_code)
            home = plan.national if plan.national is not None else "1" if plan.country_code == "1" else "0"
            forms.append(_BETWEEN.join([*home, *own]))
        self._pattern = re.compile(rf"(?<![0-9+])(?:{'|'.join(forms)})(?![0-9])")

    def stands_in(self, text: str) -> bool:
        return self._pattern.search(text) is not None

    def taken_out(self, value: Any) -> Any:
        """A text, or a value as JSON has them, with two digits left of each mention; the very same where
        there is none."""
        return self._value(value, MOST_DEPTH)

    def _value(self, value: Any, depth: int) -> Any:
        match value:
            case str():
                return self._pattern.sub(self._left, value)
            case bool() | float() | None:
                return value
            case int():
                return self._left if self._pattern.fullmatch(str(value)) else value
            case dict() if depth:
                return {self._value(key, 0): self._value(each, depth - 1) for key, each in value.items()}
            case list() if depth:
                return [self._value(each, depth - 1) for each in value]
            case _:
                return value
