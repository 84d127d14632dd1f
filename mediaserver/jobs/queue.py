"""Jobs are put into the queue by whoever has cause to, in the transaction of the cause: there is no cause
without its job, and no job without its cause."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
from pgqueuer.adapters.persistence.queries import Queries

from mediaserver.jobs.names import TABLES, queries_on

LARGEST = 256 << 10
"""Bytes of a payload; what is larger belongs into a table of its own, and its key into the payload."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is to be done."""

    name: str
    """Of a `JobKind`. It may be declared by another server, or by a later version of this one."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """JSON-ready."""
    after_s: float = 0.0
    """Not before so many seconds have passed."""
    once: str = ""
    """No second one with this key while the first waits or runs; empty: as many as there are."""


async def enqueue(connection: asyncpg.Connection, *jobs: NewJob) -> int:
    """Put jobs into the queue, in the transaction that is open on `connection`; returns how many there were
    put, which leaves out those that wait already under their `once`. Raises ValueError for a payload that is
    too large or no JSON."""
    return await put(queries_on(connection), *jobs)


async def put(queries: Queries, *jobs: NewJob) -> int:
    """See `enqueue`."""
    if not jobs:
        return 0
    ids = await queries.enqueue(
        [job.name for job in jobs],
        [_written(job) for job in jobs],
        [0] * len(jobs),
        [timedelta(seconds=job.after_s) for job in jobs],
        [f"{job.name}/{job.once}" if job.once else None for job in jobs],
        on_conflict="skip",
    )
    return sum(1 for each in ids if each is not None)


@dataclass(frozen=True, slots=True)
class QueueState:
    """How the queue stands."""

    waiting: int
    running: int
    failed: dict[str, int]
    """Jobs that failed for good and are kept, by name."""
    late_s: float
    """How long the oldest job that could be done has waited; 0: none does."""


async def state(queries: Queries) -> QueueState:
    rows: list[Any] = await queries.driver.fetch(
        f"""
        select entrypoint, status::text, count(*) as count, coalesce(extract(epoch from
            max(now() - execute_after) filter (where status = 'queued')), 0)::float8 as late
        from {TABLES.queue_table} group by 1, 2
        """
    )
    counts = {kind: sum(r["count"] for r in rows if r["status"] == kind) for kind in ("queued", "picked")}
    failed = {r["entrypoint"]: r["count"] for r in rows if r["status"] == "failed"}
    late = max((r["late"] for r in rows), default=0.0)
    return QueueState(counts["queued"], counts["picked"], failed, max(0.0, late))


async def forget_names(connection: asyncpg.Pool, beginning: str, keep: Collection[str]) -> int:
    """Remove schedules, and jobs that wait, whose names begin so, but for these: nobody will ever do them.
    Returns how many jobs there were."""
    await connection.execute(
        f"delete from {TABLES.schedules_table} where starts_with(entrypoint, $1) "
        "and entrypoint <> all($2::text[])",
        beginning, list(keep),
    )  # fmt: skip
    status = await connection.execute(
        f"delete from {TABLES.queue_table} where starts_with(entrypoint, $1) "
        "and entrypoint <> all($2::text[])",
        beginning, list(keep),
    )  # fmt: skip
    return int(status.rpartition(" ")[2])


def _written(job: NewJob) -> bytes:
    try:
        content = json.dumps(dict(job.payload), allow_nan=False).encode()
    except TypeError as error:
        raise ValueError(f"the payload of the job {job.name} is not JSON: {error}") from None
    if len(content) > LARGEST:
        raise ValueError(f"the payload of the job {job.name} has {len(content)} bytes; {LARGEST} are taken")
    return content
