"""Where a request comes from, as its headers tell: by which of our names, from whose page, through a proxy.

Browsers say whose page asks, and nobody but the user can make them lie; programs may say anything, so nothing
here is ever a proof of who asks.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, hdrs, web

from mediaserver.config import Settings, is_loopback

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
    ours = {settings.http.host.lower(), *_named(settings)}
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
    if passed_on(request):
        return True
    pages = [request.headers[name] for name in (hdrs.ORIGIN, hdrs.REFERER) if name in request.headers]
    foreign = any(not host_allowed(page.partition("://")[2].partition("/")[0], settings) for page in pages)
    return foreign


def passed_on(request: web.Request) -> bool:
    """Whether a proxy says that it passed this on, or asks as only a proxy does."""
    names = [name.lower() for name in request.headers]
    headers = any(name in PROXIED or name.startswith(PROXIED_PREFIXES) for name in names)
    return headers or request.version < HttpVersion11


def on_this_machine(request: web.Request, settings: Settings) -> bool:
    """Whether a program or browser of this machine asks, as far as it shows."""
    return is_loopback(request.remote or "") and not came_by_proxy(request, settings)


def same_origin(request: web.Request, settings: Settings) -> bool:
    """Whether a request comes from our own page, or from no page at all.

    Browsers say whose page asks (Fetch standard, the Origin and Sec-Fetch-Site headers); programs do not. A
    page that another port of this machine serves is not ours: a cookie of ours is sent from there, too.
    """
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None:
        page = origin.partition("://")[2]
        if not host_allowed(page, settings) or not (_is_here(page, request) or _is_named(page, settings)):
            return False
    return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")


def _is_here(page: str, request: web.Request) -> bool:
    """The page has the very address, port and all, by which we are asked."""
    return page.lower() == request.headers.get(hdrs.HOST, "").lower()


def _is_named(page: str, settings: Settings) -> bool:
    """The operator has named its host: a proxy stands before us, which asks us under another name."""
    name = (urlsplit(f"//{page}").hostname or "").lower()
    return name in _named(settings)


def _named(settings: Settings) -> set[str]:
    """Names that the operator has given us, in lower case."""
    http = settings.http
    named = {known.lower() for known in http.allowed_hosts}
    return named | {http.public_host} if http.public_host else named
