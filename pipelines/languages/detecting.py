"""In which language a text is written: by its script, its function words and its letters. Pure.

A small detector of our own for what callers say: nine languages, a sentence or two, and unsure rather than
wrong. A name, a number, an "ok" or a single word tells nothing. It must only be asked about text that can be
in several languages: what a recogniser of one language writes is in that language, whatever was spoken.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.languages.function_words import FUNCTION_WORDS, TELLING_WORDS
from pipelines.languages.tags import base_of

MOST_CHARS = 600
"""Of a text: more tells no more."""
UNSURE = 0.4
"""The most that a text tells which is too short."""
LEAST_WORDS = 2
LEAST_SIGNS = 4
"""Of a language without spaces."""
UNEXPECTED = 0.5
"""What a language weighs that nobody expects in this call."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*'?")
_ELISION = re.compile(r"'")
_SCRIPTS = {
    "Deva": re.compile(r"[\u0900-\u097f]"),
    "Kana": re.compile(r"[\u3041-\u3096\u30a1-\u30fa]"),
    "Hani": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
    "Hang": re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]"),
    "Cyrl": re.compile(r"[\u0400-\u04ff]"),
    "Arab": re.compile(r"[\u0600-\u06ff]"),
    "Grek": re.compile(r"[\u0370-\u03ff]"),
    "Hebr": re.compile(r"[\u0590-\u05ff]"),
    "Thai": re.compile(r"[\u0e00-\u0e7f]"),
    "Latn": re.compile(r"[A-Za-z\u00c0-\u024f]"),
}
_BY_SCRIPT = {
    "Deva": ("hi", "mr", "ne", "kok", "sa"),
    "Hang": ("ko",),
    "Cyrl": ("ru", "uk", "bg", "sr", "kk", "be", "mk"),
    "Arab": ("ar", "fa", "ur", "ps", "ug"),
    "Grek": ("el",),
    "Hebr": ("he", "yi"),
    "Thai": ("th",),
}
"""Languages that are written so, the commonest first."""
_SIGNS_OF_CHINESE = frozenset("的了是我你您他她们不在有这那个吗呢吧很都说请谢什么怎想要给没对还会能可以")
_LETTERS = {
    "ñ": ("es",), "¿": ("es",), "¡": ("es",), "ß": ("de",), "ä": ("de",), "ö": ("de",), "ü": ("de",),
    "ã": ("pt",), "õ": ("pt",), "ç": ("fr", "pt"), "œ": ("fr",), "û": ("fr",), "î": ("fr",), "ë": ("fr",),
    "ê": ("fr", "pt"), "ô": ("fr", "pt"), "â": ("fr", "pt"), "ì": ("it",), "ò": ("it",), "è": ("fr", "it"),
    "ù": ("fr", "it"), "à": ("fr", "it", "pt"),
}  # fmt: skip
"""Letters that only some of the languages have."""


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """What a text or a recogniser says of the language in which something was said."""

    language: str
    """BCP 47, often without a region."""
    probability: float
    """0 to 1."""


def detect(text: str, expected: Sequence[str] = ()) -> DetectedLanguage | None:
    """The language of a text. `expected`: tags of those that are likely in this call. None: nothing in it
    tells."""
    text = unicodedata.normalize("NFC", text[:MOST_CHARS]).lower().replace("\u2019", "'")
    wanted = tuple(dict.fromkeys(map(base_of, expected)))
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPTS.items()}
    signs = sum(counts.values())
    if not signs:
        return None
    if (counts["Kana"] + counts["Hani"]) * 2 > signs:
        return _east_asian(text, counts, wanted)
    script = max(counts, key=lambda each: counts[each])
    if script == "Latn":
        return _latin(text, wanted)
    if counts[script] * 2 <= signs:
        return None
    return _by_script(text, script, wanted)


def _east_asian(text: str, counts: dict[str, int], wanted: Sequence[str]) -> DetectedLanguage:
    signs = counts["Kana"] + counts["Hani"]
    if counts["Kana"]:
        return DetectedLanguage("ja", 0.97 if signs >= LEAST_SIGNS else UNSURE)
    if signs < LEAST_SIGNS:
        return DetectedLanguage("zh", UNSURE)
    told = sum(sign in _SIGNS_OF_CHINESE for sign in text)
    if told >= 2:
        return DetectedLanguage("zh", 0.95)
    likely = "ja" if "ja" in wanted and "zh" not in wanted else "zh"
    return DetectedLanguage(likely, 0.6 if told or "ja" not in wanted else UNSURE)


def _by_script(text: str, script: str, wanted: Sequence[str]) -> DetectedLanguage | None:
    written = _BY_SCRIPT[script]
    likely = [each for each in wanted if each in written]
    words = len(text.split())
    if len(likely) > 1:
        return None  # Russian or Ukrainian: their letters do not tell
    probability = 0.95 if likely or len(written) == 1 or script == "Deva" else 0.7
    return DetectedLanguage((likely or list(written))[0], probability if words >= LEAST_WORDS else UNSURE)


def _latin(text: str, wanted: Sequence[str]) -> DetectedLanguage | None:
    words = _WORD.findall(text)
    scores = dict.fromkeys(FUNCTION_WORDS, 0.0)
    known = dict.fromkeys(FUNCTION_WORDS, 0)
    for word in words:
        found = _known_in(word)
        for language in found:
            scores[language] += 1 / len(found)
            known[language] += 1
    for sign in text:
        for language in (letters := _LETTERS.get(sign, ())):
            scores[language] += 0.5 / len(letters)
    if wanted:
        scores = {each: score * (1 if each in wanted else UNEXPECTED) for each, score in scores.items()}
    first, second = sorted(scores, key=lambda each: -scores[each])[:2]
    best = scores[first]
    if best < 0.5:
        return None
    share = best / (best + scores[second])
    covered = min(1.0, known[first] / len(words) / 0.35) if words else 0.0
    probability = share * (1 - math.exp(-1.6 * best)) * covered
    if len(words) < LEAST_WORDS or known[first] < LEAST_WORDS:
        probability = min(probability, UNSURE)
    return DetectedLanguage(first, round(probability, 3))


@lru_cache(maxsize=4096)
def _known_in(word: str) -> tuple[str, ...]:
    """The languages of which this is a frequent word; "j'ai" is one, and so is the "l'" of "l'hôtel"."""
    found = tuple(each for each, known in _FREQUENT.items() if word in known)
    if not found and "'" in word:
        before, _, after = word.partition("'")
        found = tuple(
            each
            for each, known in _FREQUENT.items()
            if f"{before}'" in _ELIDED.get(each, ()) or (len(after) > 1 and after in known)
        )
    return found


_FREQUENT = {
    language: words | TELLING_WORDS.get(language, frozenset())
    for language, words in FUNCTION_WORDS.items()
    if language != "hi"  # its script tells it
}
_ELIDED = {
    "fr": frozenset({"l'", "d'", "j'", "c'", "qu'", "n'", "m'", "t'", "s'"}),
    "it": frozenset({"l'", "d'", "un'", "c'", "dell'", "all'", "nell'", "sull'", "dall'", "quell'"}),
}
