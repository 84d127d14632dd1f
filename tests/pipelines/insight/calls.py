"""Calls that are over, made up."""

from __future__ import annotations

from typing import Any

from pipelines.insight.transcript import EndedCall, HeardLine


def ended(*lines: str, language: str = "en", **more: Any) -> EndedCall:
    """Lines such as "A: Hello." and "C: a room please"."""
    who = {"A": "agent", "C": "caller", "O": "operator"}
    return EndedCall(
        tuple(HeardLine(who[line[0]], line[3:]) for line in lines),  # type: ignore[arg-type]
        language=language,
        **more,
    )


BOOKING = (
    "A: Hello, this is the room desk. How may I help?",
    "C: i would like to book a meeting room in mountain view for my team",
    "A: And for which day?",
    "C: friday",
    "A: At what time does it begin on Friday?",
    "C: half past two",
    "A: Mountain View, Friday at half past two. Is that right?",
    "C: yes",
    "A: Your room is booked. Goodbye.",
)
ROOM = {"flow": "booking", "status": "confirmed", "data": {"place": "mountain view", "time": "14:30"}}
