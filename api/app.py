"""The HTTP server's application: routes and what stands before them."""

from __future__ import annotations

from aiohttp import web

from api import call_control, calls, events, health, page
from api.context import CONTEXT, ApiContext
from api.guard import guard, tidy

__all__ = ["ApiContext", "build_app"]

MAX_BODY_BYTES = 64 << 10


def build_app(context: ApiContext) -> web.Application:
    """The application, to be served by an AppRunner with a short `shutdown_timeout`.

    When it shuts down it closes the event bus, which ends all event streams.
    """
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[tidy, guard])
    app[CONTEXT] = context
    app.router.add_get("/", page.page)
    app.router.add_get("/page.css", page.style)
    app.router.add_get("/page.js", page.script)
    app.router.add_get("/api/health", health.health)
    app.router.add_get("/metrics", health.metrics)
    app.router.add_get("/api/telephony/calls", calls.calls)
    app.router.add_post("/api/telephony/calls", call_control.place)
    app.router.add_get("/api/telephony/calls/{id}", calls.call)
    app.router.add_delete("/api/telephony/calls/{id}", call_control.hang_up)
    app.router.add_post("/api/telephony/calls/{id}/transfer", call_control.transfer)
    app.router.add_post("/api/telephony/calls/{id}/parties", call_control.add)
    app.router.add_post("/api/telephony/calls/{id}/say", call_control.say)
    app.router.add_post("/api/telephony/calls/{id}/digits", call_control.digits)
    app.router.add_post("/api/telephony/calls/{id}/hold", call_control.hold)
    app.router.add_post("/api/telephony/calls/{id}/resume", call_control.resume)
    app.router.add_get("/api/telephony/calls/{id}/events", events.call_events)
    app.router.add_get("/api/telephony/events", events.all_events)
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    app[CONTEXT].bus.close()
