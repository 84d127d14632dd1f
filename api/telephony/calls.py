"""One call: what is known of it, its transcript, how fast its agent answered, how well it heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

import asyncpg
import numpy as np
from aiohttp import web
from pydantic import Field

from api.access.asker import How, asker
from api.access.scopes import Scope
from api.answers import answer
from api.context import CONTEXT
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.subtitles import SubtitleCue, srt, vtt
from api.telephony.callers_sight import shown_to_caller
from api.telephony.finding import CALL, as_it_is, row_of
from api.telephony.models import (
    CallCarriedShown,
    CallDetail,
    CallEventShown,
    CallHearingShown,
    CallLegShown,
    CallLineShown,
    CallMessageShown,
    CallRecordingShown,
    CallSummaryShown,
)
from mediaserver.diagnosis.line_advice import advice
from mediaserver.storage import events, hearing, legs, messages, provider_calls, recordings, summaries, turns
from mediaserver.storage.sql import Row

SUBRIP, VTT, PLAIN = "application/x-subrip", "text/vtt", "text/plain"

routes = ApiRoutes("calls")


class CallTranscriptQuery(RequestModel):
    """How the transcript is to be written."""

    format: Literal["json", "text", "srt", "vtt"] | None = Field(
        default=None, description="Without it as `Accept` wants it, else JSON."
    )


class CallTranscriptShown(ResponseModel):
    """What was said in a call."""

    call: UUID
    live: bool = Field(description="More may come.")
    lines: list[CallLineShown]


class LatencyFigures(ResponseModel):
    """Of one part of the time, in ms."""

    count: int
    p50: float
    p95: float
    max: float


class TurnLatencyShown(ResponseModel):
    """How long one answer took."""

    index: int = Field(description="Of the line in the transcript.")
    speaker: Literal["caller", "agent", "operator"]
    started_ms: int = Field(description="Since the answer.")
    parts: dict[str, float] = Field(
        description="ms: `endpoint`, `stt`, `llm_first_token`, `tts_first_audio`, `voice_to_voice`, others; "
        "`text_to_voice` and `text_to_text` of what was typed."
    )


class CallLatencyShown(ResponseModel):
    """How fast the agent of a call answered."""

    call: UUID
    turns: list[TurnLatencyShown]
    percentiles: dict[str, LatencyFigures] = Field(description="Over these turns, by part.")


@routes.get(CALL, scope=Scope.CALLS_READ)
async def call(request: web.Request, id: UUID) -> CallDetail:
    """One call, whole.

    Its transcript, legs, events, outcomes, summary, recording, the messages that its caller left and how well
    its agent heard."""
    context = request.app[CONTEXT]
    row = await row_of(request, id)
    pool = context.database
    made = await recordings.of_call(pool, id)
    summary = await summaries.of_call(pool, id)
    whole = as_it_is(context.switchboard, row) | {
        "transcript": _lines(await turns.of_call(pool, id)),
        "legs": [CallLegShown.model_validate(each) for each in await legs.of_call(pool, id)],
        "carried": [CallCarriedShown.model_validate(each) for each in await provider_calls.of_call(pool, id)],
        "events": [CallEventShown.model_validate(each) for each in await events.of_call(pool, id)],
        # The path is this machine's own business.
        "recording": None if made is None else CallRecordingShown.model_validate(made),
        "messages": [CallMessageShown.model_validate(each) for each in await messages.of_call(pool, id)],
        "hearing": await _hearing(pool, id),
        "summary": None if summary is None else CallSummaryShown.model_validate(summary),
    }
    return CallDetail.model_validate(shown_to_caller(whole) if asker(request).how is How.TICKET else whole)


@routes.get(
    f"{CALL}/transcript", scope=Scope.CALLS_READ, answers=CallTranscriptShown, produces=(PLAIN, SUBRIP, VTT)
)
async def transcript(request: web.Request, id: UUID, query: CallTranscriptQuery) -> web.StreamResponse:
    """What was said in a call: JSON, text, or subtitles (SubRip, WebVTT).

    Of what the agent said, text and subtitles have what the caller heard of it. Their times are those since
    the answer."""
    row = await row_of(request, id)
    lines = _lines(await turns.of_call(request.app[CONTEXT].database, id))
    match query.format or _accepted(request):
        case "json":
            live = as_it_is(request.app[CONTEXT].switchboard, row)["live"]
            response = answer(CallTranscriptShown(call=id, live=live, lines=lines).model_dump(mode="json"))
        case "text":
            written = "".join(f"{each.speaker}: {each.heard}\n" for each in lines if each.heard)
            response = web.Response(text=written, content_type=PLAIN, charset="utf-8")
        case "srt":
            response = web.Response(text=srt(_cues(lines)), content_type=SUBRIP, charset="utf-8")
        case _:
            response = web.Response(text=vtt(_cues(lines)), content_type=VTT, charset="utf-8")
    response.headers["Vary"] = "Accept"
    return response


@routes.get(f"{CALL}/latency", scope=Scope.CALLS_READ)
async def latency(request: web.Request, id: UUID) -> CallLatencyShown:
    """How long the answers of a call took, turn by turn with their parts, and percentiles of them."""
    await row_of(request, id)
    lines = _lines(await turns.of_call(request.app[CONTEXT].database, id))
    found = [
        TurnLatencyShown(
            index=each.index, speaker=each.speaker, started_ms=each.started_ms, parts=each.latency
        )
        for each in lines
        if each.latency
    ]
    return CallLatencyShown(call=id, turns=found, percentiles=_percentiles(each.parts for each in found))


@routes.get(f"{CALL}/hearing", scope=Scope.CALLS_READ)
async def hearing_report(request: web.Request, id: UUID) -> CallHearingShown:
    """How well the agent of a call heard its caller, with advice.

    It is kept when the agent's part is over."""
    row = await row_of(request, id)
    found = await _hearing(request.app[CONTEXT].database, id)
    if found is None:
        live = as_it_is(request.app[CONTEXT].switchboard, row)["live"]
        why = "It is made when the call is over." if live else "No agent heard such a call to its end."
        raise Problem(404, "not_found", f"There is no hearing report. {why}")
    return found


async def _hearing(pool: asyncpg.Pool, call_id: UUID) -> CallHearingShown | None:
    report = await hearing.of_call(pool, call_id)
    if report is None:
        return None
    return CallHearingShown.model_validate(asdict(report) | {"advice": advice(report)})


def _lines(rows: Iterable[Row]) -> list[CallLineShown]:
    return [CallLineShown.model_validate(row) for row in rows]


def _cues(lines: Iterable[CallLineShown]) -> list[SubtitleCue]:
    return [SubtitleCue(each.started_ms, each.ended_ms, each.heard, each.speaker) for each in lines]


def _percentiles(turns: Iterable[dict[str, float]]) -> dict[str, LatencyFigures]:
    """By part; linear between the nearest ranks."""
    by_part: dict[str, list[float]] = {}
    for parts in turns:
        for part, ms in parts.items():
            by_part.setdefault(part, []).append(ms)
    return {
        part: LatencyFigures(
            count=len(every),
            p50=round(float(np.percentile(every, 50)), 1),
            p95=round(float(np.percentile(every, 95)), 1),
            max=max(every),
        )
        for part, every in sorted(by_part.items())
    }


def _accepted(request: web.Request) -> Literal["json", "text", "srt", "vtt"]:
    wanted: Any = request.headers.get("Accept", "").strip().lower()
    if wanted.startswith(SUBRIP):
        return "srt"
    if wanted.startswith(VTT):
        return "vtt"
    return "text" if wanted.startswith(PLAIN) else "json"
