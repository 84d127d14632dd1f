"""Servers of language models by their published interfaces: OpenAI's chat completions and Anthropic's
messages, as strict about what they are asked as the real ones, and as slow, broken or hostile as a test wants
them.

What is asked is checked against the types that the makers publish with their clients, and against the rules
that their pages state beside them.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

KEY = "sk-test-0123456789"
MODEL = "tiny"

Piece: TypeAlias = "bytes | str | dict[str, Any] | asyncio.Event"
"""Bytes as they are, an event's data, an event as an object, or what to wait for."""


@dataclass
class Answer:
    """What comes back for one request."""

    pieces: Sequence[Piece] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    forever: bool = False
    """The last piece again and again, until the other side hangs up."""
    torn: bool = False
    """The connection is cut at the end."""


class ModelServer:
    """Gives its answers in order; keeps what it was asked."""

    def __init__(self, key: str = KEY) -> None:
        """`key`: empty where it asks for none."""
        self._key = key
        self.answers: deque[Answer] = deque()
        self.asked: list[dict[str, Any]] = []
        self.faults: list[str] = []
        """What the real one would refuse in a request."""
        self.models: list[str] = [MODEL]
        self.list_status = 200
        self.connections = 0
        self.hung_up = asyncio.Event()
        self.hung_up_at = 0.0
        """On the loop's clock: when the other side had closed an answer that was not whole."""
        self.url = ""
        self._peers: set[Any] = set()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._count(request)
        if self.list_status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.list_status)
        if not self._key_is_right(request):
            return _refused(401, "authentication_error", f"Incorrect API key provided: {KEY[:8]}***")
        return web.json_response({"object": "list", "data": [{"id": name} for name in self.models]})

    async def _answer(self, request: web.Request, faults: list[str]) -> web.StreamResponse:
        self._count(request)
        if not self._key_is_right(request):
            return _refused(401, "authentication_error", f"Incorrect API key provided: {KEY[:8]}***")
        self.faults += faults
        if faults:
            return _refused(400, "invalid_request_error", "; ".join(faults))
        answer = self.answers.popleft()
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        try:
            await response.prepare(request)
            for piece in answer.pieces:
                await _send(response, piece)
            while answer.forever:
                await _send(response, answer.pieces[-1])
            if answer.torn:
                assert request.transport is not None
                request.transport.abort()
            await response.write_eof()
        except (asyncio.CancelledError, ConnectionError):
            self.hung_up_at = asyncio.get_running_loop().time()
            self.hung_up.set()
            raise
        return response

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        return await self._answer(request, list(chat_faults(body)))

    async def messages(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        faults = list(message_faults(body))
        if not request.headers.get("anthropic-version"):
            faults.append("anthropic-version: header is required")
        return await self._answer(request, faults)

    def _count(self, request: web.Request) -> None:
        if request.transport not in self._peers:
            self._peers.add(request.transport)
            self.connections += 1

    def _key_is_right(self, request: web.Request) -> bool:
        if not self._key:
            return True
        given = request.headers.get("x-api-key") or request.headers.get("authorization") or ""
        return given.removeprefix("Bearer ") == self._key


@asynccontextmanager
async def model_server(
    context: ssl.SSLContext | None = None, *, key: str = KEY
) -> AsyncIterator[ModelServer]:
    """Both interfaces on a free port of the loopback. `url` has no /v1."""
    server = ModelServer(key)
    app = web.Application()
    app.router.add_get("/v1/models", server._list)
    app.router.add_post("/v1/chat/completions", server.chat)
    app.router.add_post("/v1/messages", server.messages)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"{'https' if context else 'http'}://{host}:{port}"
    try:
        yield server
    finally:
        await runner.cleanup()


# ---- what the servers send


def chat_chunks(
    *texts: str, calls: Sequence[dict[str, Any]] = (), finish: str = "stop", usage: bool = True
) -> list[Piece]:
    """A whole answer of chat completions: texts, then pieces of calls (as in `delta.tool_calls`)."""
    pieces: list[Piece] = [chunk({"role": "assistant", "content": ""})]
    pieces += [chunk({"content": text}) for text in texts]
    pieces += [chunk({"tool_calls": [call]}) for call in calls]
    pieces.append(chunk({}, finish="tool_calls" if calls else finish))
    if usage:
        details = {"cached_tokens": 60}
        told = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": details}
        pieces.append({"object": "chat.completion.chunk", "model": "tiny-1", "choices": [], "usage": told})
    return [*pieces, "[DONE]"]


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "model": "tiny-1", "choices": [choice]}


def message_events(*blocks: str | tuple[str, str, Sequence[str]], stop: str = "end_turn") -> list[Piece]:
    """A whole answer of messages: texts, and calls as (id, name, pieces of their JSON)."""
    usage = {"input_tokens": 30, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 10}
    message = {"id": "msg_1", "model": "claude-tiny-1", "usage": {**usage, "output_tokens": 1}}
    pieces: list[Piece] = [{"type": "message_start", "message": message}, {"type": "ping"}]
    for index, block in enumerate(blocks):
        begin: dict[str, Any]
        if isinstance(block, str):
            begin = {"type": "text", "text": ""}
            deltas = [{"type": "text_delta", "text": part} for part in re.findall(r"\s*\S+", block)]
        else:
            id, name, parts = block
            begin = {"type": "tool_use", "id": id, "name": name, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
        pieces.append({"type": "content_block_start", "index": index, "content_block": begin})
        pieces += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        pieces.append({"type": "content_block_stop", "index": index})
    end = {"stop_reason": stop, "stop_sequence": None}
    pieces.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": 20}})
    return [*pieces, {"type": "message_stop"}]


async def _send(response: web.StreamResponse, piece: Piece) -> None:
    match piece:
        case bytes():
            await response.write(piece)
        case str():
            await response.write(f"data: {piece}\n\n".encode())
        case dict():
            name = f"event: {piece['type']}\n" if "type" in piece else ""
            await response.write(f"{name}data: {json.dumps(piece)}\n\n".encode())
        case asyncio.Event():
            await piece.wait()


def _refused(status: int, kind: str, message: str) -> web.Response:
    error = {"type": kind, "message": message, "code": None}
    return web.json_response({"type": "error", "error": error}, status=status)


# ---- what the servers refuse


def chat_faults(body: dict[str, Any]) -> Iterator[str]:
    """What OpenAI's server would say of a request."""
    yield from _type_faults(_chat_type(), body)
    if body.get("model") not in (MODEL, "gpt-6-luna"):
        yield f"The model `{body.get('model')}` does not exist"
    open_calls: set[str] = set()
    for place, message in enumerate(body["messages"]):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                yield f"messages[{place}]: a tool's message must follow its tool_calls"
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            yield f"messages[{place}]: tool_calls {open_calls} have no tool messages"
        for call in message.get("tool_calls", ()):
            open_calls.add(call["id"])
            json.loads(call["function"]["arguments"])
    if open_calls:
        yield f"tool_calls {open_calls} have no tool messages"


def message_faults(body: dict[str, Any]) -> Iterator[str]:
    """What Anthropic's server would say of a request."""
    yield from _type_faults(_message_type(), body)
    messages = body["messages"]
    if messages[0]["role"] != "user":
        yield "messages: first message must use the user role"
    if messages[-1]["role"] != "user":
        yield "This model does not support assistant message prefill"
    if body["model"] == "claude-haiku-5-5" and "temperature" in body:
        yield "temperature is not supported by this model"
    marks = 0
    open_calls: set[str] = set()
    for place, message in enumerate(messages):
        answered = {b["tool_use_id"] for b in message["content"] if b["type"] == "tool_result"}
        if answered != open_calls:
            yield f"messages.{place}: `tool_use` ids {open_calls} need `tool_result` blocks right after"
        open_calls = {b["id"] for b in message["content"] if b["type"] == "tool_use"}
        if any(not re.fullmatch(r"[a-zA-Z0-9_-]+", id) for id in open_calls):
            yield f"messages.{place}: tool_use.id has characters that it may not have"
        if any(b["type"] == "text" and not b["text"].strip() for b in message["content"]):
            yield "messages: text content blocks must be non-empty"
        marks += sum("cache_control" in block for block in message["content"])
    marks += sum("cache_control" in block for block in (*body.get("system", ()), *body.get("tools", ())))
    if marks > 4:
        yield f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."


def _type_faults(kind: tuple[TypeAdapter[Any], frozenset[str]], body: dict[str, Any]) -> Iterator[str]:
    adapter, known = kind
    for name in body.keys() - known:
        yield f"{name}: Extra inputs are not permitted"
    try:
        adapter.validate_python(body)
    except ValidationError as error:
        yield from (f"{each['loc']}: {each['msg']}" for each in error.errors()[:3])


@cache
def _chat_type() -> tuple[TypeAdapter[Any], frozenset[str]]:
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming as Params

    return TypeAdapter(Params), frozenset(Params.__required_keys__ | Params.__optional_keys__)


@cache
def _message_type() -> tuple[TypeAdapter[Any], frozenset[str]]:
    from anthropic.types.message_create_params import MessageCreateParamsStreaming as Params

    return TypeAdapter(Params), frozenset(Params.__required_keys__ | Params.__optional_keys__)
