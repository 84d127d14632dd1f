"""What all reports share: how they are read without getting in the way of calls, and how they are written.

One is read at a time, in a transaction that changes nothing and that the database ends after some seconds.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from aiohttp import web
from pydantic import Field

from api.access.asker import Asker
from api.answers import answer
from api.context import CONTEXT
from api.routing.models import RequestModel
from api.routing.problems import Problem
from mediaserver.storage.sql import Database, Row

T = TypeVar("T")

READ_S = 5
"""A report that the database has not made by then is too large."""
WAIT_S = 2.0
"""So long one waits for those that are being read."""
MOST_ROWS = 2_000
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of cells that spreadsheets calculate (OWASP, CSV Injection)."""


class ReportFormat(StrEnum):
    JSON = "json"
    CSV = "csv"


class ReportQuery(RequestModel):
    """How a report is written."""

    format: ReportFormat | None = Field(default=None, description="Else as `Accept` says; JSON without it.")


async def read(request: web.Request, work: Callable[[Database], Awaitable[T]]) -> T:
    """What `work` reads of the database. Raises Problem when it takes too long, or others are in the way."""
    context = request.app[CONTEXT]
    pool = context.database
    try:
        async with asyncio.timeout(WAIT_S):
            await context.reporting.acquire()
    except TimeoutError:
        raise Problem(
            503, "busy", "Other reports are being read: try again in a moment.", headers={"Retry-After": "2"}
        ) from None
    try:
        async with pool.acquire(timeout=WAIT_S) as connection, connection.transaction(readonly=True):
            await connection.execute(f"set local statement_timeout = '{READ_S}s'")
            return await work(connection)
    except asyncpg.QueryCanceledError:
        raise Problem(
            503,
            "too_slow",
            f"The database was not done with this within {READ_S} s: ask for a shorter time, or for less.",
        ) from None
    finally:
        context.reporting.release()


def owner_of(who: Asker) -> UUID | None:
    """Whose rows somebody sees: a key its own; an admin everybody's (None). Raises Problem for nobody known:
    what has no owner is the operator's."""
    if who.admin:
        return None
    if who.key is None:
        raise Problem(403, "forbidden", "Ask with a key.")
    return who.key


def whole(rows: list[T]) -> list[T]:
    """Rows of which at most one more than MOST_ROWS were asked for. Raises Problem when there are more."""
    if len(rows) > MOST_ROWS:
        raise Problem(
            400,
            "too_many_rows",
            f"That would be more than {MOST_ROWS} rows: break it down by less, or ask for a shorter time.",
        )
    return rows


async def written(
    request: web.Request,
    wanted: ReportFormat | None,
    name: str,
    content: Mapping[str, Any],
    rows: Sequence[Row],
    columns: Sequence[str],
) -> web.Response:
    """The answer: `content` as JSON, or `rows` as a file NAME.csv. Large ones are written in a thread."""
    if wanted is None:
        wanted = ReportFormat.CSV if _prefers_csv(request) else ReportFormat.JSON
    if wanted is ReportFormat.JSON:
        response = answer(content) if len(rows) < 100 else await asyncio.to_thread(answer, content)
    else:
        text = await asyncio.to_thread(to_csv, rows, columns)
        response = web.Response(text=text, content_type="text/csv", charset="utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Vary"] = "Accept"
    return response


def to_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """A header and a line for each row (:rfc:`4180`). A text that a spreadsheet would calculate has an
    apostrophe before it; what is not known is empty."""
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(columns)
    for row in rows:
        lines.writerow([_cell(row.get(column)) for column in columns])
    return written.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, (int, float)):
        return value
    shown = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{shown}" if shown.startswith(FORMULAS) else shown


def _prefers_csv(request: web.Request) -> bool:
    accept = request.headers.get("Accept", "")
    return "text/csv" in accept and "application/json" not in accept


def in_utc(moment: datetime) -> datetime:
    """A moment without a zone is meant in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
