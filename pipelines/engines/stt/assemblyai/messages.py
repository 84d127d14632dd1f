"""What AssemblyAI's streaming recogniser says, as `HeardStretch` (its docs, Message Sequence). Pure.

Read by workers: standard library alone, Python 3.10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import ProviderFault
from pipelines.engines.stt.streamed.transcript import HeardStretch, HeardWord

ENGLISH, MULTILINGUAL = "universal-streaming-english", "universal-streaming-multilingual"
KEY_CODES = (1008, 401, 403, 4001)
QUOTA_CODES = (402, 4002, 4003)
LIMIT_CODES = (429, 3009, 4029, 4102, 1013)
REFUSED_CODES = (400, 404, 410, 422, 3006, 3007, 4000, 4032, 4033, 4034, 4100, 4101)


def model_of(model: str, language: str, among: list[str]) -> str:
    """Which model hears a call; `model`: what the operator named."""
    if model:
        return model
    english = all(each.partition("-")[0] == "en" for each in (language, *among))
    return ENGLISH if english else MULTILINGUAL


def heard(turn: Mapping[str, Any], base_ms: int) -> HeardStretch | None:
    """Of a Turn. `base_ms`: how much audio the session had been sent before the utterance; a turn about that
    says nothing of it. Raises anything: what a server sends may be anything."""
    words = tuple(
        HeardWord(
            str(each["text"]),
            max(0, int(each["start"]) - base_ms),
            max(0, int(each["end"]) - base_ms),
            _share(each.get("confidence")),
        )
        for each in turn.get("words") or ()
        if int(each["end"]) > base_ms
    )
    final = bool(turn.get("end_of_turn"))
    if turn.get("words") and not words:
        return None
    text = str(turn.get("transcript") or "") if final else " ".join(word.text for word in words)
    sure = [word.confidence for word in words]
    return HeardStretch(
        text,
        final,
        words[-1].end_ms if words else 0,
        words,
        sum(sure) / len(sure) if sure else 0.0,
        ended=final,
        turn=int(turn["turn_order"]),
        language=str(turn.get("language_code") or ""),
        language_probability=_share(turn.get("language_confidence")),
    )


def fault_of_code(code: int | None, reason: str) -> ProviderFault | None:
    """What the code of an error or of a closed session means; None: cut, and to be replaced."""
    told = reason.lower()
    if "concurrent" in told or code in LIMIT_CODES:
        return ProviderFault.LIMIT
    if "fund" in told or "credit" in told or code in QUOTA_CODES:
        return ProviderFault.QUOTA
    if code in KEY_CODES:
        return ProviderFault.KEY
    if code in REFUSED_CODES:
        return ProviderFault.REFUSED
    if code is not None and 500 <= code < 600:
        return ProviderFault.DOWN
    return None


def _share(value: Any) -> float:
    return min(1.0, max(0.0, float(value or 0.0)))
