"""Texts as providers take them. Pure; read by workers: standard library alone, Python 3.10."""

from __future__ import annotations

import re

from pipelines.languages.sentence_ends import ends_sentence

_SENTENCE_END = re.compile(r"(?P<marks>[.!?…。！？।]+[\"'”’)]*)\s+|\n+")
_PAUSE = re.compile(r"[,;:、，]\s+")


def pieces(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` characters, each as long as it can be: cut between sentences, else
    at a comma, else between words, else anywhere. Joined they are the text."""
    found = []
    while len(text) > most:
        head = text[:most]
        cut = _last_sentence(text, most) or _last_pause(head) or head.rfind(" ") + 1 or most
        found.append(text[:cut])
        text = text[cut:]
    found.append(text)
    return [piece for piece in found if piece.strip()]


def without_tags(text: str) -> str:
    """Nothing of it is read as markup: one character for one."""
    return text.replace("<", " ").replace(">", " ")


def _last_sentence(text: str, most: int) -> int:
    ends = _SENTENCE_END.finditer(text, 0, most)
    cuts = (found.end() for found in ends if ends_sentence(text, found.start(), found.end("marks")))
    return max(cuts, default=0)


def _last_pause(head: str) -> int:
    return max((found.end() for found in _PAUSE.finditer(head)), default=0)
