"""Which event a record is told as. The same record written again tells nothing: `saving` asks only for what
has changed something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mediaserver.storage.records import (
    CallAnswered,
    CallEnded,
    CallStarted,
    EventHappened,
    MessageKept,
    OutcomeMade,
    Record,
    RecordingMade,
    SummaryMade,
    TurnSaid,
)
from mediaserver.storage.sql import text, to_json

TRANSFER = "transfer_"
"""What the kinds of a transfer's steps begin with."""

ENDED = """
    jsonb_build_object('direction', c.direction, 'from', c.from_uri, 'to', c.to_uri,
        'agent', coalesce(c.agent, ''), 'by', c.ended_by, 'why', c.why, 'code', c.code, 'detail', c.detail,
        'started_at', c.started_at, 'answered_at', c.answered_at, 'ended_at', c.ended_at, 'seconds',
        round(greatest(0, coalesce(extract(epoch from c.ended_at - c.answered_at), 0))::numeric, 3))
"""
"""The data of `call.ended`, of a row `c` of calls: also those are told that a dead server has left."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An event that is to be written."""

    topic: str
    call_id: UUID | None
    data: str
    """JSON, of the topic's model."""
    at: datetime | None = None
    """When it happened; None: now."""
    owner: UUID | None = None
    """Of an event without a call; a call's events are its owner's."""


def told(record: Record, data: str = "") -> OutboxEntry | None:
    """None: nobody is told of such records. `data`: of an event that knows more than its record does."""
    match record:
        case CallStarted():
            return OutboxEntry("call.started", record.call_id, to_json(_started(record)), record.at)
        case CallAnswered():
            return OutboxEntry(
                "call.answered", record.call_id, to_json({"answered_at": record.at.isoformat()}), record.at
            )
        case CallEnded():
            return OutboxEntry("call.ended", record.call_id, data, record.at)
        case TurnSaid(open=False):
            return OutboxEntry("turn", record.call_id, to_json(_turn(record)))
        case EventHappened():
            return _happened(record)
        case RecordingMade():
            made = {"seconds": record.seconds, "size_bytes": record.size_bytes}
            return OutboxEntry("recording", record.call_id, to_json(made))
        case OutcomeMade():
            return OutboxEntry("outcome", record.call_id, to_json(_outcome(record)))
        case MessageKept():
            return OutboxEntry("message", record.call_id, data)
        case SummaryMade():
            return OutboxEntry("summary", record.call_id, to_json(_summary(record)))
        case _:
            return None


def _started(record: CallStarted) -> dict[str, Any]:
    known = record.agent_version is not None
    return {
        "direction": record.direction, "from": text(record.from_uri, 2000), "to": text(record.to_uri, 2000),
        "app": record.app, "agent": record.agent if known else "", "agent_version": record.agent_version,
        "about": record.about,
    }  # fmt: skip


def _turn(record: TurnSaid) -> dict[str, Any]:
    return {
        "index": record.index, "speaker": record.speaker, "text": record.text, "heard": record.heard,
        "started_ms": record.started_ms, "ended_ms": record.ended_ms, "confidence": record.confidence,
        "understood": record.understood, "interrupted": record.interrupted, "latency": record.latency,
    }  # fmt: skip


def _happened(record: EventHappened) -> OutboxEntry | None:
    at_ms = record.at_ms if record.at_ms >= 0 else None
    match record.kind, dict(record.data):
        case "dtmf", {"digit": digit, **more}:
            duration = more.get("duration_ms")
            key = {"digit": str(digit), "at_ms": record.at_ms, "duration_ms": duration}
            return OutboxEntry("dtmf", record.call_id, to_json(key))
        case "agent_transfer", {"agent": agent, **more}:
            step = {"step": "agent", "to": str(agent), "at_ms": at_ms, "detail": more}
            return OutboxEntry("transfer", record.call_id, to_json(step))
        case kind, data if kind.startswith(TRANSFER):
            to = str(data.pop("to", ""))
            step = {"step": kind.removeprefix(TRANSFER), "to": to, "at_ms": at_ms, "detail": data}
            return OutboxEntry("transfer", record.call_id, to_json(step))
        case _:
            return None


def _outcome(record: OutcomeMade) -> dict[str, Any]:
    return {
        "flow": record.flow, "flow_version": record.flow_version, "status": record.status,
        "data": record.data,
    }  # fmt: skip


def _summary(record: SummaryMade) -> dict[str, Any]:
    return {
        "summary": text(record.summary, 4000), "outcome": record.outcome, "follow_ups": record.follow_ups,
        "made_by": record.made_by, "model": record.model, "fault": text(record.fault, 500),
    }  # fmt: skip
