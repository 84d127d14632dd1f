"""What was said by SIP: a call's ladder and its packets, the latest messages of all, and those that go by.

All of it was masked when it was taken (`sip.tracing`). It tells who calls whom and where they are: of
one call to whose it is, of all else to the operator alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.answers import dumps
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem, started
from api.routing.serving import STREAM
from api.routing.table import ApiRoutes
from api.telephony.events import HEARTBEAT_S, begin_stream, tell
from api.telephony.finding import CALL, live_call, row_of
from mediaserver.errors import CapacityError
from sip.tracing.capture import Capture, CaptureLimits
from sip.tracing.ladder import Ladder, Mark
from sip.tracing.pcapng import CONTENT_TYPE
from sip.tracing.traced import TracedMessage, Wanted
from sip.tracing.tracer import FOLLOWERS, Tracer

LONGEST_CAPTURE_S = 600
LIMIT = 1_000
"""Messages at most in one answer."""
_TOLD: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "state": lambda data: str(data.get("state", "")),
    "hold": lambda data: "on hold" if data.get("held") else "off hold",
    "digit": lambda data: "a key was pressed",
    "ended": lambda data: f"ended: {data.get('text', '')}",
}
"""Events of a call that are shown beside its messages, and how: never what was said or pressed."""


routes = ApiRoutes("calls")
signalling = ApiRoutes("signalling", "What is said by SIP, of calls and of all else.")


class LadderQuery(RequestModel):
    """How it is to be written."""

    format: Literal["json", "text", "full"] | None = Field(
        default=None, description="`full`: with each message as a whole. Else text where `Accept` wants it."
    )


class MessagesWanted(RequestModel):
    """Which messages."""

    peer: OneLine = Field(default="", max_length=300, description="ADDRESS or ADDRESS:PORT.")
    method: OneLine = Field(default="", max_length=100)

    def of(self) -> Wanted:
        return Wanted.of(
            {name: value for name, value in (("peer", self.peer), ("method", self.method)) if value}
        )


class MessagesQuery(MessagesWanted):
    """Which messages, and how many."""

    limit: int = Field(default=100, ge=1, le=LIMIT)


class CaptureQuery(RequestModel):
    """How long to go on."""

    seconds: int = Field(default=0, ge=0, le=LONGEST_CAPTURE_S, description="0: what was said so far.")


class LadderShown(ResponseModel):
    """The SIP messages of one call."""

    call: UUID
    live: bool
    call_ids: list[str]
    peers: list[str]
    left_out: int = Field(description="Messages that were not kept.")
    messages: list[dict[str, Any]]
    marks: list[dict[str, Any]] = Field(description="What else happened in the call meanwhile.")


class MessagesShown(ResponseModel):
    """The latest messages."""

    messages: list[dict[str, Any]]


@routes.get(f"{CALL}/ladder", scope=Scope.CALLS_READ, answers=LadderShown, produces=("text/plain",))
async def ladder(request: web.Request, id: UUID, query: LadderQuery) -> web.StreamResponse:
    """The SIP messages of all legs of a call, as JSON or as a ladder."""
    tracer = _tracer(request)
    form = query.format or _accepted(request)
    found = await _ladder(request, tracer, id)
    if form == "json":
        return _written(await asyncio.to_thread(lambda: dumps(found.as_dict())), "application/json")
    return _written(await asyncio.to_thread(found.text, full=form == "full"), "text/plain")


@routes.get(f"{CALL}/sip", scope=Scope.CALLS_READ, answers=LadderShown, produces=("text/plain",))
async def sip(request: web.Request, id: UUID, query: LadderQuery) -> web.StreamResponse:
    """The same as `ladder`, under its older name."""
    return await ladder(request, id, query)


@signalling.get("/api/telephony/sip", scope=Scope.ADMIN, answers=MessagesShown)
async def messages(request: web.Request, query: MessagesQuery) -> web.StreamResponse:
    """The latest SIP messages, of calls and of all else."""
    found = await _tracer(request).recent(query.of(), query.limit)
    content = await asyncio.to_thread(lambda: dumps({"messages": [each.as_dict() for each in found]}))
    return _written(content, "application/json")


@signalling.get("/api/telephony/sip/events", scope=Scope.ADMIN, produces=(STREAM,))
async def follow(request: web.Request, query: MessagesWanted) -> web.StreamResponse:
    """The SIP messages that go by from now on, as server-sent events."""
    tracer = _tracer(request)
    if not tracer.room:
        raise Problem(503, "too_many_watchers", f"{FOLLOWERS} watch the signalling already.")
    with tracer.following(query.of()) as queue:
        response = await begin_stream(request)
        with suppress(ConnectionResetError):  # the watcher went away
            while True:
                content = b": still here\n\n"
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_S):
                        message = await queue.get()
                        if message is None:
                            return response
                        content = _sse(message)
                if not request.app[CONTEXT].access.still_good(asker(request)):
                    break
                await tell(request, response, content)
        return response


@routes.get(f"{CALL}/pcap", scope=Scope.CALLS_READ, produces=(CONTENT_TYPE,))
async def capture(request: web.Request, id: UUID, query: CaptureQuery) -> web.StreamResponse:
    """A call's packets as pcapng: its SIP messages, and for `seconds` what follows, with the headers of its
    audio."""
    context, tracer = request.app[CONTEXT], _tracer(request)
    await _ladder(request, tracer, id)
    if request.method == "HEAD":
        return web.Response(content_type=CONTENT_TYPE)
    board, limits = context.switchboard, CaptureLimits(seconds=query.seconds)
    taken = Capture(tracer, context.audio, id, board.is_live if board is not None else _nobody, limits)
    try:
        with context.capturing.take(asker(request).key):
            return await _captured(request, taken)
    except CapacityError as error:
        raise Problem(
            429, "too_many_captures", f"Captures: {error}.", headers={"Retry-After": "10"}
        ) from None


async def _captured(request: web.Request, taken: Capture) -> web.StreamResponse:
    """To its end, or until whoever reads it goes away or may read it no longer."""
    access = request.app[CONTEXT].access
    async with aclosing(taken.blocks()) as blocks:
        response = await begin_stream(request, CONTENT_TYPE)
        with suppress(ConnectionResetError):  # the reader went away
            async for block in blocks:
                if not access.still_good(asker(request)):
                    break
                if block:
                    await tell(request, response, block)
    return response


def _nobody(call_id: UUID) -> bool:
    return False


def _written(content: str, content_type: str) -> web.Response:
    return web.Response(text=content, content_type=content_type, charset="utf-8")


def _sse(message: TracedMessage) -> bytes:
    return f"event: message\ndata: {dumps(message.as_dict())}\n\n".encode()


async def _ladder(request: web.Request, tracer: Tracer, call_id: UUID) -> Ladder:
    """Raises Problem (404): it is not known, or another key's."""
    call = live_call(request, call_id)
    trace, board = tracer.of_call(call_id), request.app[CONTEXT].switchboard
    if call is None and trace is not None and not asker(request).admin:
        await row_of(request, call_id)  # it ended long ago: whose it was stands in its row
    if trace is None:
        known = " The call has no leg by SIP." if call is not None else ""
        raise Problem(
            404, "not_found", f"No SIP messages are kept of such a call (see sip.trace_minutes).{known}"
        )
    history = call.history if call is not None else ()
    marks = [Mark(event.at, _TOLD[event.kind](event.data)) for event in history if event.kind in _TOLD]
    return Ladder.of(call_id, trace, board is not None and board.is_live(call_id), marks)


def _accepted(request: web.Request) -> str:
    wanted = request.headers.get("Accept", "")
    return "text" if wanted.strip().lower().startswith("text/plain") else "json"


def _tracer(request: web.Request) -> Tracer:
    """Raises Problem."""
    context = request.app[CONTEXT]
    tracer = started(context.tracer)
    if not context.settings.sip.trace_minutes:
        raise Problem(404, "not_found", "No SIP messages are kept: sip.trace_minutes is 0.")
    return tracer
