"""All routes of calls, in the order of the document."""

from __future__ import annotations

from api.routing.table import ApiRoutes
from api.telephony import (
    calls,
    control,
    draining,
    events,
    listing,
    messages,
    monitor_socket,
    outbound,
    parties,
    peaks,
    placing,
    playing,
    prompts,
    recording,
    sip_trace,
    text_conversations,
    texts,
)

TELEPHONY: tuple[ApiRoutes, ...] = (
    listing.routes,
    placing.routes,
    calls.routes,
    recording.routes,
    peaks.routes,
    messages.routes,
    events.routes,
    control.routes,
    playing.routes,
    parties.routes,
    monitor_socket.routes,
    sip_trace.routes,
    sip_trace.signalling,
    outbound.routes,
    prompts.routes,
    texts.routes,
    text_conversations.routes,
    draining.routes,
)
