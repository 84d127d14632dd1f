"""Texts as providers take them. Pure; read by workers: standard library alone, Python 3.10."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?…。！？।]+[\"'”’)]*\s+|\n+")
_PAUSE = re.compile(r"[,;:、，]\s+")


def pieces(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` characters, each as long as it can be: cut between sentences, else
    at a comma, else between words, else anywhere. Joined they are the text."""
    found = []
    while len(text) > most:
        head = text[:most]
        cut = _last(_SENTENCE_END, head) or _last(_PAUSE, head) or head.rfind(" ") + 1 or most
        found.append(text[:cut])
        text = text[cut:]
    found.append(text)
    return [piece for piece in found if piece.strip()]


def without_tags(text: str) -> str:
    """Nothing of it is read as markup: one character for one."""
    return text.replace("<", " ").replace(">", " ")


def _last(end: re.Pattern[str], text: str) -> int:
    return max((found.end() for found in end.finditer(text)), default=0)
