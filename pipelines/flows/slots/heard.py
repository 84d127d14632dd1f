"""What a recogniser has written, as words: those with a grammar give plain words, those of open speech write
"2:30 p.m." and "20 people, please."

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Set

from pipelines.conversation.own_words import words_of
from pipelines.languages.tags import base_of
from pipelines.spoken.forms import spoken

LEAD = frozenset("um uh at in on for to the please make it a an it's".split())
"""Words that may stand before an answer and mean nothing."""
POLITE = LEAD | frozenset(
    "i i'd i'll i'm we we'd we'll we're would like want need my is that's that think so well okay oh then "
    "let's let us say take have".split()
)
"""Further ones, with which people who may speak as they like begin."""
TAILS = {
    "en": ("please", "thank you", "thanks", "if possible", "would be good", "would be great"),
    "de": ("bitte", "danke", "bitte schön", "wenn möglich"),
    "es": ("por favor", "gracias"),
    "fr": ("s'il vous plaît", "merci"),
    "it": ("per favore", "grazie"),
    "pt": ("por favor", "obrigado", "obrigada"),
    "ja": ("お 願 い し ま す", "で す"),
    "zh": ("谢 谢",),
}
"""What may come behind it, by language."""
LONGEST = 4_000
"""Characters of what was heard that are looked at."""
_PLAIN = re.compile(r"[a-z' -]*")
_WRITTEN = re.compile(r"[0-9$\u20ac\u00a3\u00a5%]")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})\b(?![.:\d])")


def heard_words(text: str, language: str = "en", *, clock: bool = False) -> list[str]:
    """Lower case, without punctuation; figures as they are said, words with a hyphen as two. `clock`: it is
    about times of day."""
    if _PLAIN.fullmatch(text):
        return text.replace("-", " ").split()
    text = text[:LONGEST]
    if _WRITTEN.search(text):
        if clock:  # "2:30" is not yet in the morning
            text = _CLOCK.sub(_clock, text)
        text = spoken(text, language).spoken
    return words_of(text)


def _clock(match: re.Match[str]) -> str:
    hour, minute = match[1], match[2]
    return (
        f"{int(hour)} o'clock"
        if minute == "00"
        else f"{hour} {minute if minute[0] != '0' else 'oh ' + minute[1]}"
    )


def without_lead(words: list[str], lead: Set[str] = POLITE) -> list[str]:
    """Without what may come before an answer."""
    at = 0
    while at < len(words) and words[at] in lead:
        at += 1
    return words[at:]


def without_tail(words: list[str], language: str = "en") -> list[str]:
    """Without what may come behind it."""
    for tail in TAILS.get(base_of(language), ()):
        ending = tail.split()
        if len(words) > len(ending) and words[-len(ending) :] == ending:
            return words[: -len(ending)]
    return words
