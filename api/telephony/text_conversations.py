"""`/api/telephony/messages/conversations` and `/senders`: conversations by text, and who may send."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.asker import Asker, asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.plain_text import OneLine
from api.routing.models import ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.telephony.finding import whose
from mediaserver.storage import text_conversations as table
from providers.accounts.served import ServedAccount
from providers.messages.desk import TextDesk

MESSAGES = "/api/telephony/messages"

routes = ApiRoutes("messages")


class ConversationShown(ResponseModel):
    """All that was written between a number of ours and one of theirs, by its last message."""

    id: UUID = Field(description="Of the last message.")
    account: str
    number: str = Field(description="At the other end.")
    ours: str
    at: datetime = Field(description="Of the last message; so are `direction`, `text`, `state`, `detail`.")
    direction: Literal["in", "out"]
    text: str
    state: str
    detail: str
    agent: str = Field(description="Who was named last; empty: nobody.")
    call: UUID | None = Field(description="The last conversation with an agent, or call that sent a text.")
    messages: int = Field(description="How many there are.")
    failed: int = Field(description="Of ours: how many were not delivered.")
    opted_out: bool = Field(description="They want no texts from this account.")


class ConversationQuery(PageQuery):
    """Which conversations."""

    account: OneLine = Field(default="", max_length=64)
    number: OneLine = Field(default="", max_length=20, description="Any part of their number.")


class SenderShown(ResponseModel):
    """An account that can send texts."""

    account: str
    kind: str
    caller: str = Field(description="By which texts go out where no other is named; empty: there is none.")
    senders: list[str] = Field(description="All that your texts may go out by, as far as known.")
    ready: bool
    detail: str = Field(description="Why it is not ready; empty: it is.")


class SendersShown(ResponseModel):
    """Who may be named as `account` and `sender` of a text."""

    items: list[SenderShown] = Field(description="Who is asked first before others.")


@routes.get(f"{MESSAGES}/conversations", scope=Scope.CALLS_READ)
async def conversations(request: web.Request, query: ConversationQuery) -> Page[ConversationShown]:
    """Conversations by text, newest first. A key sees its own, as of messages."""
    place = place_of(query.cursor, str, str)
    rows = await table.newest(
        request.app[CONTEXT].database, query.limit + 1, None if place is None else moment_and_id(*place),
        account=query.account, number=query.number, owner=whose(asker(request)),
    )  # fmt: skip
    shown, following = page_of(
        [
            ConversationShown(
                text=row["body"], call=row["call_id"],
                **{n: row[n] for n in ConversationShown.model_fields if n not in ("text", "call")},
            )
            for row in rows
        ],
        query.limit, lambda each: (each.at.isoformat(), str(each.id)),
    )  # fmt: skip
    return Page(items=shown, next=following)


@routes.get(f"{MESSAGES}/senders", scope=Scope.CALLS_WRITE)
async def senders(request: web.Request) -> SendersShown:
    """Accounts by which whoever asks can send texts, with the numbers and names that these may go out by. A
    key is not shown numbers that another key's agent answers: it may not write by them."""
    texts, who = started(request.app[CONTEXT].texts), asker(request)
    shown = [await _shown(each, texts, who) for each in texts.sender.able]
    return SendersShown(items=[each for each in shown if each is not None])


async def _shown(served: ServedAccount, texts: TextDesk, who: Asker) -> SenderShown | None:
    """None: there are numbers, and none is for whoever asks."""
    account, settings = served.account, served.account.settings
    known = await texts.sender.senders.of(served)
    theirs = [each for each in sorted(known) if who.admin or not texts.is_anothers(each, who.key)]
    if known and not theirs:
        return None
    detail = served.fault or served.trouble or ("" if served.provider is not None else "it is being started")
    if detail and not who.admin:
        detail = "it is not ready: the operator is told why"
    return SenderShown(
        account=account.name, kind=account.kind,
        caller=settings.caller if settings.caller in theirs else "",
        senders=theirs, ready=not detail, detail=detail,
    )  # fmt: skip


def moment_and_id(moment: str, number: str) -> tuple[datetime, UUID]:
    """The place in a list that a cursor names. Raises Problem."""
    try:
        return datetime.fromisoformat(moment), UUID(number)
    except ValueError:
        raise Problem(
            400, "bad_cursor", "cursor is no `next` of this list: leave it out to begin anew."
        ) from None
