"""Which table takes which record."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from mediaserver.storage import (
    calls,
    events,
    facts,
    flow_runs,
    hearing,
    legs,
    messages,
    outbound,
    outcomes,
    recordings,
    summaries,
    turns,
    usage,
    usage_made,
)
from mediaserver.storage.records import (
    CallAnswered,
    CallEnded,
    CallStarted,
    EventHappened,
    FactLearnt,
    FlowRun,
    HearingReport,
    LegClosed,
    LegOpened,
    MessageKept,
    OutboundUsed,
    OutcomeMade,
    Record,
    RecordingMade,
    SummaryMade,
    SummaryWanted,
    TurnSaid,
    UsageCounted,
)
from mediaserver.storage.sql import Database


async def save(connection: Database, record: Record, node: UUID | None = None) -> None:
    """Write one record. `node`: the server whose calls these are.

    Raises asyncpg errors, ValueError (bad value) and OrphanError.
    """
    match record:
        case CallStarted():
            await calls.started(connection, record, node)
        case CallAnswered():
            await calls.answered(connection, record)
        case CallEnded():
            await calls.ended(connection, record)
            await usage_made.calls_over(connection, [record.call_id], node)
        case LegOpened():
            await legs.opened(connection, record)
        case LegClosed():
            await legs.closed(connection, record)
        case TurnSaid():
            await turns.said(connection, record)
        case EventHappened():
            await events.happened(connection, record)
            if record.kind == "llm":
                await usage_made.model_answered(connection, record, node)
        case RecordingMade():
            await recordings.made(connection, record)
        case MessageKept():
            await messages.kept(connection, record)
        case OutcomeMade():
            await outcomes.made(connection, record)
        case FlowRun():
            await flow_runs.began(connection, record)
        case HearingReport():
            await hearing.reported(connection, record)
        case SummaryWanted():
            await summaries.wanted(connection, record)
        case SummaryMade():
            await summaries.made(connection, record)
            await usage_made.summarised(connection, record, node)
        case FactLearnt():
            await facts.learnt(connection, record)
        case OutboundUsed():
            await outbound.used(connection, record, node)
        case UsageCounted():
            await usage.counted(connection, record, node)
        case _:
            assert_never(record)
