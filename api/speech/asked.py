"""What every route of speech asks first: who works for it, and who asks."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import web

from api.access.access import KeyRefused
from api.access.asker import asker
from api.context import CONTEXT
from api.guard import told_refusal
from api.routing.problems import started
from api.speech_desk import SpeechDesk
from mediaserver.storage.records import UsageCounted, UsageKind


def speech_desk(request: web.Request) -> SpeechDesk:
    """Raises Problem while the server is being started."""
    return started(request.app[CONTEXT].speech)


def within_quota(request: web.Request, kind: str, amount: float = 1.0) -> None:
    """Whether whoever asks may use so much more this month (`api.access.quotas.KINDS`). Raises Problem."""
    try:
        request.app[CONTEXT].access.within_quota(asker(request), kind, amount)
    except KeyRefused as refused:
        raise told_refusal(refused) from None


def count(
    request: web.Request, kind: UsageKind, amount: float, engine: str, cost: float | None = None
) -> None:
    """Whoever asks has used this."""
    request.app[CONTEXT].access.spend(asker(request), kind, amount)
    sink = request.app[CONTEXT].sink
    if sink is not None and amount > 0:
        sink.put(
            UsageCounted(uuid4(), datetime.now(UTC), asker(request).key, kind, amount, engine, cost=cost)
        )


def still_there(request: web.Request) -> None:
    """Raises ConnectionResetError once whoever asked has hung up: nothing that is made for them is wanted."""
    if request.transport is None or request.transport.is_closing():
        raise gone("the client has hung up")


def gone(why: str) -> ConnectionResetError:
    """What aiohttp raises when there is nobody to answer."""
    return ConnectionResetError(why)
