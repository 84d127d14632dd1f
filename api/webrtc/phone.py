"""`POST /api/webrtc/phone`: what a phone in a browser registers with, for some hours.

The page of somebody who is signed in gets a password of its own, good for one tab; no lasting one ever
reaches a browser. What such a phone may dial is no more than whoever asked for it may.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from aiohttp import web
from pydantic import Field

from api.access.asker import Asker, asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.calls.may_dial import MayDial
from sip.calls.phone_desk import PhoneDesk

DIALS_OUT = MayDial(dials_out=True)
routes = ApiRoutes("phones", "Phones that register: in browsers, and on desks.")


class PhoneWanted(RequestModel):
    """A phone in a browser."""

    extension: OneLine = Field(
        "",
        max_length=32,
        description="`web-` and small letters, digits and hyphens; or one of `sip.extensions`, with the "
        "scope admin. Left out: one of your own, each time the same.",
    )


class PhoneLent(ResponseModel):
    """What a page registers with, over the WebSocket."""

    extension: str = Field(description="By which others call it; all tabs that have it ring.")
    uri: str = Field(description="Its SIP address.")
    username: str = Field(description="For the digest (JsSIP: `authorization_user`).")
    password: str = Field(description="Shown this once.")
    realm: str
    socket: str = Field(description="The path of the WebSocket.")
    ice_servers: str = Field(description="Where the page learns by which TURN servers it may call.")
    expires_at: datetime = Field(description="From then on it registers no more: ask anew before.")


class PhoneShown(ResponseModel):
    """An extension."""

    extension: str
    uri: str
    registered: bool = Field(description="It can be called now.")
    browsers: int = Field(description="Tabs of browsers that have it.")
    phones: int = Field(description="Telephones that have it.")
    yours: bool = Field(description="It is what your own tabs have.")


@routes.post("/api/webrtc/phone", scope=Scope.CALLS_WRITE, status=201, errors=(403, 409, 422))
async def lend(request: web.Request, body: PhoneWanted) -> PhoneLent:
    """Make this tab a phone.

    It registers with what it gets here over `/ws/sip`, for eight hours at most, and no longer than you are
    signed in. It may dial the agents that you may use, and all extensions; the operator's numbers elsewhere,
    too, as far as trunks and `sip.allowed_targets` let this server call them: shown as its
    P-Preferred-Identity says, where the trunk lets it."""
    context, who = request.app[CONTEXT], asker(request)
    desk = started(context.phones)
    configured = _allowed(desk, who, body.extension)
    access = context.access
    given = desk.lent.lend(
        _owner(who),
        reach=_reach(who),
        still_good=lambda: access.still_good(who),
        extension=body.extension,
        configured=configured,
    )
    if given is None:
        raise Problem(409, "extension_taken", "Another user has this extension.")
    lent, password = given
    left = lent.expires_at - asyncio.get_running_loop().time()
    return PhoneLent(
        extension=lent.extension,
        uri=_uri(request, lent.extension),
        username=lent.username,
        password=password,
        realm=desk.lent.realm,
        socket="/ws/sip",
        ice_servers="/api/webrtc/ice-servers",
        expires_at=datetime.now(UTC) + timedelta(seconds=left),
    )


@routes.delete("/api/webrtc/phone/{username}", scope=Scope.CALLS_WRITE)
async def give_back(request: web.Request, username: str) -> None:
    """Give a phone back: its password is good for nothing any more, and its socket is closed."""
    desk = started(request.app[CONTEXT].phones)
    lent = desk.lent.of_user(username)
    if lent is None or lent.owner != _owner(asker(request)):
        raise Problem(404, "not_found", "There is no such phone, or it was given back.")
    desk.lent.withdraw(username)


@routes.get("/api/telephony/extensions", scope=Scope.CALLS_READ)
async def extensions(request: web.Request) -> list[PhoneShown]:
    """The extensions that can be dialled, and which have a phone just now."""
    desk, owner = started(request.app[CONTEXT].phones), _owner(asker(request))
    return [
        PhoneShown(
            extension=each.name,
            uri=_uri(request, each.name),
            registered=each.phones > 0,
            browsers=each.browsers,
            phones=each.phones - each.browsers,
            yours=desk.lent.is_of(each.name, owner),
        )
        for each in desk.seen()
    ]


def _allowed(desk: PhoneDesk, who: Asker, extension: str) -> bool:
    """Whether it is one of the settings'. Raises Problem for what is not to be had."""
    if not extension or desk.is_free_name(extension):
        return False
    if not desk.is_configured(extension):
        raise Problem(
            422,
            "no_such_extension",
            "An extension of your own is web- and up to 28 small letters, digits and hyphens.",
        )
    if not who.admin:
        raise Problem(403, "missing_scope", "An extension of the settings needs a key with the scope admin.")
    return True


def _owner(who: Asker) -> str:
    """Whose phones are one extension."""
    return "operator" if who.key is None else f"key:{who.key}"


def _reach(who: Asker) -> MayDial:
    """An operator's phone dials as one of the settings does, and numbers elsewhere, since its calls by the
    API go there, too. A key's reaches the agents that the key may use,
    and phones; it transfers nobody to elsewhere, since calls out are to count to the key that places them."""
    return DIALS_OUT if who.admin else MayDial(out=False, uses=who.may_use)


def _uri(request: web.Request, extension: str) -> str:
    return f"sip:{extension}@{request.url.host or 'localhost'}"
