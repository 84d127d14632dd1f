"""Who may ask: the Host header against DNS rebinding, the token where one is set, no proxy where none is."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web
from aiohttp.typedefs import Handler

from api.access.asker import ASKER, OPERATOR, Asker, How
from api.answers import error
from api.context import CONTEXT
from mediaserver.config import Settings, is_loopback

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (:rfc:`9110` 9.2.1)."""
OPEN_PATHS = frozenset({"/", "/page.css", "/page.js", "/api/health", "/docs", "/openapi.json"})
"""Readable by everybody who can reach us: they hold no transcript."""

PROXIED = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"})
PROXIED_PREFIXES = ("x-forwarded", "x-original-", "x-envoy-", "x-amzn-", "cf-")
"""Headers that only proxies write (:rfc:`7239`, :rfc:`9110` 7.6.3, and what is usual), in lower case."""


def host_allowed(host: str, settings: Settings) -> bool:
    """Whether a Host header names us.

    A page of another site can make a browser connect to us under that site's name, but not under an address:
    on loopback only loopback addresses and names count, exposed any address does.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return False
    ours = {settings.http.host.lower(), *(known.lower() for known in settings.http.allowed_hosts)}
    if is_loopback(name) or name in ours:
        return True
    if is_loopback(settings.http.host):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def came_by_proxy(request: web.Request, settings: Settings) -> bool:
    """Whether something stands between us and whoever asks, as far as it shows: headers that proxies add;
    HTTP/1.0, in which nginx asks unless told otherwise (before 1.29.7) and no browser does; a page under a
    foreign name.

    A proxy that changes nothing else than the Host header cannot be told from a program on this machine.
    """
    names = [name.lower() for name in request.headers]
    if any(name in PROXIED or name.startswith(PROXIED_PREFIXES) for name in names):
        return True
    pages = [request.headers[name] for name in ("Origin", "Referer") if name in request.headers]
    foreign = any(not host_allowed(page.partition("://")[2].partition("/")[0], settings) for page in pages)
    return foreign or request.version < HttpVersion11


def same_origin(request: web.Request, settings: Settings) -> bool:
    """Whether a request that changes something comes from our own page, or from no page at all.

    Browsers say whose page asks (Fetch standard, the Origin and Sec-Fetch-Site headers); programs do not.
    """
    origin = request.headers.get("Origin")
    if origin is not None and not host_allowed(origin.partition("://")[2], settings):
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")


def token_matches(header: str, token: str) -> bool:
    """Compare `Authorization: Bearer ...` in constant time."""
    scheme, _, given = header.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        given.strip().encode(errors="surrogateescape"), token.encode()
    )


def may_ask(request: web.Request, settings: Settings) -> bool:
    """Whoever has the token; where none is set, whoever is on this machine."""
    token = settings.http.admin_token.get_secret_value()
    if token:
        return token_matches(request.headers.get("Authorization", ""), token)
    return not came_by_proxy(request, settings)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign names, missing tokens, and proxies where no token is set: all that they pass on seems to
    come from this machine."""
    context = request.app[CONTEXT]
    settings = context.settings
    if not host_allowed(request.headers.get("Host", ""), settings):
        return error(
            403, "wrong_host", "This server does not answer under that name.", "Add it to http.allowed_hosts."
        )
    # Event streams and captures are held open, and there are few: another site's page could take them all.
    costly = request.method not in READING or request.path.endswith(("/events", "/pcap"))
    if costly and not same_origin(request, settings):
        return error(403, "wrong_origin", "Pages of other sites may not do this.")
    if may_ask(request, settings):
        request[ASKER] = Asker(None, "operator", OPERATOR, How.TOKEN)
        # Without a token a request proves nothing before it is whole: anybody can begin one.
        if settings.http.admin_token.get_secret_value() or not request.can_read_body:
            context.prove(request)
    elif request.path not in OPEN_PATHS:
        return _refusal(settings)
    return await handler(request)


def _refusal(settings: Settings) -> web.Response:
    """What somebody gets who may not ask, and how to mend it."""
    if not settings.http.admin_token.get_secret_value():
        return error(
            403,
            "behind_proxy",
            "This request came through a proxy, or from another site's page, and no token is set.",
            "Set ADMIN_TOKEN to a long random text and restart; then every request needs it. "
            "See docs/operations.md, Behind a reverse proxy.",
        )
    response = error(401, "unauthorized", "Send `Authorization: Bearer` with the ADMIN_TOKEN.")
    response.headers["WWW-Authenticate"] = "Bearer"
    return response
