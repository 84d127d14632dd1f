"""What a provider is to listen for, of a turn's grammar: the phrases of its JSGF document without structure.

A recogniser behind a provider knows no grammars; it takes a list of words that are likely. Pure; read by
workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST = 50
LONGEST = 50
"""Characters of a phrase: what the strictest provider takes."""
SHORTEST = 3
LETTERS_A_TOKEN = 2
"""Codes and names, which are what is listened for, have no more; other scripts have one, which is two bytes
and more."""

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_HEADER = re.compile(r"#JSGF[^;]*;|\bgrammar\s+[^;]*;|\bimport\s*<[^;]*;")
_RULE = re.compile(r"(?:public\s+)?<[^>]*>\s*=")
_TAG = re.compile(r"\{(?:\\.|[^}\\])*\}")
_WEIGHT = re.compile(r"/[\d.eE+-]+/")
_REFERENCE = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"[|()\[\];*+<>{}=]")


def keyterms(jsgf: str, most: int = MOST) -> list[str]:
    """In their order, each once. A document that cannot be read gives what is readable of it."""
    text = _HEADER.sub(" ", _COMMENT.sub(" ", jsgf))
    text = _WEIGHT.sub(" ", _TAG.sub(" ", _RULE.sub("|", text)))
    found: dict[str, None] = {}
    for piece in _BREAK.split(_REFERENCE.sub("|", text)):
        phrase = " ".join(piece.replace('"', " ").replace("\\", " ").split())
        if SHORTEST <= len(phrase) <= LONGEST:
            found.setdefault(phrase)
    return list(found)[:most]


def within(terms: Sequence[str], most_tokens: int) -> list[str]:
    """The first of them, each once, that surely are not more tokens of the provider's than it takes: with one
    more it would hear nothing at all."""
    kept: list[str] = []
    left = most_tokens
    for term in dict.fromkeys(terms):
        tokens = -(-len(term.encode()) // LETTERS_A_TOKEN)
        if tokens <= left:
            kept.append(term)
            left -= tokens
    return kept
