"""`/login` and `/api/console`: browsers that are signed in to the page at `/`.

A link with a code that counts once signs in (`voiceforge serve` and `voiceforge console` print one), or the
ADMIN_TOKEN, or any key, for what that key may do. From then on a cookie does, which no script can read and
which the browser sends for our own page alone.
"""

from __future__ import annotations

import functools
import html
from datetime import datetime
from importlib.metadata import version
from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.access import KeyRefused
from api.access.asker import ASKER, OPERATOR, Asker, How, asker
from api.access.login_codes import LASTS_S
from api.access.origin import on_this_machine, same_origin
from api.access.scopes import Scope, held
from api.audit import audited
from api.context import CONTEXT
from api.guard import COOKIE, ENDED, told_refusal
from api.page import POLICY
from api.routing.models import ResponseModel
from api.routing.paging import Page
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.host_port import host_port
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


class AddressOffered(ResponseModel):
    """Somebody whom everybody who reaches this server may call."""

    name: str = Field(description="`sip:NAME@` with `sip_address`, or `to` of a call from the browser.")
    says: str = Field(description="What it is for.")


class SignedIn(ResponseModel):
    """Who the browser that asks is, and what it may do."""

    signed_in: bool
    ended: bool = Field(description="It was signed in, and is no longer: by time, by somebody, with its key.")
    name: str = Field(description="Of the key it signed in with, or `console`; empty: nobody.")
    how: Literal["nothing", "token", "key", "session", "ticket"]
    scopes: list[Scope] = Field(description="All that it may do, with what `admin` holds.")
    may_call_without_key: bool = Field(
        description="It is on this machine: it may call from the browser whom SIP would let anybody call."
    )
    offered: list[AddressOffered] = Field(description="Whom it may call at once, the first one first.")
    sip_address: str = Field(description="Where phones call: host and port; empty to who may not call.")
    expires_at: datetime | None = Field(description="When its cookie ends.")
    version: str = Field(description="Of the server.")


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


@routes.get("/api/console/session", scope=None)
async def session_here(request: web.Request) -> SignedIn:
    """Who the browser that asks is, and what it may do; also where it is nobody."""
    context, who = request.app[CONTEXT], asker(request)
    settings, access = context.settings, context.access
    ends = access.ring.session_of(request.cookies.get(COOKIE, ""), access.wall()) if who.session else None
    here = on_this_machine(request, settings) and same_origin(request, settings)
    told = here or who.how is not How.NOTHING
    sip = context.sip_address or host_port(settings.sip.host, settings.sip.port)
    return SignedIn(
        signed_in=who.how is not How.NOTHING,
        ended=ENDED in request,
        name=who.name if who.how is not How.NOTHING else "",
        how=who.how.value,
        scopes=sorted(held(who.scopes)),
        may_call_without_key=here and context.webrtc is not None and context.webrtc.visitors_welcome,
        offered=[AddressOffered(name=name, says=says) for name, says in context.offered().items()]
        if told
        else [],
        sip_address=sip if told else "",
        expires_at=ends.expires_at if ends is not None else None,
        version=_version(),
    )


@routes.post("/api/console/sessions", scope=None, any_key=True, status=204)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Sign in the browser that asks, for what its key may do: the key itself may be forgotten.

    204, with the cookie."""
    if asker(request).how not in (How.KEY, How.TOKEN):
        # A session of a key must not make one that outlives the key.
        raise Problem(
            409, "signed_in", "This browser is signed in already.", "Send a key, or sign it out before."
        )
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
    await _end(request, id)


async def _end(request: web.Request, id: UUID) -> None:
    """Raises Problem for a session that is none."""
    context = request.app[CONTEXT]
    async with context.database.acquire() as connection, connection.transaction():
        if not await console_sessions.revoke_session(connection, id):
            raise Problem(404, "not_found", "There is no such session, or it is over.")
        await audited(connection, request, "session.end", f"session:{id}")
    context.access.ring.drop_session(id)


@routes.delete("/api/console/session", scope=None, any_key=True, status=204)
async def sign_out_here(request: web.Request) -> web.StreamResponse:
    """Sign out the browser that asks."""
    own = asker(request).session
    if own is None:
        raise Problem(404, "not_found", "You are not signed in by a cookie.")
    await _end(request, own)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


@functools.cache
def _version() -> str:
    """Read of a file, once."""
    return version("voiceforge")


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
