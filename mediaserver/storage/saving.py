"""Which table takes which record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, assert_never
from uuid import UUID

from mediaserver.storage import (
    audit,
    calls,
    events,
    facts,
    flow_runs,
    hearing,
    legs,
    messages,
    outbound,
    outcomes,
    provider_calls,
    recordings,
    summaries,
    turns,
    usage,
    usage_made,
)
from mediaserver.storage.outbox import table
from mediaserver.storage.outbox.telling import OutboxEntry, told
from mediaserver.storage.records import (
    CallActedOn,
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
    ProviderCallKept,
    ProviderCallTold,
    Record,
    RecordingMade,
    SummaryMade,
    SummaryWanted,
    TurnSaid,
    UsageCounted,
)
from mediaserver.storage.sql import Database
from mediaserver.storage.turns import TurnNews

Also: TypeAlias = Callable[[Database], Awaitable[None]]
"""What is written beside records, in their transaction."""


async def save_all(
    connection: Database, records: Sequence[Record], node: UUID | None = None, also: Also | None = None
) -> None:
    """Write records in their order, then what is written beside them, then the events that they are told as:
    all in the transaction that is open on `connection`, which is to end with this (see `outbox.table`).
    Raises what `save` and `also` raise."""
    events_of_all: list[OutboxEntry] = []
    for record in records:
        if (event := await save(connection, record, node)) is not None:
            events_of_all.append(event)
    if also is not None:
        await also(connection)
    await table.append(connection, events_of_all)


async def save(connection: Database, record: Record, node: UUID | None = None) -> OutboxEntry | None:
    """Write one record. `node`: the server whose calls these are. Returns the event that it is to be told as;
    None: there is none, or what it says was known.

    Raises asyncpg errors, ValueError (bad value) and OrphanError.
    """
    new, data = True, ""
    match record:
        case CallStarted():
            new = await calls.started(connection, record, node)
        case CallAnswered():
            new = await calls.answered(connection, record)
        case CallEnded():
            data = await calls.ended(connection, record) or ""
            new = bool(data)
            await usage_made.calls_over(connection, [record.call_id], node)
        case LegOpened():
            await legs.opened(connection, record)
        case LegClosed():
            await legs.closed(connection, record)
            await usage_made.legs_over(connection, record.leg_id, node)
        case TurnSaid():
            news = await turns.said(connection, record)
            new = news is not TurnNews.NOTHING
            if news is TurnNews.MENDED and (mended := told(record)) is not None:
                await table.mend_turn(connection, mended, record.index)
        case EventHappened():
            new = await events.happened(connection, record)
            if record.kind == "llm":
                await usage_made.model_answered(connection, record, node)
        case RecordingMade():
            new = await recordings.made(connection, record)
        case MessageKept():
            data = await messages.kept(connection, record) or ""
            new = bool(data)
        case OutcomeMade():
            new = await outcomes.made(connection, record)
        case FlowRun():
            await flow_runs.began(connection, record)
        case HearingReport():
            await hearing.reported(connection, record)
        case SummaryWanted():
            await summaries.wanted(connection, record)
        case SummaryMade():
            new = await summaries.made(connection, record)
            await usage_made.summarised(connection, record, node)
        case FactLearnt():
            await facts.learnt(connection, record)
        case OutboundUsed():
            await outbound.used(connection, record, node)
        case UsageCounted():
            await usage.counted(connection, record, node)
        case CallActedOn():
            await audit.acted(connection, record)
        case ProviderCallKept():
            await provider_calls.kept(connection, record, node)
            if record.cost is not None:
                await usage_made.provider_paid(connection, record.account, record.ref, record.session, node)
        case ProviderCallTold():
            await provider_calls.told(connection, record)
            if record.cost is not None:
                await usage_made.provider_paid(connection, record.account, record.ref, record.session, node)
        case _:
            assert_never(record)
    return told(record, data) if new else None
