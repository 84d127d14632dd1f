"""A warm transfer in words: how the caller is to be handed over to a human, and how that may end.

The caller hears music while the human is rung and told by voice what the call is about; only a human who
takes the call gets it. Whatever else happens, the caller comes back to its agent.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeAlias, get_args

from mediaserver.errors import CallError

Accept: TypeAlias = Literal["key", "stay"]
"""How a human takes the call: by pressing 1, or by staying on the line until all of the briefing is heard. A
voicemail presses nothing, and so never gets a caller; it would stay."""
Hears: TypeAlias = Literal["music", "ringing"]
"""What the caller hears meanwhile."""

ACCEPTS: tuple[Accept, ...] = get_args(Accept)
HEARS: tuple[Hears, ...] = get_args(Hears)
MOST_BRIEFING = 2000
"""Characters; about two minutes of speech."""
SHORTEST_RING_S, LONGEST_RING_S = 1.0, 300.0
SHORTEST_CONFIRM_S, LONGEST_CONFIRM_S = 1.0, 120.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How warm transfers are done where nothing else is asked for."""

    accept: Accept = "key"
    hears: Hears = "music"
    ring_s: float = 30.0
    """The human is rung for so long."""
    confirm_s: float = 15.0
    """So long after the briefing the human may take to press a key."""


def check_ring(seconds: float) -> None:
    """Whether a phone may ring for so long. Raises CallError (400)."""
    if not SHORTEST_RING_S <= seconds <= LONGEST_RING_S:
        raise CallError(f"a phone rings for {SHORTEST_RING_S:g} to {LONGEST_RING_S:g} s", 400)


@dataclass(frozen=True, slots=True)
class Warm:
    """What is asked of one transfer; None is what is set for all. Raises CallError (400)."""

    briefing: str = ""
    """What the human is told; empty: what is known of the call."""
    accept: Accept | None = None
    hears: Hears | None = None
    ring_s: float | None = None
    confirm_s: float | None = None

    def __post_init__(self) -> None:
        if len(self.briefing) > MOST_BRIEFING:
            raise CallError(f"a briefing has at most {MOST_BRIEFING} characters", 400)
        if self.accept not in (None, *ACCEPTS):
            raise CallError(f"a transfer is accepted by one of {', '.join(ACCEPTS)}", 400)
        if self.hears not in (None, *HEARS):
            raise CallError(f"the caller hears one of {', '.join(HEARS)}", 400)
        if self.ring_s is not None:
            check_ring(self.ring_s)
        if self.confirm_s is not None and not SHORTEST_CONFIRM_S <= self.confirm_s <= LONGEST_CONFIRM_S:
            raise CallError(
                f"a human has {SHORTEST_CONFIRM_S:g} to {LONGEST_CONFIRM_S:g} s to take the call", 400
            )

    def manner(self, usual: Manner) -> Manner:
        """As asked for, else as usual."""
        asked = {each.name: getattr(self, each.name) for each in fields(usual)}
        return replace(usual, **{name: value for name, value in asked.items() if value is not None})


class BriefingVerdict(enum.StrEnum):
    """What became of a briefing."""

    TAKEN = "taken"
    DECLINED = "declined"
    """By key."""
    UNCONFIRMED = "not confirmed"
    """Nobody pressed a key in time: nobody is there, or a machine answered."""
    LEFT = "hung up"
    FAILED = "failed"
    """Nobody could be told: the voice failed."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """What a human who was rung is told, and how that one is to answer."""

    text: str
    """Empty: what is known of the call."""
    accept: Accept
    confirm_s: float
    decided: Callable[[BriefingVerdict], None]
    """Called once, or more often: the first verdict counts."""


class Back(enum.StrEnum):
    """Why a caller is with its agent again that was to be, or was, with somebody else."""

    BUSY = "busy"
    NO_ANSWER = "no answer"
    DECLINED = "declined"
    """By key, by hanging up, or by the phone (603)."""
    UNCONFIRMED = "not confirmed"
    """It was answered, and nobody took the call: a voicemail, mostly."""
    FORBIDDEN = "not allowed"
    """Nobody may be called there."""
    FAILED = "failed"
    HANDED_BACK = "handed back"
    """By whoever had taken the call over."""
    LEFT = "left"
    """Whoever had taken the call over hung up."""
