"""Telephone numbers as providers write them, and callers who show none. Pure."""

from __future__ import annotations

import re

ANONYMOUS = "anonymous"
_E164 = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_SIP = re.compile(r"(?:sips?:)?([^@;:\s]+)(?:;[^@\s]*)?@[^@\s]+", re.IGNORECASE)
_SPELT = {
    "266696687": "ANONYMOUS",
    "7378742833": "RESTRICTED",
    "2562533": "BLOCKED",
    "8656696": "UNKNOWN",
    "86282452253": "UNAVAILABLE",
}
"""Who shows no number comes through some networks with the word for that, spelt on a telephone's keys."""
_WORDS = frozenset(
    (
        *("anonymous", "restricted", "unknown", "unavailable", "private", "blocked", "withheld", "hidden"),
        *("anonymous@anonymous.invalid", "sip:anonymous@anonymous.invalid", "+"),
    )
)


def plus(number: str) -> str:
    """E.164, of a number that is told without its plus: also where that has become a blank, as in a form that
    nobody has escaped. Short codes, national numbers and what is no number stay as they are."""
    bare = number.strip()
    return f"+{bare}" if _E164.fullmatch(bare) else bare


def called(to: str) -> str:
    """Who is called: of a SIP address its user, as by a trunk; else as it is told."""
    bare = to.strip()
    found = _SIP.fullmatch(bare)
    return found[1] if found is not None else bare


def who_calls(number: str) -> str:
    """Who calls: "anonymous" where the number is withheld, empty where nothing is said."""
    bare = number.strip()
    return ANONYMOUS if bare.lower() in _WORDS or bare.removeprefix("+") in _SPELT else bare
