"""What the routes of speech work with, put together once for a server. Nothing here does anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mediaserver.errors import CapacityError
from mediaserver.fetching.protocols import Downloader
from mediaserver.settings.speech import SpeechSettings
from pipelines.audio.workers import AudioWorkers
from pipelines.engines.running import Engines
from pipelines.synthesis.speaker import TextSpeaker
from pipelines.transcription.recognisers import FileRecognisers


class RequestPlaces:
    """So many at once, so many who wait, and nobody more."""

    def __init__(self, what: str, at_once: int, waiting: int = 0) -> None:
        """`what`: in words, for those who do not find one."""
        self._what = what
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._taken = 0

    def check(self) -> None:
        """Raises CapacityError when there is none: before somebody sends much for nothing."""
        if self._taken >= self._most:
            raise CapacityError(f"too many {self._what} at the same time; try again in a moment")

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Raises CapacityError."""
        self.check()
        self._taken += 1
        try:
            async with self._free:
                yield
        finally:
            self._taken -= 1


@dataclass(slots=True)
class SpeechDesk:
    settings: SpeechSettings
    speaker: TextSpeaker
    recognisers: FileRecognisers
    audio: AudioWorkers
    engines: Engines
    """Of the whole server: its language models are asked through it."""
    models: tuple[str, ...]
    """Language models that may be asked, the usual one first."""
    uploads: Path
    """Folder of what is handed in; everything in it is some request's, and goes with it."""
    downloader: Downloader | None = None
    uploading: int = 0
    """Bytes of recordings that are being handed in, or worked on."""
    since: int = field(default_factory=lambda: int(time.time()))
    """When it was put together, in seconds since 1970."""
    texts: RequestPlaces = field(init=False)
    recordings: RequestPlaces = field(init=False)
    chats: RequestPlaces = field(init=False)

    def __post_init__(self) -> None:
        settings = self.settings
        self.texts = RequestPlaces("texts are spoken", settings.texts_at_once)
        self.recordings = RequestPlaces(
            "recordings are worked on", settings.recordings_at_once, settings.recordings_at_once
        )
        self.chats = RequestPlaces("models are asked", settings.chats_at_once)
