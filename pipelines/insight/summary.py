"""What a call came to, in few words: what it is made of, whoever writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.insight.transcript import EndedCall

OutcomeWord: TypeAlias = Literal[
    "achieved",  # what the caller wanted was done
    "partly",
    "not achieved",
    "cancelled",  # the caller took back what was wanted
    "call back",  # somebody is to call again
    "transferred",  # somebody else had the caller in the end
    "voicemail",  # a machine answered
    "no conversation",  # the caller said nothing that was understood
    "unknown",
]
OUTCOMES: dict[OutcomeWord, str] = {
    "achieved": "what the caller wanted was done or answered",
    "partly": "some of it was",
    "not achieved": "none of it was",
    "cancelled": "the caller took back what they had wanted",
    "call back": "somebody is to call again",
    "transferred": "the caller was handed over to somebody else",
    "voicemail": "an answering machine took the call",
    "no conversation": "the caller said nothing that was understood",
    "unknown": "the transcript does not show it",
}
"""Outcome -> what it means."""
_STATUSES: dict[str, OutcomeWord] = {
    **dict.fromkeys(("confirmed", "booked", "completed", "done", "success", "succeeded"), "achieved"),
    **dict.fromkeys(("cancelled", "canceled"), "cancelled"),
    **dict.fromkeys(("callback", "call back", "called back"), "call back"),
    **dict.fromkeys(("held", "unconfirmed", "failed", "given up"), "not achieved"),
}
"""Words in which flows say how they ended; others are their own business."""

SENTENCES, CHARACTERS = 3, 900
FOLLOW_UPS, FOLLOW_UP_CHARACTERS = 5, 200
_SENTENCE_END = re.compile(r"(?<![.!?])[.!?]++[\"'”»)\]]*+(?=\s|$)|[。！？।]++[」』”]*+")
_UNPRINTABLE = re.compile(r"[^\S ]+|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Line ends, tabs, and marks that turn the direction of text about."""


@dataclass(frozen=True, slots=True)
class CallSummary:
    """What a call came to."""

    text: str
    """At most three sentences, in the language of the call."""
    outcome: OutcomeWord
    follow_ups: tuple[str, ...] = ()


def outcome_by_facts(call: EndedCall) -> OutcomeWord | None:
    """What no reading of the words may change; None: the facts do not tell."""
    if not call.caller_spoke:
        return "no conversation"
    return "transferred" if call.transferred else None


def outcome_by_flows(call: EndedCall) -> OutcomeWord:
    """What the flows say of themselves, the last one first."""
    for made in reversed(call.outcomes):
        if (word := _STATUSES.get(str(made["status"]).lower())) is not None:
            return word
    return "unknown"


def one_line(text: str, limit: int) -> str:
    """Text of others as one printable line, no longer than `limit`."""
    plain = "".join(each if each.isprintable() else " " for each in _UNPRINTABLE.sub(" ", text))
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def few_sentences(text: str) -> str:
    """The first three of a text, as one line. A point within a number or an address ends none."""
    line = one_line(text, 10 * CHARACTERS)
    ends = [match.end() for match in _SENTENCE_END.finditer(line)]
    return one_line(line[: ends[SENTENCES - 1]] if len(ends) >= SENTENCES else line, CHARACTERS)
