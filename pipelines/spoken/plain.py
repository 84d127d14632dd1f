"""From what a model or a person wrote to text without markup, emoji and characters that nobody can say, each
character knowing where it was written.

Pure, and linear in the length of the text: every pattern is bounded or possessive. It must never run a tag or
follow a link: of both only the words are kept.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_UNUSUAL = re.compile(r"[^ !\"$%'()+,\-./0-9:;=?@A-Za-z\u00a1\u00bf-\u00d6\u00d8-\u00f6\u00f8-\u0233"
                      r"\u0900-\u0965\u0970-\u097f\u2019\u3001\u3002\u300c\u300d\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff"
                      r"\u20ac\u00a3\u00a5]|[!?.,;:-][!?.,;:-]")  # fmt: skip
"""Where none of this is found the text is plain already."""
_MARKED = re.compile(r"[<>`*_\[\]#|~&\\\n]")
_ESCAPES = re.compile(r"\x1b\[[0-?]{0,16}+[ -/]{0,4}+[@-~]")
"""Terminals' sequences."""
_ODD = re.compile(r"[^\n -~]")

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


@lru_cache(maxsize=1)
def _markup() -> tuple[_Rule, ...]:
    """In this order: what holds others comes first."""
    return (
        (re.compile(r"```[^`]*+(?:`{1,2}+[^`]++)*+(?:```|$)|~~~[^~]*+(?:~{1,2}+[^~]++)*+(?:~~~|$)"), " "),
        (re.compile(r"<!--[^>]*+(?:(?<!--)>[^>]*+)*+(?:>|$)"), " "),
        (re.compile(r"<(script|style|think|thinking)\b[^<]*+(?:<(?!/\1>)[^<]*+)*+(?:</\1>|$)", re.I), " "),
        (re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,600}+)>"), r"\1"),
        (re.compile(r"</?[A-Za-z][^<>]{0,600}+>"), " "),
        (re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,24});"), lambda m: html.unescape(m[0])),
        (re.compile(r"!?\[\^?\d{1,3}\](?!\()"), ""),
        (re.compile(r"!?\[([^\[\]\n]{1,400}+)\](?:\([^()\n]{0,800}+(?:\([^()\n]{0,200}+\)[^()\n]{0,800}+)?\)"
                    r"|\[[^\[\]\n]{0,80}+\])"), r"\1"),
        (re.compile(r"^[ \t]{0,8}+\|?[ \t]*+[:-][:| \t-]{2,}+$", re.M), " "),
        (re.compile(r"^[ \t]{0,8}+(?:[-*_][ \t]*+){3,}+$", re.M), " "),
        (re.compile(r"^[ \t]{0,8}+(?:#{1,6}+(?=[ \t])|>{1,8}+|[-*+\u2022](?=[ \t]))[ \t]*+"
                    r"(?:\[[ xX]\][ \t]++)?", re.M), ""),
        (re.compile(r"^([ \t]{0,8}+\d{1,2}+)[.)](?=[ \t]++\S)", re.M), r"\1,"),
        (re.compile(r"[ \t]*+\|[ \t|]*+$|^[ \t]*+\|[ \t|]*+", re.M), ""),
        (re.compile(r"[ \t]*+\|[ \t|]*+"), ", "),
        (re.compile(r"`{1,3}+|(?!(?<=\s)\*[.,;:!?]?(?:\s|$))\*{1,3}+|~~++"  # a key of a telephone stays
                    r"|(?<![^\W_])_{1,3}+|_{1,3}+(?![^\W_])"), ""),
        (re.compile(r"\\([^\w\s])"), r"\1"),
    )  # fmt: skip


_RUNS: tuple[_Rule, ...] = (
    (re.compile(r"([!?])[!?]++"), r"\1"),
    (re.compile(r"\.{4,}+"), "..."),
    (re.compile(r"([,;:])[,;:]++"), r"\1"),
    (re.compile(r"[-\u2013\u2014_=]{3,}+"), " "),
    (re.compile(r"([\u0300-\u036f]{2})[\u0300-\u036f]++"), r"\1"),
    (re.compile(r"(?<=[^\s.!?,;:])[ \t]*+\n\s*+(?=\S)"), ", "),
    (re.compile(r"[ \t]*+\n\s*+"), " "),
)
_HALVES = {
    "\u00bd": "1/2",
    "\u00bc": "1/4",
    "\u00be": "3/4",
    "\u2153": "1/3",
    "\u2154": "2/3",
    "\u215b": "1/8",
}
_AFTER_DIGIT = re.compile(r"(?<=\d)[\u00bc-\u00be\u2153\u2154\u215b]")
_WIDE_COLON = re.compile(r"(?<=\d)\uff1a(?=\d)")
_KEPT = frozenset(
    "\uff0c\uff01\uff1f\uff1b\uff1a\uff08\uff09"
    "\u00b2\u00b3\u00b0\u2032\u2033\u2013\u2014\u2192\u2026\u2264\u2265\u00d7\u00f7"
    "\u00b1\u2212\u2248\u2260\u2030\u00a7\u2116\u221e\u221a\u03c0"
)
"""Signs that languages have words for, or that units are written with; punctuation of Chinese."""


@dataclass(frozen=True, slots=True)
class Plain:
    text: str
    places: list[int] | None
    """For each character where it was written; None: where it is."""

    def place(self, at: int) -> int:
        return at if self.places is None else self.places[at]


def plain(written: str) -> Plain:
    """Only what can be spoken, as it would be typed: no markup, control characters, emoji, invisible signs;
    digits of any script as 0 to 9, full-width letters as letters."""
    if not _UNUSUAL.search(written):
        return Plain(written, None)
    text, places = written, list(range(len(written)))
    if _ODD.search(text):
        text, places = _rewritten(text, places, _WIDE_COLON, ":")
        text, places = _rewritten(text, places, _AFTER_DIGIT, lambda m: " " + _HALVES[m[0]])
        text, places = _rewritten(text, places, _ESCAPES, "")
        text, places = _rewritten(text, places, _ODD, lambda m: _character(m[0]))
    if _MARKED.search(text):
        for pattern, replacement in _markup():
            text, places = _rewritten(text, places, pattern, replacement)
    for pattern, replacement in _RUNS:
        text, places = _rewritten(text, places, pattern, replacement)
    return Plain(text, places)


def _rewritten(
    text: str, places: list[int], pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]
) -> tuple[str, list[int]]:
    parts: list[str] = []
    kept: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        new = replacement(match) if callable(replacement) else match.expand(replacement)
        parts += [text[at:start], new]
        kept += places[at:start]
        if new and (found := text.find(new, start, end)) >= 0:
            kept += places[found : found + len(new)]
        else:
            kept += [places[start]] * len(new) if start < end else []
        at = end
    if not parts:
        return text, places
    return "".join(parts) + text[at:], kept + places[at:]


@lru_cache(maxsize=4096)
def _character(char: str) -> str:
    """What stands for one character that is not ASCII, or is a control character."""
    if char in _KEPT:
        return char
    if char in _HALVES:
        return _HALVES[char]
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind[0] == "Z" or char in "\t\r\x0b\x0c\x85":
        return "\n" if char in "\x0b\x0c\x85\u2028\u2029" else " "
    if kind[0] == "C" or char in "\ufe0f\ufe0e\u20e3":
        return ""
    if kind == "Lm" and char == "\u02bc":
        return "'"
    if kind[0] in "LM" and not 0xFF00 <= ord(char) <= 0xFFEF and ord(char) < 0x1D400:
        return char
    same = unicodedata.normalize("NFKC", char)
    if same != char and 0 < len(same) <= 6:
        return "".join(c if c.isascii() else _character(c) for c in same)
    if kind in ("So", "Sk", "Sm") or 0xE0000 <= ord(char) <= 0xE007F:
        return " "
    return char
