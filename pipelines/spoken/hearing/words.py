"""What of a language tells how people dictate in it: what they call digits, letters and signs.

The words of each are in `dictations`. Numbers are not: `numbers` makes them from CLDR.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_NOT_WORDS = re.compile(r"[^\w\s'+@.:/\u0900-\u0963\u0970-\u097f-]+|[.,:](?=\s|$)|(?<!\w)['.,:-]|\u30fb")
_HINDI = str.maketrans({"\u0901": "\u0902", "\u093c": None})


def folded(text: str) -> str:
    """Lower case, no accents, no punctuation but what stands within words; in Hindi one way of writing what
    has several."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower().replace("\u00df", "ss"))
    text = "".join(char for char in text if not 0x300 <= ord(char) <= 0x36F)
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'").translate(_HINDI)
    text = text.replace("न्द", "ंद").replace("न्त", "ंत")
    return " ".join(_NOT_WORDS.sub(" ", text).split())


@dataclass(frozen=True, slots=True)
class Dictation:
    """One language's."""

    zeros: str = ""
    """Further words for nought."""
    ones: str = ""
    """... for one."""
    times: Mapping[str, int] = field(default_factory=dict)
    """"double": the next digit counts so often."""
    joins: frozenset[str] = frozenset()
    """Words within a number that change nothing: "and"."""
    scales: Mapping[str, int] = field(default_factory=dict)
    """Thousands and more, the largest first; also as part of a word."""
    minus: frozenset[str] = frozenset()
    plus: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()
    """Words for the decimal mark."""
    links: frozenset[str] = frozenset()
    """"as in": what stands between a letter and its word."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Names of letters, and words that stand for one."""
    at: frozenset[str] = frozenset()
    dot: frozenset[str] = frozenset()
    signs: Mapping[str, str] = field(default_factory=dict)
    """Further signs of addresses."""


def dictation_of(
    *,
    zeros: str = "",
    ones: str = "",
    times: str = "",
    joins: str = "",
    scales: str = "",
    minus: str = "",
    plus: str = "",
    points: str = "",
    links: str = "",
    alphabet: str = "",
    names: str = "",
    at: str = "",
    dot: str = "",
    signs: str = "",
) -> Dictation:
    """A Dictation as one writes it down: phrases between commas, 'phrase=what it stands for' where it stands
    for something. `scales` are powers of ten, the largest first; `alphabet`, words whose first letter is
    meant, beside those of NATO; `names`, of letters ('a=ay eh, b=bee')."""
    called = {name: letter.upper() for letter, said in _pairs(names) for name in folded(said).split()}
    return Dictation(
        zeros=zeros,
        ones=ones,
        times={folded(word): int(count) for word, count in _pairs(times)},
        joins=_phrases(joins),
        scales={folded(word): 10 ** int(power) for word, power in _pairs(scales)},
        minus=_phrases(minus),
        plus=_phrases(plus),
        points=_phrases(points),
        links=_phrases(links),
        letters={word: word[0].upper() for word in map(folded, f"{NATO} {alphabet}".split())} | called,
        at=_phrases(at),
        dot=_phrases(dot),
        signs={folded(phrase): sign for phrase, sign in _pairs(signs)},
    )


def _phrases(text: str) -> frozenset[str]:
    return frozenset(folded(phrase) for phrase in text.split(",") if phrase)


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = [part.strip().partition("=") for part in text.split(",") if part]
    return [(phrase, meant) for phrase, _, meant in parts]


NATO = (
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike "
    "november oscar papa quebec romeo sierra tango uniform victor whiskey whisky x-ray xray yankee "
    "zulu"
)
