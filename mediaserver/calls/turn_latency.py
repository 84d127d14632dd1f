"""How long a caller waited for an answer, by what was waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WHOLES = ("voice_to_voice", "text_to_voice", "text_to_text")
"""The sum of a turn's parts, in ms, under the name of what it is: what is typed needs no end of speech and no
recogniser, and what is read no voice, so that they are no figures of how fast a voice is answered."""


def whole_of(latency: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Which of them a turn has, and its value; None: none."""
    return next(((name, latency[name]) for name in WHOLES if name in latency), None)
