"""An engine of a provider, started as the server starts it, in front of its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.registry import EngineOptions
from tests.standins.provider import KEY, StandIn, serving

E = TypeVar("E")
S = TypeVar("S", bound=StandIn)


class Runs(Generic[E, S]):
    """`engine`: before it is made."""

    def __init__(
        self, engine: CloudEngine, standin: Callable[[], S], folder: Path, home: Path | None = None
    ) -> None:
        self._engine = engine
        self._standin = standin
        self._home = home
        self.key_file = folder / "key"
        self.key_file.write_text(KEY)

    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[tuple[E, S]]:
        return self._running(settings)

    @asynccontextmanager
    async def _running(self, settings: dict[str, Any]) -> AsyncIterator[tuple[E, S]]:
        async with serving(self._standin()) as provider:
            told = {"base_url": provider.url, "api_key_file": str(self.key_file), **settings}
            options = EngineOptions(home=self._home, settings=told)
            readiness = self._engine.check(options)
            assert readiness.ready, readiness.lacks
            engine: Any = self._engine.make(options)
            await engine.start()
            try:
                yield engine, provider
            finally:
                await engine.stop()
