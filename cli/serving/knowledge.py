"""The desk of documents that are handed in over HTTP, by the settings."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial

from cli.serving.database import Connect
from mediaserver.config import Settings
from mediaserver.fetching.protocols import Downloader
from pipelines.engines.protocols import Kind
from pipelines.engines.running import Engines
from pipelines.knowledge.desk import KnowledgeDesk
from pipelines.knowledge.meaning import MeaningSearch


def open_knowledge(
    settings: Settings,
    engines: Engines,
    meaning: MeaningSearch | None,
    downloader: Downloader,
    connect: Connect,
    undo: AsyncExitStack,
) -> KnowledgeDesk:
    """`engines`: of the server, which have the one for vectors where the settings name it."""
    name = settings.engines.embedding
    desk = KnowledgeDesk(
        downloader,
        connect,
        settings.engines.language,
        meaning,
        partial(engines.embedder, name) if name else lambda: None,
        lambda: engines.fault(Kind.EMBEDDING, name) or f"the engine {name} is being started",
        name,
    )
    undo.push_async_callback(desk.close)
    return desk
