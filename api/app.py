"""The HTTP server's application: routes and what stands before them."""

from __future__ import annotations

from aiohttp import web

from api import (
    analytics,
    audit,
    call_control,
    calls,
    console,
    conversations,
    docs,
    draining,
    events,
    health,
    keys,
    messages,
    outbound,
    page,
    parties,
    playing,
    sip_trace,
    trunks,
    usage,
    voice_sessions,
    voices,
)
from api.context import CONTEXT, ApiContext
from api.cors import cors, let_read
from api.docs import DOCUMENT, ApiDocument
from api.guard import guard, tell_rate
from api.request_spans import tell_trace, traced
from api.routing.serving import serve_routes
from api.routing.table import ApiRoutes
from api.speech import tables as speech
from api.tidy import tidy

__all__ = ["TABLES", "ApiContext", "build_app"]

TABLES: tuple[ApiRoutes, ...] = (
    page.routes,
    health.routes,
    docs.routes,
    keys.routes,
    console.routes,
    audit.routes,
    voices.routes,
    conversations.routes,
    voice_sessions.routes,
    usage.routes,
    analytics.routes,
    *speech.TABLES,
)
"""All that is declared, in the order of the document. A resource's module is added here."""

MAX_BODY_BYTES = 64 << 10
CALLS = "/api/telephony/calls"
CALL = CALLS + "/{id}"
SIP = "/api/telephony/sip"
TRUNKS = "/api/telephony/trunks"
TRUNK = TRUNKS + "/{name}"


def build_app(context: ApiContext) -> web.Application:
    """The application, to be served by an AppRunner with a short `shutdown_timeout`. Event streams end with
    the switchboard, which is to be closed before."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[tidy, cors, guard, traced])
    app.on_response_prepare.extend((let_read, tell_rate, tell_trace))
    app[CONTEXT] = context
    app[DOCUMENT] = ApiDocument(TABLES)
    serve_routes(app, TABLES)
    app.router.add_get("/api/drain", draining.progress)
    app.router.add_post("/api/drain", draining.begin)
    app.router.add_delete("/api/drain", draining.take_back)
    app.router.add_get(CALLS, calls.calls)
    app.router.add_post(CALLS, call_control.place)
    app.router.add_get(CALL, calls.call)
    app.router.add_delete(CALL, call_control.hang_up)
    app.router.add_get(f"{CALL}/events", events.call_events, allow_head=False)
    app.router.add_post(f"{CALL}/transfer", call_control.transfer)
    app.router.add_post(f"{CALL}/say", call_control.say)
    app.router.add_post(f"{CALL}/digits", call_control.digits)
    app.router.add_post(f"{CALL}/play", playing.play)
    app.router.add_delete(f"{CALL}/play", playing.stop_playing)
    app.router.add_post(f"{CALL}/hold", playing.hold)
    app.router.add_post(f"{CALL}/resume", playing.resume)
    app.router.add_get(f"{CALL}/parties", parties.parties)
    app.router.add_post(f"{CALL}/parties", parties.add)
    app.router.add_post(f"{CALL}/monitor", parties.monitor)
    app.router.add_post(f"{CALL}/seat", parties.seat)
    app.router.add_post(f"{CALL}/gain", parties.gain)
    app.router.add_post(f"{CALL}/mute", parties.mute)
    app.router.add_post(f"{CALL}/unmute", parties.unmute)
    app.router.add_get(f"{CALL}/hearing", calls.hearing_report)
    app.router.add_get(f"{CALL}/messages/{{index}}", messages.message)
    app.router.add_get(f"{CALL}/sip", sip_trace.ladder)
    app.router.add_get(f"{CALL}/pcap", sip_trace.capture, allow_head=False)
    app.router.add_get(SIP, sip_trace.messages)
    app.router.add_get(f"{SIP}/events", sip_trace.follow, allow_head=False)
    app.router.add_get(TRUNKS, trunks.trunks)
    app.router.add_post(TRUNKS, trunks.add)
    app.router.add_get(TRUNK, trunks.trunk)
    app.router.add_put(TRUNK, trunks.change)
    app.router.add_delete(TRUNK, trunks.remove)
    app.router.add_get("/api/telephony/outbound", outbound.outbound)
    app.router.add_get("/api/telephony/events", events.all_events, allow_head=False)
    return app
