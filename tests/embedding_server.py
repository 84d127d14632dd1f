"""A server of embeddings by OpenAI's published interface (the types of its client), as strict as the real one
about what it is asked, and as slow, broken or hostile as a test wants it.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp import web
from openai.types import CreateEmbeddingResponse, EmbeddingCreateParams

from tests.meaning import vector

KEY = "sk-test-0123456789"
MODEL = "ngrams"
DIMENSIONS = 64

Change: TypeAlias = Callable[[dict[str, Any]], Any]


@dataclass
class Odd:
    """What comes in the place of the right answer."""

    body: bytes | None = None
    change: Change | None = None
    """What is made of the right answer."""
    status: int = 200
    headers: dict[str, str] | None = None
    forever: bool = False
    """The body again and again, until the other side hangs up."""
    silent: bool = False
    """Nothing, until the other side hangs up."""


class EmbeddingServer:
    """Answers by the model of tests/meaning.py, unless `odd` has something else for the next request."""

    def __init__(self) -> None:
        self.odd: deque[Odd] = deque()
        self.asked: list[dict[str, Any]] = []
        self.faults: list[str] = []
        """What the real one would refuse in a request."""
        self.knows_base64 = True
        self.models = [MODEL]
        self.most_characters = 100_000
        """Of a text."""
        self.dimensions = DIMENSIONS
        self.url = ""
        self.connections = 0
        self.came = asyncio.Event()
        """A question, to which nothing is answered."""
        self.hung_up = asyncio.Event()
        self._peers: set[Any] = set()

    async def list_models(self, request: web.Request) -> web.StreamResponse:
        self._count(request)
        if not _key_is_right(request):
            return _refused(401, "authentication_error", "Incorrect API key")
        return web.json_response({"object": "list", "data": [{"id": name} for name in self.models]})

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        self._count(request)
        if not _key_is_right(request):
            return _refused(401, "authentication_error", "Incorrect API key")
        body = await request.json()
        self.asked.append(body)
        odd = self.odd.popleft() if self.odd else Odd()
        if faults := list(request_faults(body)):
            self.faults += faults
            return _refused(400, "invalid_request_error", "; ".join(faults))
        if any(len(text) > self.most_characters for text in body["input"]):
            return _refused(400, "invalid_request_error", "This model's maximum context length is exceeded")
        if odd.status != 200 and odd.body is None:
            return _refused(odd.status, "server_error", "not now", odd.headers)
        try:
            if odd.silent:
                self.came.set()
                await asyncio.Event().wait()
            whole = self._answer(body)
            text = json.dumps(odd.change(whole) if odd.change else whole).encode()
            response = web.StreamResponse(
                status=odd.status, headers={"content-type": "application/json"} | (odd.headers or {})
            )
            await response.prepare(request)
            await response.write(text if odd.body is None else odd.body)
            while odd.forever:
                await response.write(odd.body or text)
            await response.write_eof()
        except (asyncio.CancelledError, ConnectionError):
            self.hung_up.set()
            raise
        return response

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """Checked against the published type, but for base64, which that does not know."""
        texts, dimensions = body["input"], body.get("dimensions", self.dimensions)
        vectors = [vector(text, dimensions) for text in texts]
        whole = {
            "object": "list",
            "data": [
                {"object": "embedding", "index": at, "embedding": each.tolist()}
                for at, each in enumerate(vectors)
            ],
            "model": body["model"],
            "usage": {"prompt_tokens": 3 * len(texts), "total_tokens": 3 * len(texts)},
        }
        CreateEmbeddingResponse.model_validate(whole, strict=True)
        if self.knows_base64 and body.get("encoding_format") == "base64":
            for each, made in zip(whole["data"], vectors, strict=True):
                each["embedding"] = base64.b64encode(made.astype("<f4").tobytes()).decode()
        return whole

    def _count(self, request: web.Request) -> None:
        if request.transport not in self._peers:
            self._peers.add(request.transport)
            self.connections += 1


def request_faults(body: dict[str, Any]) -> Iterator[str]:
    """What OpenAI's server would say of a request."""
    if unknown := body.keys() - EmbeddingCreateParams.__annotations__.keys():
        yield f"Unrecognized request arguments: {', '.join(sorted(unknown))}"
    if missing := EmbeddingCreateParams.__required_keys__ - body.keys():
        yield f"you must provide {', '.join(sorted(missing))}"
    texts = body.get("input")
    if not isinstance(texts, list) or not 1 <= len(texts) <= 2048:
        yield "input: an array of 1 to 2048 texts"
    elif not all(isinstance(text, str) and text for text in texts):
        yield "input cannot be an empty string"
    elif sum(map(len, texts)) > 300_000:
        yield "Requested too many tokens: at most 300000 summed across all inputs"
    if body.get("model") != MODEL:
        yield f"The model `{body.get('model')}` does not exist"
    if body.get("encoding_format", "float") not in ("float", "base64"):
        yield "encoding_format: 'float' or 'base64'"
    dimensions = body.get("dimensions", 1)
    if type(dimensions) is not int or dimensions < 1:
        yield "dimensions: a whole number from 1"


@asynccontextmanager
async def embedding_server() -> AsyncIterator[EmbeddingServer]:
    """On a free port of the loopback. `url` ends in /v1."""
    server = EmbeddingServer()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_get("/v1/models", server.list_models)
    app.router.add_post("/v1/embeddings", server.embeddings)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


def _key_is_right(request: web.Request) -> bool:
    return request.headers.get("authorization") == f"Bearer {KEY}"


def _refused(status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    error = {"type": kind, "message": message, "code": None, "param": None}
    return web.json_response({"error": error}, status=status, headers=headers)
