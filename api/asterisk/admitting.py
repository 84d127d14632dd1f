"""Which key a dialplan of Asterisk shows, and whom its call wants."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from aiohttp import hdrs, web
from pydantic import Field, ValidationError, model_validator

from api.access.access import KeyRefused
from api.access.asker import Asker, How, asker
from api.access.scopes import Scope
from api.asterisk_desk import AsteriskDesk
from api.context import CONTEXT, ApiContext
from api.guard import REFUSED, told_refusal
from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.problems import Problem, started
from api.webrtc.admitting import WhoIsCalled, destination
from mediaserver.calls.routes import LONGEST
from providers.asterisk.wanted import CallWanted

CHALLENGE: Mapping[str, str] = {hdrs.WWW_AUTHENTICATE: 'Basic realm="voiceforge", charset="UTF-8"'}
MOST_BASIC = 1_024
"""Characters of a name and a key."""


class AsteriskCall(RequestModel):
    """Who is called, at most one of `to`, `agent` and `flow`, and by whom."""

    to: OneLine = Field("", max_length=LONGEST, description="An extension, a number or an address.")
    agent: OneLine = Field("", max_length=100, description="An agent, by name.")
    flow: OneLine = Field("", max_length=100, description="A flow that is published, by name.")
    caller: OneLine = Field("", max_length=60, description="The caller's number: `${CALLERID(num)}`.")
    name: OneLine = Field("", max_length=60, description="The caller's name: `${CALLERID(name)}`.")
    dialled: OneLine = Field(
        "", max_length=60, description="What the caller dialled, where that is not `to`: for the agent."
    )
    channel: OneLine = Field("", max_length=120, description="Asterisk's channel: `${CHANNEL}`.")
    uniqueid: OneLine = Field("", max_length=60, description="Its id of the call: `${UNIQUEID}`.")

    @model_validator(mode="after")
    def _one(self) -> AsteriskCall:
        if sum(map(bool, (self.to, self.agent, self.flow))) != 1:
            raise ValueError("say whom the call is for once: by to, agent or flow")
        return self


def desk_of(context: ApiContext) -> AsteriskDesk:
    """Raises Problem."""
    return started(context.asterisk)


def caller_of(request: web.Request) -> Asker:
    """Who asks: by `Authorization: Bearer`, or Basic with a key as password, which is what a dialplan's CURL
    and Asterisk's WebSocket client can send. Raises Problem."""
    who = asker(request)
    if who.how is How.NOTHING:
        if REFUSED in request:
            raise told_refusal(request[REFUSED])
        secret = _basic(request)
        if secret is None:
            raise Problem(
                401,
                "unauthorized",
                "Send a key with the scope calls:write: `Authorization: Bearer`, or the password of Basic.",
                headers=CHALLENGE,
            )
        try:
            who = request.app[CONTEXT].access.recognise(secret, request.remote or "")
        except KeyRefused as refused:
            raise told_refusal(refused) from None
        request.app[CONTEXT].prove(request, who)
    if not who.may(Scope.CALLS_WRITE):
        raise Problem(
            403,
            "missing_scope",
            f"This needs a key with the scope {Scope.CALLS_WRITE}.",
            {"scope": str(Scope.CALLS_WRITE), "held": sorted(who.scopes)},
        )
    return who


def _basic(request: web.Request) -> str | None:
    """The password of :rfc:`7617`; whoever's name is before it."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "basic" or len(given) > MOST_BASIC:
        return None
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2] or None
    except (binascii.Error, ValueError):
        return None


def read_call(fields: Mapping[str, str]) -> AsteriskCall:
    """Of a form or a query. Raises Problem."""
    try:
        return AsteriskCall.model_validate(dict(fields))
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        first = faults[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise Problem(422, "invalid", f"{f'{where}: ' if where else ''}{said}") from None


async def wanted_by(request: web.Request, who: Asker, call: AsteriskCall) -> CallWanted:
    """Whom that is, if this key may call there now. Counts it. Raises Problem."""
    context = request.app[CONTEXT]
    found = await destination(context, who, WhoIsCalled(to=call.to, agent=call.agent, flow=call.flow))
    try:
        if who.how is not How.TOKEN:
            context.access.count(who)
        context.access.within_quota(who, "call_minutes", 1.0)
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    about = {
        key: value
        for key, value in (
            ("dialled", call.dialled or call.to),
            ("caller", call.caller),
            ("caller_name", call.name),
            ("channel", call.channel),
            ("uniqueid", call.uniqueid),
        )
        if value
    }
    return CallWanted(
        found.to,
        found.dialled,
        call.caller,
        call.name,
        found.agent,
        found.owner,
        found.reach,
        found.payer,
        None if who.admin else who.key,
        {"asterisk": about},
    )
