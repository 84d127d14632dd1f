"""What `audio/transcriptions` answers, as the fields of a final. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

NO_SPEECH, UNSURE = 0.6, -1.0
"""Whisper's own limits: above the one and below the other a segment is invented (`no_speech_prob`,
`avg_logprob`)."""
REPEATED = 2.4
"""Its limit for `compression_ratio`: a text that says the same again and again."""


def final(answer: Mapping[str, Any]) -> dict[str, Any]:
    """`answer`: of `json` or `verbose_json`. Raises anything: what a server sends may be anything."""
    segments = answer.get("segments")
    text = str(answer["text"]).strip()
    words = answer.get("words") or ()
    sure: list[float] = [float(each["logprob"]) for each in answer.get("logprobs") or ()]
    if segments:
        said = [each for each in segments if not _invented(each)]
        if len(said) < len(segments):
            text = " ".join(str(each["text"]).strip() for each in said)
            words = [word for word in words if any(_within(word, each) for each in said)]
        sure = [float(each["avg_logprob"]) for each in said if each.get("avg_logprob") is not None]
    return {
        "text": text,
        "understood": bool(text),
        "confidence": min(1.0, math.exp(sum(sure) / len(sure))) if sure else None,
        "words": [
            [str(each["word"]), round(float(each["start"]) * 1000), round(float(each["end"]) * 1000)]
            for each in words
        ],
    }


def _invented(segment: Mapping[str, Any]) -> bool:
    silent = float(segment.get("no_speech_prob") or 0.0) > NO_SPEECH
    unsure = float(segment.get("avg_logprob") or 0.0) < UNSURE
    return (silent and unsure) or float(segment.get("compression_ratio") or 0.0) > REPEATED


def _within(word: Mapping[str, Any], segment: Mapping[str, Any]) -> bool:
    middle = (float(word["start"]) + float(word["end"])) / 2
    return float(segment["start"]) <= middle <= float(segment["end"])
