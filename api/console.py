"""`/login` and `/api/console`: browsers that are signed in to the page at `/`.

A link with a code that counts once signs in (`voiceforge serve` and `voiceforge console` print one), or the
ADMIN_TOKEN, or a key with the scope admin. From then on a cookie does, which no script can read and which the
browser sends for our own page alone.
"""

from __future__ import annotations

import html
from datetime import datetime
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.access import KeyRefused
from api.access.asker import ASKER, OPERATOR, Asker, How, asker
from api.access.login_codes import LASTS_S
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.guard import COOKIE, told_refusal
from api.page import POLICY
from api.routing.models import ResponseModel
from api.routing.paging import Page
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.storage import console_sessions
from mediaserver.storage.keys import new_secret

routes = ApiRoutes("console", "Browsers that are signed in.")
MOST_SHOWN = 200
_DAY_S = 86_400.0


class ConsoleLink(ResponseModel):
    """A link that signs one browser in, once."""

    url: str
    expires_in_s: float


class ConsoleSessionShown(ResponseModel):
    """A browser that is signed in."""

    id: UUID
    browser: str = Field(description="What it says of itself.")
    source: str = Field(description="The address from which it signed in.")
    created_at: datetime
    expires_at: datetime
    current: bool = Field(description="It is the one that asks.")


@routes.get("/login", scope=None, hidden=True)
async def login(request: web.Request) -> web.StreamResponse:
    """Sign in with a code of a link."""
    access = request.app[CONTEXT].access
    if request.method == "GET" and "code" not in request.query:
        return _refused("A browser is signed in by a link with a code.")
    if request.method != "GET":  # who looks what a link leads to must not use it up
        return web.Response()
    try:
        fits = access.redeem(request.query.get("code", ""), request.remote or "")
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    if not fits:
        return _refused("This link was used already, or is too old.")
    response = web.Response(status=303, headers={"Location": "/"})
    request[ASKER] = Asker(None, "console", OPERATOR, How.SESSION)
    await _sign_in(request, response)
    return response


@routes.post("/api/console/links", scope=Scope.ADMIN, status=201)
async def link(request: web.Request) -> ConsoleLink:
    """Make a link that signs one browser in, once and soon."""
    code = request.app[CONTEXT].access.login_code()
    return ConsoleLink(url=f"{request.scheme}://{request.host}/login?code={code}", expires_in_s=LASTS_S)


@routes.post("/api/console/sessions", scope=Scope.ADMIN, status=204)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Sign in the browser that asks: what it asked with may be forgotten.

    204, with the cookie."""
    response = web.Response(status=204)
    await _sign_in(request, response)
    return response


@routes.get("/api/console/sessions", scope=Scope.ADMIN)
async def sessions(request: web.Request) -> Page[ConsoleSessionShown]:
    """The browsers that are signed in, newest first."""
    rows = await console_sessions.shown_sessions(request.app[CONTEXT].database, MOST_SHOWN)
    own = asker(request).session
    return Page(items=[ConsoleSessionShown(**row, current=row["id"] == own) for row in rows])


@routes.delete("/api/console/sessions/{id}", scope=Scope.ADMIN)
async def sign_out(request: web.Request, id: UUID) -> None:
    """Sign a browser out."""
    context = request.app[CONTEXT]
    async with context.database.acquire() as connection, connection.transaction():
        if not await console_sessions.revoke_session(connection, id):
            raise Problem(404, "not_found", "There is no such session, or it is over.")
        await audited(connection, request, "session.end", f"session:{id}")
    context.access.ring.drop_session(id)


@routes.delete("/api/console/session", scope=Scope.ADMIN, status=204)
async def sign_out_here(request: web.Request) -> web.StreamResponse:
    """Sign out the browser that asks."""
    own = asker(request).session
    if own is None:
        raise Problem(404, "not_found", "You are not signed in by a cookie.")
    await sign_out(request, own)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


async def _sign_in(request: web.Request, response: web.StreamResponse) -> None:
    """From this answer on."""
    context, cookie = request.app[CONTEXT], new_secret("vfs_")
    lasts_s = context.access.settings.session_days * _DAY_S
    async with context.database.acquire() as connection, connection.transaction():
        session = await console_sessions.add_session(
            connection, cookie, lasts_s,
            browser=request.headers.get("User-Agent", ""), source=request.remote or "",
            key=asker(request).key,
        )  # fmt: skip
        await audited(connection, request, "session.begin", f"session:{session.id}")
    context.access.ring.take_session(session)
    # A proxy that ends TLS says so; that anybody can say it matters to nobody but themselves.
    secure = request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    response.set_cookie(
        COOKIE, cookie, max_age=int(lasts_s), path="/", secure=secure, httponly=True, samesite="Strict"
    )


def _refused(why: str) -> web.Response:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>VoiceForge</title>'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">'
        f"<h1>Not signed in</h1><p>{html.escape(why)}</p>"
        "<p>Run <code>voiceforge console</code> on the machine of the server, and open the link that it "
        'prints. <a href="/">To the page</a></p></html>'
    )
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(status=403, text=text, content_type="text/html", headers=headers)
