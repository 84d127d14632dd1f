"""What happens in a live call, as `/api/telephony/events` tells it: each event's data. Fields may come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import Field

from api.routing.models import ResponseModel
from mediaserver.calls.recorder import RecordingState
from mediaserver.calls.seat_kinds import SeatKind


class LiveEventData(ResponseModel):
    """What all events of a live call have."""

    call: UUID
    at: float = Field(description="Seconds since 1970.")


class StateLive(LiveEventData):
    """The call begins, rings, is answered."""

    state: str
    direction: str
    from_uri: str
    to_uri: str
    app: str
    agent: str | None
    agent_version: int | None
    started: str = Field("", description="RFC 3339.")


class AnsweredByLive(LiveEventData):
    """It was found out who has picked up where we called; a later one corrects it."""

    by: str = Field(description="`human`, `machine`, `machine_end`, `fax` or `unknown`.")


class TextLive(LiveEventData):
    """A text (SMS) of the agent's or flow's."""

    step: str = Field(description="`sent` or `failed`.")
    to: str
    text: str = Field("", description="What was sent.")
    ref: str = Field("", description="The provider's id of it.")
    why: str = ""
    reason: str = Field("", description="In words, where it failed.")


class PartialLive(LiveEventData):
    """The caller is heard; what is understood may still change."""

    text: str
    confidence: float | None
    understood: bool


class MoodLive(ResponseModel):
    """An estimate of how the caller feels, beside how this caller spoke at first."""

    arousal: float = Field(description="-1 (subdued) to 1 (agitated), by the voice.")
    arousal_sure: float = Field(description="0 to 1.")
    valence: float = Field(description="-1 (cross words) to 1 (kind words).")
    valence_sure: float = Field(description="0: no word of it says anything.")
    hint: str = Field(description="In words; empty while nothing stands out.")


class FinalLive(PartialLive):
    """What the caller said."""

    language: str | None = Field(None, description="Where it was heard.")
    line: int | None = Field(None, description="Its place in the transcript.")
    mood: MoodLive | None = Field(None, description="Where the agent's `insight` has it looked for.")


class VoiceLive(LiveEventData):
    """A turn of the caller's begins or is over."""

    turn: int = Field(description="Counted from 1.")
    began: int | None = Field(None, description="In ms since the answer.")
    ended: int | None = Field(None, description="In ms since the answer.")
    committed: bool | None = Field(None, description="The caller has declared it over.")


class UnheardLive(LiveEventData):
    """No words come of a turn of the caller's."""

    turn: int | None = None
    why: str


class SentenceLive(LiveEventData):
    """A sentence begins."""

    text: str
    line: int | None = Field(None, description="The place in the transcript of the line that it is of.")


class HeardLive(SentenceLive):
    """A line is over: what the caller has heard of it."""

    interrupted: bool


class LatencyLive(LiveEventData):
    """The agent begins to answer: how long that took, by parts, in ms."""

    voice_to_voice: float | None = None
    text_to_voice: float | None = None
    text_to_text: float | None = None
    endpoint: float | None = None
    stt: float | None = None
    llm_first_token: float | None = None
    tts_first_audio: float | None = None
    transport: float | None = None


class LanguageLive(LiveEventData):
    """The call goes on in another language."""

    language: str
    before: str
    why: str = ""


class BargeInLive(LiveEventData):
    """A sound of the caller's while we spoke was judged."""

    outcome: str = Field(description="`taken`, `backchannel`, `noise` or `resumed`.")
    ms: float | None = None
    duck_ms: float | None = Field(None, description="Until we were quieter.")
    decision_ms: float | None = Field(None, description="Until it was decided.")
    after_ms: float | None = Field(None, description="Into our line.")


class DigitLive(LiveEventData):
    """A key of the caller's."""

    digit: str


class LineTroubleLive(SentenceLive):
    """Something is wrong with the caller's line, and something is done about it."""

    trouble: str


class MessageLive(LiveEventData):
    """A message of the caller's has ended."""

    index: int | None = Field(description="null: nothing is kept.")
    seconds: float
    ended_by: str


class RecordingLive(LiveEventData):
    """Somebody has the recording begun, paused, resumed or stopped."""

    state: RecordingState
    recorded_ms: int = Field(description="Where in the recording that is.")


class HoldLive(LiveEventData):
    """The caller is put on hold, or back."""

    held: bool


class FlowLive(LiveEventData):
    """A flow enters a node."""

    flow: str
    node: str = ""
    type: str = ""
    why: str = Field("", description="Why it came there.")
    says: Any = None
    detail: Any = None
    from_: str | None = Field(None, alias="from", description="The node it came from.")
    changed: dict[str, Any] = Field(default_factory=dict, description="Variables; secret ones are masked.")


class OutcomeLive(LiveEventData):
    """The agent keeps a result."""

    flow: str
    status: str
    data: dict[str, Any]


class TransferLive(LiveEventData):
    """A step of a transfer."""

    step: str
    to: str
    warm: bool | None = None
    how: str | None = None
    by: str | None = None
    reason: str | None = None
    why: str | None = None
    detail: Any = None


class SeatLive(LiveEventData):
    """Somebody changes seats."""

    party: str
    seat: SeatKind
    whisper_to: str | None = None


class EndingSoonLive(LiveEventData):
    """A limit on calls out will end the call."""


class EndedLive(LiveEventData):
    """The call is over."""

    by: str
    why: str
    code: int | None
    detail: str | None
    text: str = ""
    ms: int | None = None


class OutboundLimitLive(LiveEventData):
    """A limit on calls out is reached; of no call, so `call` is all zeros."""

    scope: str
    limit: str
    value: float
    text: str


LIVE_EVENTS: Mapping[str, type[LiveEventData]] = MappingProxyType(
    {
        "state": StateLive, "answered_by": AnsweredByLive, "partial": PartialLive, "final": FinalLive,
        "voice": VoiceLive, "unheard": UnheardLive, "agent": SentenceLive,
        "operator": SentenceLive, "heard": HeardLive, "latency": LatencyLive, "language": LanguageLive,
        "barge_in": BargeInLive, "digit": DigitLive, "line_trouble": LineTroubleLive, "message": MessageLive,
        "recording": RecordingLive, "hold": HoldLive, "flow": FlowLive, "outcome": OutcomeLive,
        "transfer": TransferLive, "briefing": SentenceLive, "seat": SeatLive, "ending_soon": EndingSoonLive,
        "text": TextLive, "ended": EndedLive, "outbound_limit": OutboundLimitLive,
    }
)  # fmt: skip
"""By the event's name."""
