"""`/ws`: a conversation with an agent over WebSocket."""

from __future__ import annotations

from aiohttp import web

from api.access.asker import asker
from api.context import CONTEXT
from api.gateway.messages import Init, first_message
from api.gateway.outbox import SocketLine
from api.gateway.session import GatewaySession
from api.gateway.socket import serve
from api.routing.problems import started
from api.routing.table import ApiRoutes

routes = ApiRoutes("gateway", "Conversations over WebSocket.")


@routes.get("/ws", scope=None, websocket=True, errors=(503,))
async def gateway(request: web.Request) -> web.StreamResponse:
    """A conversation with an agent over WebSocket: audio, text, or both.

    The first message is `init`, which has the key (scope sessions) where no Authorization header has it, or
    `resume`. See docs/gateway.md for all messages and close codes.
    """
    context = request.app[CONTEXT]
    hub = started(context.gateway)
    known, source = asker(request), request.remote or ""

    async def begin(text: str, line: SocketLine) -> GatewaySession:
        first = first_message(text)
        if isinstance(first, Init):
            secret = first.apiKey.get_secret_value() if first.apiKey is not None else None
            session = await hub.begin(first, hub.recognise(secret, known, source), source, line)
        else:
            session = hub.resume(first, line)
        context.prove(request, session.asker)
        return session

    return await serve(request, hub, begin)
