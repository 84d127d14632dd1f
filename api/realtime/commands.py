"""What the machine of a realtime session wants done: by the socket, and by the conversation behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from api.realtime.session_settings import RealtimeSettings
from pipelines.engines.protocols import LlmMessage, LlmTool


@dataclass(frozen=True, slots=True)
class TellClient:
    """Send this event; JSON-ready."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HearAudio:
    """The caller says this, behind what came before."""

    octets: bytes
    """As the session's input format has it."""


@dataclass(frozen=True, slots=True)
class CommitInput:
    """The caller's turn is over, behind the audio that came before: tell its words (`final`), "" for none."""

    item: str


@dataclass(frozen=True, slots=True)
class ClearInput:
    """Forget the audio of the turn that has begun."""


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """Think and say no more of this response; what is told of it late is passed over."""

    response: str


@dataclass(frozen=True, slots=True)
class DropPlayout:
    """What was not played yet is not to be."""


@dataclass(frozen=True, slots=True)
class ThinkOfAnswer:
    """Answer, and tell of it under this response's id."""

    response: str
    history: tuple[LlmMessage, ...]
    """The instructions come first, as a system's message, where there are any."""
    tools: tuple[LlmTool, ...]
    max_tokens: int | None
    """None: the engine's own limit."""
    spoken: bool
    """False: in writing alone."""
    voice: str
    """Empty: the agent's own."""
    speed: float
    """1: as the voice speaks by itself."""
    typed: str = ""
    """What the user has written since the last time, for the record of the call."""


@dataclass(frozen=True, slots=True)
class UseSettings:
    """The session goes by these from now on."""

    settings: RealtimeSettings = field(hash=False)


@dataclass(frozen=True, slots=True)
class KnowTruncated:
    """So much of this item was heard, and no more: the rest is forgotten."""

    item: str
    audio_ms: int
    text: str


RealtimeCommand: TypeAlias = (
    TellClient
    | HearAudio
    | CommitInput
    | ClearInput
    | CancelAnswer
    | DropPlayout
    | ThinkOfAnswer
    | UseSettings
    | KnowTruncated
)
