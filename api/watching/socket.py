"""Events over a WebSocket (:rfc:`6455`): the client says what it wants, and may say something else later."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import aclosing, suppress

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError

from api.access.asker import Asker, asker
from api.access.scopes import Scope
from api.answers import dumps
from api.context import CONTEXT, ApiContext
from api.message_rate import MessageRate
from api.pinged_socket import PingedSocket
from api.routing.problems import started
from api.routing.table import ApiRoutes
from api.telephony.events import place_among
from api.watching.models import Subscription
from api.watching.steps import ToldEvents, ToldGap, ToldNothing, ToldPartial, ToldReset, WatchStep, steps
from mediaserver.storage.outbox.feed import EventFeed

log = logging.getLogger(__name__)
routes = ApiRoutes("events socket")

PROTOCOL_ERROR = 4004
"""A message that we do not understand; `reason` says why."""
PING_S = 20.0
UNREAD_S = 20.0
"""A watcher that reads nothing for so long gives its place up."""
FIRST_S = 15.0
"""In which the first message comes."""
LONGEST = 16 << 10
TOO_MANY = 4003
"""More messages than anybody needs: each begins to read the table anew."""
PER_SECOND, AT_ONCE = 1.0, 20.0
"""Messages that a client may send in the long run, and at once."""


@routes.get("/ws/events", scope=Scope.EVENTS_READ, websocket=True)
async def event_socket(request: web.Request) -> web.StreamResponse:
    """Events over a WebSocket.

    Send `{"type": "subscribe", "topics"?, "call"?, "after"?, "partials"?}`; another one takes the place of
    the first. You are sent `subscribed` (with `after`), `event` (as `/api/events` shows it), `gap`, `reset`,
    `partial` and `heartbeat` (with `after`: go on there when you come back). Closed with 4004 for a message
    that is not understood, 4003 for more than 20 at once or one a second,
    1001 when the server stops, 1008 when your key was withdrawn."""
    context, who = request.app[CONTEXT], asker(request)
    feed = started(context.feed)
    with place_among(context.watcher_places, who.key):
        socket = PingedSocket(request, heartbeat=PING_S, max_msg_size=LONGEST)
        await socket.prepare(request)
        await _EventSocket(context, feed, who, request, socket).run()
        return socket


class _EventSocket:
    """One client: its messages are read here, and a task tells it what it asked for."""

    def __init__(
        self,
        context: ApiContext,
        feed: EventFeed,
        who: Asker,
        request: web.Request,
        socket: web.WebSocketResponse,
    ) -> None:
        self._context = context
        self._feed = feed
        self._who = who
        self._request = request
        self._socket = socket
        self._telling: asyncio.Task[None] | None = None
        self._rate = MessageRate(time.monotonic(), PER_SECOND, AT_ONCE)

    async def run(self) -> None:
        try:
            while not self._socket.closed:
                try:
                    message = await self._socket.receive(None if self._telling else FIRST_S)
                except TimeoutError:
                    await self._refuse("say what you want to be told: send a message of type subscribe")
                    return
                if not self._rate.admits(time.monotonic()):
                    await self._refuse("more than one message a second", TOO_MANY)
                elif message.type is WSMsgType.TEXT:
                    await self._heard(message.data)
                elif message.type is WSMsgType.BINARY:
                    await self._refuse("messages are text")
                else:
                    return
        finally:
            await self._stop_telling()

    async def _heard(self, text: str) -> None:
        try:
            wanted = Subscription.model_validate(json.loads(text))
        except (ValueError, RecursionError) as error:
            await self._refuse(_why(error))
            return
        await self._stop_telling()
        self._telling = asyncio.create_task(self._tell(wanted), name="event socket")
        self._telling.add_done_callback(_failed)

    async def _tell(self, wanted: Subscription) -> None:
        after = self._feed.head if wanted.after is None else wanted.after
        board = self._context.switchboard if wanted.partials else None
        with suppress(ConnectionResetError):  # the client went away
            await self._send(f'{{"type":"subscribed","after":{after}}}')
            async with aclosing(steps(self._feed, wanted.filter(self._who), after, board=board)) as told:
                async for step in told:
                    if not self._context.access.still_good(self._who):
                        await self._socket.close(
                            code=WSCloseCode.POLICY_VIOLATION, message=b"the key was withdrawn"
                        )
                        return
                    for message in _messages(step):
                        await self._send(message)
            await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"the server is being stopped")
            return
        await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _send(self, message: str) -> None:
        try:
            async with asyncio.timeout(UNREAD_S):
                await self._socket.send_str(message)
        except TimeoutError:
            if self._request.transport is not None:
                self._request.transport.abort()
            raise ConnectionResetError("the client does not read") from None

    async def _refuse(self, why: str, code: int = PROTOCOL_ERROR) -> None:
        await self._stop_telling()
        await self._socket.close(code=code, message=why.encode()[:120])

    async def _stop_telling(self) -> None:
        task, self._telling = self._telling, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a watcher of events is told no more", exc_info=error)


def _messages(step: WatchStep) -> list[str]:
    match step:
        case ToldEvents(events):
            return [f'{{"type":"event",{event.text[1:]}' for event in events]
        case ToldPartial(event):
            return [dumps({"type": "partial", **event.data, "call": str(event.call_id), "at": event.at})]
        case ToldGap(upto):
            return [f'{{"type":"gap","upto":{upto}}}']
        case ToldReset(after):
            return [f'{{"type":"reset","after":{after}}}']
        case ToldNothing(upto):
            return [f'{{"type":"heartbeat","after":{upto}}}']


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        said = first["msg"].removeprefix("Value error, ")
        return f"{'.'.join(map(str, first['loc'])) or 'message'}: {said}"
    return "messages are JSON objects"
