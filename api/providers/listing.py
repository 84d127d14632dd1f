"""`/api/telephony/providers`: by which ways calls come in and go out here, and what each lacks."""

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
from providers.accounts.served import ServedAccount, Standing

routes = ApiRoutes("providers", "By which ways calls come in and go out.")


class ProviderShown(ResponseModel):
    """A way in and out."""

    name: str
    title: str = Field(description="For people.")
    kind: Literal["sip", "api"] = Field(
        description="`sip`, or `api`: an account at a provider with an interface of its own."
    )
    ready: bool = Field(description="Calls can go by it now.")
    detail: str = Field(description="How it stands.")
    lacks: str = Field(description="What it lacks to be ready; empty: nothing.")
    provider: str = Field(description="Of an account: its kind, as `twilio`.")
    standing: str = Field(description="Of an account: see there.")
    capabilities: list[str] = Field(description="Of an account: what it can be asked for.")
    calls: int = Field(description="Of an account: calls that go by it.")
    read_only: bool = Field(description="Environment variables make this account.")


class ProvidersShown(ResponseModel):
    """All that there are."""

    providers: list[ProviderShown]


@routes.get("/api/telephony/providers", scope=Scope.ADMIN)
async def providers(request: web.Request) -> ProvidersShown:
    """All ways in and out: trunks, phones that register, the library of another SIP stack, and accounts at
    providers by their names."""
    context = request.app[CONTEXT]
    ways = [_trunks(context), _phones(context), _pjsua2(context)]
    board = context.providers
    if board is None:
        return ProvidersShown(providers=ways)
    faulty = [_faulty(name, fault) for name, fault in sorted(board.faults.items())]
    return ProvidersShown(providers=[*ways, *(_account(each) for each in board.accounts), *faulty])


def _account(served: ServedAccount) -> ProviderShown:
    standing, title = served.standing, f"{served.kind.title}: {served.account.name}"
    if served.kind.title.lower() == served.account.name.lower():
        title = served.kind.title
    lacks = served.lacks
    detail = served.trouble or f"{standing}, {counted(served.calls, 'call')}"
    return ProviderShown(
        name=served.account.name, title=title, kind="api", ready=standing is Standing.READY and not lacks,
        detail=detail, lacks=lacks or served.trouble, provider=served.account.kind, standing=standing,
        capabilities=sorted(served.capabilities), calls=served.calls, read_only=served.from_environment,
    )  # fmt: skip


def _faulty(name: str, fault: str) -> ProviderShown:
    return ProviderShown(
        name=name, title=name, kind="api", ready=False, detail="not used", lacks=fault, provider="",
        standing=Standing.FAULTY, capabilities=[], calls=0, read_only=False,
    )  # fmt: skip


def _trunks(context: ApiContext) -> ProviderShown:
    board = context.trunks
    lines = [] if board is None else list(board.lines)
    usable = sum(line.standing(asyncio.get_running_loop().time()).usable for line in lines)
    lacks = "" if usable else "add a trunk with POST /api/telephony/trunks"
    if lines and not usable:
        lacks = "no trunk can be called by now: see GET /api/telephony/trunks"
    detail = f"{usable} of {counted(len(lines), 'trunk')} can be called by"
    return _by_sip("trunks", "SIP trunks", usable > 0, detail, lacks)


def _phones(context: ApiContext) -> ProviderShown:
    count = len(context.settings.sip.extensions)
    lacks = "" if count else "give phones a password in [sip.extensions]"
    detail = f"{counted(count, 'extension')} may register"
    return _by_sip("phones", "Registered phones", count > 0, detail, lacks)


def _pjsua2(context: ApiContext) -> ProviderShown:
    used = context.settings.sip.backend == "pjsua2"
    detail = "carries SIP in the place of our own stack" if used else "not used: our own stack carries SIP"
    lacks = "" if used else 'build its library and set sip.backend = "pjsua2" (docs/pjsua2.md)'
    return _by_sip("pjsua2", "PJSIP's pjsua2", used, detail, lacks)


def _by_sip(name: str, title: str, ready: bool, detail: str, lacks: str) -> ProviderShown:
    return ProviderShown(
        name=name, title=title, kind="sip", ready=ready, detail=detail, lacks=lacks, provider="", standing="",
        capabilities=[], calls=0, read_only=False,
    )  # fmt: skip
