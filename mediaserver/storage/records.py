"""What must survive: the records a call leaves behind, and the sink that keeps them.

A sink's `put` returns at once (the media path calls it); records are written in order, off the loop's
critical path, and retried until the database has them. `flush` waits until they are there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from mediaserver.storage.sql import Database


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
    owner: UUID | None = None
    """The key whose call it is; None: the operator's."""


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
    direction: str = ""
    """'in' or 'out'; empty: an earlier version did not say."""
    trunk: str = ""
    """By which it came or went; empty: none."""
    number: str = ""
    """In E.164, where a trunk knows it: who was called, or which number of ours was."""


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
    """Milliseconds: endpoint, stt, llm_first_token, tts_first_audio, transport, and their sum (see
    `mediaserver.calls.turn_latency`)."""
    open: bool = False
    """It is still being said, and written again when it is over; nobody is told of it before."""


NOW_MS = -1
"""The time of an event of an agent's, which knows no clock: when it is kept."""


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
class MessageKept:
    """A message that the caller left. Written again when its transcript is there."""

    call_id: UUID
    index: int
    """In the call, from 0; of those that were begun and came to nothing there is none."""
    at_ms: int
    """Since the answer; 0: not known, of one that a process which died has left."""
    path: str
    seconds: float
    size_bytes: int
    transcript: str = ""
    """What was understood of it; empty: nothing, or nobody was asked."""


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
    flow_version: int | None = None
    """Which version of the flow came to it, as in `FlowRun`; None: nobody said."""


@dataclass(frozen=True, slots=True)
class FlowRun:
    """A call has begun with a flow. Kept for each, so that those which come to nothing are counted, too."""

    call_id: UUID
    flow: str
    version: int
    """0: the one that comes with the server."""


@dataclass(frozen=True, slots=True)
class HearingReport:
    """How well an agent heard its caller, kept when its part is over. Levels in dBFS (0 is a full-scale
    square wave); None: not known."""

    call_id: UUID
    seconds: float
    """That the line was watched for."""
    noise_db: float | None = None
    speech_db: float | None = None
    """The caller's active speech level (ITU-T P.56)."""
    snr_db: float | None = None
    """Speech over noise."""
    echo_loss_db: float | None = None
    """How much lower our voice came back; None: it did not."""
    echo_delay_ms: float | None = None
    clipping_pct: float = 0.0
    """Of the samples of the caller's speech."""
    loss_pct: float | None = None
    jitter_ms: float | None = None
    double_talk_pct: float = 0.0
    """Of the time in which anybody spoke: both did."""
    hum_hz: int | None = None
    hum_db: float | None = None
    dc_pct: float = 0.0
    """Direct current, of full scale."""
    silent_s: float = 0.0
    """Digital silence from the beginning to the end; 0 when anything came."""
    music_s: float = 0.0
    """The longest music without a pause."""
    talking_s: float = 0.0
    """The longest that the caller's voice went on without a pause of a second."""
    speech_s: float = 0.0
    """The caller's voice, all together."""
    looped: bool = False
    """The line led back to us."""
    arrives: bool | None = None
    """What we sent reached the far end, all along, by its RTCP; None: it sent no report."""
    tones: tuple[str, ...] = ()
    """What the network, a fax or a modem played, in the order in which it was known."""
    troubles: tuple[str, ...] = ()
    """What was wrong with the line, as far as something was done about it."""
    interruptions: dict[str, int] = field(default_factory=dict)
    """'taken', 'resumed' (it was noise, or a word of assent), and so on."""
    reasks: dict[str, int] = field(default_factory=dict)
    """Answers that could not be taken, by why: 'not understood', 'doubtful', 'noisy', 'silence'."""
    false_starts: int = 0
    """Answers that were taken before they were over, and mended."""
    timings: dict[str, float] = field(default_factory=dict)
    """ms: 'duck', 'decision', 'end_wait', each as NAME_p50 and NAME_p95."""


@dataclass(frozen=True, slots=True)
class SummaryWanted:
    """A call is to be summarised when it is over. Kept when an agent has it, so that none is forgotten; the
    last agent's word counts."""

    call_id: UUID
    mode: str
    """'auto' (a model, else an extract), 'model' or 'extractive'."""
    llm: tuple[str, ...]
    """Language models that may write it, best first."""
    language: str
    """Of the call (BCP 47)."""


@dataclass(frozen=True, slots=True)
class SummaryMade:
    """What a call came to. Written again it replaces what was there."""

    call_id: UUID
    summary: str
    """Empty: there is none, and `fault` says why."""
    outcome: str
    """One of pipelines.insight.summary.OUTCOMES."""
    follow_ups: tuple[str, ...] = ()
    """What somebody has still to do."""
    made_by: str = ""
    """'model', 'extract' (the caller's own words), or 'rule' (nothing was said)."""
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None: nobody knows the model's price."""
    fault: str = ""
    """Why no model wrote it though one was to."""


@dataclass(frozen=True, slots=True)
class FactLearnt:
    """What an agent keeps of a caller for later calls. The same topic written again replaces the fact."""

    call_id: UUID
    """In which it was learnt."""
    agent: str
    caller: str
    """A number, in E.164 with its `+`."""
    topic: str
    fact: str


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


class UsageKind(StrEnum):
    """What is counted; each has its unit in its name or is a number of times."""

    TTS_CHARACTERS = "tts_characters"
    TTS_SECONDS = "tts_seconds"
    STT_SECONDS = "stt_seconds"
    LLM_PROMPT_TOKENS = "llm_prompt_tokens"
    LLM_COMPLETION_TOKENS = "llm_completion_tokens"
    CALL_SECONDS = "call_seconds"
    """From the answer to the end."""
    PHONE_SECONDS_IN = "phone_seconds_in"
    """Of legs that came by a trunk, from the answer to their ends."""
    PHONE_SECONDS_OUT = "phone_seconds_out"
    """Of those that went by one."""
    CALLS = "calls"
    """Answered or not."""
    REQUESTS = "requests"
    """Of HTTP."""


@dataclass(frozen=True, slots=True)
class UsageCounted:
    """Somebody used something. The same `id` written again counts once; two things never share one."""

    id: UUID
    at: datetime
    owner: UUID | None
    """The key that it counts for; None: the operator."""
    kind: UsageKind
    amount: float
    """In the kind's unit; finite, not negative."""
    engine: str = ""
    """That did it: an engine's name, a model's for tokens."""
    agent: str = ""
    flow: str = ""
    call_id: UUID | None = None
    cost: float | None = None
    """US dollars, where it is known already; None: the price table says it when somebody asks."""


@dataclass(frozen=True, slots=True)
class CallActedOn:
    """Somebody asked something of a call that is up: a line of the audit log."""

    id: UUID
    """Of this record: the same one written again is the same line."""
    at: datetime
    call_id: UUID
    action: str
    """'call.hangup' ..."""
    key: UUID | None
    """Whose key it was asked with; None: the operator did."""
    actor: str
    how: str
    source: str
    request: str
    change: dict[str, Any]
    """What exactly; no words, no keys that were pressed, and numbers masked: a line is kept for long, and
    never changes."""


@dataclass(frozen=True, slots=True)
class ProviderCallKept:
    """A call by a telephony provider, as it stands. Written again under the same session it grows."""

    session: UUID
    account: str
    kind: str
    """'twilio', 'telnyx', ..."""
    ref: str
    """The provider's own id; empty: not told yet."""
    direction: str
    """'inbound' or 'outbound'."""
    call_id: UUID | None
    """None: nobody took it."""
    phase: str
    state: str
    """By the provider's word: 'queued', 'ringing', 'completed', ..."""
    code: int | None
    answered_by: str
    cost: float | None
    currency: str
    began: datetime
    answered: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class ProviderCallTold:
    """What a provider tells of a call that is long over, or that another run of the server had."""

    account: str
    ref: str
    session: UUID | None
    state: str
    """Empty: it says nothing of that."""
    over: bool
    answered_by: str
    cost: float | None
    currency: str


Record: TypeAlias = (
    CallStarted
    | CallAnswered
    | CallEnded
    | LegOpened
    | LegClosed
    | TurnSaid
    | EventHappened
    | RecordingMade
    | MessageKept
    | OutcomeMade
    | FlowRun
    | HearingReport
    | SummaryWanted
    | SummaryMade
    | OutboundUsed
    | FactLearnt
    | UsageCounted
    | CallActedOn
    | ProviderCallKept
    | ProviderCallTold
)


class Sink(Protocol):
    def put(self, record: Record) -> None:
        """Keep a record; returns at once and never raises."""

    async def flush(self, within_s: float | None = None) -> bool:
        """Wait until everything put so far is stored. False when `within_s` passed first."""


class RecordStore(Protocol):
    async def commit(
        self,
        *records: Record,
        also: Callable[[Database], Awaitable[None]] | None = None,
        within_s: float = ...,
    ) -> None:
        """Store records now, in a transaction of their own beside all that waits in a sink; they are there
        when this returns. `also`: what else is part of it. Raises what that raises, and DatabaseError."""
