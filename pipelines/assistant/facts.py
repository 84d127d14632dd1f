"""What is kept of a caller from call to call, where the operator has switched it on: a few short facts.

A caller is known by number alone. Numbers can be forged: a fact is a help, never a proof of who calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

MOST_FACTS = 30
"""Of one caller and agent; the oldest go first."""
LONGEST_TOPIC = 60
LONGEST_FACT = 300


@dataclass(frozen=True, slots=True)
class Fact:
    topic: str
    """What it is about, in a few words; a new fact on the same topic takes its place."""
    text: str


class FactSource(Protocol):
    """Where the facts of one caller come from."""

    async def facts(self) -> tuple[Fact, ...]:
        """Oldest first. Raises whatever its database does."""
