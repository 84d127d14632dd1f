"""The demo agent: books a meeting room in six questions, by voice or by keys, without a language model.

It is a document (templates/room_booking.json), compiled once.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import compile_document
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.agent import DocumentAgent, flow_agent
from pipelines.flows.running.idle import IdleWorkshop

TEMPLATE = Path(__file__).with_name("templates") / "room_booking.json"


@cache
def booking_flow() -> CompiledFlow:
    """The flow; the first time takes some 50 ms."""
    return compile_document(document_of(json.loads(TEMPLATE.read_text("utf-8"))["document"]))


def booking_agent(call_id: UUID, today: date) -> DocumentAgent:
    """The agent of one call to `sip:demo`, as of `today` (server's local date)."""

    def now() -> datetime:
        return datetime.combine(today, datetime.now().time())

    return flow_agent(booking_flow(), call_id, IdleWorkshop(), now=now)
