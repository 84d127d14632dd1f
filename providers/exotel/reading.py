"""What Exotel's answers and webhooks say. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from providers.call_state import CallState
from providers.provider import WebhookRequest
from providers.telephone_numbers import plus

STATES = {
    "queued": CallState.QUEUED,
    "ringing": CallState.RINGING,
    "in-progress": CallState.IN_PROGRESS,
    "completed": CallState.COMPLETED,
    "busy": CallState.BUSY,
    "no-answer": CallState.NO_ANSWER,
    "failed": CallState.FAILED,
    "canceled": CallState.CANCELED,
}


_NATIONAL = re.compile(r"0[1-9][0-9]{6,11}|[1-9][0-9]{9}", re.ASCII)


def call_of(answer: Any) -> dict[str, Any]:
    told = answer.get("Call") if isinstance(answer, dict) else None
    return told if isinstance(told, dict) else {}


def fields(text: str) -> dict[str, str]:
    """Raises ValueError for too many."""
    return {name: values[0][:500] for name, values in parse_qs(text, max_num_fields=100).items()}


def posted(request: WebhookRequest) -> dict[str, str]:
    """Of a form, or of JSON. Raises ValueError."""
    if "json" not in request.headers.get("content-type", ""):
        return fields(request.body.decode())
    try:
        told = json.loads(request.body)
    except RecursionError:
        raise ValueError("too deep") from None
    listed = told.items() if isinstance(told, dict) else ()
    return {str(name): str(value)[:500] for name, value in listed if isinstance(value, str | int | float)}


def number_of(told: str, country_code: str) -> str:
    """E.164, of a number as it is dialled in that country: 09876543210, 9876543210."""
    bare = told.strip()
    if _NATIONAL.fullmatch(bare):
        return f"+{country_code}{bare.removeprefix('0')}"
    return plus(bare)


def session_of(told: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(told.get("CustomField", ""))
    except ValueError:
        return None
