"""Who may call from a browser, and whom: by a key or a signed-in console, by a token that somebody with a key
made, or from this machine without anything, whom SIP lets anybody call.

Asked in that order; whoever shows something that is wrong is told so, and is nobody's visitor.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from aiohttp import hdrs, web
from pydantic import Field, model_validator

from api.access.access import KeyRefused
from api.access.asker import Asker, How, asker
from api.access.call_tokens import PREFIX, BadToken, CallToken, TokenFault
from api.access.origin import on_this_machine, same_origin
from api.access.scopes import Scope, scopes_of
from api.context import CONTEXT, ApiContext
from api.gateway.close_codes import GatewayRefusal
from api.gateway.opening import AgentWanted
from api.guard import REFUSED, bearer, check_scope, told_refusal
from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.problems import Problem, started
from api.webrtc.drawn import as_drawn
from api.webrtc_desk import VISITOR, WebRtcDesk
from mediaserver.calls.joining import NOBODY_KNOWN
from mediaserver.calls.may_dial import EVERYBODY
from mediaserver.calls.outbound_metering import API
from mediaserver.calls.routes import LONGEST, AgentSpec, ToAgent
from webrtc.door import Wanted

log = logging.getLogger(__name__)

USUAL = "demo"
"""Who is called by those who name nobody."""
_TOKENS = {
    TokenFault.UNKNOWN: (401, "unauthorized", "This is no token, or another start of the server made it."),
    TokenFault.EXPIRED: (401, "token_expired", "This token has expired: ask whoever made it for another."),
    TokenFault.SPENT: (401, "token_spent", "All calls of this token were made: ask for another."),
    TokenFault.WRONG_ORIGIN: (403, "wrong_origin", "This token is not made for the page that asks."),
}


class WhoIsCalled(RequestModel):
    """Who is called: at most one of `to`, `agent` and `flow`."""

    to: OneLine = Field("", max_length=LONGEST, description="An address, a number or an extension.")
    agent: OneLine = Field("", max_length=100, description="An agent, by name.")
    flow: OneLine = Field("", max_length=100, description="A flow that is published, by name.")
    voice: OneLine = Field("", max_length=100, description="In place of the agent's or flow's own.")
    language: OneLine = Field("", max_length=100, description="BCP 47; likewise.")
    name: OneLine = Field("", max_length=60, description="Who calls, as phones and lists show it.")

    @model_validator(mode="after")
    def _one(self) -> WhoIsCalled:
        if sum(map(bool, (self.to, self.agent, self.flow))) > 1:
            raise ValueError("say whom you call once: by to, agent or flow")
        if (self.voice or self.language) and not (self.agent or self.flow):
            raise ValueError("voice and language are those of an agent or flow that is named")
        return self


class OfferQuery(WhoIsCalled):
    """Likewise, of a page that calls by itself."""

    draft: bool = Field(
        False,
        description="Of `flow`: its working copy answers, as it was saved last, else its newest version, in "
        "place of what is published. Needs the scope flows:write, too.",
    )

    @model_validator(mode="after")
    def _of_a_flow(self) -> OfferQuery:
        if self.draft and not self.flow:
            raise ValueError("draft is that of a flow: name it by flow")
        return self


@dataclass(frozen=True, slots=True)
class CallerLetIn:
    """Who calls."""

    caller: Hashable
    """Whose calls are counted together, and who may change and end them; None: the operator."""
    name: str
    """For the relay's log."""
    asker: Asker | None
    """None: a visitor."""
    token: CallToken | None = None


def desk_of(context: ApiContext) -> WebRtcDesk:
    """Raises Problem."""
    desk = started(context.webrtc)
    if not desk.settings.enabled:
        raise Problem(503, "switched_off", "Calls from browsers are switched off here (webrtc.enabled).")
    return desk


def caller_of(request: web.Request, *, ended: bool = False) -> CallerLetIn:
    """Who asks. `ended`: a token that has ended will do, for what was begun with it. Raises Problem."""
    context = request.app[CONTEXT]
    desk, who, secret = desk_of(context), asker(request), bearer(request)
    if secret is not None and secret.startswith(PREFIX):
        return _by_token(context, desk, secret, request.headers.get(hdrs.ORIGIN), ended=ended)
    if who.how in (How.KEY, How.TOKEN, How.SESSION):
        check_scope(who, Scope.CALLS_WRITE)
        return CallerLetIn(None if who.admin else who.key, who.name, who)
    if REFUSED in request:
        raise told_refusal(request[REFUSED])
    settings = context.settings
    here = on_this_machine(request, settings) and same_origin(request, settings)
    if secret is None and here and desk.visitors_welcome:
        return CallerLetIn(VISITOR, VISITOR, None)
    raise Problem(
        401,
        "unauthorized",
        "Sign in to call, or send `Authorization: Bearer` with a key that has the scope calls:write, or with "
        "a token of `POST /api/webrtc/tokens`.",
        "Without that, pages of this server call on its own machine alone whom SIP lets anybody call there "
        "(sip.anonymous, webrtc.visitors).",
        {hdrs.WWW_AUTHENTICATE: "Bearer"},
    )


def _by_token(
    context: ApiContext, desk: WebRtcDesk, secret: str, origin: str | None, *, ended: bool
) -> CallerLetIn:
    try:
        token = context.access.call_tokens.read(secret, origin, desk.wall(), ended=ended)
    except BadToken as bad:
        raise told_token(bad) from None
    ring = context.access.ring
    if (session := token.session_id) is not None and not ring.has_session(session, context.access.wall()):
        raise told_token(BadToken(TokenFault.UNKNOWN))
    maker = Asker(None, "token", frozenset({Scope.ADMIN}), How.NOTHING)
    if (key_id := token.key_id) is not None:
        key = ring.get(key_id)
        if key is None or not key.active or not (scopes := scopes_of(key.scopes)) & _MAY_CALL:
            raise told_token(BadToken(TokenFault.UNKNOWN))
        maker = Asker(key_id, key.name, scopes, How.KEY)
    return CallerLetIn(("token", token.id), f"token-{token.id}", maker, token)


_MAY_CALL = frozenset({Scope.CALLS_WRITE, Scope.ADMIN})


def told_token(bad: BadToken) -> Problem:
    status, code, message = _TOKENS[bad.why]
    return Problem(status, code, message)


async def wanted_by(request: web.Request, let_in: CallerLetIn, query: OfferQuery) -> Wanted:
    """Whom that is, if who asks may call there now. Counts it. Raises Problem."""
    context = request.app[CONTEXT]
    desk, token = desk_of(context), let_in.token
    called: WhoIsCalled = query
    if token is not None:
        if called.to or called.agent or called.flow or called.voice or called.language:
            raise Problem(400, "bad_request", "The token says who is called: leave that out of the query.")
        fields = {name: getattr(token, name) for name in ("to", "agent", "flow", "voice", "language")}
        called = WhoIsCalled(**fields, name=called.name or token.name)
    if let_in.asker is None:
        return _visited(desk, called)
    drawn = partial(as_drawn, request) if query.draft else None
    wanted = await destination(context, let_in.asker, called, drawn)
    if token is not None:  # whoever opens the page calls, and names himself as he likes
        wanted = replace(wanted, payer=NOBODY_KNOWN)
    try:
        if token is not None:
            context.access.call_tokens.spend(token, desk.wall())
        elif let_in.asker.how is not How.TOKEN:
            context.access.count(let_in.asker)
        context.access.within_quota(let_in.asker, "call_minutes", 1.0)
    except BadToken as bad:
        raise told_token(bad) from None
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    return wanted


def _visited(desk: WebRtcDesk, called: WhoIsCalled) -> Wanted:
    """Raises Problem."""
    if called.agent or called.flow:
        raise Problem(
            401, "unauthorized", "Sign in to call an agent or a flow by its name; demo can be called."
        )
    taken = desk.visit()
    if not taken.allowed:
        raise Problem(
            429,
            "rate_limited",
            f"More than {taken.rate.burst:g} calls were begun here in a minute: wait a little, or sign in.",
            headers={hdrs.RETRY_AFTER: str(taken.retry_s)},
        )
    to = called.to or USUAL
    assert desk.visitors_reach is not None  # they are welcome
    return Wanted(
        to,
        _dialled(to),
        reach=desk.visitors_reach,
        payer=NOBODY_KNOWN,
        name=called.name,
        at_once=desk.settings.visitor_calls,
    )


async def destination(
    context: ApiContext,
    who: Asker,
    called: WhoIsCalled,
    drawn: Callable[[AgentSpec], Awaitable[AgentSpec]] | None = None,
) -> Wanted:
    """Whom that is, if this key may call there. `drawn`: makes the agent of a flow run what is being drawn of
    it. Raises Problem."""
    if called.agent or called.flow:
        wanted = AgentWanted(
            called.agent or None, called.flow or None, voice=called.voice, language=called.language
        )
        try:
            spec = await started(context.gateway).agent_for(wanted, who)
        except GatewayRefusal as refused:
            raise Problem(404, "no_such_address", str(refused)) from None
        if drawn is not None:
            spec = await drawn(spec)
        faults = dict(context.agent_faults(spec))
        if drawn is not None:
            faults.pop("flow", None)  # whatever calls get that are not this one
        if faults:
            raise Problem(409, "refused", f"{spec.name} cannot answer: {next(iter(faults.values()))}", faults)
        to = f"{'agent' if called.agent else 'flow'}:{called.agent or called.flow}"
        return Wanted(to, agent=spec, owner=who.key, reach=EVERYBODY, payer=API, name=called.name)
    to = called.to or USUAL
    found = started(context.directory).explain(_dialled(to), datetime.now(UTC)).resolution
    if isinstance(found, ToAgent) and not who.may_use(found.agent.owner):
        raise Problem(404, "no_such_address", f"Nobody is called {to}.")
    return Wanted(to, _dialled(to), owner=who.key, reach=EVERYBODY, payer=API, name=called.name)


def _dialled(to: str) -> str:
    """As invitations name it."""
    scheme, _, rest = to.partition(":")
    return rest if scheme.lower() in ("sip", "sips", "tel") and rest else to
