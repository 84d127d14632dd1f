"""A recogniser whose work is done in worker processes: all of it that is the same for every such engine.

Must never decode in this process. The worker gets OPEN {"grammar": {"name", "jsgf", "choice"} or null,
"language", "among": other languages that may be spoken, "noise_db": the line's noise floor in dBFS or null},
AUDIO as it comes, then FINISH, or CANCEL at
any time. It answers with RESULT {"text", ...} for each partial and DONE {"text", ...} for the final, both
with any of "confidence", "understood", "complete", "extensible", "hanging", "doubtful", "alternatives",
"language", "language_probability" and "words" ([[text, start_ms, end_ms, confidence or left out], ...]) as in
SttResult, or with
FAILED {"error"}.

One that finds the ends of utterances by itself tells of each with RESULT {"text", "end": true} and listens
on; its DONE covers all audio since OPEN nevertheless. One that cannot listen on says DONE before FINISH: what
follows comes under a new OPEN, from "end_ms" on (since OPEN; without it, after all that was sent), and the
two are joined.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.protocols import SttResult
from pipelines.engines.stt.session import WorkerSttSession


class WorkerStt(WorkerEngine):
    """See pipelines.engines.protocols.Stt."""

    def session(
        self,
        on_result: Callable[[SttResult], None],
        *,
        language: str = "en",
        among: tuple[str, ...] = (),
    ) -> WorkerSttSession:
        """See pipelines.engines.protocols.Stt."""
        return WorkerSttSession(self.pool, on_result, language, self._manifest.final_within_s, among)
