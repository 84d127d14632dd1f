"""`/ws/voice/{session}`: a visitor talks in a session that a web application began (`api.voice_sessions`)."""

from __future__ import annotations

import hmac
import logging
from uuid import UUID

from aiohttp import web

from api.access.asker import Asker, asker
from api.context import CONTEXT, ApiContext
from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.gateway import Gateway
from api.gateway.messages import Connect, first_of_session
from api.gateway.outbox import SocketLine
from api.gateway.session import GatewaySession
from api.gateway.session_settings import NewSession, wanted_of
from api.gateway.socket import serve
from api.routing.problems import started
from api.routing.table import ApiRoutes
from mediaserver.media.leg import Why
from mediaserver.storage import voice_sessions as table
from mediaserver.storage.sql import Row
from mediaserver.storage.trouble import is_trouble

log = logging.getLogger(__name__)

routes = ApiRoutes("sessions")


@routes.get("/ws/voice/{id}", scope=None, websocket=True, errors=(503,))
async def talk(request: web.Request, id: UUID) -> web.StreamResponse:
    """A conversation of a session over WebSocket.

    The first message is `connect` with the session's token, or `resume`; the rest is as on `/ws`. See
    docs/gateway.md."""
    context = request.app[CONTEXT]
    hub, known, source = started(context.gateway), asker(request), request.remote or ""

    async def begin(text: str, line: SocketLine) -> GatewaySession:
        first = first_of_session(text)
        if isinstance(first, Connect):
            begun = await _connect(context, hub, id, first, known, source, line)
        else:
            begun = hub.resume(first, line)
        context.prove(request, begun.asker)
        return begun

    return await serve(request, hub, begin)


async def _connect(
    context: ApiContext,
    hub: Gateway,
    id: UUID,
    first: Connect,
    known: Asker,
    source: str,
    line: SocketLine,
) -> GatewaySession:
    """Raises GatewayRefusal."""
    try:
        row = await table.one(context.database, id)
        if row is None or not _may(hub, row, first, known, source):
            raise GatewayRefusal(CloseCode.INVALID_KEY, "There is no such session, or this is not its token.")
        if (live := hub.of_session(id)) is not None:
            live.resume(line, first.received)
            return live
        if row["state"] in ("ended", "expired"):
            raise GatewayRefusal(CloseCode.GONE, f"This session is {row['state']}: start another.")
        settings = NewSession.model_validate(row["settings"])
        said = await table.lines(context.database, id, table.REMEMBERED)
        owner = hub.owner_of(row["owner"])
        spec = await hub.agent_for(wanted_of(settings, said), owner)
        if (live := hub.of_session(id)) is not None:  # another socket was faster
            live.resume(line, first.received)
            return live
        begun = hub.open(
            spec,
            owner,
            line,
            mode=settings.mode,
            fmt=first.audio.stream,
            remote=source,
            queue_ms=first.audio.queue_ms,
            acks=first.audio.acks,
            manual=settings.turns == "push_to_talk",
            about=settings.about,
            stored=id,
        )
        begun.push_to_talk = settings.turns == "push_to_talk"
        assert begun.call is not None
        await table.connected(context.database, id, begun.call.id)
        return begun
    except GatewayRefusal:
        raise
    except Exception as error:
        if (live := hub.of_session(id)) is not None and live.outbox.line is line:
            live.leave(Why.FAILED, "its session could not be kept")
        if not is_trouble(error):
            log.exception("the session %s could not be gone on with", id)
            raise GatewayRefusal(
                CloseCode.UNAVAILABLE, "Something went wrong here; the log says what."
            ) from None
        raise GatewayRefusal(CloseCode.UNAVAILABLE, "The database does not answer; try again soon.") from None


def _may(hub: Gateway, row: Row, first: Connect, known: Asker, source: str) -> bool:
    """Whether whoever connects has the session's token, or a key that sees it. Raises GatewayRefusal."""
    if first.token is not None:
        given = table.token_hash(first.token.get_secret_value())
        return hmac.compare_digest(given, row["token_hash"])
    secret = first.apiKey.get_secret_value() if first.apiKey is not None else None
    return hub.recognise(secret, known, source).sees(row["owner"])
