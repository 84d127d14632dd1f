"""What must survive: the records a call leaves behind, and the sink that keeps them.

A sink's `put` returns at once (the media path calls it); records are written in order, off the loop's
critical path, and retried until the database has them. `flush` waits until they are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CallStarted:
    call_id: UUID
    direction: str
    """'inbound' or 'outbound'."""
    from_uri: str
    to_uri: str
    app: str
    """'demo', 'echo', 'extension', ..."""
    at: datetime
    agent: str = ""
    """Whom the call began with; empty: nobody, it is between phones."""
    agent_version: int | None = None
    """Of the agent's row when the call began."""
    about: dict[str, Any] = field(default_factory=dict)
    """What whoever placed it gave along for its agent."""


@dataclass(frozen=True, slots=True)
class CallAnswered:
    call_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CallEnded:
    call_id: UUID
    at: datetime
    ended_by: str
    why: str
    code: int | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LegOpened:
    leg_id: UUID
    call_id: UUID
    kind: str
    """'sip', 'webrtc', ..."""
    ref: str
    """What the other side's logs call it: a SIP Call-ID, a stream's id."""
    remote: str
    codec: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LegClosed:
    leg_id: UUID
    at: datetime
    stats: dict[str, Any]
    """Packets, loss, jitter_ms, rtt_ms, mos, lateness; as RtpStats.as_dict()."""


@dataclass(frozen=True, slots=True)
class TurnSaid:
    """One line of the transcript. The same `index` written again replaces the line (heard text grows)."""

    call_id: UUID
    index: int
    speaker: str
    """'caller', 'agent', or 'operator': said in the agent's voice because somebody asked for it."""
    text: str
    """What was recognised, or what was set out to be said."""
    heard: str
    """What the caller heard of it. Caller: same as text."""
    started_ms: int
    """Since answer."""
    ended_ms: int
    confidence: float | None = None
    understood: bool = True
    interrupted: bool = False
    latency: dict[str, float] = field(default_factory=dict)
    """Milliseconds: endpoint, stt, llm_first_token, tts_first_audio, transport, voice_to_voice."""


@dataclass(frozen=True, slots=True)
class EventHappened:
    """Anything else worth keeping: 'dtmf', 'hold', 'engine_restart', 'barge_in', 'flow' ..."""

    call_id: UUID
    at_ms: int
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordingMade:
    call_id: UUID
    path: str
    seconds: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OutcomeMade:
    """What a flow achieved. Written again under the same call and flow to change status or details."""

    call_id: UUID
    flow: str
    """The flow's name, e.g. 'booking'."""
    status: str
    """A word of the flow's own, e.g. 'held' while a read-back is not through, then 'confirmed'."""
    data: dict[str, Any]
    """JSON-ready: the flow's own fields."""


@dataclass(frozen=True, slots=True)
class OutboundUsed:
    """What one scope has called out of this server in one minute. Written again it grows."""

    minute: datetime
    """When it began."""
    scope: str
    """'all', 'api', 'extension:101', 'trunk:acme', ..."""
    calls: int
    ms: int
    """Talked, in milliseconds."""
    micros: int
    """Spent, in millionths of the currency."""


Record: TypeAlias = (
    CallStarted
    | CallAnswered
    | CallEnded
    | LegOpened
    | LegClosed
    | TurnSaid
    | EventHappened
    | RecordingMade
    | OutcomeMade
    | OutboundUsed
)


class Sink(Protocol):
    def put(self, record: Record) -> None:
        """Keep a record; returns at once and never raises."""

    async def flush(self, within_s: float | None = None) -> bool:
        """Wait until everything put so far is stored. False when `within_s` passed first."""
