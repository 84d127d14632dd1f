"""What an SMS weighs, and how a long answer is parted (3GPP TS 23.038, 6.2.1; TS 23.040, 9.2.3.24.1). Pure.

A text of the GSM alphabet has 160 characters in one message and 153 in each of several; one with any other
character is UCS-2: 70, and 67. What is counted is what is paid.
"""

from __future__ import annotations

import math
import re

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("\f^{}\\[~]|€")
"""Written with an escape before them: they count twice."""
ALIKE = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-",
     "…": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": None, "•": "-", "‑": "-", "`": "'"}
)  # fmt: skip
"""Signs of typography with what the GSM alphabet has in their place: one of them would more than double what
a text costs."""
_BOUNDS = (r"(?<=[.!?…。！？؟।])\s+", r"(?<=[,;:،、，；])\s+", r"\s+")
"""Where a text is parted best: behind sentences, else behind clauses, else between words."""


def plain(text: str) -> str:
    """As it is sent: no blanks around, no typography where nothing else keeps it from the GSM alphabet."""
    tidy = re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]{2,}", " ", text)).strip()
    simple = tidy.translate(ALIKE)
    return simple if is_gsm(simple) else tidy


def is_gsm(text: str) -> bool:
    return all(each in GSM or each in GSM_TWICE for each in text)


def segments(text: str) -> int:
    """Messages that a text is billed as; 0 for none."""
    if not text:
        return 0
    if is_gsm(text):
        septets = sum(2 if each in GSM_TWICE else 1 for each in text)
        return 1 if septets <= 160 else math.ceil(septets / 153)
    units = len(text.encode("utf-16-be", "surrogatepass")) // 2
    return 1 if units <= 70 else math.ceil(units / 67)


def parted(text: str, most_segments: int, most_parts: int) -> list[str]:
    """Texts of at most `most_segments` each, parted at sentences, else clauses, else words, else anywhere.
    What would not go into `most_parts` is left out, and `...` says so."""
    parts, left = [], plain(text)
    while left:
        if segments(left) <= most_segments:
            parts.append(left)
            break
        if len(parts) == most_parts - 1:
            parts.append(_cut(left, most_segments, "..."))
            break
        part = _cut(left, most_segments)
        parts.append(part)
        left = left[len(part) :].strip()
    return parts


def _cut(text: str, most: int, end: str = "") -> str:
    """The longest good beginning that fits."""
    longest = _fitting(text, most, end)
    for bound in _BOUNDS:
        places = [found.start() for found in re.finditer(bound, text[: longest + 1])]
        # A part that is nearly empty is no better than one that ends within a sentence.
        if places and places[-1] >= longest // 3:
            return text[: places[-1]].rstrip() + end
    return text[:longest].rstrip() + end


def _fitting(text: str, most: int, end: str) -> int:
    """Characters of the longest beginning that fits with `end` behind it; half a sign is none."""
    low, high = 1, min(len(text), most * 160)
    while low < high:
        middle = (low + high + 1) // 2
        if segments(text[:middle] + end) <= most:
            low = middle
        else:
            high = middle - 1
    return low
