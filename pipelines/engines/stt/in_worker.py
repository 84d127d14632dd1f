"""A recogniser whose work is done in worker processes: all of it that is the same for every such engine.

Must never decode in this process. The worker gets OPEN {"grammar": {"name", "jsgf"} or null, "language"},
AUDIO as it comes, then FINISH, or CANCEL at any time. It answers with RESULT {"text", ...} for each partial
and DONE {"text", ...} for the final, both with any of "confidence", "understood", "complete", "extensible"
and "words" ([[text, start_ms, end_ms], ...]) as in SttResult, or with FAILED {"error"}.

One that finds the ends of utterances by itself tells of each with RESULT {"text", "end": true} and listens
on; its DONE covers all audio since OPEN nevertheless. One that cannot listen on says DONE before FINISH: what
follows comes under a new OPEN, from "end_ms" on (since OPEN; without it, after all that was sent), and the
two are joined.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.engines.protocols import Manifest, SttResult
from pipelines.engines.stt.session import WorkerSttSession
from pipelines.workers.pool import WorkerPool
from pipelines.workers.spec import WorkerSpec


class WorkerStt:
    """See pipelines.engines.protocols.Stt."""

    def __init__(self, manifest: Manifest, spec: WorkerSpec, workers: int = 1) -> None:
        self._manifest = manifest
        self.pool = WorkerPool(spec, workers)

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    async def start(self) -> None:
        """Start the workers and wait until each can listen. Raises EngineError."""
        await self.pool.start()

    async def stop(self) -> None:
        self.pool.stop()

    @property
    def ready(self) -> bool:
        """At least one worker can listen."""
        return self.pool.ready

    @property
    def restarts(self) -> int:
        """How often a worker was started again since the start."""
        return self.pool.restarts

    @property
    def load(self) -> int:
        """Utterances that are being listened to."""
        return self.pool.load

    def session(self, on_result: Callable[[SttResult], None], *, language: str = "en") -> WorkerSttSession:
        """See pipelines.engines.protocols.Stt."""
        return WorkerSttSession(self.pool, on_result, language, self._manifest.final_within_s)
