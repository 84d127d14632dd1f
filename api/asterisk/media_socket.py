"""`/asterisk/media` and `/freeswitch/media`: the WebSockets by which a dialplan connects calls: Asterisk's
chan_websocket and FreeSWITCH's mod_audio_stream.

Who calls and whom stands in the query, by whose right in the request's Authorization. What the messages mean
is the dialect's to say, and the writing is done within the media clock's tick (`api.stream_line`).
"""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSMsgType, hdrs, web
from pydantic import Field

from api.access.asker import Asker
from api.asterisk.admitting import AsteriskCall, caller_of, desk_of, wanted_by
from api.asterisk_desk import AsteriskDesk
from api.context import CONTEXT
from api.pinged_socket import PingedSocket
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.stream_line import SocketStreamLine
from api.stream_reading import FIRST_S, HEARTBEAT_S, StreamEnded, read_stream, warn_seldom
from mediaserver.errors import CapacityError, PeerError
from mediaserver.media.leg import Direction, Why
from mediaserver.media.stream_format import StreamFormat
from mediaserver.seldom import Seldom
from providers.asterisk.chan_websocket import SUBPROTOCOL, ChanWebSocketDialect, is_json
from providers.asterisk.dialplan import DialplanCall
from providers.asterisk.wanted import CallWanted
from providers.freeswitch.audio_stream import AudioStreamDialect
from providers.streams.dialect import LONGEST, Dialect, Started, StreamFault
from providers.streams.leg import ProviderLeg
from providers.streams.media_stream import MediaStream
from providers.streams.stream_close import StreamClose

log = logging.getLogger(__name__)

routes = ApiRoutes("asterisk")

_closed = Seldom()


class FreeSwitchCall(AsteriskCall):
    """The same, of FreeSWITCH."""

    rate: int = Field(16_000, description="Hz that the stream was started with: 8000 or 16000.")


class _Lost(PeerError):
    """Its socket was."""


@routes.get("/asterisk/media", scope=None, websocket=True, errors=(401, 403, 404, 409, 503))
async def asterisk_media(request: web.Request, query: AsteriskCall) -> web.StreamResponse:
    """A call of Asterisk by its WebSocket channel: `Dial(WebSocket/voiceforge/c(slin16)n,v(…))`.

    The query says who calls, and whom. A key with `calls:write`, as `Authorization: Bearer` or as the
    password of Basic. Closed with 4003 for more messages than a stream has, 4004 for what is none."""
    who = caller_of(request)
    desk = _room(request)
    wanted = await wanted_by(request, who, query)
    asked = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
    socket = PingedSocket(
        request,
        heartbeat=HEARTBEAT_S,
        max_msg_size=LONGEST,
        compress=False,
        protocols=(SUBPROTOCOL,) if SUBPROTOCOL in asked else (),
    )
    await socket.prepare(request)
    reading = ChanWebSocketDialect()
    begun = await _begun(socket, request, reading)
    if begun is None:
        return socket
    started, first = begun
    assert isinstance(started.format, StreamFormat)  # it says
    dialect = ChanWebSocketDialect(started.format, json=is_json(first))
    return await _serve(request, socket, desk, who, wanted, dialect, started, dialect.answer())


@routes.get("/freeswitch/media", scope=None, websocket=True, errors=(401, 403, 404, 409, 422, 503))
async def freeswitch_media(request: web.Request, query: FreeSwitchCall) -> web.StreamResponse:
    """A call of FreeSWITCH by mod_audio_stream: `uuid_audio_stream UUID start ws://…?to=500 mono 16k`.

    As for Asterisk. Made from the module's documents."""
    who = caller_of(request)
    desk = _room(request)
    try:
        dialect = AudioStreamDialect(query.rate)
    except ValueError as error:
        raise Problem(422, "invalid", f"rate: {error}.") from None
    wanted = await wanted_by(request, who, query)
    socket = PingedSocket(request, heartbeat=HEARTBEAT_S, max_msg_size=LONGEST, compress=False)
    await socket.prepare(request)
    begun = await _begun(socket, request, dialect)
    if begun is None:
        return socket
    return await _serve(request, socket, desk, who, wanted, dialect, begun[0], None)


def _room(request: web.Request) -> AsteriskDesk:
    """Raises Problem."""
    desk = desk_of(request.app[CONTEXT])
    if len(desk.door) >= desk.door.max_calls:
        raise Problem(
            503, "unavailable", "All places for calls of a PBX are taken.", headers={"Retry-After": "5"}
        )
    return desk


async def _begun(socket: PingedSocket, request: web.Request, dialect: Dialect) -> tuple[Started, str] | None:
    """What the stream says of itself, and how; None: it is closed, or gone."""
    line = SocketStreamLine(socket, request, dialect.format.octets_per_frame)
    try:
        async with asyncio.timeout(FIRST_S):
            message = await socket.receive()
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return None
        event = dialect.read(message.data)
        if isinstance(event, Started):
            return event, message.data if isinstance(message.data, str) else ""
        why = "its first message does not start it"
    except TimeoutError:
        why = f"it did not start within {FIRST_S:.0f} s"
    except StreamFault as fault:
        why = str(fault)
    warn_seldom(log, _closed, "a media stream of a PBX is closed: %s", why)
    line.close(StreamClose.PROTOCOL, why)
    await line.closed()
    return None


async def _serve(
    request: web.Request,
    socket: PingedSocket,
    desk: AsteriskDesk,
    who: Asker,
    wanted: CallWanted,
    dialect: Dialect,
    started: Started,
    accept: str | None,
) -> web.StreamResponse:
    """`accept`: the message that answers the channel."""
    source = request.remote or ""
    line = SocketStreamLine(socket, request, dialect.format.octets_per_frame)
    stream = MediaStream(dialect, line)
    control = DialplanCall(lambda: line.tell(accept) if accept is not None else None)

    def leg_of() -> ProviderLeg:
        leg = ProviderLeg(
            desk.wires,
            dialect.format,
            control,
            kind="asterisk" if accept is not None else "freeswitch",
            direction=Direction.INBOUND,
            ref=started.call_ref or started.stream,
            remote=source,
        )
        leg.attach(stream)
        stream.begin(leg, started)
        return leg

    leg: ProviderLeg | None = None
    try:
        leg = desk.door.open(wanted, leg_of, source)
        request.app[CONTEXT].prove(request, who)
        await _read(socket, stream)
        leg.left()
    except CapacityError as error:
        warn_seldom(log, _closed, "a call of a PBX was refused: %s", error)
        line.close(StreamClose.REFUSED, str(error))
    except (StreamEnded, StreamFault) as ended:
        warn_seldom(log, _closed, "a media stream of a PBX is closed: %s", ended)
        line.close(ended.code if isinstance(ended, StreamEnded) else StreamClose.PROTOCOL, str(ended))
        if leg is not None:
            leg.left(Why.FAILED, str(ended))
    except _Lost as lost:
        if leg is not None and not line.finished:
            leg.left(Why.LOST, str(lost))
    finally:
        if leg is not None:
            leg.left(Why.LOST, "its socket was lost")
        await line.closed()
    return socket


async def _read(socket: PingedSocket, stream: MediaStream) -> None:
    """Until the PBX closes the socket, or we have. Raises StreamEnded and _Lost."""
    message = await read_stream(socket, stream, lambda _: None)
    if message.type is not WSMsgType.CLOSE:
        code = f" ({socket.close_code})" if socket.close_code else ""  # 1009: a message that is too long
        raise _Lost(f"its socket was lost{code}")
