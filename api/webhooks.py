"""Webhooks: endpoints of users that are sent events, and what became of each delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID, uuid4

from aiohttp import web
from pydantic import AfterValidator, AwareDatetime, Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT, ApiContext
from api.plain_text import OneLine
from api.routing.models import RequestModel, ResponseModel
from api.routing.paging import Page, PageQuery, page_of, place_of
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from api.watching.models import MOST_TOPICS, topic_pattern
from mediaserver.errors import FetchError
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.hosts import read_url
from mediaserver.fetching.preparing import judge
from mediaserver.storage.sql import Row
from mediaserver.webhooks import deliveries, endpoints
from mediaserver.webhooks.signing import new_secret

routes = ApiRoutes("webhooks", "Events that are sent to you.")

WEBHOOK = "/api/webhooks/{id}"


WantedTopics: TypeAlias = Annotated[
    list[Annotated[str, AfterValidator(topic_pattern)]],
    Field(min_length=1, max_length=MOST_TOPICS, description="Topics of events, with * for anything."),
]
WantedUrl: TypeAlias = Annotated[
    OneLine,
    Field(min_length=1, max_length=2000, description="An https address; redirects are not followed."),
]
About: TypeAlias = Annotated[OneLine, Field(max_length=500)]


class NewWebhook(RequestModel):
    url: WantedUrl
    topics: WantedTopics = ["*"]
    description: About = ""
    active: bool = True


class WebhookChange(RequestModel):
    """What is left out stays."""

    url: WantedUrl | None = None
    topics: WantedTopics | None = None
    description: About | None = None
    active: bool | None = Field(
        default=None,
        description="False: nothing is sent, and nothing kept to be sent. True: events from then on; also "
        "puts an endpoint on again that was switched off.",
    )


class WebhookShown(ResponseModel):
    id: UUID
    url: str
    topics: list[str]
    description: str
    active: bool = Field(description="As you have set it.")
    created_at: datetime
    rotating: bool = Field(description="The old secret signs beside the new one.")
    delivered_at: datetime | None = Field(description="When something reached it last.")
    failing_since: datetime | None = Field(description="Since when nothing does; null: the last try did.")
    fault: str = Field(description="What went wrong last.")
    disabled_at: datetime | None = Field(
        description="It was switched off, since nothing reached it for days or it answered 410: set `active`."
    )


class WebhookWithSecret(WebhookShown):
    secret: str = Field(description="Shown this once: `whsec_…`, for any library of Standard Webhooks.")


class DeliveryShown(ResponseModel):
    id: UUID = Field(description="`webhook-id` of all its tries.")
    seq: int | None = Field(description="Of the event; null: a ping.")
    topic: str
    call: UUID | None
    state: Literal["waiting", "delivered", "dead"]
    tries: int
    status: int | None = Field(description="What it answered last; null: nothing.")
    fault: str
    took_ms: int | None
    created_at: datetime
    tried_at: datetime | None


class DeliveriesQuery(PageQuery):
    state: Literal["waiting", "delivered", "dead"] | None = None


def _in_our_time(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 9000:
        raise ValueError("it is not between the years 1900 and 9000")
    return moment


class ReplayWanted(RequestModel):
    since: Annotated[AwareDatetime, AfterValidator(_in_our_time)] = Field(
        description="Dead letters that were made since then; with its zone."
    )


class ReplayedDeliveries(ResponseModel):
    replayed: int
    more: bool = Field(description="There are more: ask again.")


MOST_REPLAYED = 1000


@routes.get("/api/webhooks", scope=Scope.WEBHOOKS_READ)
async def webhooks(request: web.Request, query: PageQuery) -> Page[WebhookShown]:
    """Your endpoints, newest first."""
    who = asker(request)
    place = place_of(query.cursor, str, str)
    rows = await endpoints.page(
        request.app[CONTEXT].database, who.admin, who.owner, _place(place), query.limit + 1
    )
    shown, following = page_of([_shown(row) for row in rows], query.limit, lambda w: (w.created_at, w.id))
    return Page(items=shown, next=following)


@routes.post(
    "/api/webhooks", scope=Scope.WEBHOOKS_WRITE, status=201, made_at="/api/webhooks/{id}", errors=(422,)
)
async def add_webhook(request: web.Request, body: NewWebhook) -> WebhookWithSecret:
    """A new endpoint.

    It is sent the events from now on whose topics fit; a key's endpoints those of its own calls, agents and
    flows, an admin's all. The secret is shown this once."""
    context, who = request.app[CONTEXT], asker(request)
    _check_url(context, body.url, who.owner)
    secret, identity = new_secret(), uuid4()
    row = {"id": identity, "owner": who.owner, **body.model_dump()}
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        if await endpoints.count(connection, who.owner) >= endpoints.MOST_EACH:
            raise Problem(422, "too_many", f"There are {endpoints.MOST_EACH} already: remove one.")
        await endpoints.add(connection, row, secret, started(context.sealer))
        await audited(connection, request, "webhook.add", _subject(identity), **body.model_dump())
        made = await endpoints.one(connection, identity)
    assert made is not None
    return WebhookWithSecret(**_shown(made).model_dump(), secret=secret)


@routes.get(WEBHOOK, scope=Scope.WEBHOOKS_READ)
async def webhook(request: web.Request, id: UUID) -> WebhookShown:
    """One endpoint, and how it fares."""
    return _shown(await _mine(request, id))


@routes.patch(WEBHOOK, scope=Scope.WEBHOOKS_WRITE)
async def change_webhook(request: web.Request, id: UUID, body: WebhookChange) -> WebhookShown:
    """Change what is given."""
    before = await _mine(request, id)
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    if "url" in changes:
        _check_url(request.app[CONTEXT], changes["url"], before["owner"])
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        await endpoints.change(connection, id, changes)
        await audited(connection, request, "webhook.change", _subject(id), **changes)
        row = await endpoints.one(connection, id)
    if row is None:
        raise _none()
    return _shown(row)


@routes.delete(WEBHOOK, scope=Scope.WEBHOOKS_WRITE)
async def remove_webhook(request: web.Request, id: UUID) -> None:
    """Remove it with its deliveries; what waits is not sent."""
    await _mine(request, id)
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        await endpoints.remove(connection, id)
        await audited(connection, request, "webhook.remove", _subject(id))


@routes.post(WEBHOOK + "/rotate", scope=Scope.WEBHOOKS_WRITE)
async def rotate_webhook(request: web.Request, id: UUID) -> WebhookWithSecret:
    """A new secret.

    For `webhooks.rotation_hours` each delivery is signed with both, so that you may change over."""
    await _mine(request, id)
    context, secret = request.app[CONTEXT], new_secret()
    old_for_s = context.settings.webhooks.rotation_hours * 3600
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        await endpoints.rotate(connection, id, secret, started(context.sealer), old_for_s)
        await audited(connection, request, "webhook.rotate", _subject(id))
        row = await endpoints.one(connection, id)
    if row is None:
        raise _none()
    return WebhookWithSecret(**_shown(row).model_dump(), secret=secret)


@routes.post(WEBHOOK + "/test", scope=Scope.WEBHOOKS_WRITE, status=202)
async def try_webhook(request: web.Request, id: UUID) -> DeliveryShown:
    """Send it a `ping`, also when it is switched off; see its deliveries for what came of it."""
    await _mine(request, id)
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        return _delivery(await deliveries.ping(connection, id))


@routes.get(WEBHOOK + "/deliveries", scope=Scope.WEBHOOKS_READ)
async def webhook_deliveries(request: web.Request, id: UUID, query: DeliveriesQuery) -> Page[DeliveryShown]:
    """What was sent, or is to be, newest first; `state=dead`: what was given up."""
    await _mine(request, id)
    place = _place(place_of(query.cursor, str, str))
    rows = await deliveries.page(request.app[CONTEXT].database, id, query.state, place, query.limit + 1)
    shown, following = page_of([_delivery(row) for row in rows], query.limit, lambda d: (d.created_at, d.id))
    return Page(items=shown, next=following)


@routes.post(WEBHOOK + "/deliveries/{delivery}/replay", scope=Scope.WEBHOOKS_WRITE, status=202)
async def replay_delivery(request: web.Request, id: UUID, delivery: UUID) -> ReplayedDeliveries:
    """Send a dead letter again, under the same `webhook-id`."""
    await _mine(request, id)
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        if not await deliveries.replay(connection, id, delivery=delivery):
            raise Problem(404, "not_found", "There is no such dead letter.")
    return ReplayedDeliveries(replayed=1, more=False)


@routes.post(WEBHOOK + "/replay", scope=Scope.WEBHOOKS_WRITE, status=202)
async def replay_deliveries(request: web.Request, id: UUID, body: ReplayWanted) -> ReplayedDeliveries:
    """Send all dead letters again that were made since a time, the oldest thousand first."""
    await _mine(request, id)
    async with request.app[CONTEXT].database.acquire() as connection, connection.transaction():
        count = await deliveries.replay(connection, id, since=body.since, most=MOST_REPLAYED)
    return ReplayedDeliveries(replayed=count, more=count == MOST_REPLAYED)


def _check_url(context: ApiContext, text: str, owner: UUID | None) -> None:
    """What can be said without looking anything up. Raises Problem."""
    settings = context.settings
    allow = settings.fetch.allow if owner is None else settings.shared.hosts
    try:
        judge(AddressRule(allow), read_url(text))
    except FetchError as error:
        raise Problem(422, "bad_url", f"url: {error}") from None


async def _mine(request: web.Request, identity: UUID) -> Row:
    """Raises Problem: there is none, or it is another's."""
    row = await endpoints.one(request.app[CONTEXT].database, identity)
    if row is None or not asker(request).sees(row["owner"]):
        raise _none()
    return row


def _subject(identity: UUID) -> str:
    """For the audit log."""
    return f"webhook:{identity}"


def _none() -> Problem:
    return Problem(404, "not_found", "There is no such webhook.")


def _shown(row: Row) -> WebhookShown:
    return WebhookShown(**{name: row[name] for name in WebhookShown.model_fields})


def _delivery(row: Row) -> DeliveryShown:
    return DeliveryShown(
        call=row["call_id"], **{n: row[n] for n in DeliveryShown.model_fields if n != "call"}
    )


def _place(place: tuple[str, ...] | None) -> tuple[str, str] | None:
    """Raises Problem."""
    if place is None:
        return None
    try:
        _in_our_time(datetime.fromisoformat(place[0]))
        UUID(place[1])
    except ValueError:
        raise Problem(
            400, "bad_cursor", "cursor is no `next` of this list: leave it out to begin anew."
        ) from None
    return place[0], place[1]
