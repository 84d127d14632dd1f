"""What the routes of speech work with, put together once for a server. Nothing here does anything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
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

FILES_WAITING = 8
"""For each reader."""
FREE_PIECES = 50
"""Of a text, 100 ms each, that go as fast as they are made."""
PIECE_S = 0.002
"""Between two pieces of all texts beyond that: fifty times as fast as they are spoken, and a fifth of the
loop, which calls need."""


class PiecePace:
    """Keeps texts that are spoken faster than anybody listens from taking all of the loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._next = 0.0

    async def wait(self, sent: int) -> None:
        """Before the next piece of a text of which so many were sent."""
        if sent < FREE_PIECES:
            return
        now = self._now()
        at = max(now, self._next)
        self._next = at + PIECE_S
        await asyncio.sleep(at - now)


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
    downloader: Downloader
    for_keys: Downloader
    """Of addresses that keys name; the other is the operator's."""
    uploading: int = 0
    """Bytes of recordings that are being handed in, or worked on."""
    pace: PiecePace = field(default_factory=PiecePace)
    since: int = field(default_factory=lambda: int(time.time()))
    """When it was put together, in seconds since 1970."""
    texts: RequestPlaces = field(init=False)
    files: RequestPlaces = field(init=False)
    """For a file that is read or converted: seconds, or a minute."""
    recordings: RequestPlaces = field(init=False)
    """For one that is written down: as long as a fifth of it."""
    chats: RequestPlaces = field(init=False)

    def __post_init__(self) -> None:
        settings = self.settings
        self.texts = RequestPlaces("texts are spoken", settings.texts_at_once)
        self.files = RequestPlaces("files are read", settings.readers, FILES_WAITING * settings.readers)
        self.recordings = RequestPlaces(
            "recordings are written down", settings.recordings_at_once, settings.recordings_at_once
        )
        self.chats = RequestPlaces("models are asked", settings.chats_at_once)

    def expect(self, voices: Sequence[str]) -> None:
        """Somebody may ask soon: have these voices and an encoder by then. Returns at once. Not before calls
        are answered, whose own voices would wait for a processor meanwhile."""
        self.speaker.expect(voices)
        self.audio.expect()
