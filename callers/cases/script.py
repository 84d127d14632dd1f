"""What a case of the conversation set is made of: plain data, no behaviour but names.

A case is a caller (voice, surroundings, line), a script, and what must come of it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

DEAD_AIR_S = 3.0
"""Nobody waits longer for an answer without wondering whether the line is up."""


class Fate(enum.StrEnum):
    """What a sound over the agent's speech deserves."""

    TAKEN = "taken"
    """An interruption: the agent stops and answers."""
    RESUMED = "resumed"
    """A backchannel or a noise: the agent goes on."""
    ANY = "any"
    """Either is fine."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Words; `|` is a pause of `pause_ms`. Without a `voice` the case's."""

    text: str
    voice: str = ""
    pause_ms: int = 300
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Noise:
    """A sound of `callers.noises` by its name, or a piece of 'babble', 'music', 'office' or 'street'."""

    kind: str
    seed: int = 0
    seconds: float = 1.5
    """Of a piece; a single sound has its own length."""


Sounding: TypeAlias = Saying | Noise


@dataclass(frozen=True, slots=True)
class Reply:
    """Say this once the agent has spoken and been silent for `gap_ms`."""

    sound: Sounding
    gap_ms: int = 700


@dataclass(frozen=True, slots=True)
class Over:
    """Say this while the agent speaks: `after_ms` of it (since it began, or since our last sound), or, where
    that is negative, so long before its line ends."""

    sound: Sounding
    after_ms: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class Pickup:
    """Say this so long after the answer, whatever the agent does."""

    sound: Sounding
    after_ms: int = 100


@dataclass(frozen=True, slots=True)
class After:
    """Say this so long after our own last word, whatever the agent does."""

    sound: Sounding
    after_ms: int


@dataclass(frozen=True, slots=True)
class Press:
    """Keys, once the agent has spoken and is silent; `over`: while it speaks."""

    digits: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Be silent."""

    ms: int


@dataclass(frozen=True, slots=True)
class Stay:
    """Be silent until the agent hangs up, so long at most."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Book:
    """Answer what the desk asks, as a person would who wants its goal, until it hangs up.

    The read-back is met by silence first, right or wrong (that is how wrong bookings are made); a question
    for yes or no is answered truly.
    """

    answers: Mapping[str, Saying] = field(default_factory=dict, hash=False)
    """By slot, instead of the usual words."""
    keys: bool = False
    """Presses keys where they are offered and two tries by voice have failed."""
    desk: str = "booking"
    """Of `callers.cases.desks`."""
    objects: bool = False
    """Says no to a wrong read-back at once."""


Step: TypeAlias = Reply | Over | Pickup | After | Press | Wait | Stay | Book

GOAL: Mapping[str, object] = {
    "place": "Mountain View", "day": "today", "time": "14:30", "minutes": 30, "people": 2,
}  # fmt: skip
"""What the usual answers mean; `day` is the date of the call."""
ANSWERS = {
    "wish": "book a room", "place": "mountain view", "day": "today", "time": "two thirty p m",
    "length": "half an hour", "people": "two people", "yes": "yes", "no": "no",
}  # fmt: skip
KEYED = {
    "wish": "1", "place": "1", "day": "1", "time": "1430", "length": "30#", "people": "2#", "yes": "1",
    "no": "2",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behind:
    """Noise behind the caller all the time: of babble, office, street, music, hiss, hum, fax_calling,
    fax_answering, modem."""

    kind: str
    snr_db: float


@dataclass(frozen=True, slots=True)
class CallerLine:
    """The caller's surroundings and line."""

    behind: Behind | None = None
    echo_db: float | None = None
    """Level of the echo against what was received: negative, or 0."""
    echo_ms: int = 120
    loss: float = 0.0
    gain_db: float = 0.0
    muted: bool = False
    dead: bool = False
    looped: bool = False


@dataclass(frozen=True, slots=True)
class Expect:
    """What must come of it, beside what is asked of every call: dead air at most 3 s, nothing taken for an
    interruption or an answer that the caller did not say, no wrong booking confirmed."""

    booking: str = ""
    """'right', 'none' or 'not wrong'."""
    goal: Mapping[str, object] = field(default_factory=dict, hash=False)
    """Where the booking wanted differs from GOAL."""
    says: str = ""
    """The agent says something that this regular expression finds."""
    ends: bool = False
    """The agent ends the call, and its last word is heard."""
    cut_ins: int | None = None
    """The agent begins to speak at most so often while the caller does."""
    dead_air_s: float = DEAD_AIR_S
    audible_s: float = 0.0
    """The agent is heard for at least so long."""
    amends: bool = False
    """The agent may begin to answer in a pause of the caller's, if it mends it afterwards."""


@dataclass(frozen=True, slots=True)
class Case:
    """One call. Its `name` is its family, what happens, and its seed."""

    family: str
    what: str
    steps: tuple[Step, ...]
    expect: Expect = Expect()
    agent: str = "demo"
    voice: str = "slt"
    line: CallerLine = CallerLine()
    seed: int = 1
    limit_s: float = 90.0
    alone: bool = False
    """Played when no other call is up."""
    kills_voice_after_ms: int = 0
    """The server's voice dies so long after it began to speak."""

    @property
    def name(self) -> str:
        return f"{self.family}/{self.what}/{self.seed}".replace(" ", "-")
