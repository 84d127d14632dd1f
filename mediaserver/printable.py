"""Text from outside as it may stand on a terminal and in a log.

Whatever a stranger put into it, it cannot move the cursor, begin a line of its own, or turn the order in
which the line is read (Unicode Technical Report 36, section 3.1).
"""

from __future__ import annotations

import re

_MARKS = (
    "\x7f-\x9f\u2028\u2029"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, embeddings, overrides and isolates
    "\ud800-\udfff"  # halves of characters: no stream can encode them
)
_UNSEEN = re.compile(f"[\x00-\x1f{_MARKS}]")
_UNSEEN_BUT_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{_MARKS}]")


def printable(text: str) -> str:
    """One line: control characters, line separators and marks of direction as `\\n`, `\\x1b`, `\\u202e`."""
    return _UNSEEN.sub(_escaped, text)


def printable_lines(text: str, indent: str = "") -> str:
    """Several lines, such as a traceback: tabs and line feeds stay, and each line after one begins with
    `indent`, so that none can be taken for one of ours."""
    return _UNSEEN_BUT_LINES.sub(_escaped, text).replace("\n", f"\n{indent}")


def printable_json(text: str) -> str:
    """A JSON document that says the same: what is escaped in it is escaped as JSON does (:rfc:`8259` 7)."""
    return _UNSEEN_BUT_LINES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
