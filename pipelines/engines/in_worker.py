"""What every engine has in common whose work is done in worker processes, whatever it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import EngineError, EngineMemoryError, EngineMissingError, EngineRequestError
from pipelines.engines.cloud.faults import error_of
from pipelines.engines.protocols import Manifest
from pipelines.workers.faults import ABOUT_REQUEST, OUT_OF_MEMORY
from pipelines.workers.pool import WorkerPool
from pipelines.workers.spec import WorkerSpec


class WorkerEngine:
    """See pipelines.engines.protocols.Engine: all of it is the pool's."""

    def __init__(
        self, manifest: Manifest, spec: WorkerSpec, workers: int = 1, pool: WorkerPool | None = None
    ) -> None:
        """`pool`: where the workers are somebody else's; it is used as it is."""
        self._manifest = manifest
        self.pool = WorkerPool(spec, workers) if pool is None else pool

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    async def start(self) -> None:
        """Start the workers and wait until each can work. Raises EngineError."""
        await self.pool.start()

    async def stop(self) -> None:
        await self.pool.close()

    @property
    def ready(self) -> bool:
        """At least one worker can work."""
        return self.pool.ready

    @property
    def warming_s(self) -> float | None:
        """A worker is being started again, and can work in about so many seconds. None: that is not it."""
        workers = self.pool.workers
        if self.pool.ready or any(worker.fault for worker in workers):
            return None
        return min(worker.ready_in_s for worker in workers)

    @property
    def restarts(self) -> int:
        """How often a worker was started again since the start."""
        return self.pool.restarts

    @property
    def load(self) -> int:
        """Requests (utterances, texts) that run now."""
        return self.pool.load


def failure(fields: Mapping[str, Any]) -> EngineError:
    """What a worker's FAILED stands for."""
    why = " ".join(str(fields.get("error", "no reason given")).split())
    if fields.get("missing"):
        return EngineMissingError(why)
    if (refused := error_of(fields)) is not None:
        return refused
    if fields.get("kind") == ABOUT_REQUEST:
        return EngineRequestError(why)
    return EngineMemoryError(why) if fields.get("kind") == OUT_OF_MEMORY else EngineError(why)
