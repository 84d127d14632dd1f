"""Removes what is old and what callers want erased, again and again, as jobs of this server.

Each server has schedules of its own: recordings may lie on its disk alone. What they find in the database
they share out: whoever comes first locks rows, and the others pass over them.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from cli.serving.database import Stored
from cli.serving.outbound import plan_of
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.queue import forget_names
from mediaserver.jobs.runner import JobRunner
from mediaserver.retention.erasing import Eraser
from mediaserver.retention.sweep import Sweeper
from mediaserver.storage import nodes
from mediaserver.storage.retention import GONE_DAYS

log = logging.getLogger(__name__)

SWEEP, ERASE = "retention.sweep.", "retention.erase."
SWEEPS = "23 * * * *"
"""When what is old is looked for (cron, UTC)."""
ERASURES = "*/5 * * * *"
"""When erasures that wait for something are gone on with."""
SWEEP_S = 3000.0
ERASE_S = 280.0


class Keeping(NamedTuple):
    """Who removes what."""

    sweeper: Sweeper
    eraser: Eraser

    def findings(self) -> list[Finding]:
        """What could not be removed."""
        return [*self.sweeper.findings(), *self.eraser.findings()]


def open_keeping(settings: Settings, database: Stored, jobs: JobRunner) -> Keeping:
    """Declares the schedules; before the jobs are started."""
    node = database.writer.node
    sweeper = Sweeper(database.pool, settings.retention, node, digests=database.sealer.digests)
    eraser = Eraser(
        database.pool, sweeper, plan_of(settings.outbound), data=settings.data, flush=database.writer.flush
    )

    async def sweep(job: JobTry) -> None:
        await sweeper.sweep(datetime.now(UTC))
        await forget_gone_servers(database.pool)

    async def erase(job: JobTry) -> None:
        await eraser.go_on()

    jobs.every(SWEEP + _name(node), SWEEPS, sweep, within_s=SWEEP_S)
    jobs.every(ERASE + _name(node), ERASURES, erase, within_s=ERASE_S)
    return Keeping(sweeper, eraser)


async def forget_gone_servers(pool: asyncpg.Pool) -> None:
    """What was planned for servers that do not come back would wait for ever, and look like jobs that nobody
    finds time for."""
    names = [_name(node) for node in (*await nodes.seen_within(pool, GONE_DAYS), None)]
    for beginning in (SWEEP, ERASE):
        if gone := await forget_names(pool, beginning, [beginning + name for name in names]):
            log.info("%d jobs of servers that are gone are forgotten", gone)


def _name(node: UUID | None) -> str:
    return f"n{node.hex}" if node is not None else "alone"
