"""Events as the API shows them, and how they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias, get_args
from uuid import UUID

from pydantic import AfterValidator, Field

from api.access.asker import Asker
from api.routing.models import RequestModel, ResponseModel
from api.telephony.live_events import PartialLive
from mediaserver.glob import fits
from mediaserver.storage.outbox import shapes
from mediaserver.storage.outbox.table import PATTERN, EventFilter

LARGEST_SEQ = 2**63 - 1
MOST_TOPICS = 20


def topic_pattern(value: str) -> str:
    """Raises ValueError for what fits no event there is: who asks for it would wait for ever."""
    if not PATTERN.fullmatch(value):
        raise ValueError("write a topic such as 'call.ended', with * for anything: 'call.*'")
    if not any(fits(value, topic) for topic in TOPICS):
        raise ValueError(f"no event has such a topic; there are {', '.join(TOPICS)}")
    return value


def _patterns(value: str) -> str:
    for part in value.split(","):
        topic_pattern(part)
    return value


TopicPattern: TypeAlias = Annotated[str, AfterValidator(_patterns)]
"""A topic, with * for anything; several with commas between them."""
Topics: TypeAlias = Annotated[list[TopicPattern], Field(max_length=MOST_TOPICS)]
Seq: TypeAlias = Annotated[int, Field(ge=0, le=LARGEST_SEQ)]


class EventEnvelope(ResponseModel):
    """What all events have."""

    seq: int = Field(
        description="Its number. They follow the order in which events were stored; some are left out."
    )
    at: datetime = Field(description="When it happened, as far as that is known; else when it was stored.")
    call: UUID | None = Field(description="Of which call it tells; null: of none.")


class CallStartedEvent(EventEnvelope):
    topic: Literal["call.started"]
    data: shapes.CallStartedData


class CallAnsweredEvent(EventEnvelope):
    topic: Literal["call.answered"]
    data: shapes.CallAnsweredData


class CallEndedEvent(EventEnvelope):
    topic: Literal["call.ended"]
    data: shapes.CallEndedData


class TurnEvent(EventEnvelope):
    topic: Literal["turn"]
    data: shapes.TurnData


class DtmfEvent(EventEnvelope):
    topic: Literal["dtmf"]
    data: shapes.DtmfData


class TransferEvent(EventEnvelope):
    topic: Literal["transfer"]
    data: shapes.TransferData


class RecordingEvent(EventEnvelope):
    topic: Literal["recording"]
    data: shapes.RecordingData


class OutcomeEvent(EventEnvelope):
    topic: Literal["outcome"]
    data: shapes.OutcomeData


class MessageEvent(EventEnvelope):
    topic: Literal["message"]
    data: shapes.MessageData


class SummaryEvent(EventEnvelope):
    topic: Literal["summary"]
    data: shapes.SummaryData


class AgentChangedEvent(EventEnvelope):
    topic: Literal["agent.changed"]
    data: shapes.AgentChangedData


class FlowChangedEvent(EventEnvelope):
    topic: Literal["flow.changed"]
    data: shapes.FlowChangedData


class WebhookDisabledEvent(EventEnvelope):
    topic: Literal["webhook.disabled"]
    data: shapes.WebhookDisabledData


StoredEvent: TypeAlias = (
    CallStartedEvent
    | CallAnsweredEvent
    | CallEndedEvent
    | TurnEvent
    | DtmfEvent
    | TransferEvent
    | RecordingEvent
    | OutcomeEvent
    | MessageEvent
    | SummaryEvent
    | AgentChangedEvent
    | FlowChangedEvent
    | WebhookDisabledEvent
)
AnyEvent: TypeAlias = Annotated[StoredEvent, Field(discriminator="topic")]


def _topic_of(event: type[EventEnvelope]) -> str:
    (topic,) = get_args(event.model_fields["topic"].annotation)
    return str(topic)


TOPICS: tuple[str, ...] = tuple(_topic_of(each) for each in get_args(StoredEvent))
"""Of all events."""


class PlaceShown(ResponseModel):
    """Where a watcher is."""

    after: int


class GapShown(ResponseModel):
    """Events up to a number are not kept any more."""

    upto: int


STREAM_EVENTS: Mapping[str, Any] = MappingProxyType(
    {"ready": PlaceShown, "gap": GapShown, "reset": PlaceShown, "partial": PartialLive}
    | {_topic_of(each): each for each in get_args(StoredEvent)}
)
"""What a stream of stored events tells, by name: an event's is its topic."""


class EventPage(ResponseModel):
    """A part of the events."""

    items: list[AnyEvent]
    after: int = Field(description="Ask for `?after=` this to go on, also when there is nothing more yet.")
    more: bool = Field(description="There is more right away; `items` may be empty all the same.")
    swept: int = Field(
        description="Events up to this number are not kept any more: whoever asks for what is behind a lower "
        "one has missed some."
    )
    head: int = Field(
        description="The last number there is. Lower than the one you asked with: that was of another "
        "database, and numbers began anew; begin with 0."
    )


class WhichEvents(RequestModel):
    """Which events are asked for."""

    topics: Topics = Field(
        default=[],
        description="Topics, with * for anything: `call.*`, `turn`; none: all. Commas separate them.",
    )
    call: UUID | None = Field(default=None, description="Of this call alone.")

    def filter(self, who: Asker) -> EventFilter:
        """A key's are its own; an admin's all."""
        topics = tuple(part for value in self.topics for part in value.split(","))
        return EventFilter(who.admin, who.key, topics, self.call)


class EventsQuery(WhichEvents):
    """Events that are stored."""

    after: Seq = Field(default=0, description="Those behind this number; 0: from the oldest.")
    limit: int = Field(default=100, ge=1, le=500)


class StreamQuery(WhichEvents):
    """Events as they come."""

    after: Seq | None = Field(
        default=None,
        description="First those behind this number; none: from now on. `Last-Event-ID` says the same.",
    )
    partials: bool = Field(
        default=False,
        description="Also what is understood of callers while they speak: live alone, without a number.",
    )


class Subscription(WhichEvents):
    """The message of a socket's client that says what it wants."""

    type: Literal["subscribe"]
    after: Seq | None = None
    partials: bool = False
