"""The routes of speech on a real socket, with the embedded engines and workers behind them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from api.access.scopes import Scope
from api.app import ApiContext, build_app
from api.speech_desk import SpeechDesk
from cli.serving.engine_options import engine_modes
from cli.serving.engines import default_llms, open_engines, open_overview, open_voices
from cli.serving.speech_desk import open_speech_desk
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Downloader, Take
from mediaserver.fetching.request import FetchRequest
from mediaserver.metrics import Metrics
from mediaserver.storage.records import Record, UsageCounted
from pipelines.engines.builtin import registry
from pipelines.engines.registry import EngineRegistry
from tests.api.keys import bearer, made_up_key

Client = TestClient[web.Request, web.Application]


class Counts:
    """Keeps what was counted."""

    def __init__(self) -> None:
        self.used: list[UsageCounted] = []

    def put(self, record: Record) -> None:
        assert isinstance(record, UsageCounted)
        self.used.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True

    def take(self) -> dict[str, float]:
        """What was used since, by kind."""
        used, self.used = self.used, []
        return {str(each.kind): each.amount for each in used}


class NoWeb:
    """Nothing is to be had from elsewhere."""

    async def download(
        self, request: FetchRequest, take: Take, *, most_bytes: int, within_s: float
    ) -> FetchAnswer:
        raise FetchError("there is no web here", FetchFault.CONNECTION)


class Studio:
    def __init__(
        self,
        data: Path,
        downloader: Downloader | None = None,
        known: EngineRegistry | None = None,
        **overrides: Any,
    ) -> None:
        """`known`: in the place of all engines."""
        self.settings = load(None, {"data": str(data), **overrides})
        self.counts = Counts()
        self.context = ApiContext(self.settings, Health(), Metrics(), sink=self.counts)
        self.key, self.secret = made_up_key(self.context, Scope.SPEECH, Scope.MODELS, Scope.METRICS)
        """With which `client` asks."""
        self.client: Client = TestClient(TestServer(build_app(self.context)), headers=bearer(self.secret))
        self._downloader = NoWeb()
        """Of the operator's: `client` asks as a key."""
        self._for_keys = downloader or NoWeb()
        self._known = known or registry()
        self._undo = AsyncExitStack()

    async def start(self) -> None:
        known = self._known
        engines = open_engines(self.settings, known, self._undo)
        models = default_llms(self.settings, known)
        self.context.speech = await open_speech_desk(
            self.settings,
            known,
            engines,
            models,
            open_voices(self.settings, known, engines, self._undo),
            self._downloader,
            self._for_keys,
            self._undo,
        )
        modes = engine_modes(self.settings, known)
        self.context.engines = open_overview(self.settings, known, engines, modes)
        await self.client.start_server()

    async def stop(self) -> None:
        """Every request is over then, and has left nothing."""
        await self.client.close()
        await self._undo.aclose()
        left = list(self.settings.uploads.rglob("*")) if self.settings.uploads.exists() else []
        assert left == [] and self.desk.uploading == 0

    @property
    def desk(self) -> SpeechDesk:
        assert self.context.speech is not None
        return self.context.speech

    @property
    def url(self) -> str:
        return str(self.client.make_url("")).rstrip("/")
