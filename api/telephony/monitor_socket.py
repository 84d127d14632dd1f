"""`GET /api/telephony/calls/{id}/monitor/ws`: listen to a call that is up, whisper into it, or take it over,
by WebSocket: audio in binary messages both ways, the rest as JSON."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Annotated, Literal
from uuid import UUID, uuid4

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import Field, ValidationError

from api.access.asker import asker
from api.access.scopes import Scope
from api.answers import dumps
from api.asking import TEXT_LIMIT
from api.context import CONTEXT
from api.message_rate import MessageRate
from api.pinged_socket import PingedSocket
from api.plain_text import OneLine
from api.routing.binding import told_fault
from api.routing.models import RequestModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.acting import asking, noted
from api.telephony.events import place_among
from api.telephony.finding import CALL
from api.telephony.monitor_line import MonitorLine
from api.telephony.parties import may_act
from mediaserver.calls.protocols import Switchboard
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.seating import LOUDEST
from mediaserver.errors import VoiceForgeError
from mediaserver.media.socket_leg import SocketLeg
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import FRAME_MS

MOST_MESSAGE = 16 << 10
"""Octets of one message: 170 ms of the loudest format."""
MOST_FAULTS = 20
"""Messages that make no sense, or cannot be done; then the socket is closed."""
PER_SECOND, AT_ONCE = 200.0, 1_000.0
"""Messages that a client may send in the long run, and at once; with pieces of 10 ms it sends 100."""
YIELD_EVERY = 8
"""Messages that are dealt with before others get their turn."""
HEARTBEAT_S = 15.0
UNREAD_S = 20.0
"""A socket of which nothing is read for so long is given up."""

Mode = Literal["listen", "whisper", "barge", "takeover"]

routes = ApiRoutes("calls")


class SeatOfSocket(RequestModel):
    """Who hears whoever listens."""

    mode: Mode = Field(
        default="listen",
        description="`listen`: nobody; `whisper`: one party; `barge`: all; `takeover`: the caller, who talks "
        "to nobody else until the mode is another one or the socket closes.",
    )
    whisper_to: OneLine = Field(
        default="", max_length=TEXT_LIMIT, description="The party; without it whoever talks to the caller."
    )
    gain: float = Field(default=1.0, ge=0, le=LOUDEST, description="How loud; 1 as it is.")


class MonitorSocketQuery(SeatOfSocket):
    """How to listen."""

    format: Literal["pcm16", "mulaw", "alaw"] = Field(
        default="pcm16", description="Of the audio both ways; PCM is mono, the low octet first."
    )
    rate: Annotated[int, Field(ge=8_000, le=48_000)] | None = Field(
        default=None, description="Hz: 8000, 16000, 24000 or 48000 of PCM, else 8000."
    )


class ModeMessage(SeatOfSocket):
    """What the client sends to change it."""

    type: Literal["mode"]


@routes.get(f"{CALL}/monitor/ws", scope=Scope.CALLS_LISTEN, websocket=True, errors=(421,))
async def monitor_socket(request: web.Request, id: UUID, query: MonitorSocketQuery) -> web.StreamResponse:
    """Listen to a call that is up, by WebSocket.

    Binary messages are audio both ways, 20 ms each from us; silence is not sent. Texts are JSON: first
    `ready` with the `party` that you are, then `mode` for each change, `error`, and `ended` with the call.
    Send `{"type": "mode", "mode": …}` to change. All but listening needs `calls:write`, too."""
    context = request.app[CONTEXT]
    if query.mode != "listen":
        may_act(request)
    try:
        form = StreamFormat.of(query.format, query.rate)
    except ValueError as error:
        raise Problem(400, "bad_request", str(error)) from None
    async with asking(request, id) as board:
        party_names(board, id)  # it is up, and answered
    with place_among(context.monitor_places, asker(request).key):
        return await _listen(request, board, id, query, form)


async def _listen(
    request: web.Request, board: Switchboard, id: UUID, query: MonitorSocketQuery, form: StreamFormat
) -> web.StreamResponse:
    socket = PingedSocket(request, heartbeat=HEARTBEAT_S, max_msg_size=MOST_MESSAGE, compress=False)
    await socket.prepare(request)
    line = MonitorLine()
    leg = SocketLeg(
        request.app[CONTEXT].streams, form, line, ref=f"monitor-{uuid4()}", remote=request.remote or "",
        queue_ms=0,
    )  # fmt: skip
    await _Listening(request, board, id, socket, leg, line).run(query)
    return socket


def party_names(board: Switchboard, call_id: UUID) -> list[str]:
    """Who takes part, the caller first. Raises NoSuchCallError, CallError."""
    return [party["name"] for party in board.parties(call_id) if not party["listens"]]


class _Listening:
    """One socket from its beginning to its end."""

    def __init__(
        self,
        request: web.Request,
        board: Switchboard,
        call_id: UUID,
        socket: web.WebSocketResponse,
        leg: SocketLeg,
        line: MonitorLine,
    ) -> None:
        self._request = request
        self._board = board
        self._call = call_id
        self._socket = socket
        self._leg = leg
        self._line = line
        self._name = ""
        self._faults = 0

    async def run(self, asked: MonitorSocketQuery) -> None:
        sending = asyncio.create_task(self._send())
        try:
            self._name = self._board.listen(self._call, self._leg)
            await noted(self._request, self._call, "monitor", mode=asked.mode)
            if asked.mode != "listen":
                self._sit(asked)
            self._line.tell(
                "ready", party=self._name, mode=asked.mode, format=str(self._leg.stream.format.coding),
                rate=self._leg.stream.format.rate, frame_ms=FRAME_MS,
            )  # fmt: skip
            await self._receive()
        except VoiceForgeError as error:  # it was over, or full, by the time that the socket was open
            self._line.tell("error", code="conflict", message=str(error))
        finally:
            self._leg.left()
            if not self._socket.closed:
                await asyncio.wait({sending}, timeout=UNREAD_S)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _receive(self) -> None:
        rate, count = MessageRate(time.monotonic(), PER_SECOND, AT_ONCE), 0
        async for message in self._socket:
            if not self._may_still():
                return
            if not rate.admits(time.monotonic()):
                await self._socket.close(
                    code=WSCloseCode.POLICY_VIOLATION, message=f"more than {PER_SECOND:g} a second".encode()
                )
                return
            count += 1
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            match message.type:
                case WSMsgType.BINARY:
                    try:
                        self._leg.push(message.data)
                    except ValueError as error:
                        self._fault("bad_audio", str(error))
                case WSMsgType.TEXT:
                    await self._told(message.data)
                case _:
                    return
            if self._faults > MOST_FAULTS:
                await self._socket.close(
                    code=WSCloseCode.POLICY_VIOLATION, message=b"too many messages that make no sense"
                )
                return

    async def _told(self, text: str) -> None:
        try:
            asked = ModeMessage.model_validate_json(text)
            if asked.mode != "listen":
                may_act(self._request)
            self._sit(asked)
        except ValidationError as error:
            self._fault("bad_request", told_fault(error).message)
        except Problem as problem:
            self._fault(problem.code, problem.message)
        except VoiceForgeError as error:
            self._fault("conflict", str(error))
        else:
            self._line.tell("mode", mode=asked.mode)
            await noted(self._request, self._call, "monitor", mode=asked.mode)

    def _sit(self, asked: SeatOfSocket) -> None:
        """Raises CallError."""
        seat, whisper_to = SeatKind(asked.mode), asked.whisper_to
        if seat is SeatKind.WHISPER and not whisper_to:
            names = [name for name in party_names(self._board, self._call) if name != self._name]
            whisper_to = names[-1] if "agent" not in names else "agent"
        self._board.change_seat(self._call, self._name, seat, whisper_to, asked.gain)

    def _may_still(self) -> bool:
        """What let it in still would: a key that is revoked is heard, and hears, no longer."""
        return self._request.app[CONTEXT].access.still_good(asker(self._request))

    def _fault(self, code: str, message: str) -> None:
        self._faults += 1
        self._line.tell("error", code=code, message=message)

    async def _send(self) -> None:
        """All that is on its way, until the leg is over; then the socket is closed."""
        socket, line = self._socket, self._line
        with suppress(ConnectionResetError):  # the client went away
            try:
                while (item := await line.next()) is not None and self._may_still():
                    async with asyncio.timeout(UNREAD_S):
                        if isinstance(item, bytes):
                            await socket.send_bytes(item)
                        else:
                            await socket.send_str(item)
            except TimeoutError:
                if self._request.transport is not None:
                    self._request.transport.abort()
                return
            if not socket.closed:
                why = str(line.ended.why) if line.ended is not None else ""
                await socket.send_str(dumps({"type": "ended", "why": why}))
                await socket.close(message=b"the call is over")
