"""`/{kind}/media/{session}`: the WebSocket that a telephony provider opens for a call's audio.

Only sockets are dealt with here, by limits that count before anything is parsed. One task reads, the
request's own; writing is done within the media clock's tick (`api.stream_line`). Who may open a stream is the
host's to say, and what its messages mean that of the dialect.
"""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from aiohttp import WSCloseCode, WSMsgType, web

from api.context import CONTEXT
from api.pinged_socket import PingedSocket
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.stream_line import SocketStreamLine
from api.stream_reading import FIRST_S, HEARTBEAT_S, StreamEnded, read_stream, warn_seldom
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.seldom import Seldom
from providers.streams.dialect import LONGEST, Started, StreamFault
from providers.streams.host import StreamHost, StreamRefused
from providers.streams.media_stream import MediaStream
from providers.streams.stream_close import StreamClose

log = logging.getLogger(__name__)

routes = ApiRoutes("provider media")

MOST_BEFORE = 8
"""Messages before the stream starts."""
TOKEN = "token"
"""The field of the query, or the stream's own parameter where a provider drops queries (Twilio)."""
LONGEST_TOKEN = 200

DELIBERATELY = (WSCloseCode.OK, 0)
"""Codes with which a provider ends its stream; 0 as aiohttp tells of none (:rfc:`6455` 7.4). With others a
proxy between us is restarted or gives up (1001, 1011, 1012): the call goes on, its stream may come again."""

_refused, _unknown = Seldom(), Seldom()


@routes.get("/{kind}/media/{session}", scope=None, signed=True, websocket=True, errors=(404, 503))
async def media_stream(request: web.Request, kind: str, session: UUID) -> web.StreamResponse:
    """Audio of a call at a telephony provider, as that provider's media streams speak.

    Opened by the provider, by an address that was made for one call; the token in it, or among the stream's
    parameters, is good once. Closed with 4001 where that is wrong, 4003 for more messages than a stream has,
    4004 for messages that are none."""
    context = request.app[CONTEXT]
    host = started(context.media_streams)
    dialect = host.dialect(kind, session)
    if dialect is None:
        warn_seldom(
            log,
            _unknown,
            "a media stream of %s for no session that waits for one, from %s",
            kind,
            request.remote,
        )
        raise Problem(404, "not_found", "No session of this name waits for a media stream.")
    socket = PingedSocket(request, heartbeat=HEARTBEAT_S, max_msg_size=LONGEST, compress=False)
    await socket.prepare(request)
    line = SocketStreamLine(socket, request, dialect.format.octets_per_frame)
    stream = MediaStream(dialect, line)
    begun = False
    try:
        begin = await _begin(socket, stream)
        if begin is None:
            return socket
        token = request.query.get(TOKEN) or begin.parameters.get(TOKEN, "")
        if not token.isascii() or len(token) > LONGEST_TOKEN:
            raise StreamRefused("its token is none")
        leg = host.admit(kind, session, token, begin, stream, request.remote or "")
        begun = True
        if context.connections is not None:  # as many as there are calls, which have limits of their own
            context.connections.prove(request.transport)
        try:
            stream.begin(leg, begin)
        except StreamFault as fault:
            # The next one would bring the same, and providers ask for that at once, again and again.
            line.close(StreamClose.PROTOCOL, str(fault))
            host.lost(session, stream, str(fault))
            leg.ended(Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(fault)))
            raise
        log.info("%s streams call %s here, as %s", kind, begin.call_ref[:64] or session, leg.codec)
        await _read(socket, stream, line, host, session)
    except StreamRefused as refused:
        warn_seldom(log, _refused, "a media stream of %s was refused: %s", kind, refused)
        line.close(StreamClose.REFUSED, "This is no stream that is waited for.")
    except StreamEnded as ended:
        warn_seldom(log, _refused, "a media stream of %s is closed: %s", kind, ended)
        line.close(ended.code, str(ended))
        if begun:
            host.lost(session, stream, str(ended))
    except StreamFault as fault:
        warn_seldom(log, _refused, "a media stream of %s is closed: %s", kind, fault)
        line.close(StreamClose.PROTOCOL, str(fault))
    except BaseException:
        line.close(StreamClose.GOING_AWAY, "The server has ended it.")
        if begun:
            host.lost(session, stream, "the server has ended it")
        raise
    finally:
        await line.closed()
    return socket


async def _begin(socket: PingedSocket, stream: MediaStream) -> Started | None:
    """What the stream says of itself; None: the socket is gone before. Raises StreamEnded."""
    try:
        async with asyncio.timeout(FIRST_S):
            for _ in range(MOST_BEFORE):
                message = await socket.receive()
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    return None
                try:
                    event = stream.read(message.data)
                except StreamFault as fault:
                    raise StreamEnded(StreamClose.PROTOCOL, str(fault)) from None
                if isinstance(event, Started):
                    return event
    except TimeoutError:
        raise StreamEnded(StreamClose.PROTOCOL, f"it did not start within {FIRST_S:.0f} s") from None
    raise StreamEnded(StreamClose.PROTOCOL, f"none of its first {MOST_BEFORE} messages starts it")


async def _read(
    socket: PingedSocket, stream: MediaStream, line: SocketStreamLine, host: StreamHost, session: UUID
) -> None:
    """Until the socket is closed, by whomever. Raises StreamEnded."""
    message = await read_stream(socket, stream, lambda event: host.stopped(session, stream, event.detail))
    if line.finished:
        return
    if message.type is WSMsgType.CLOSE and message.data in DELIBERATELY:
        host.stopped(session, stream, "the provider has closed the stream")
        return
    detail = "its socket was lost"
    if message.type in (WSMsgType.CLOSE, WSMsgType.ERROR) and socket.close_code is not None:
        detail = f"its socket was closed with {socket.close_code}"  # 1009: a message that is too long
    warn_seldom(log, _refused, "a media stream is lost: %s", detail)
    host.lost(session, stream, detail)
