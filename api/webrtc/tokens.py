"""`POST /api/webrtc/tokens`: who has a key lets a page of another site call one destination, for a while."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import AfterValidator, Field

from api.access.asker import asker
from api.access.call_tokens import CallToken
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.routing.models import ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.webrtc.admitting import WhoIsCalled, desk_of, destination

routes = ApiRoutes("webrtc")


def _is_origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("it is no origin: write it as https://shop.example.com")
    return text


Origin = Annotated[str, Field(max_length=255), AfterValidator(_is_origin)]


class NewCallToken(WhoIsCalled):
    """Who may be called, from where, and how often."""

    origins: list[Origin] = Field(
        default=[], max_length=10, description="Whose pages may call; empty: all of http.cors_origins."
    )
    lasts_s: int = Field(600, ge=10, description="Seconds in which calls may begin.")
    calls: int = Field(10, ge=1, le=1_000, description="That may begin with it.")


class CallTokenMade(ResponseModel):
    """For the page that is to call."""

    token: str = Field(description="For `Authorization: Bearer` of the offer; told now and never again.")
    expires_at: datetime
    calls: int


@routes.post("/api/webrtc/tokens", scope=Scope.CALLS_WRITE, status=201, errors=(404, 422))
async def make_call_token(request: web.Request, body: NewCallToken) -> CallTokenMade:
    """Let a page of another site call one destination, without a key of its own.

    Its origin must be in `http.cors_origins`, too. It holds until the server is started anew."""
    context, who = request.app[CONTEXT], asker(request)
    desk = desk_of(context)
    if body.lasts_s > desk.settings.max_token_s:
        raise Problem(422, "too_long", f"A token holds {desk.settings.max_token_s} s at most.")
    wanted = await destination(context, who, body)
    token = CallToken(
        id=secrets.token_hex(8),
        key=str(who.key) if who.key is not None else "",
        session=str(who.session) if who.session is not None else "",
        expires_at=int(desk.wall()) + body.lasts_s,
        calls=body.calls,
        origins=tuple(body.origins),
        **body.model_dump(include={"agent", "flow", "voice", "language", "name"}),
        to="" if wanted.agent is not None else wanted.to,
    )
    try:
        text = context.access.call_tokens.make(token)
    except ValueError as error:
        raise Problem(422, "too_long", f"{error}.") from None
    async with context.database.acquire() as connection, connection.transaction():
        await audited(
            connection, request, "webrtc.token", f"token:{token.id}",
            to=wanted.to, origins=list(token.origins), expires_at=token.expires_at, calls=token.calls,
        )  # fmt: skip
    return CallTokenMade(
        token=text, expires_at=datetime.fromtimestamp(token.expires_at, UTC), calls=token.calls
    )
