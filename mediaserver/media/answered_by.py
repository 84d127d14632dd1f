"""Who has picked up a phone that we called, in a word, whoever found it out: a provider, or we by ear."""

from __future__ import annotations

import enum


class AnsweredBy(enum.StrEnum):
    """What answering-machine detection found."""

    HUMAN = "human"
    MACHINE = "machine"
    """Its greeting may still be speaking."""
    MACHINE_END = "machine_end"
    """Its greeting is over: what is said now is recorded."""
    FAX = "fax"
    UNKNOWN = "unknown"
