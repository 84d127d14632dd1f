"""The plain page at `/` where no console was built (`api.console_pages`): which address to call, the live
calls, the recent ones, and how to get the console. No framework."""

from __future__ import annotations

import functools
import html
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from api.context import CONTEXT
from api.routing.table import ApiRoutes
from mediaserver.host_port import host_port

routes = ApiRoutes("page")
STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def plain_page(request: web.Request) -> web.Response:
    """The page, with the address to call written in."""
    context = request.app[CONTEXT]
    sip = context.settings.sip
    address = context.sip_address or host_port(sip.host, sip.port)
    offered = context.offered()
    shown = {"ADDRESSES": _addresses(offered, address), "SIP": html.escape(address)}
    shown["FIRST"] = html.escape(next(iter(offered), "NAME"))
    text = _static("page.html")
    for name, value in shown.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})


def _addresses(offered: Mapping[str, str], address: str) -> str:
    """Whom to call, as a list for people."""
    if not offered:
        return "<p>No agent answers yet: add one with <code>voiceforge agents set</code>.</p>"
    rows = (
        f"<div><dt><code>sip:{html.escape(name)}@{html.escape(address)}</code></dt>"
        f"<dd>{html.escape(says)}</dd></div>"
        for name, says in offered.items()
    )
    return f'<dl class="addresses">{"".join(rows)}</dl>'


@routes.get("/page.css", scope=None, hidden=True)
async def style(request: web.Request) -> web.Response:
    return web.Response(text=_static("page.css"), content_type="text/css")


@routes.get("/page.js", scope=None, hidden=True)
async def script(request: web.Request) -> web.Response:
    return web.Response(text=_static("page.js"), content_type="text/javascript")


@functools.cache
def _static(name: str) -> str:
    return (STATIC / name).read_text()
