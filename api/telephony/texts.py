"""`/api/telephony/messages`: text messages (SMS) that came in and went out by accounts at providers.

Whom a text may go to is judged where it is sent (`providers.messages.sending`).
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.telephony.finding import whose
from api.telephony.text_conversations import MESSAGES, moment_and_id
from mediaserver.calls.texting import MOST_TEXT, TextRefusedError, TextWhy
from mediaserver.masked_numbers import masked
from mediaserver.storage import opt_outs as wishes
from mediaserver.storage import provider_messages as table
from providers.messages.sending import Outgoing

routes = ApiRoutes("messages", "Text messages (SMS) by accounts at providers.")

_STATUS = {
    TextWhy.NO_ACCOUNT: 409, TextWhy.NO_NUMBER: 400, TextWhy.OPTED_OUT: 409, TextWhy.NOT_ALLOWED: 403,
    TextWhy.EMPTY: 400, TextWhy.FAILED: 502, TextWhy.TOO_MANY: 429, TextWhy.NO_SENDER: 400,
    TextWhy.IN_CONVERSATION: 409,
}  # fmt: skip


class TextWanted(RequestModel):
    """A text that is to be sent."""

    to: OneLine = Field(min_length=3, max_length=20, description="E.164: +4915112345678.")
    text: str = Field(min_length=1, max_length=MOST_TEXT)
    account: OneLine = Field(
        default="", max_length=64, description="By which; empty: the first that may text this number."
    )
    sender: OneLine = Field(
        default="",
        max_length=20,
        description="One of the account's numbers, or a name registered for it (`senders`); empty: its "
        "`caller`.",
    )
    agent: OneLine = Field(default="", max_length=64, description="Who answers what is written back.")
    key: OneLine = Field(
        default="", max_length=100, description="The same key twice is one text, however often it is sent."
    )


class TextSent(ResponseModel):
    """The provider has it."""

    id: UUID
    account: str
    sender: str
    segments: int = Field(description="Messages that it is billed as.")
    again: bool = Field(description="It had been sent before, under this key.")


class TextShown(ResponseModel):
    """A text message."""

    id: UUID
    at: datetime
    changed_at: datetime
    account: str
    direction: Literal["in", "out"]
    number: str = Field(description="At the other end.")
    ours: str
    text: str
    segments: int
    state: str = Field(
        description="in: received, taken (an agent has it), kept (nobody answers it); out: queued, sent, "
        "delivered, undelivered, failed."
    )
    detail: str = Field(description="Why; empty: there is nothing to say.")
    agent: str
    call: UUID | None = Field(description="The conversation, or the call that sent it.")


class TextQuery(PageQuery):
    """Which messages."""

    account: OneLine = Field(default="", max_length=64)
    number: OneLine = Field(default="", max_length=20, description="With this number, in E.164.")
    ours: OneLine = Field(default="", max_length=20, description="By this number of ours.")


class OptOutShown(ResponseModel):
    """Somebody wants no texts from an account."""

    account: str
    number: str = Field(description="A digest where it was erased.")
    word: str = Field(description="What was written.")
    at: datetime


@routes.post(MESSAGES, scope=Scope.CALLS_WRITE, status=201, errors=(429, 502))
async def send(request: web.Request, body: TextWanted) -> TextSent:
    """Send a text. 400 `no_sender`: it is no number of the account; 403: it may not go there; 409: whoever
    has the number wants none, no account can, or (`in_conversation`) another key's conversation with it by
    that sender is open; 429: as many as may have gone out (`texts.limits`)."""
    context, who = request.app[CONTEXT], asker(request)
    texts = started(context.texts)
    if body.agent and ((spec := texts.agent(body.agent)) is None or not who.may_use(spec.owner)):
        raise Problem(400, "bad_request", f"There is no agent {body.agent}.")
    outgoing = Outgoing(
        body.to, body.text, body.account, body.sender, body.agent, owner=who.key,
        key=f"api:{who.key or 'operator'}:{body.key or uuid4()}",
    )  # fmt: skip
    try:
        sent = await texts.write(outgoing, takes_over=who.admin)
    except TextRefusedError as error:
        after_s = error.after_s
        again = {} if after_s is None else {"Retry-After": str(max(1, math.ceil(after_s)))}
        raise Problem(_STATUS[error.why], error.why.replace(" ", "_"), str(error), headers=again) from None
    if not sent.again:
        await audited(
            context.database, request, "message.send", f"message:{sent.id}", to=masked(body.to),
            account=sent.account,
        )  # fmt: skip
    return TextSent(
        id=sent.id, account=sent.account, sender=sent.sender, segments=sent.segments, again=sent.again
    )


@routes.get(MESSAGES, scope=Scope.CALLS_READ)
async def messages(request: web.Request, query: TextQuery) -> Page[TextShown]:
    """Text messages, newest first. A key sees those of conversations that are its own: which it began by a
    text, or which its agents answer."""
    place = place_of(query.cursor, str, str)
    before = None if place is None else moment_and_id(*place)
    rows = await table.newest(
        request.app[CONTEXT].database, query.limit + 1, before, account=query.account, number=query.number,
        ours=query.ours, owner=whose(asker(request)),
    )  # fmt: skip
    shown, following = page_of(
        [
            TextShown(
                text=row["body"], call=row["call_id"],
                **{name: row[name] for name in TextShown.model_fields if name not in ("text", "call")},
            )
            for row in rows
        ],
        query.limit, lambda text: (text.at.isoformat(), str(text.id)),
    )  # fmt: skip
    return Page(items=shown, next=following)


@routes.get(f"{MESSAGES}/opt-outs", scope=Scope.ADMIN)
async def opt_outs(request: web.Request, query: PageQuery) -> Page[OptOutShown]:
    """Who wants no texts, by account and number. They alone can want them again, by writing START."""
    place = place_of(query.cursor, str, str)
    rows = await wishes.text_opt_outs(
        request.app[CONTEXT].database, query.limit + 1, None if place is None else (place[0], place[1])
    )
    shown, following = page_of(
        [OptOutShown(**row) for row in rows], query.limit, lambda each: (each.account, each.number)
    )
    return Page(items=shown, next=following)
