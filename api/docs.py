"""`/openapi.json`, and `/docs`: the same for people."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from aiohttp import web

from api.docs_page import page_of
from api.page import POLICY
from api.routing.openapi import openapi
from api.routing.table import ApiRoutes

routes = ApiRoutes("documentation")
ABOUT = (
    "A telephony-first realtime media server: calls answered and placed by voice agents. Every request but "
    "those marked as open needs a key: `Authorization: Bearer vf_…` (docs/api.md)."
)


class ApiDocument:
    """The document of an application's routes, made once it is asked for."""

    def __init__(self, tables: Iterable[ApiRoutes]) -> None:
        self._tables = tuple(tables)

    @functools.cached_property
    def content(self) -> dict[str, Any]:
        return openapi(self._tables, version("voiceforge"), ABOUT)

    @functools.cached_property
    def text(self) -> bytes:
        return json.dumps(self.content, ensure_ascii=False).encode()

    @functools.cached_property
    def page(self) -> str:
        return page_of(self.content)


DOCUMENT = web.AppKey("document", ApiDocument)


@routes.get("/openapi.json", scope=None, hidden=True)
async def document(request: web.Request) -> web.StreamResponse:
    """The OpenAPI 3.1 document of all that this server can be asked."""
    return web.Response(body=request.app[DOCUMENT].text, content_type="application/json", charset="utf-8")


@routes.get("/docs", scope=None, hidden=True)
async def docs(request: web.Request) -> web.StreamResponse:
    """The document for people."""
    headers = {"Content-Security-Policy": POLICY}
    return web.Response(text=request.app[DOCUMENT].page, content_type="text/html", headers=headers)
