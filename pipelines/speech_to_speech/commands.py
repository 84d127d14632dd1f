"""What the machine of a speech-to-speech model wants of its call, once it has understood an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipelines.engines.protocols import LlmToolCall


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Send this event."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ready:
    """The session is set up: audio may be sent."""


@dataclass(frozen=True, slots=True)
class ModelSound:
    """The model says this."""

    item: str
    content: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class ModelWords:
    """... in these words."""

    item: str
    content: int
    text: str


@dataclass(frozen=True, slots=True)
class ModelSoundOver:
    """No more audio of this part comes."""

    item: str
    content: int


@dataclass(frozen=True, slots=True)
class CallerBegan:
    """The server hears the caller speak."""

    item: str
    ms: int
    """Since the first audio of this connection."""


@dataclass(frozen=True, slots=True)
class CallerPaused:
    """The caller has finished, as the server sees it."""

    item: str
    ms: int


@dataclass(frozen=True, slots=True)
class CallerWords:
    """What the caller has said; empty: it could not be written down."""

    item: str
    text: str


@dataclass(frozen=True, slots=True)
class CallerCommitted:
    """The turn that was declared over is there, and is answered."""

    item: str


@dataclass(frozen=True, slots=True)
class CallerSaidNothing:
    """A turn was declared over in which the server has no audio."""


@dataclass(frozen=True, slots=True)
class ToolWanted:
    call: LlmToolCall
    fault: str = ""
    """The arguments cannot be read: say so to the model in place of a result."""


@dataclass(frozen=True, slots=True)
class Responded:
    """A response is over."""

    status: str
    """completed, cancelled, failed, incomplete."""
    reason: str
    usage: Mapping[str, Any]
    hopeless: bool = False
    """It failed, and would fail again."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """The server refused something, or said what nobody understands. `fatal`: talk to it no more."""

    reason: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Renew:
    """This session is at its end and the call is not: open another connection."""


Command: TypeAlias = (
    SendEvent
    | Ready
    | Renew
    | ModelSound
    | ModelWords
    | ModelSoundOver
    | CallerBegan
    | CallerPaused
    | CallerWords
    | CallerCommitted
    | CallerSaidNothing
    | ToolWanted
    | Responded
    | Complaint
)
