"""Requests that may be sent again: done once for each Idempotency-Key, and answered alike for a day
(draft-ietf-httpapi-idempotency-key-header).

What was done and its answer are kept in one transaction; what was refused is not, and may be tried again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from pydantic import BaseModel

from api.access.asker import asker
from api.context import CONTEXT
from api.routing.problems import Problem
from api.routing.serving import route_of
from mediaserver.storage.idempotency import AnswerBefore, IdempotencyKey, answer_to, keep_answer
from mediaserver.storage.sql import Database

HEADER = "Idempotency-Key"
_BARE = re.compile(r"[\x21\x23-\x7e]{1,200}")
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,200})"')
"""A string of Structured Fields (:rfc:`8941` 3.3.3), which the draft asks for; most clients send it bare."""


class Attempt:
    """One request. Where `before` is set it was done before, and is to be answered by `again`."""

    def __init__(self, key: IdempotencyKey | None, before: AnswerBefore | None = None) -> None:
        self._key = key
        self.before = before

    async def keep(self, connection: Database, status: int, content: str) -> None:
        """In the transaction of what is done: how it is answered. Raises DoneAlreadyError when another
        server was asked for the same at the same time, and was first."""
        if self._key is not None:
            await keep_answer(connection, self._key, status, content)

    def again(self) -> web.Response:
        assert self.before is not None
        return written(self.before.status, self.before.content, {"Idempotent-Replayed": "true"})


def written(status: int, content: str, headers: dict[str, str] | None = None) -> web.Response:
    """An answer of JSON that is written already."""
    return web.Response(
        text=content, status=status, content_type="application/json", charset="utf-8", headers=headers
    )


@asynccontextmanager
async def once(request: web.Request, body: BaseModel) -> AsyncIterator[Attempt]:
    """Around what a request does. Raises Problem: 409 while the same is being done, 422 where the key was
    used for something else, 400 where it is none."""
    name = key_of(request.headers.getall(HEADER, []))
    if name is None:
        yield Attempt(None)
        return
    key = IdempotencyKey(asker(request).key, _route(request), name, _asked(body))
    running, mark = request.app[CONTEXT].in_progress, (key.owner, key.route, key.key)
    if mark in running:
        raise Problem(
            409, "in_progress", "A request with this Idempotency-Key is being done: ask again for its answer."
        )
    running.add(mark)
    try:
        before = await answer_to(request.app[CONTEXT].database, key)
        if before is not None and before.request != key.request:
            raise Problem(
                422, "key_reused", "This Idempotency-Key was used for another request: take a new one."
            )
        yield Attempt(key, before)
    finally:
        running.discard(mark)


def key_of(given: list[str]) -> str | None:
    """What the headers name; None without one. Raises Problem."""
    if not given:
        return None
    text = given[0].strip()
    if len(given) == 1 and (quoted := _QUOTED.fullmatch(text)):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    if len(given) == 1 and _BARE.fullmatch(text):
        return text
    raise Problem(
        400, "bad_idempotency_key", "Idempotency-Key is one text of 1 to 200 printable ASCII characters."
    )


def _route(request: web.Request) -> str:
    route = route_of(request)
    return f"{request.method} {request.path if route is None else route.path}"


def _asked(body: BaseModel) -> bytes:
    """The same for the same content, however it is written."""
    return hashlib.sha256(json.dumps(body.model_dump(mode="json"), sort_keys=True).encode()).digest()
