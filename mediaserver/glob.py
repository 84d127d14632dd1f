"""Patterns of addresses and numbers: `*` stands for any characters, `?` for one.

No regular expression: strangers choose what is compared, and several stars make one take for ever.
"""

from __future__ import annotations


def fits(pattern: str, text: str) -> bool:
    """Whether the pattern stands for the whole text. At most len(pattern) * len(text) steps."""
    at = in_pattern = 0
    star, covered = -1, 0
    while at < len(text):
        if in_pattern < len(pattern) and pattern[in_pattern] == "*":
            star, covered = in_pattern, at
            in_pattern += 1
        elif in_pattern < len(pattern) and pattern[in_pattern] in ("?", text[at]):
            at += 1
            in_pattern += 1
        elif star >= 0:  # let the last star cover one character more; those before it need no other try
            covered += 1
            at, in_pattern = covered, star + 1
        else:
            return False
    return not pattern[in_pattern:].strip("*")
