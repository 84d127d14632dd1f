"""E-mail and web addresses, as people dictate them."""

from __future__ import annotations

import re

from pipelines.spoken.tongue import Tongue

_PART = re.compile(r"[^\W\d_]++|\d++|.", re.DOTALL)
_SCHEME = re.compile(r"^(?:https?://|mailto:)", re.I)
_QUERY = re.compile(r"/?[?#].*", re.DOTALL)
"""What nobody dictates."""
_SPELT = frozenset(
    {
        "www",
        "eu",
        "uk",
        "us",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "br",
        "jp",
        "cn",
        "tw",
        "mx",
        "at",
        "ch",
        "in",
        "io",
        "ai",
        "tv",
    }
)
"""Parts that are said letter by letter, after a dot."""  # fmt: skip
MOST = 80
"""Characters of an address that can be said; of a longer one only the host is."""


def address(tongue: Tongue, text: str) -> str:
    """'john.smith@example.com' -> 'john dot smith at example dot com'. A scheme is not said."""
    text = _SCHEME.sub("", text).rstrip("/.?!,;:")
    if "@" not in text:
        text = _QUERY.sub("", text)
        if len(text) > MOST:
            text = text.partition("/")[0]
    text = text[:MOST]
    said: list[str] = []
    before = ""
    for part in _PART.findall(text):
        if part.isdecimal():
            said.append(
                tongue.digits(part) if len(part) != 2 or part[0] == "0" else tongue.cardinal(int(part))
            )
        elif part.isalpha():
            low = part.lower()
            spelt = low == "www" or (before == "." and low in _SPELT) or len(part) == 1 or not _vowels(low)
            said.append(" ".join(map(tongue.letter, part)) if spelt and len(part) < 6 else part)
        elif part in tongue.address_signs:
            said.append(tongue.address_signs[part])
        before = part
    return " ".join(said)


def _vowels(word: str) -> bool:
    """It can be said as a word."""
    return not word.isascii() or any(char in "aeiouy" for char in word)
