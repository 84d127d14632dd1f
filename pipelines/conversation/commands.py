"""What the turn machine wants done, in its own words; the session has it carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipelines.conversation.agent import AgentInput, Last, Play, Say, Utterance
from pipelines.conversation.contest import ContestFigures, ContestOutcome
from pipelines.conversation.message_machine import MessageEnding
from pipelines.engines.protocols import SttResult


@dataclass(frozen=True, slots=True)
class StartStt:
    """An utterance begins: the recogniser gets the pre-roll and what follows."""

    epoch: int


@dataclass(frozen=True, slots=True)
class ResumeStt:
    """The utterance goes on: its final, asked for or failed, is void; the next covers all of it."""

    epoch: int


@dataclass(frozen=True, slots=True)
class FinishStt:
    epoch: int


@dataclass(frozen=True, slots=True)
class MarkStt:
    """What is heard from so many frames ago on may have to be heard once more, by itself."""

    frames: int


@dataclass(frozen=True, slots=True)
class RestartStt:
    """What was heard since the mark is an utterance of its own for the recogniser, with the grammar of the
    present one; the rest is forgotten."""

    epoch: int


@dataclass(frozen=True, slots=True)
class CloseStt:
    """The utterance is over: forget its audio."""

    recent: bool = False
    """It is long over: what was heard last is no part of it, and may be the beginning of the next."""


@dataclass(frozen=True, slots=True)
class VoiceBegan:
    """The caller speaks since this position."""

    at: int


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """What began so is over: the last voice in it was at this position."""

    at: int
    told: bool
    """The agent is told of it, now or once it may be interrupted."""
    committed: bool
    """The caller has declared it over."""


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """The caller has declared a turn over in which nothing was said."""


@dataclass(frozen=True, slots=True)
class SpotWords:
    """Was the sound of the last so many frames nothing but a word that shows listening? The recogniser is
    asked, beside the utterance."""

    epoch: int
    frames: int


@dataclass(frozen=True, slots=True)
class DuckPlayout:
    """Be quieter: the caller makes a sound."""


@dataclass(frozen=True, slots=True)
class UnduckPlayout:
    """It was nothing: be as loud as before. Nothing happens to what is not ducked."""


@dataclass(frozen=True, slots=True)
class PausePlayout:
    pass


@dataclass(frozen=True, slots=True)
class ResumePlayout:
    """Go on, as loud as before. Nothing happens to what is not paused."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a sound that the caller made while the agent spoke; what follows from it comes next."""

    outcome: ContestOutcome
    figures: ContestFigures | None = None
    """None for a key, and for words that were understood where no sound is believed any more."""


@dataclass(frozen=True, slots=True)
class MissedWords:
    """The caller made a sound that may have been words, and the agent is told none of it."""


@dataclass(frozen=True, slots=True)
class CancelPlayout:
    by_caller: bool = False


@dataclass(frozen=True, slots=True)
class FinishPlayout:
    """All was sent: the line is done with."""

    waited: bool = False
    """So long ago that the caller has heard it, whatever is known."""


@dataclass(frozen=True, slots=True)
class CancelThinking:
    pass


@dataclass(frozen=True, slots=True)
class GiveUpThinking:
    """The agent has taken too long over the reply of this epoch: it has failed."""

    epoch: int
    after_ms: int


@dataclass(frozen=True, slots=True)
class Think:
    """Give this to the agent; its acts come back with this epoch."""

    epoch: int
    said: AgentInput
    silence: int = 0
    """Samples between the caller's last voice and this command; 0 when it is not about speech."""
    finished_after: int = 0
    """Of these, the samples until the recogniser was asked for its final."""
    result: SttResult | None = None


@dataclass(frozen=True, slots=True)
class ThinkAhead:
    """The agent will probably be told this in a moment; it takes the place of what was supposed before. What
    the agent really is told (`Think`) ends it."""

    said: Utterance


@dataclass(frozen=True, slots=True)
class StopThinkingAhead:
    """What was supposed is not what the agent will be told."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Say this; the first piece of an epoch opens a line."""

    epoch: int
    piece: Say | Play


@dataclass(frozen=True, slots=True)
class CompleteLine:
    """No more pieces of this epoch will come."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Say the operator's words: a line of its own, complete as it is."""

    epoch: int
    text: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The agent's last word was heard: do what was to follow it."""

    last: Last


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """What the caller says from the next frame on is a message."""

    transcribe: bool


@dataclass(frozen=True, slots=True)
class BeginMessageAgain:
    """What was recorded of it is thrown away; `RecordMessage` follows."""


@dataclass(frozen=True, slots=True)
class EndMessage:
    """It is over; the agent is to be told of it (`Turn.message_taken`)."""

    ending: MessageEnding


@dataclass(frozen=True, slots=True)
class CutMessage:
    """It is over, and something else comes in place of it."""

    ending: MessageEnding


@dataclass(frozen=True, slots=True, eq=False)
class SoundBeside:
    """Play this (16 kHz), which is no word of the agent's; nothing: fall silent."""

    samples: npt.NDArray[np.int16]
    over_and_over: bool = False


SttCommand: TypeAlias = StartStt | ResumeStt | FinishStt | MarkStt | RestartStt | CloseStt | SpotWords
"""To whoever listens."""
PlayoutCommand: TypeAlias = DuckPlayout | UnduckPlayout | PausePlayout | ResumePlayout | FinishPlayout
"""To what is played, without a change of what is to be said."""
Command: TypeAlias = (
    StartStt
    | ResumeStt
    | FinishStt
    | MarkStt
    | RestartStt
    | CloseStt
    | SpotWords
    | VoiceBegan
    | VoiceEnded
    | NothingSaid
    | DuckPlayout
    | UnduckPlayout
    | PausePlayout
    | ResumePlayout
    | Decided
    | MissedWords
    | CancelPlayout
    | FinishPlayout
    | CancelThinking
    | GiveUpThinking
    | Think
    | ThinkAhead
    | StopThinkingAhead
    | Speak
    | CompleteLine
    | Announce
    | Leave
    | RecordMessage
    | BeginMessageAgain
    | EndMessage
    | CutMessage
    | SoundBeside
)
