"""The demo's desk for tests: its flow as of one day, and what it asks."""

from __future__ import annotations

from datetime import date, datetime, time

from pipelines.flows.booking import booking_flow
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.model import Slot
from pipelines.flows.running.executor import DocumentExecutor
from tests.fakes import CALL_ID

TODAY = date(2026, 11, 21)


def executor_of(flow: CompiledFlow | None = None) -> DocumentExecutor:
    """A caller's way through it, or through another flow, before the first question."""
    executor = DocumentExecutor(flow or booking_flow(), CALL_ID, lambda: datetime.combine(TODAY, time(10)))
    executor.begin()
    return executor


def slot(node: str, today: date = TODAY) -> Slot:
    """What a node of it asks for."""
    return booking_flow().questions.of(today)[node]
