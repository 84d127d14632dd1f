"""What a simulated call leaves behind, by text or by phone: what it is judged by. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from callers.simulated.mind import Move
from callers.simulated.persona import Persona
from mediaserver.in_words import fields_in_words

EndedBy: TypeAlias = Literal["agent", "caller", "transfer", ""]


@dataclass(frozen=True, slots=True)
class SimulatedLine:
    """One line of the conversation, or keys pressed."""

    speaker: Literal["agent", "caller"]
    text: str
    topic: str = ""
    """Of the caller's: what it took for asked."""
    keys: str = ""
    """Pressed."""
    over: bool = False
    """Of the caller's: said over the agent's words."""
    aside: bool = False
    """Of the caller's: it answers nothing."""


@dataclass(frozen=True, slots=True)
class MadeOutcome:
    """An outcome as it was kept at the end of the call."""

    flow: str
    status: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class SimulatedCall:
    """One call. Grows while it lasts."""

    persona: Persona
    number: int
    """Of the call in its run, from 1."""
    by: Literal["text", "phone"] = "text"
    lines: list[SimulatedLine] = field(default_factory=list)
    outcomes: list[MadeOutcome] = field(default_factory=list)
    """The last last; one of each flow."""
    told: list[str] = field(default_factory=list)
    """What the agent learnt from tools, as JSON."""
    told_all: bool = True
    """It is known what tools gave; False: the server does not show it, and no amount can be judged."""
    ended_by: EndedBy = ""
    transferred_to: str = ""
    reply_ms: tuple[float, ...] = ()
    """Voice to voice, on the phone."""
    dead_air_s: float = 0.0
    interruptions: int = 0
    """The caller spoke over the agent."""
    cut_ins: int = 0
    """The agent began to speak in the midst of the caller's words."""
    seconds: float = 0.0
    """Of the call; of text, what it took."""
    trouble: str = ""
    """Why it could not be played to its end."""
    call_id: str = ""
    """The server's, where it told."""

    @property
    def agent_said(self) -> str:
        return " ".join(line.text for line in self.lines if line.speaker == "agent")

    @property
    def caller_said(self) -> str:
        return " ".join(f"{line.text} {line.keys}" for line in self.lines if line.speaker == "caller")

    @property
    def turns(self) -> int:
        return sum(line.speaker == "agent" for line in self.lines)

    def keep(self, outcome: MadeOutcome) -> None:
        """In the place of what its flow came to before."""
        self.outcomes[:] = [each for each in self.outcomes if each.flow != outcome.flow] + [outcome]

    def transcript(self) -> str:
        """For people."""
        shown = []
        for line in self.lines:
            pressed = f" /{line.keys}" if line.keys else ""
            silent = "(silence)" if line.speaker == "caller" and not line.text and not line.keys else ""
            over = " (over the agent)" if line.over else ""
            shown.append(f"{line.speaker:<7} {line.text}{pressed}{silent}{over}")
        for outcome in self.outcomes:
            fields = fields_in_words(outcome.data)
            shown.append(f"outcome {outcome.flow} {outcome.status}: {fields or 'nothing'}")
        ended = f"transferred to {self.transferred_to}" if self.ended_by == "transfer" else self.ended_by
        shown.append(f"ended   {self.trouble or ended or 'nobody knows how'}")
        return "\n".join(shown) + "\n"


def plain(speech: str) -> str:
    """Words without the marks of their pauses."""
    return " ".join(speech.replace("|", " ").split())


def said(move: Move, over: bool = False) -> SimulatedLine:
    """A caller's move as a line."""
    return SimulatedLine("caller", plain(move.speech), move.topic, move.keys, over, move.aside)
