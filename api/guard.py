"""Lets nobody through to a handler who may not: names and pages first, then who asks, then whether they may,
then how often.

Everything is answered from memory. Names keep out DNS rebinding, pages keep a visitor's browser from acting
for another site, keys do the rest: also on this machine nothing acts, and no call is shown, without one.
"""

from __future__ import annotations

import re
from uuid import UUID

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from api.access.access import KeyRefusal, KeyRefused
from api.access.asker import ASKER, NOBODY, Asker, How
from api.access.buckets import Taken
from api.access.call_tokens import PREFIX as CALL_TOKEN
from api.access.origin import host_allowed, on_this_machine, same_origin
from api.access.rate_headers import rate_headers
from api.access.scopes import Scope
from api.access.tickets import Opens
from api.context import CONTEXT, ApiContext
from api.cors import origin_allowed
from api.routing.problems import Problem
from api.routing.serving import STREAM, route_of

COOKIE = "voiceforge_session"
"""By which a browser is signed in."""
TICKET = "ticket"
"""In the query of a call or its events: see `api.access.tickets`."""
REALTIME = "/v1/realtime"
KEY_PROTOCOL = "openai-insecure-api-key."
READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (:rfc:`9110` 9.2.1)."""
ENDED: web.RequestKey[bool] = web.RequestKey("ended", bool)
"""The browser was signed in, and is no longer."""
RATE: web.RequestKey[Taken] = web.RequestKey("rate", Taken)
"""What is left to whoever asks."""
CALLERS = {
    opens: Asker(None, "caller", frozenset({Scope.CALLS_READ, Scope.EVENTS_READ}), how)
    for opens, how in ((Opens.TOLD, How.TICKET), (Opens.WHOLE, How.WHOLE_TICKET))
}
"""Whoever has a call's ticket, where that call is asked for."""
REFUSED: web.RequestKey[KeyRefused] = web.RequestKey("refused", KeyRefused)
"""Why what somebody showed lets them in as nobody only, where everybody may ask."""
_OWN_CALL = re.compile(r"/api/telephony/calls/([0-9a-f-]{36})(/events)?")
"""What a ticket opens: what is told of the call, and what was kept of it."""
_REFUSALS = {
    KeyRefusal.UNKNOWN: (401, "unauthorized"),
    KeyRefusal.INACTIVE: (401, "key_inactive"),
    KeyRefusal.TOO_OFTEN: (429, "rate_limited"),
    KeyRefusal.TOO_MANY_WRONG: (429, "too_many_wrong_keys"),
    KeyRefusal.SPENT: (429, "quota_spent"),
    KeyRefusal.STARTING: (503, "unavailable"),
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raises Problem for whoever may not."""
    context = request.app[CONTEXT]
    settings = context.settings
    if (route := route_of(request)) is not None and route.signed:
        request[ASKER] = NOBODY
        return await handler(request)
    if not host_allowed(request.headers.get(hdrs.HOST, ""), settings):
        raise Problem(
            403,
            "wrong_host",
            "This server does not answer under that name.",
            "Add it to http.allowed_hosts.",
        )
    ours = same_origin(request, settings)
    if not ours and _costly(request) and not origin_allowed(request):
        raise Problem(403, "wrong_origin", "Pages of other sites may not do this.")
    scope, is_open = _wanted(request)
    try:
        asker = _asker(request, context, ours)
    except KeyRefused as refused:
        if refused.why is KeyRefusal.TOO_OFTEN:
            context.prove(request, Asker(refused.key, "too often"))
        if not is_open:
            raise told_refusal(refused) from None
        request[REFUSED] = refused
        asker = NOBODY
    if asker.how is not How.NOTHING:
        context.prove(request, asker)
    if not is_open:
        _check(request, context, asker, scope)
    request[ASKER] = asker
    return await handler(request)


async def tell_rate(request: web.Request, response: web.StreamResponse) -> None:
    """What is left of the rate limit: aiohttp's signal `on_response_prepare`, so that streams and errors have
    it, too."""
    if RATE in request:
        response.headers.update(rate_headers(request[RATE]))


def told_refusal(refused: KeyRefused) -> Problem:
    """As HTTP says it."""
    status, code = _REFUSALS[refused.why]
    headers = dict(refused.headers)
    if status == 401:
        headers[hdrs.WWW_AUTHENTICATE] = 'Bearer error="invalid_token"'  # RFC 6750, section 3.1
    return Problem(status, code, str(refused), headers=headers)


def bearer(request: web.Request) -> str | None:
    """What `Authorization: Bearer` holds (:rfc:`6750` 2.1); None where it is not there."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def protocol_key(request: web.Request) -> str | None:
    """The key of a page's WebSocket, which can send no header of its own: OpenAI's clients name it among the
    subprotocols. No browser adds it by itself, as it does a cookie; whose page may ask is settled before."""
    route = route_of(request)
    if route is None or route.path != REALTIME:
        return None
    for each in request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(","):
        if each.strip().startswith(KEY_PROTOCOL):
            return each.strip().removeprefix(KEY_PROTOCOL)
    return None


def _costly(request: web.Request) -> bool:
    """What another site's page may not begin, whatever it can read of the answer: changes, and what is held
    open and of which there are few."""
    if request.method not in READING or hdrs.UPGRADE in request.headers:
        return True
    route = route_of(request)
    streams = route is not None and (route.websocket or STREAM in route.produces)
    return streams or request.path.endswith(("/events", "/pcap"))


def _wanted(request: web.Request) -> tuple[Scope | None, bool]:
    """What a request must hold, and whether it is open to everybody. Where there is no such route, any key
    may be told so."""
    route = route_of(request)
    if route is not None:
        return route.scope, route.open
    if request.match_info.http_exception is not None:
        return None, False
    return (Scope.CALLS_READ if request.method in READING else Scope.ADMIN), False


def _asker(request: web.Request, context: ApiContext, ours: bool) -> Asker:
    """Who asks. `ours`: our own page does, or no page: no other gets anything by our cookie. Raises
    KeyRefused."""
    access = context.access
    if (secret := bearer(request) or protocol_key(request)) is not None:
        if secret.startswith(CALL_TOKEN):
            return NOBODY  # it lets in to calls alone, which look at it themselves
        asker, taken = access.admit(secret, request.remote or "")
        if taken is not None:
            request[RATE] = taken
        return asker
    ticket = _by_ticket(request, context)
    if ours and (cookie := request.cookies.get(COOKIE)) is not None:
        try:
            found = access.signed_in(cookie)
        except KeyRefused:
            if ticket is None:
                raise
            found = None
        else:
            if found is None:
                request[ENDED] = True
        if found is not None and (ticket is None or _sees_more(context, found[0], ticket[0])):
            asker, taken = found
            if taken is not None:
                request[RATE] = taken
            return asker
    if ticket is None:
        return NOBODY
    call_id, opens = ticket
    access.by_ticket(call_id)
    return CALLERS[opens]


def _by_ticket(request: web.Request, context: ApiContext) -> tuple[UUID, Opens] | None:
    """The call that a ticket lets its caller read, and how much of it; None: none does."""
    own = _OWN_CALL.fullmatch(request.path) if TICKET in request.query else None
    if own is None or request.method not in READING:
        return None
    try:
        call_id = UUID(own[1])
    except ValueError:
        return None
    opens = context.access.tickets.opens(call_id, request.query[TICKET])
    return None if opens is None else (call_id, opens)


def _sees_more(context: ApiContext, who: Asker, call_id: UUID) -> bool:
    """Whether somebody who is signed in is told more of a call than its caller is."""
    board = context.switchboard
    call = board.get(call_id) if board is not None else None
    return who.may(Scope.CALLS_READ) and (who.admin or (call is not None and who.sees(call.owner)))


def check_scope(asker: Asker, scope: Scope, what: str = "This") -> None:
    """`what` is asked for, for people. Raises Problem (403)."""
    if not asker.may(scope):
        raise Problem(
            403,
            "missing_scope",
            f"{what} needs a key with the scope {scope}.",
            {"scope": str(scope), "held": sorted(asker.scopes)},
        )


def _check(request: web.Request, context: ApiContext, asker: Asker, scope: Scope | None) -> None:
    """Raises Problem."""
    settings = context.settings
    guarded = bool(settings.http.admin_token.get_secret_value())
    if asker.how is How.NOTHING:
        if request.path == "/metrics" and not guarded and on_this_machine(request, settings):
            context.prove(request)
            return
        if ENDED in request:
            raise Problem(
                401,
                "session_ended",
                "This browser is no longer signed in.",
                "Sign in again: with a key, or by the link that `voiceforge console` prints.",
                {hdrs.WWW_AUTHENTICATE: "Bearer"},
            )
        raise Problem(
            401,
            "unauthorized",
            "Send `Authorization: Bearer` with a key.",
            "The first start made one (`api.key` in the data folder), `voiceforge keys create` makes more, "
            "and `voiceforge console` signs a browser in.",
            {hdrs.WWW_AUTHENTICATE: "Bearer"},
        )
    if scope is not None:
        check_scope(asker, scope)
    if scope is Scope.ADMIN and not guarded and not on_this_machine(request, settings):
        raise Problem(
            403,
            "behind_proxy",
            "This request came through a proxy, or from another site's page, and no ADMIN_TOKEN is set: this "
            "machine alone may do that.",
            "Set ADMIN_TOKEN to a long random text and restart. See docs/operations.md, Behind a reverse "
            "proxy.",
        )
    try:
        context.access.count(asker)
    except KeyRefused as refused:
        raise told_refusal(refused) from None
