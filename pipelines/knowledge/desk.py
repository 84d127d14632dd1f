"""Knowledge as a running server keeps it for those who ask over HTTP: where documents are fetched from, the
search by meaning, and the vectors that are being made.

A document is stored before it is embedded, and stays whatever becomes of that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg

from mediaserver.errors import VoiceForgeError
from mediaserver.fetching.protocols import Downloader
from pipelines.engines.embedding.protocol import Embedder
from pipelines.knowledge.embedding import EmbeddingRun, embed_collection
from pipelines.knowledge.meaning import MeaningSearch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Embedding:
    """How the vectors of a collection stand."""

    running: bool = False
    done: int = 0
    to_do: int = 0
    """Passages that had no vector when it began."""
    refused: int = 0
    fault: str = ""
    """Why the last run came to nothing; what it had made is kept."""


class KnowledgeDesk:
    """One for a server; `close` ends its runs."""

    def __init__(
        self,
        downloader: Downloader,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        language: str,
        meaning: MeaningSearch | None = None,
        embedder: Callable[[], Embedder | None] = lambda: None,
        why_none: Callable[[], str] = lambda: "the engine is being started",
        engine: str = "",
    ) -> None:
        """`language`: of documents that say none. `engine`: its name, empty where the settings name none."""
        self.downloader = downloader
        self.language = language
        self.meaning = meaning
        self.engine = engine
        self.handed_in = 0
        """Bytes of documents that are being handed in, or read."""
        self.reading = asyncio.Semaphore(1)
        """Documents are read one at a time: the work competes with that of all calls."""
        self._connect = connect
        self._embedder = embedder
        self._why_none = why_none
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._known: dict[str, Embedding] = {}

    @property
    def model(self) -> str:
        """Under which the vectors are kept that searches go by; empty while nobody knows."""
        embedder = self._embedder()
        return "" if embedder is None else embedder.model

    @property
    def fault(self) -> str:
        """Why no vectors can be made now; empty: they can, or none are wanted."""
        return "" if not self.engine or self._embedder() is not None else self._why_none()

    def embedding(self, collection: str) -> Embedding:
        return self._known.get(collection, Embedding())

    def embed(self, collection: str) -> bool:
        """Begin to make the vectors that are missing, or begin anew behind the run that is on. Returns at
        once; False: no engine is named for it."""
        if not self.engine:
            return False
        before = self._runs.get(collection)
        run = asyncio.create_task(self._embed(collection, before))
        self._runs[collection] = run
        run.add_done_callback(lambda task: self._over(collection, task))
        return True

    async def close(self) -> None:
        runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

    def _over(self, collection: str, task: asyncio.Task[None]) -> None:
        if self._runs.get(collection) is task:
            del self._runs[collection]

    async def _embed(self, collection: str, before: asyncio.Task[None] | None) -> None:
        self._known[collection] = Embedding(running=True)
        if before is not None:
            await asyncio.wait((before,))
        run = EmbeddingRun()

        def told(now: EmbeddingRun) -> None:
            nonlocal run
            run = now
            self._known[collection] = Embedding(True, now.done, now.to_do, len(now.refused))

        fault = ""
        try:
            embedder = self._embedder()
            if embedder is None:
                fault = self._why_none()
                return
            connection = await self._connect()
            try:
                run = await embed_collection(connection, collection, embedder, told)
            finally:
                await connection.close()
        except (VoiceForgeError, asyncpg.PostgresError, OSError) as error:
            fault = " ".join(str(error).split())[:500] or type(error).__name__
            log.warning("the collection %s was not embedded: %s", collection, fault)
        finally:
            self._known[collection] = Embedding(False, run.done, run.to_do, len(run.refused), fault)
