"""Where telephony providers ask and tell: webhooks of an account, and what is to be done with one call.

Open to everybody, since a provider has no key of ours: each request proves itself to its account's
`Provider`, by its signature, before it changes anything. The address that was signed is the account's public
one with the path and query as they came, whatever proxies have made of the Host header.
"""

from __future__ import annotations

import asyncio
import logging
import re
from uuid import UUID

from aiohttp import hdrs, web

from api.context import CONTEXT
from api.routing.binding import read
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.unproven import source_of
from mediaserver.errors import VoiceForgeError
from mediaserver.seldom import Seldom
from providers.accounts.board import ProviderBoard
from providers.accounts.doors import ANSWER, WEBHOOKS
from providers.accounts.served import ServedAccount
from providers.provider import Provider, WebhookAnswer, WebhookRequest

log = logging.getLogger(__name__)

routes = ApiRoutes("provider webhooks")

MOST_BODY = 256 << 10
ANSWERED_WITHIN_S = 14.0
"""Twilio waits for 15 s, others for less; who asks again gets the same decision."""
MADE_WITHIN_S = 8.0
"""So long a request waits for its account after a start or a change of it."""
ANSWER_HOOK = "answer"
"""As which a provider sees the door of one call."""
_HOOK = re.compile(r"[A-Za-z0-9_-]{1,40}")
_UNPROVEN = frozenset((400, 401, 403))
_UNREADABLE = (ValueError, RecursionError)
"""What stands behind a fault of ours that a request itself brings about, before it has proven anything."""
_often = Seldom()


@routes.post(WEBHOOKS, scope=None, signed=True, hidden=True, body_limit=MOST_BODY)
async def webhook_posted(request: web.Request, name: str, hook: str) -> web.StreamResponse:
    """Something that a provider tells of an account or its calls."""
    return await _of_account(request, name, hook)


@routes.get(WEBHOOKS, scope=None, signed=True, hidden=True)
async def webhook_asked(request: web.Request, name: str, hook: str) -> web.StreamResponse:
    """The same, of providers that tell by GET."""
    return await _of_account(request, name, hook)


@routes.post(ANSWER, scope=None, signed=True, hidden=True, body_limit=MOST_BODY)
async def answer_posted(request: web.Request, session: UUID) -> web.StreamResponse:
    """What is to be done with a call, in the provider's own words (TwiML and its like)."""
    return await _of_call(request, session)


@routes.get(ANSWER, scope=None, signed=True, hidden=True)
async def answer_asked(request: web.Request, session: UUID) -> web.StreamResponse:
    """The same, of providers that ask by GET."""
    return await _of_call(request, session)


async def _of_account(request: web.Request, name: str, hook: str) -> web.StreamResponse:
    deadline = asyncio.get_running_loop().time() + ANSWERED_WITHIN_S
    board = started(request.app[CONTEXT].providers)
    served = await _answering(board, name) if _HOOK.fullmatch(hook) else None
    return await _handed_over(request, served, hook, _named_session(request), deadline)


async def _of_call(request: web.Request, session: UUID) -> web.StreamResponse:
    deadline = asyncio.get_running_loop().time() + ANSWERED_WITHIN_S
    context = request.app[CONTEXT]
    board, sessions = started(context.providers), started(context.provider_sessions)
    name = sessions.account_of(session)
    served = None if name is None else await _answering(board, name)
    return await _handed_over(request, served, ANSWER_HOOK, session, deadline)


async def _answering(board: ProviderBoard, name: str) -> ServedAccount | None:
    """Raises Problem (503) where it takes long until somebody speaks to its provider."""
    try:
        return await board.made(name, MADE_WITHIN_S)
    except TimeoutError:
        said = "The account is still being started."
        raise Problem(503, "unavailable", said, headers={hdrs.RETRY_AFTER: "2"}) from None


async def _handed_over(
    request: web.Request, served: ServedAccount | None, hook: str, session: UUID | None, deadline: float
) -> web.StreamResponse:
    """`served`: None: there is no such account or call, or nobody who speaks to its provider. `deadline`: by
    the loop's clock. Raises Problem."""
    unproven, source = request.app[CONTEXT].unproven, source_of(request)
    now = asyncio.get_running_loop().time()
    knocks = (source, "" if served is None else served.account.name)
    if (refused := unproven.refused(knocks, now)) is not None:
        if (unsaid := _often.due(now)) is not None:
            log.warning(
                "%s is not listened to at the door of %s: too many of its requests proved nothing (%d more)",
                source, f"the account {knocks[1]}" if knocks[1] else "no account", unsaid,
            )  # fmt: skip
        said = "Too many requests that proved nothing."
        raise Problem(429, "rate_limited", said, headers={hdrs.RETRY_AFTER: str(refused.retry_s)})
    if served is None or served.provider is None:
        unproven.failed(knocks, now)
        raise Problem(404, "not_found", "There is nothing here.")
    provider = served.provider
    body = await read(request, MOST_BODY)
    asked = WebhookRequest(
        hook, request.method, served.account.public_url + _target(request), _headers(request), body, session
    )
    try:
        answer = await _answered(served, provider, asked, deadline)
    except Problem as problem:
        if isinstance(problem.__context__, _UNREADABLE):  # whoever can make us fail so need not stop
            unproven.failed(knocks, now)
        raise
    if answer.status in _UNPROVEN:
        unproven.failed(knocks, now)
    elif request.method == "POST" and answer.status < 300:  # a GET may be no more than an echo
        unproven.proved(knocks, now)
    headers = {**answer.headers, hdrs.CONTENT_TYPE: answer.content_type}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


async def _answered(
    served: ServedAccount, provider: Provider, asked: WebhookRequest, deadline: float
) -> WebhookAnswer:
    """Raises Problem where we fail: the provider asks again, or does what it was told to do then."""
    name, limit = served.account.name, asyncio.timeout_at(deadline)
    try:
        async with limit:
            return await provider.webhook(asked)
    except Exception as error:
        if limit.expired():
            log.error(
                "the webhook %s of the account %s was not answered within %.0f s",
                asked.hook, name, ANSWERED_WITHIN_S,
            )  # fmt: skip
            raise Problem(503, "unavailable", "This took too long; try again.") from None
        if isinstance(error, VoiceForgeError):
            log.error("the webhook %s of the account %s failed: %s", asked.hook, name, error)
        else:
            log.exception("the webhook %s of the account %s failed", asked.hook, name)
        raise Problem(500, "internal", "Something went wrong here.") from None


def _target(request: web.Request) -> str:
    """Path and query as they stand in the request line, since signatures cover them letter by letter."""
    raw = request.raw_path
    return raw if raw.startswith("/") else "/" + raw.partition("://")[2].partition("/")[2]


def _headers(request: web.Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        name = name.lower()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _named_session(request: web.Request) -> UUID | None:
    try:
        return UUID(request.query.get("session", ""))
    except ValueError:
        return None
