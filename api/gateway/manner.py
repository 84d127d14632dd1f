"""How a conversation is to be had, in words to choose from, and what they mean to an agent. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from mediaserver.errors import ConfigError
from pipelines.conversation.turn_settings import RANGES, TurnSettings

DETECTED = ("en", "de", "fr", "es", "it", "pt", "hi", "ja", "zh")
"""In which an agent may go on where the language is to be detected: those in which numbers, dates and our own
words are known."""


class Style(StrEnum):
    CONCISE = "concise"
    CONVERSATIONAL = "conversational"
    DETAILED = "detailed"


MANNERS = {
    Style.CONCISE: "Answer in one short sentence, two at the most. No lists, no repetitions.",
    Style.CONVERSATIONAL: "Talk as people do on the phone: two or three short sentences, then listen.",
    Style.DETAILED: "Explain thoroughly, step by step, in up to eight sentences, and offer to go on.",
}


def known_turn(value: dict[str, Any]) -> dict[str, Any]:
    """Settings of turn-taking by the names of an agent's `turn`, but for the wake word and the sensitivity,
    which have fields of their own. Raises ValueError, which names the nearest key or the range."""
    for key in value.keys() & {"sensitivity", "wake_word", "awake_ms"}:
        raise ValueError(f"{key!r} cannot be set here: it takes {', '.join(RANGES)}")
    try:
        TurnSettings.of(value)
    except ConfigError as error:
        raise ValueError(str(error).removeprefix("its turn has ")) from None
    return value
