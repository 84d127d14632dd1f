"""Who has picked up a phone that we called, as an agent hears of it. See `agent`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mediaserver.media.answered_by import AnsweredBy


@dataclass(frozen=True, slots=True)
class PickedUp:
    """It was found out who has picked up, a person or a machine; for an agent that wants to be asked then.
    May come more than once: a machine's greeting ends, or a person comes to the phone after all."""

    by: AnsweredBy


@runtime_checkable
class HearsWhoAnswered(Protocol):
    """An Agent that wants to know who has picked up."""

    def who_answered(self, by: AnsweredBy) -> bool:
        """Told at once, whatever goes on. True: it is asked (`PickedUp`) now, and what it was saying or
        thinking is dropped for that. Must not block."""
