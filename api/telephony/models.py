"""Calls as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.routing.models import ResponseModel

CallStateShown = Literal["new", "ringing", "answered", "ended"]


class CallOutcomeShown(ResponseModel):
    """What a flow achieved in a call."""

    flow: str
    status: str = Field(description="A word of the flow's own, e.g. `confirmed`.")
    data: dict[str, Any]


class CallFlowShown(ResponseModel):
    """A flow that a call ran."""

    flow: str
    version: int = Field(description="0: the one that comes with the server.")


class CallFacts(ResponseModel):
    """What is known of every call, whether it is up or over."""

    id: UUID
    direction: Literal["inbound", "outbound"]
    from_uri: str
    to_uri: str
    app: str = Field(description="The agent it began with, or `extension` between phones.")
    agent: str | None = Field(default=None, description="Whom it began with; null: between phones.")
    agent_version: int | None = Field(default=None, description="Of the agent's row when it began.")
    owner: UUID | None = Field(default=None, description="The key whose call it is; null: the operator's.")
    about: dict[str, Any] = Field(
        default_factory=dict, description="What whoever placed it gave along for its agent."
    )
    state: CallStateShown
    live: bool = Field(description="It is up, or being set up.")
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    elapsed_ms: int | None = Field(
        default=None, description="Since the answer, of a call that is up on this server."
    )
    ended_by: str | None = Field(
        default=None, description="`caller`, `callee`, `agent`, `server`, `network`."
    )
    why: str | None = Field(default=None, description="Why it ended, in words.")
    code: int | None = Field(default=None, description="SIP status or provider's code, where there is one.")
    detail: str = ""
    node_id: UUID | None = Field(default=None, description="The server that has or had it.")
    turns: int = Field(default=0, description="Lines of its transcript.")
    recorded: bool = Field(default=False, description="There is a recording of it.")
    messages_left: int = Field(default=0, description="Messages that its caller left.")
    outcomes: list[CallOutcomeShown] = Field(default_factory=list)
    flows: list[CallFlowShown] = Field(default_factory=list)
    llm_cost: float | None = Field(
        default=None, description="What its language model cost, in US dollars; null: not known."
    )


class CallShown(CallFacts):
    """A call in a list."""

    summary: str | None = Field(default=None, description="What it came to.")
    found: str | None = Field(
        default=None, description="Of words that are searched for (`q`): a line in which one was said."
    )


class CallLineShown(ResponseModel):
    """One line of a transcript."""

    index: int
    speaker: Literal["caller", "agent", "operator"]
    text: str = Field(description="What was understood, or what was set out to be said.")
    heard: str = Field(description="What the caller heard of it; of the caller's own lines the text.")
    started_ms: int = Field(description="Since the answer.")
    ended_ms: int
    confidence: float | None
    understood: bool
    interrupted: bool
    latency: dict[str, float] = Field(description="Parts of the time until the answer to it began, in ms.")


class CallLegShown(ResponseModel):
    """One party's connection to us."""

    id: UUID
    kind: str
    ref: str = Field(description="What the other side's logs call it.")
    remote: str
    codec: str
    opened_at: datetime
    closed_at: datetime | None
    stats: dict[str, Any] = Field(description="Packets, loss, jitter, MOS; as they were when it ended.")


class CallEventShown(ResponseModel):
    """What else happened in a call."""

    at_ms: int = Field(description="Since the answer.")
    kind: str
    data: dict[str, Any]


class CallCarriedShown(ResponseModel):
    """What a telephony provider says of a leg of a call."""

    account: str
    kind: str = Field(description="`twilio`, `telnyx` ...")
    ref: str = Field(description="The provider's own id of it.")
    direction: str
    state: str = Field(
        description="By the provider's word: `queued`, `initiated`, `ringing`, `in-progress`, `completed`, "
        "`busy`, `no-answer`, `failed`, `canceled`."
    )
    phase: str = Field(
        description="Where it is with this server: `up`, `elsewhere` (handed over or diverted), "
        "`over`, `interrupted` (the server died) ..."
    )
    code: int | None = Field(description="SIP status, where the provider names one.")
    answered_by: str = Field(
        description="`human`, `machine`, `machine_end`, `fax`, `unknown`; empty: not asked."
    )
    cost: float | None = Field(description="By the provider's word; null: not told yet.")
    currency: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


class CallRecordingShown(ResponseModel):
    """A call's recording."""

    seconds: float
    size_bytes: int


class CallMessageShown(ResponseModel):
    """A message that the caller left."""

    index: int
    at_ms: int
    seconds: float
    size_bytes: int
    transcript: str = Field(description="What was understood of it; may be empty.")


class CallSummaryShown(ResponseModel):
    """What a call came to."""

    state: str = Field(description="`wanted`: it is still to be written; `made`, `failed`.")
    summary: str
    outcome: str
    follow_ups: list[str]
    made_by: str = Field(description="`model`, `extract` or `rule`.")
    model: str
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    fault: str


class CallHearingShown(ResponseModel):
    """How well an agent heard its caller. Levels in dBFS; null: not known."""

    seconds: float
    noise_db: float | None
    speech_db: float | None
    snr_db: float | None
    echo_loss_db: float | None
    echo_delay_ms: float | None
    clipping_pct: float
    loss_pct: float | None
    jitter_ms: float | None
    double_talk_pct: float
    hum_hz: int | None
    hum_db: float | None
    dc_pct: float
    silent_s: float
    music_s: float
    talking_s: float
    speech_s: float
    looped: bool
    arrives: bool | None
    tones: list[str]
    troubles: list[str]
    interruptions: dict[str, int]
    reasks: dict[str, int]
    false_starts: int
    timings: dict[str, float]
    advice: list[str] = Field(description="What a telephone engineer would advise.")


class CallDetail(CallFacts):
    """One call, whole."""

    transcript: list[CallLineShown]
    legs: list[CallLegShown]
    carried: list[CallCarriedShown] = Field(description="By accounts at telephony providers.")
    events: list[CallEventShown]
    recording: CallRecordingShown | None
    messages: list[CallMessageShown]
    hearing: CallHearingShown | None
    summary: CallSummaryShown | None
