"""A trace for each call, made of its live events: nothing in the call knows of it.

The call is the root; `ring` lies in it, and a `turn` for each answer, from the caller's last voiced sample to
our first, with its parts in their order. Spans hold figures and names of agents, never numbers or words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from mediaserver.calls.events import LiveEvent
from mediaserver.calls.turn_latency import whole_of

MOST_OPEN = 5_000
"""Calls; the oldest is closed for one more. Events of a server that is very busy may be missed."""
MOST_TURNS = 500
"""Of one call."""
PARTS = ("endpoint", "stt", "llm_first_token", "tts_first_audio", "transport")
"""Of a turn's latency, in the order in which they happen."""
_FAULTS = frozenset({"failed", "interrupted", "connection lost", "no audio arrived"})
"""Ends of calls that are somebody's fault."""


@dataclass(slots=True)
class _OpenCall:
    root: Span
    began_ns: int
    rang_ns: int = 0
    turns: int = 0


class CallSpans:
    """Told of events in their order."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[UUID, _OpenCall] = {}

    def __len__(self) -> int:
        """Calls that are traced now."""
        return len(self._open)

    def happened(self, event: LiveEvent) -> None:
        """Something happened in some call."""
        at = int(event.at * 1e9)
        match event.kind:
            case "state":
                self._state(event, at)
            case "latency":
                self._turn(event, at)
            case "barge_in":
                self._note(
                    event, at, {"outcome": event.data.get("outcome", ""), "ms": event.data.get("ms", 0)}
                )
            case "line_trouble":
                self._note(event, at, {"trouble": event.data.get("trouble", "")})
            case "ended":
                self._ended(event, at)
            case _:
                pass

    def close(self) -> None:
        """End what is open; for the very end."""
        for call in self._open.values():
            call.root.end()
        self._open.clear()

    def _state(self, event: LiveEvent, at: int) -> None:
        data = event.data
        call = self._open.get(event.call_id)
        if call is None:
            if len(self._open) >= MOST_OPEN:
                self._open.pop(next(iter(self._open))).root.end()
            kind = SpanKind.SERVER if data.get("direction") == "inbound" else SpanKind.CLIENT
            attributes = {
                "voiceforge.call.id": str(event.call_id),
                "voiceforge.call.direction": str(data.get("direction", "")),
                "voiceforge.agent": str(data.get("agent") or ""),
            }
            root = self._tracer.start_span("call", kind=kind, attributes=attributes, start_time=at)
            call = self._open[event.call_id] = _OpenCall(root, at)
        if data.get("state") == "ringing":
            call.rang_ns = at
        elif data.get("state") == "answered":
            inside = set_span_in_context(call.root)
            self._tracer.start_span("ring", inside, start_time=call.rang_ns or call.began_ns).end(at)

    def _turn(self, event: LiveEvent, at: int) -> None:
        call = self._open.get(event.call_id)
        name_of_whole, given = whole_of(event.data) or ("", None)
        whole = _milliseconds(given)
        if call is None or whole is None or call.turns >= MOST_TURNS:
            return
        call.turns += 1
        began = max(at - int(whole * 1e6), call.began_ns)
        attributes = {f"voiceforge.{name}_ms": ms for name, ms in _parts(event.data)}
        turn = self._tracer.start_span(
            "turn", set_span_in_context(call.root), start_time=began,
            attributes={**attributes, "voiceforge.turn": call.turns, f"voiceforge.{name_of_whole}_ms": whole},
        )  # fmt: skip
        inside, place = set_span_in_context(turn), began
        for name, ms in _parts(event.data):
            over = min(place + int(ms * 1e6), at)
            self._tracer.start_span(name, inside, start_time=place).end(over)
            place = over
        turn.end(at)

    def _note(self, event: LiveEvent, at: int, attributes: dict[str, Any]) -> None:
        if (call := self._open.get(event.call_id)) is not None:
            call.root.add_event(event.kind, attributes, at)

    def _ended(self, event: LiveEvent, at: int) -> None:
        call = self._open.pop(event.call_id, None)
        if call is None:
            return
        by, why = str(event.data.get("by", "")), str(event.data.get("why", ""))
        call.root.set_attributes(
            {"voiceforge.ended_by": by, "voiceforge.why": why, "voiceforge.turns": call.turns}
        )
        if isinstance(code := event.data.get("code"), int):
            call.root.set_attribute("voiceforge.code", code)
        if why in _FAULTS:
            call.root.set_status(Status(StatusCode.ERROR, why))
        call.root.end(at)


def _parts(data: dict[str, Any]) -> list[tuple[str, float]]:
    found = ((name, _milliseconds(data.get(name))) for name in PARTS)
    return [(name, ms) for name, ms in found if ms is not None]


def _milliseconds(value: Any) -> float | None:
    return max(0.0, float(value)) if isinstance(value, (int, float)) else None
