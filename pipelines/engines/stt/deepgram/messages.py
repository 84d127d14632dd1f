"""What Deepgram's streaming recogniser says, as `HeardStretch` (developers.deepgram.com, "Live Audio"). Pure.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.engines.stt.streamed.transcript import HeardStretch, HeardWord

MULTILINGUAL = ("en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl")
"""What `language=multi` of nova-3 tells apart."""
REGIONS = {
    *("en-US", "en-AU", "en-GB", "en-IN", "en-NZ", "de-CH", "da-DK", "es-419", "fr-CA", "ko-KR", "nl-BE"),
    *("pt-BR", "pt-PT", "sv-SE", "zh-CN", "zh-TW", "zh-HK"),
}


def language_of(language: str, among: list[str]) -> str:
    """What the provider is told of the languages of a call (BCP 47)."""
    bases = {each.partition("-")[0] for each in (language, *among)}
    if len(bases) > 1 and bases <= set(MULTILINGUAL):
        return "multi"
    return language if language in REGIONS else language.partition("-")[0]


def heard(message: Mapping[str, Any], base_ms: int) -> HeardStretch | None:
    """Of a Results message. `base_ms`: how much audio the connection had been sent before the utterance; what
    is about that says nothing of it. Raises anything: what a server sends may be anything."""
    if end_ms(message) <= base_ms:
        return None
    alternatives = message["channel"]["alternatives"]
    best: Mapping[str, Any] = alternatives[0] if alternatives else {}
    words = tuple(
        HeardWord(
            str(each.get("punctuated_word") or each["word"]),
            max(0, round(float(each["start"]) * 1000) - base_ms),
            max(0, round(float(each["end"]) * 1000) - base_ms),
            _share(each.get("confidence")),
        )
        for each in best.get("words") or ()
    )
    language = str((best.get("languages") or [""])[0])
    return HeardStretch(
        str(best.get("transcript") or ""),
        bool(message.get("is_final")),
        end_ms(message) - base_ms,
        words,
        _share(best.get("confidence")),
        ended=bool(message.get("speech_final")),
        language=language,
        language_probability=_part(best.get("words") or (), language),
    )


def end_ms(message: Mapping[str, Any]) -> int:
    """Up to where a Results message covers the connection's audio."""
    return round((float(message["start"]) + float(message["duration"])) * 1000)


def _share(value: Any) -> float:
    return min(1.0, max(0.0, float(value or 0.0)))


def _part(words: Any, language: str) -> float:
    """Which share of the words was in the language that most were in."""
    told = [str(each.get("language")) for each in words if each.get("language")]
    return told.count(language) / len(told) if told else 0.0
