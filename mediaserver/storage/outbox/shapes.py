"""What events say: one model for the data of each topic. They are promises: fields may come, none goes.

The document of the API shows them; a test holds every event that is written against its model.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class EventData(BaseModel):
    """What an event says beside its number, time, topic and call."""

    model_config = ConfigDict(populate_by_name=True)


class CallStartedData(EventData):
    """A call begins: it rings, here or there."""

    direction: Literal["inbound", "outbound"]
    from_uri: str = Field(alias="from", description="Who calls.")
    to_uri: str = Field(alias="to", description="Who is called.")
    app: str = Field(description="What answers: `demo`, `echo`, `extension` ...")
    agent: str = Field(description="Whom it began with; empty: it is between phones.")
    agent_version: int | None = Field(description="Of the agent's row.")
    about: dict[str, Any] = Field(description="What whoever placed it gave along for its agent.")


class CallAnsweredData(EventData):
    """Somebody answered."""

    answered_at: datetime


class CallEndedData(EventData):
    """A call is over. It may come a second time, when a server that was taken for dead knows better."""

    direction: Literal["inbound", "outbound"]
    from_uri: str = Field(alias="from")
    to_uri: str = Field(alias="to")
    agent: str
    by: str = Field(description="Who ended it: `caller`, `agent`, `network`, `server` ...")
    why: str = Field(description="In words: `hung up`, `busy`, `interrupted` ...")
    code: int | None = Field(description="The SIP or provider code, where there is one.")
    detail: str
    started_at: datetime
    answered_at: datetime | None = Field(description="Null: nobody answered.")
    ended_at: datetime
    seconds: float = Field(description="From the answer to the end; 0: nobody answered.")


class TurnData(EventData):
    """A line of the transcript, when it is over. A second one of the same `index` takes its place."""

    index: int = Field(description="In the call, from 0.")
    speaker: Literal["caller", "agent", "operator"]
    text: str = Field(description="What was recognised, or set out to be said.")
    heard: str = Field(description="What the caller heard of it.")
    started_ms: int = Field(description="Since the answer.")
    ended_ms: int
    confidence: float | None
    understood: bool
    interrupted: bool
    latency: dict[str, float] = Field(
        description="Milliseconds, by part; `voice_to_voice` is the whole, of what was typed "
        "`text_to_voice` or `text_to_text`."
    )


class DtmfData(EventData):
    """A key of the caller's."""

    digit: str
    at_ms: int = Field(description="Since the answer.")
    duration_ms: int | None


class TransferData(EventData):
    """A step of a transfer."""

    step: str = Field(
        description="`begun`, `ringing`, `briefing`, `accepted`, `failed`, `returned`, `asked` (the other "
        "side wants one) or `agent` (another agent has the call)."
    )
    to: str = Field(description="An address, or the agent's name.")
    at_ms: int | None = Field(description="Since the answer; null: not known.")
    detail: dict[str, Any] = Field(description="More of it: `warm`, `how`, `reason`, `by` ...")


class RecordingData(EventData):
    """The recording of a call is whole."""

    seconds: float
    size_bytes: int


class OutcomeData(EventData):
    """An agent keeps a result, or changes it."""

    flow: str
    flow_version: int | None
    status: str = Field(description="A word of the flow's own.")
    data: dict[str, Any] = Field(description="The flow's own fields.")


class MessageData(EventData):
    """The caller left a message. A second one of the same `index` brings its transcript."""

    index: int
    at_ms: int = Field(description="Since the answer; 0: not known.")
    seconds: float
    size_bytes: int
    transcript: str = Field(description="Empty: not known, yet or at all.")


class SummaryData(EventData):
    """What a call came to."""

    summary: str = Field(description="Empty: there is none, and `fault` says why.")
    outcome: str
    follow_ups: list[str]
    made_by: str = Field(description="`model`, `extract` or `rule`.")
    model: str
    fault: str


class AgentChangedData(EventData):
    """An agent was made, changed or removed."""

    name: str
    version: int
    change: Literal["created", "changed", "deleted"]


class FlowChangedData(EventData):
    """A flow was made, saved, published or removed."""

    name: str
    version: int | None = Field(description="That was saved; else null.")
    published: int | None
    split_version: int | None
    split_percent: int | None
    change: Literal["created", "saved", "published", "deleted"]


class WebhookDisabledData(EventData):
    """An endpoint was switched off, since nothing reached it for long."""

    id: str
    url: str
    fault: str = Field(description="What went wrong last.")
    failing_since: datetime


TOPICS: dict[str, type[EventData]] = {
    "call.started": CallStartedData,
    "call.answered": CallAnsweredData,
    "call.ended": CallEndedData,
    "turn": TurnData,
    "dtmf": DtmfData,
    "transfer": TransferData,
    "recording": RecordingData,
    "outcome": OutcomeData,
    "message": MessageData,
    "summary": SummaryData,
    "agent.changed": AgentChangedData,
    "flow.changed": FlowChangedData,
    "webhook.disabled": WebhookDisabledData,
}
"""Every topic that is told, and what its data is."""
