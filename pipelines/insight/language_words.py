"""What an extract needs of nine languages: the words of a text that say something, and our own few phrases.

Words that stand in most sentences of any subject say nothing of a call. Japanese and Chinese, written
without spaces, are compared by pairs of characters, in which such words weigh little anyway.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pipelines.languages.function_words import FUNCTION_WORDS
from pipelines.languages.tags import base_of

_WORD = re.compile(r"[^\W_](?:[\w\u0900-\u0963\u200c\u200d'’]*[\w\u0900-\u0963])?")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class ExtractPhrases:
    """What an extract says in words of its own."""

    caller: str
    agent: str
    nothing: str
    """The caller said nothing that was understood."""


PHRASES = {
    "en": ExtractPhrases("Caller", "Agent", "The caller said nothing that was understood."),
    "es": ExtractPhrases("Cliente", "Agente", "La persona que llamó no dijo nada que se entendiera."),
    "fr": ExtractPhrases("Appelant", "Agent", "L'appelant n'a rien dit que l'on ait compris."),
    "de": ExtractPhrases("Anrufer", "Agent", "Der Anrufer hat nichts gesagt, was verstanden wurde."),
    "pt": ExtractPhrases("Cliente", "Agente", "Quem ligou não disse nada que fosse compreendido."),
    "it": ExtractPhrases("Chiamante", "Agente", "Chi ha chiamato non ha detto nulla di comprensibile."),
    "hi": ExtractPhrases("कॉलर", "एजेंट", "कॉल करने वाले ने ऐसा कुछ नहीं कहा जो समझ में आया हो।"),
    "ja": ExtractPhrases("発信者", "担当", "発信者の言葉は聞き取れませんでした。"),
    "zh": ExtractPhrases("来电者", "客服", "来电者没有说出可以听懂的话。"),
}


def phrases_of(language: str) -> ExtractPhrases:
    """English where we have none."""
    return PHRASES.get(base_of(language), PHRASES["en"])


def terms(text: str, language: str) -> list[str]:
    """What a text is about: its words but those that say nothing, and pairs of characters where a language
    writes no spaces."""
    stop = FUNCTION_WORDS.get(base_of(language), frozenset())
    found = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'")):
        if _UNSPACED.search(word):
            for run in _UNSPACED.findall(word):
                found += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        elif word not in stop:
            found.append(word)
    return found
