"""Whether a dot ends a sentence, or is part of an abbreviation, an initial or an ordinal: known here alone.

Pure; imports the standard library alone: workers of voices cut texts by it, too.
"""

from __future__ import annotations

ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st jr sr vs etc inc ltd co dept approx e.g i.e a.m p.m u.s u.k nr hr fr str bzw ca usw"
    " z.b d.h u.a evtl ggf inkl tel sra sres ud uds av avda núm pág ej p.ej m mme mlle dott sig sig.ra ecc "
    "p.es dra av exmo sto sta d.c b.c mt gen col capt lt sgt gov rev".split()
)
"""Words whose final dot need not end a sentence, lower case, without that dot."""
_NUMBERED = frozenset(
    "no nr nº núm art p n ext apt ste rm max min tel vol fig pp jan feb mar apr jun jul aug sep sept oct nov "
    "dec mär okt dez".split()
)
"""Likewise where a number follows: 'Jan. 5', 'ext. 204'."""
_CLOSING = "\"')]*_\u201d\u2019\u00bb"
_NEAR = 40
_ORDINAL_AFTER = frozenset(
    "am der die das dem den des im vom zum zur beim bis ab ihr ihre ihren unser mein".split()
)
"""Words before a German ordinal."""


def ends_sentence(text: str, first: int, end: int, start: int = 0) -> bool:
    """Whether the marks at text[first:end] end a sentence, in a text that is looked at from `start` on: the
    dot of an abbreviation, an initial or an ordinal does not."""
    marks = text[first:end]
    if not marks.startswith((".", "\u2026")) or len(marks.rstrip(_CLOSING)) > 1:
        return True
    before = text[max(start, first - _NEAR) : first].rsplit(None, 1)
    last = before[-1].lower().lstrip("(\"'\u00bf\u00a1*_") if before and not before[-1][-1:].isspace() else ""
    rest = text[end : end + _NEAR].lstrip()
    may_end = last in ("a.m", "p.m", "etc", "usw", "ecc") and rest[:1].isupper()
    if last in ABBREVIATIONS and not may_end:
        return not rest
    if last in _NUMBERED and rest[:1].isdigit():
        return False
    if last.isdecimal() and len(last) <= 2 and _is_ordinal(text, start, first, rest):
        return False
    return not (len(last) == 1 and last.isalpha() and last.isascii() and last != "i" and rest)


def _is_ordinal(text: str, start: int, first: int, rest: str) -> bool:
    """'1. Apples' at the beginning of a line, 'am 3. Mai', 'im 2. Stock'."""
    line = text[max(start, first - 4) : first].strip()
    if line.isdecimal() and not text[start:first].strip().rstrip("0123456789"):
        return True
    before = text[max(start, first - _NEAR) : first].split()
    return len(before) > 1 and before[-2].lower() in _ORDINAL_AFTER and bool(rest)
