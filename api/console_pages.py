"""The browser console: one page for all of its places, its hashed files, its service worker and manifest.

Everything comes out of memory (`api.console_files`). Where no console was built, `/` is the plain page of
`api.page`, which says how to get it. Nothing here is secret: what is shown in it is asked of the API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import hdrs, web

from api.console_files import ConsoleFile
from api.context import CONTEXT
from api.page import plain_page
from api.routing.table import ApiRoutes

routes = ApiRoutes("console pages")

PLACES = (
    "dashboard", "phone", "playground", "voices", "flows", "calls", "messages", "live", "agents", "numbers",
    "trunks", "providers", "engines", "keys", "usage", "knowledge", "webhooks", "audit", "settings",
    "sign-in",
)  # fmt: skip
"""Where the console's router goes, as in console/src/app/pages.ts, beside `/`; a test compares them."""
DEEPER = ("flows", "calls")
"""Of these, those with a page for each of their things."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy (W3C, level 3): nothing of another host, nothing inline, nobody's frame."""
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), usb=(), "
    "serial=(), payment=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    hdrs.CACHE_CONTROL: "no-cache",
}
FOREVER = "public, max-age=31536000, immutable"
"""For names that have a digest of their content in them (:rfc:`8246`)."""
ROOT_FILE = r"/{name:[A-Za-z0-9][A-Za-z0-9._-]*\.(?:js|webmanifest|svg|png|ico|txt)}"


_NEVER = re.compile(r"q\s*=\s*0(\.0{0,3})?")


async def show(request: web.Request) -> web.Response:
    """The console, wherever in it somebody is."""
    index = request.app[CONTEXT].console.index
    if index is None:
        return await plain_page(request)
    return _answer(request, index, PAGE_HEADERS)


def _page(path: str, name: str) -> None:
    """One more path whose page is the console's."""

    async def console_page(request: web.Request) -> web.Response:
        return await show(request)

    console_page.__name__ = f"console_page_{name}"
    routes.get(path, scope=None, hidden=True)(console_page)


_page("/", "start")
for _place in PLACES:
    _page(f"/{_place}", _place)
for _place in DEEPER:
    _page(f"/{_place}/{{id}}", f"one_of_{_place}")


@routes.get("/assets/{name}", scope=None, hidden=True)
async def console_asset(request: web.Request, name: str) -> web.Response:
    """A file whose name changes with its content."""
    return _answer(request, _known(request, f"assets/{name}"), {hdrs.CACHE_CONTROL: FOREVER})


@routes.get("/icons/{name}", scope=None, hidden=True)
async def console_icon(request: web.Request, name: str) -> web.Response:
    """A picture of the installed app."""
    return _answer(request, _known(request, f"icons/{name}"), {hdrs.CACHE_CONTROL: "no-cache"})


@routes.get("/embed/{name}", scope=None, hidden=True)
async def console_embed(request: web.Request, name: str) -> web.Response:
    """What pages of other sites include: for every origin, and nobody's cookie counts for it."""
    headers = {
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return _answer(request, _known(request, f"embed/{name}"), headers)


@routes.get(ROOT_FILE, scope=None, hidden=True)
async def console_root_file(request: web.Request, name: str) -> web.Response:
    """What has to lie at the root: the service worker, whose scope is where it lies (W3C Service Workers),
    the manifest, the site's icon."""
    return _answer(request, _known(request, name), PAGE_HEADERS)


def _known(request: web.Request, name: str) -> ConsoleFile:
    """Raises aiohttp's 404, as for any path that is nowhere."""
    file = request.app[CONTEXT].console.files.get(name)
    if file is None:
        raise web.HTTPNotFound(reason="There is no such file in the console.")
    return file


def _answer(request: web.Request, file: ConsoleFile, headers: Mapping[str, str]) -> web.Response:
    """The file, packed where the browser reads that; 304 where it has it already (:rfc:`9110` 13.1.2)."""
    packed = file.packed if file.packed is not None and takes_gzip(request) else None
    tag = f'"{file.tag}-gz"' if packed is not None else f'"{file.tag}"'
    told = {**headers, hdrs.ETAG: tag}
    if file.packed is not None:
        told[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    known = request.headers.get(hdrs.IF_NONE_MATCH, "").split(",")
    if tag in (each.strip().removeprefix("W/") for each in known):
        return web.Response(status=304, headers=told)
    if packed is not None:
        told[hdrs.CONTENT_ENCODING] = "gzip"
    text = file.content_type.startswith("text/") or file.content_type.endswith(("json", "svg+xml"))
    return web.Response(
        body=packed or file.body,
        headers=told,
        content_type=file.content_type,
        charset="utf-8" if text else None,
    )


def takes_gzip(request: web.Request) -> bool:
    """Whether Accept-Encoding names gzip and does not refuse it (:rfc:`9110` 12.5.3)."""
    for each in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower().split(","):
        coding, *parameters = (part.strip() for part in each.split(";"))
        if coding in ("gzip", "x-gzip", "*"):
            return not any(_NEVER.fullmatch(part) for part in parameters)
    return False
