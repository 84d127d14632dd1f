"""Words as PostgreSQL's full-text search has them: by language, and by pieces where that helps.

Chinese, Japanese and Thai have no spaces, and PostgreSQL would take a sentence for a word: their text is
indexed by pairs of characters. Near words are found by trigrams that we keep ourselves: `pg_trgm` is not
everywhere.
"""

from __future__ import annotations

import re

from pipelines.languages.tags import base_of

CONFIGURATIONS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "da": "danish", "nl": "dutch",
    "en": "english", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek",
    "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Of PostgreSQL 14 and later, by BCP 47's language."""
SIMPLE = "simple"
"""Words as they are written, in lower case; for every other language."""
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]+")


def configuration(language: str) -> str:
    return CONFIGURATIONS.get(base_of(language), SIMPLE)


def indexed(text: str) -> str:
    """The text as PostgreSQL is to see it: runs of scripts without spaces as pairs of characters."""
    return _DENSE.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", text)


def _pairs(run: str) -> list[str]:
    return [run] if len(run) < 3 else [run[at : at + 2] for at in range(len(run) - 1)]


def joined_pairs(text: str) -> list[str]:
    """Neighbours as one word: a recogniser hears "key board" and "over time"."""
    words = re.findall(r"\w+", text)
    return [a + b for a, b in zip(words, words[1:], strict=False) if len(a) > 1 and len(b) > 1]


def trigrams(word: str) -> list[str]:
    """As pg_trgm has them: of a word with two spaces before and one behind; sorted, each once. A word that is
    too short or too long to be mistaken for another has none."""
    if not 4 <= len(word) <= 40 or not word.isalpha():
        return []
    padded = f"  {word} "
    return sorted({padded[at : at + 3] for at in range(len(padded) - 2)})


def telling(own: list[str]) -> list[str]:
    """Those of a word's trigrams by which one that is near to it must be found. With a likeness of a half or
    more (Dice: twice the common ones by all) a third of them are common, so that all but a third less one
    are enough to look for; what thousands of words share, their first letter and their ends, is left out."""
    spare = -(-len(own) // 3) - 1
    common = sorted(own, key=lambda each: (not each.startswith("  "), not each.endswith(" "), each))
    return common[spare:]
