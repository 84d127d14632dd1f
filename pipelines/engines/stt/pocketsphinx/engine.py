"""pocketsphinx as an Stt engine: utterances go to worker processes, results come back on the loop.

Never decodes in this process (decoding holds the GIL) and never imports pocketsphinx here.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from mediaserver.media.leg import Frame
from pipelines.engines.protocols import Grammar, Kind, Manifest, Readiness, SttResult
from pipelines.engines.stt.pocketsphinx.jsgf import GrammarError, JsgfGrammar
from pipelines.engines.stt.pocketsphinx.session import Session, Utterance
from pipelines.workers.pool import WorkerPool
from pipelines.workers.spec import WorkerSpec

MANIFEST = Manifest(
    name="pocketsphinx",
    kind=Kind.STT,
    summary="PocketSphinx with a grammar per turn, partials, and rejection by a phone loop",
    languages=("en",),
    licence="BSD-2-Clause",
)


def check() -> Readiness:
    """Whether the package and the models in its wheel are there."""
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or not spec.submodule_search_locations:
        return Readiness(False, "the pocketsphinx package; run `pip install pocketsphinx==5.1.1`")
    root = Path(next(iter(spec.submodule_search_locations))) / "model" / "en-us"
    for name in ("en-us/mdef", "cmudict-en-us.dict", "en-us.lm.bin", "en-us-phone.lm.bin"):
        if not (root / name).exists():
            return Readiness(
                False, f"its model file {name}; run `pip install --force-reinstall pocketsphinx==5.1.1`"
            )
    return Readiness(True)


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    spec = importlib.util.find_spec("pocketsphinx")
    if spec is None or not spec.submodule_search_locations:
        return frozenset()
    path = Path(next(iter(spec.submodule_search_locations))) / "model" / "en-us" / "cmudict-en-us.dict"
    with path.open(encoding="utf-8") as lines:
        return frozenset(line.split(None, 1)[0] for line in lines if line.strip())


def check_grammar(grammar: Grammar, pronunciations: Mapping[str, str] | None = None) -> list[str]:
    """The grammar's words that cannot be recognised because their pronunciation is not known, sorted.

    Raises GrammarError when the grammar itself is wrong. Reads the dictionary (0.1 s) the first time.
    """
    words = JsgfGrammar(grammar.jsgf).words
    return sorted(words - _dictionary() - set(pronunciations or ()))


class PocketsphinxStt:
    """See `Stt`. `pronunciations` has extra words and their phones: {"sip": "S IH P"}."""

    manifest = MANIFEST

    def __init__(
        self,
        workers: int | None = None,
        *,
        decoders: int = 4,
        pronunciations: Mapping[str, str] | None = None,
    ) -> None:
        if not workers:
            workers = max(1, (os.cpu_count() or 2) // 2)
        options = {"decoders": decoders, "pronunciations": dict(pronunciations or {})}
        self.pool = WorkerPool(
            WorkerSpec("pocketsphinx", "pipelines.engines.stt.pocketsphinx.worker", options), workers
        )

    async def start(self) -> None:
        """Start the workers and wait until each has a decoder. Raises EngineError."""
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

    def session(self, on_result: Callable[[SttResult], None], *, language: str = "en") -> Session:
        """See pipelines.engines.protocols.Stt. There is one language, whatever is asked for."""
        return Session(self.pool, on_result)

    def open(self, on_result: Callable[[SttResult], None], grammar: Grammar | None = None) -> _Stream:
        """Begin an utterance; see pipelines.engines.protocols.Stt.open."""
        return _Stream(self.pool, on_result, grammar)


class _Stream:
    """One utterance with audio of its own."""

    def __init__(
        self, pool: WorkerPool, on_result: Callable[[SttResult], None], grammar: Grammar | None
    ) -> None:
        self._audio = bytearray()
        self._utterance = Utterance(pool, on_result, grammar, self._audio)

    def feed(self, frame: Frame) -> None:
        self._audio += frame.tobytes()
        self._utterance.more()

    def finish(self) -> None:
        self._utterance.finish()

    def cancel(self) -> None:
        self._utterance.cancel()


__all__ = ["MANIFEST", "GrammarError", "PocketsphinxStt", "check", "check_grammar"]
