"""`/api/analytics`: how calls went, summed up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeAlias

from aiohttp import web
from pydantic import Field

from api.access.asker import asker
from api.access.scopes import Scope
from api.plain_text import OneLine
from api.reporting import MOST_ROWS, ReportQuery, in_utc, owner_of, read, whole, written
from api.routing.models import ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.storage import analytics as figures
from mediaserver.storage.analytics import CallsBy, CallsFilter
from mediaserver.storage.sql import Database, Row

routes = ApiRoutes("analytics", "How calls went, summed up.")

MOST_DAYS = 92
USUAL_DAYS = 7
Name = Annotated[OneLine, Field(max_length=100)]
Reader: TypeAlias = Callable[[Database, CallsFilter, Sequence[CallsBy], int], Awaitable[list[Row]]]


class AnalyticsQuery(ReportQuery):
    """Which calls, and how their figures are broken down."""

    by: list[CallsBy] = Field(
        default=[], max_length=3, description="Break them down by these. Again for each."
    )
    since: datetime | None = Field(
        default=None, description="Calls that began then or later (RFC 3339); else seven days before `until`."
    )
    until: datetime | None = Field(default=None, description="Calls that began before; else now.")
    agent: Name | None = Field(default=None, description="Calls that began with this agent.")
    flow: Name | None = Field(default=None, description="Calls that ran this flow.")


class AnalyticsRow(ResponseModel):
    """What figures may be broken down by; columns that they are not broken down by are left out."""

    day: date | None = None
    agent: str | None = None
    flow: str | None = None


class SummaryRow(AnalyticsRow):
    """Calls and their length."""

    calls: int
    answered: int
    live: int = Field(description="That are up.")
    unanswered: int
    failed: int = Field(description="By a fault of the server's, or because it died.")
    answer_rate: float | None = Field(description="Answered ones, of those that are not ringing.")
    seconds: float = Field(description="Talked, in calls that are over.")
    mean_seconds: float | None


class LatencyRow(AnalyticsRow):
    """From the caller's last voiced sample to our first, and where the time went; in milliseconds."""

    turns: int = Field(description="Answers that were measured.")
    voice_to_voice_p50: float | None
    voice_to_voice_p95: float | None
    voice_to_voice_p99: float | None
    endpoint_p50: float | None
    endpoint_p95: float | None
    endpoint_p99: float | None
    stt_p50: float | None
    stt_p95: float | None
    stt_p99: float | None
    llm_first_token_p50: float | None
    llm_first_token_p95: float | None
    llm_first_token_p99: float | None
    tts_first_audio_p50: float | None
    tts_first_audio_p95: float | None
    tts_first_audio_p99: float | None
    transport_p50: float | None
    transport_p95: float | None
    transport_p99: float | None


class InterruptionsRow(AnalyticsRow):
    """How often callers cut agents short."""

    lines: int = Field(description="That agents said.")
    interrupted: int
    interrupted_rate: float | None
    taken: int = Field(description="Sounds of callers that took the floor.")
    dismissed: int = Field(description="That were noise, or words of assent.")


class ConfidenceRow(AnalyticsRow):
    """How surely callers were understood."""

    lines: int = Field(description="That callers said.")
    understood: int
    understood_rate: float | None
    confidence_mean: float | None = Field(description="0 to 1.")
    confidence_p5: float | None
    confidence_p50: float | None


class OutcomesRow(AnalyticsRow):
    """Calls that came to one outcome of a flow."""

    outcome: str = Field(description="A word of the flow's own.")
    calls: int


class QualityRow(AnalyticsRow):
    """What was measured on legs that are over, by our own packets."""

    legs: int
    mos_p5: float | None = Field(description="Estimated listening quality, 1 to 4.5.")
    mos_p50: float | None
    jitter_ms_p50: float | None
    jitter_ms_p95: float | None
    rtt_ms_p50: float | None
    rtt_ms_p95: float | None
    loss_pct_p50: float | None
    loss_pct_p95: float | None


class _Shown(ResponseModel):
    since: datetime
    until: datetime


class SummaryShown(_Shown):
    """Calls and their length."""

    items: list[SummaryRow]


class LatencyShown(_Shown):
    """How long callers waited for answers."""

    items: list[LatencyRow]


class InterruptionsShown(_Shown):
    """How often callers cut agents short."""

    items: list[InterruptionsRow]


class ConfidenceShown(_Shown):
    """How surely callers were understood."""

    items: list[ConfidenceRow]


class OutcomesShown(_Shown):
    """What flows came to."""

    items: list[OutcomesRow]


class QualityShown(_Shown):
    """How lines were."""

    items: list[QualityRow]


@routes.get("/api/analytics/summary", scope=Scope.USAGE_READ, answers=SummaryShown, produces=("text/csv",))
async def summary(request: web.Request, query: AnalyticsQuery) -> web.StreamResponse:
    """Calls, answer rates and durations.

    As all of these: of calls that began within at most 92 days, a key's own (an admin sees everybody's), as
    JSON, or as CSV by `Accept` or `format`."""
    return await _report(request, query, "summary", figures.summary, SummaryRow)


@routes.get("/api/analytics/latency", scope=Scope.USAGE_READ, answers=LatencyShown, produces=("text/csv",))
async def latency(request: web.Request, query: AnalyticsQuery) -> web.StreamResponse:
    """Percentiles of voice to voice and of its parts, in milliseconds."""
    return await _report(request, query, "latency", figures.latency, LatencyRow)


@routes.get(
    "/api/analytics/interruptions",
    scope=Scope.USAGE_READ,
    answers=InterruptionsShown,
    produces=("text/csv",),
)
async def interruptions(request: web.Request, query: AnalyticsQuery) -> web.StreamResponse:
    """Lines of agents that callers cut short, and sounds that took the floor or did not."""
    return await _report(request, query, "interruptions", figures.interruptions, InterruptionsRow)


@routes.get(
    "/api/analytics/confidence", scope=Scope.USAGE_READ, answers=ConfidenceShown, produces=("text/csv",)
)
async def confidence(request: web.Request, query: AnalyticsQuery) -> web.StreamResponse:
    """How surely callers were understood."""
    return await _report(request, query, "confidence", figures.confidence, ConfidenceRow)


@routes.get("/api/analytics/outcomes", scope=Scope.USAGE_READ, answers=OutcomesShown, produces=("text/csv",))
async def outcomes(request: web.Request, query: AnalyticsQuery) -> web.StreamResponse:
    """What flows came to: calls by flow and outcome."""
    return await _report(request, query, "outcomes", figures.outcomes, OutcomesRow)


@routes.get("/api/analytics/quality", scope=Scope.USAGE_READ, answers=QualityShown, produces=("text/csv",))
async def quality(request: web.Request, query: AnalyticsQuery) -> web.StreamResponse:
    """Listening quality, jitter, round trip and loss of lines that are over."""
    return await _report(request, query, "quality", figures.quality, QualityRow)


async def _report(
    request: web.Request, query: AnalyticsQuery, name: str, reader: Reader, shown: type[AnalyticsRow]
) -> web.StreamResponse:
    wanted = _filter(request, query)
    rows = whole(await read(request, lambda db: reader(db, wanted, query.by, MOST_ROWS)))
    groups = [str(each) for each in dict.fromkeys(query.by)]
    if shown is OutcomesRow and CallsBy.FLOW not in query.by:
        groups.append(CallsBy.FLOW)  # an outcome is a word of its flow
    columns = [*groups, *(each for each in shown.model_fields if each not in AnalyticsRow.model_fields)]
    content = {
        "since": wanted.since.isoformat(),
        "until": wanted.until.isoformat(),
        "items": [{column: _plain(row[column]) for column in columns} for row in rows],
    }
    return await written(request, query.format, name, content, rows, columns)


def _filter(request: web.Request, query: AnalyticsQuery) -> CallsFilter:
    for given in (query.since, query.until):
        if given is not None and not 2000 <= given.year < 2100:
            raise Problem(400, "bad_request", "since and until lie between the years 2000 and 2100.")
    until = in_utc(query.until) if query.until is not None else datetime.now(UTC)
    since = in_utc(query.since) if query.since is not None else until - timedelta(days=USUAL_DAYS)
    if since >= until:
        raise Problem(400, "bad_request", "since is not before until.")
    if until - since > timedelta(days=MOST_DAYS):
        raise Problem(400, "bad_request", f"These are figures of at most {MOST_DAYS} days.")
    return CallsFilter(since, until, owner_of(asker(request)), query.agent, query.flow)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
