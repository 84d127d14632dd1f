"""What callers are told of their own call by a ticket: what was said to them, and no more.

A ticket reaches whoever calls from a browser, on whosever page. What the house says of a caller behind his
back (a briefing, who listens, where a flow is and what its tools found, the number of whom he is handed to)
is not the caller's. It must never say more than it was told to: a new kind of event is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.calls.events import LiveEvent

_WITHOUT: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(
        ("state", "partial", "voice", "unheard", "agent", "operator", "heard", "latency", "language")
        + ("barge_in", "digit", "line_trouble", "message", "recording", "hold", "outcome", "ending_soon")
        + ("ended",),
        {},
    ),
    "final": {"mood": None},
    "transfer": {"to": "", "by": None, "detail": None},
}
"""The kinds of events that callers are told, and what stands in them in the place of what is not theirs."""
_HIDDEN: Mapping[str, Any] = {
    "owner": None, "about": {}, "flows": [], "llm_cost": None, "node_id": None, "legs": [], "carried": [],
    "events": [], "hearing": None, "summary": None,
}  # fmt: skip
"""Of a whole call, likewise."""


def told_to_caller(event: LiveEvent) -> LiveEvent | None:
    """As a caller is told it; None: not at all."""
    without = _WITHOUT.get(event.kind)
    if without is None:
        return None
    kept = {name: value for name, value in without.items() if name in event.data}
    return LiveEvent(event.call_id, event.kind, event.data | kept, event.at) if kept else event


def shown_to_caller(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call with all that is known of it."""
    return {**call, **_HIDDEN}
