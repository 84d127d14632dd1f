"""The HTTP server's application: routes and what stands before them."""

from __future__ import annotations

from aiohttp import web

from api import (
    agents,
    analytics,
    audit,
    calendars,
    call_routes,
    console,
    console_pages,
    conversations,
    docs,
    engines,
    erasures,
    health,
    keys,
    numbers,
    page,
    phone_prices,
    provider_media,
    realtime_sessions,
    session_socket,
    sip_socket,
    trunks,
    usage,
    voice_sessions,
    voices,
    webhooks,
)
from api.asterisk.tables import ASTERISK
from api.context import CONTEXT, ApiContext
from api.cors import cors, let_read
from api.docs import DOCUMENT, ApiDocument
from api.flows.tables import FLOW_TABLES
from api.guard import guard, tell_rate
from api.knowledge.tables import KNOWLEDGE_TABLES
from api.providers.tables import PROVIDERS
from api.request_spans import tell_trace, traced
from api.routing.serving import serve_routes
from api.routing.table import ApiRoutes
from api.speech import tables as speech
from api.telephony.tables import TELEPHONY
from api.tidy import tidy
from api.watching import socket, stream
from api.webrtc.tables import WEBRTC

__all__ = ["TABLES", "ApiContext", "build_app"]

TABLES: tuple[ApiRoutes, ...] = (
    page.routes,
    console_pages.routes,
    health.routes,
    docs.routes,
    keys.routes,
    console.routes,
    audit.routes,
    voices.routes,
    engines.routes,
    conversations.routes,
    voice_sessions.routes,
    session_socket.routes,
    realtime_sessions.routes,
    sip_socket.routes,
    *FLOW_TABLES,
    *KNOWLEDGE_TABLES,
    stream.routes,
    socket.routes,
    webhooks.routes,
    usage.routes,
    phone_prices.routes,
    analytics.routes,
    agents.routes,
    numbers.routes,
    call_routes.routes,
    calendars.routes,
    trunks.routes,
    provider_media.routes,
    *PROVIDERS,
    erasures.routes,
    *TELEPHONY,
    *WEBRTC,
    *ASTERISK,
    *speech.TABLES,
)
"""All that is declared, in the order of the document. A resource's module is added here."""

MAX_BODY_BYTES = 64 << 10


def build_app(context: ApiContext) -> web.Application:
    """The application, to be served by an AppRunner with a short `shutdown_timeout`. Event streams end with
    the switchboard, which is to be closed before."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[tidy, cors, guard, traced])
    app.on_response_prepare.extend((let_read, tell_rate, tell_trace))
    app[CONTEXT] = context
    app[DOCUMENT] = ApiDocument(TABLES)
    serve_routes(app, TABLES)
    return app
