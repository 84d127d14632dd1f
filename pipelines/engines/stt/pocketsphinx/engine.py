"""pocketsphinx as an Stt engine: utterances go to worker processes, results come back on the loop.

Never decodes in this process (decoding holds the GIL) and never imports pocketsphinx here. A worker that dies
costs nothing but time: its utterances are played again to another, or end as not understood.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from mediaserver.media.leg import SAMPLE_RATE, Frame
from pipelines.engines.protocols import Grammar, Kind, Manifest, Readiness, SttResult
from pipelines.engines.stt.pocketsphinx.jsgf import GrammarError, JsgfGrammar
from pipelines.workers.pool import Ticket, WorkerPool
from pipelines.workers.protocol import Message, Msg, pack
from pipelines.workers.supervisor import WorkerSpec

log = logging.getLogger(__name__)

MANIFEST = Manifest(
    name="pocketsphinx",
    kind=Kind.STT,
    summary="PocketSphinx with a grammar per turn, partials, and rejection by a phone loop",
    languages=("en",),
    licence="BSD-2-Clause",
)

BATCH_FRAMES = 3
"""20 ms frames sent to the worker in one message."""
MAX_SECONDS = 60
"""Of one utterance; more audio is not listened to."""
RETRIES = 1
"""How often an utterance is played to another worker after its own died."""
LOST_WAIT_S = 2.0
"""How long a finished utterance waits for a worker before it ends as not understood."""


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

    def open(self, on_result: Callable[[SttResult], None], grammar: Grammar | None = None) -> _Utterance:
        """Begin an utterance; see pipelines.engines.protocols.Stt.open."""
        return _Utterance(self.pool, on_result, grammar)


class _Utterance:
    """One utterance: keeps its audio until the final, so that it can be played to another worker."""

    def __init__(
        self, pool: WorkerPool, on_result: Callable[[SttResult], None], grammar: Grammar | None
    ) -> None:
        self._pool = pool
        self._on_result = on_result
        self._grammar = grammar
        self._audio = bytearray()
        self._sent = 0
        self._ticket: Ticket | None = None
        self._tries = 0
        self._finished_at: float | None = None
        self._over = False
        self._waiting: asyncio.Task[None] | None = None
        self._connect()

    # -- SttStream

    def feed(self, frame: Frame) -> None:
        if self._over or self._finished_at is not None or len(self._audio) >= 2 * SAMPLE_RATE * MAX_SECONDS:
            return
        self._audio += frame.tobytes()
        if len(self._audio) - self._sent >= BATCH_FRAMES * 640:
            self._send()

    def finish(self) -> None:
        if self._over or self._finished_at is not None:
            return
        self._finished_at = time.perf_counter()
        if self._ticket is not None:
            self._send()
            self._ticket.send(pack(Msg.FINISH, self._ticket.id))

    def cancel(self) -> None:
        if self._ticket is not None and not self._over:
            self._ticket.send(pack(Msg.CANCEL, self._ticket.id))
        self._end()

    # -- pipelines.workers.supervisor.Requester --------------------------------------------------------

    def on_message(self, message: Message) -> None:
        if self._over:
            return
        if message.kind is Msg.FAILED:
            log.error("an utterance failed: %s", message.json().get("error", "no reason given"))
            self._give_up()
            return
        final = message.kind is Msg.DONE
        fields = message.json()
        result = SttResult(
            text=str(fields["text"]),
            final=final,
            confidence=float(fields["confidence"]),
            understood=bool(fields.get("understood", True)),
            complete=bool(fields["complete"]),
            extensible=bool(fields["extensible"]),
            stt_ms=self._since_finish() if final else 0.0,
        )
        if final:
            self._end()
        self._on_result(result)

    def on_lost(self) -> None:
        self._ticket = None
        if self._over:
            return
        self._tries += 1
        if self._tries > RETRIES:
            self._give_up()
        else:
            self._connect()

    # -- inside ----------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Open on a ready worker and send what there is, or wait for one."""
        grammar = self._grammar
        fields = {"name": grammar.name, "jsgf": grammar.jsgf} if grammar is not None else None
        self._ticket = self._pool.open(self, grammar=fields)
        if self._ticket is None:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_task(self._wait())
            return
        self._sent = 0
        if self._audio:
            self._send()
        if self._finished_at is not None:
            self._ticket.send(pack(Msg.FINISH, self._ticket.id))

    async def _wait(self) -> None:
        """Until a worker is ready; a finished utterance does not wait longer than LOST_WAIT_S."""
        while not self._over and not await self._pool.wait_ready(LOST_WAIT_S / 4):
            if self._finished_at is not None and time.perf_counter() - self._finished_at > LOST_WAIT_S:
                self._give_up()
        self._waiting = None
        if not self._over:
            self._connect()

    def _send(self) -> None:
        if self._ticket is not None:
            piece = bytes(memoryview(self._audio)[self._sent :])
            self._sent = len(self._audio)
            self._ticket.send(pack(Msg.AUDIO, self._ticket.id, piece))

    def _since_finish(self) -> float:
        if self._finished_at is None:
            return 0.0
        return (time.perf_counter() - self._finished_at) * 1000.0

    def _give_up(self) -> None:
        """The clear result of an utterance that no worker could hear."""
        if not self._over:
            waited = self._since_finish()
            self._end()
            self._on_result(SttResult("", final=True, understood=False, stt_ms=waited))

    def _end(self) -> None:
        self._over = True
        if self._ticket is not None:
            self._ticket.close()
            self._ticket = None
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting is not asyncio.current_task():
            waiting.cancel()
        self._audio.clear()


__all__ = ["MANIFEST", "GrammarError", "PocketsphinxStt", "check", "check_grammar"]
