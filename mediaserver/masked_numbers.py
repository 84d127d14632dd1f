"""Telephone numbers as far as they may be told where nobody can take them out again: their last digits."""

from __future__ import annotations

import re

SHOWN = 2
"""Digits at the end that stay, so that whoever knows the number recognises it."""
_NUMBER = re.compile(r"\d(?:[ ().\-/]{0,3}\d){4,}", re.ASCII)
"""Five digits or more, with what is written between them. Fewer are an extension, which is ours."""


def masked(number: str) -> str:
    """What stays of a number: "+4930123456" is "+•••••••••56"."""
    digits = number.lstrip("+")
    return f"+{'•' * (len(digits) - SHOWN)}{digits[-SHOWN:]}"


def without_numbers(text: str) -> str:
    """A text in which this is all that is left of numbers: "sip:+4930123456@h" is "sip:+••••••••56@h"."""
    return _NUMBER.sub(lambda found: _hidden(found[0]), text)


def _hidden(written: str) -> str:
    digits = [each for each in written if each.isdigit()]
    return "•" * (len(digits) - SHOWN) + "".join(digits[-SHOWN:])
