"""Removes what is old and what callers want erased, again and again, as jobs of this server.

Each server has schedules of its own: recordings may lie on its disk alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from cli.serving.database import Stored
from cli.serving.outbound import plan_of
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.jobs.kinds import JobTry
from mediaserver.jobs.runner import JobRunner
from mediaserver.retention.erasing import Eraser
from mediaserver.retention.sweep import Sweeper

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
    sweeper = Sweeper(database.pool, settings.retention, node)
    eraser = Eraser(
        database.pool, sweeper, plan_of(settings.outbound), data=settings.data, flush=database.writer.flush
    )

    async def sweep(job: JobTry) -> None:
        await sweeper.sweep(datetime.now(UTC))

    async def erase(job: JobTry) -> None:
        await eraser.go_on()

    name = f"n{node.hex}" if node is not None else "alone"
    jobs.every(f"retention.sweep.{name}", SWEEPS, sweep, within_s=SWEEP_S)
    jobs.every(f"retention.erase.{name}", ERASURES, erase, within_s=ERASE_S)
    return Keeping(sweeper, eraser)
