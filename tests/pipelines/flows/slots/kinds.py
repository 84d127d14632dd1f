"""Slots from descriptions as they stand in a document."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import TypeAdapter

from pipelines.flows.document.nodes import Way
from pipelines.flows.document.slots import SlotSpec
from pipelines.flows.model import Slot
from pipelines.flows.slots.making import slot_of

TODAY = date(2026, 11, 21)
"""A Saturday."""
_SPECS: TypeAdapter[Any] = TypeAdapter(SlotSpec)


def spec_of(spec: dict[str, Any]) -> SlotSpec:
    found: SlotSpec = _SPECS.validate_python(spec)
    return found


def slot(
    spec: dict[str, Any], language: str = "en", by: tuple[Way, ...] = ("voice", "keys"), today: date = TODAY
) -> Slot:
    return slot_of(spec_of(spec), "asked", today, by=by, language=language)
