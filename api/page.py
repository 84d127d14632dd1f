"""The one plain page at `/`: which address to call, the live calls, the recent ones. No framework."""

from __future__ import annotations

import functools
import html
from pathlib import Path

from aiohttp import web

from api.context import CONTEXT
from mediaserver.host_port import host_port

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def page(request: web.Request) -> web.Response:
    """The page, with the address to call written in."""
    context = request.app[CONTEXT]
    sip = context.settings.sip
    address = context.sip_address or host_port(sip.host, sip.port)
    text = _static("page.html").replace("{{SIP}}", html.escape(address))
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})


async def style(request: web.Request) -> web.Response:
    return web.Response(text=_static("page.css"), content_type="text/css")


async def script(request: web.Request) -> web.Response:
    return web.Response(text=_static("page.js"), content_type="text/javascript")


@functools.cache
def _static(name: str) -> str:
    return (STATIC / name).read_text()
