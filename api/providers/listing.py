"""`/api/telephony/providers`: by which ways calls come in and go out here, and what the others lack."""

from __future__ import annotations

import asyncio
from typing import Literal

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT, ApiContext
from api.routing.models import ResponseModel
from api.routing.table import ApiRoutes
from mediaserver.plural import counted

routes = ApiRoutes("providers", "By which ways calls come in and go out.")

LATER = {
    "twilio": "Twilio",
    "telnyx": "Telnyx",
    "zadarma": "Zadarma",
}
"""Carriers with an interface of their own, which this version does not speak."""


class ProviderShown(ResponseModel):
    """A way in and out."""

    name: str
    title: str = Field(description="For people.")
    kind: Literal["sip", "api"] = Field(description="`sip`, or `api`: an interface of the carrier's own.")
    ready: bool = Field(description="Calls can go by it now.")
    detail: str = Field(description="How it stands.")
    lacks: str = Field(description="What it lacks to be ready; empty: nothing.")


class ProvidersShown(ResponseModel):
    """All that there are."""

    providers: list[ProviderShown]


@routes.get("/api/telephony/providers", scope=Scope.ADMIN)
async def providers(request: web.Request) -> ProvidersShown:
    """All ways in and out: trunks, phones that register, the library of another SIP stack, and carriers."""
    context = request.app[CONTEXT]
    later = [
        ProviderShown(
            name=name, title=title, kind="api", ready=False, detail="not connected",
            lacks=f"this version does not speak {title}'s own interface: add {title} as a SIP trunk",
        )
        for name, title in LATER.items()
    ]  # fmt: skip
    return ProvidersShown(providers=[_trunks(context), _phones(context), _pjsua2(context), *later])


def _trunks(context: ApiContext) -> ProviderShown:
    board = context.trunks
    lines = [] if board is None else list(board.lines)
    usable = sum(line.standing(asyncio.get_running_loop().time()).usable for line in lines)
    lacks = "" if usable else "add a trunk with POST /api/telephony/trunks"
    if lines and not usable:
        lacks = "no trunk can be called by now: see GET /api/telephony/trunks"
    return ProviderShown(
        name="trunks", title="SIP trunks", kind="sip", ready=usable > 0,
        detail=f"{usable} of {counted(len(lines), 'trunk')} can be called by", lacks=lacks,
    )  # fmt: skip


def _phones(context: ApiContext) -> ProviderShown:
    count = len(context.settings.sip.extensions)
    return ProviderShown(
        name="phones", title="Registered phones", kind="sip", ready=count > 0,
        detail=f"{counted(count, 'extension')} may register",
        lacks="" if count else "give phones a password in [sip.extensions]",
    )  # fmt: skip


def _pjsua2(context: ApiContext) -> ProviderShown:
    used = context.settings.sip.backend == "pjsua2"
    return ProviderShown(
        name="pjsua2", title="PJSIP's pjsua2", kind="sip", ready=used,
        detail="carries SIP in the place of our own stack" if used else "not used: our own stack carries SIP",
        lacks="" if used else 'build its library and set sip.backend = "pjsua2" (docs/pjsua2.md)',
    )  # fmt: skip
