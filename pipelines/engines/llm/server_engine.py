"""What every engine behind a server of models does alike: it looks at the server at its start, tells whether
it is ready and how busy, and has a connection open for a call that comes.
"""

from __future__ import annotations

import asyncio
import contextlib

from mediaserver.errors import ModelError
from pipelines.engines.llm.endpoint import EndpointClient
from pipelines.engines.llm.looking import models_of, settled_model
from pipelines.engines.protocols import Manifest

WARM_FOR_S = 60.0
"""A connection that was used so long ago is taken to be open still."""


class ServerEngine:
    """See `pipelines.engines.protocols.Engine`; what is asked of the server is its heirs' part."""

    def __init__(self, manifest: Manifest, server: EndpointClient) -> None:
        self._manifest = manifest
        self._server = server
        self._load = 0
        self._ready = False
        self._used: float | None = None
        """When a connection was last used, on the loop's clock."""
        self._warming: asyncio.Task[None] | None = None
        self.doubt = ""
        """What will probably not work, found at the start at no cost; empty when all is well."""

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    @property
    def ready(self) -> bool:
        return self._ready

    @property
    def restarts(self) -> int:
        return 0

    @property
    def load(self) -> int:
        return self._load

    async def start(self) -> None:
        """Ask for the list of models: opens a connection, tells a wrong key or address, and spends no token.
        Raises ModelError."""
        models = await self._look()
        self.doubt = settled_model(self._server, models)
        self._ready = True

    async def stop(self) -> None:
        self._ready = False
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self._server.close()

    def expect(self) -> None:
        """A call begins that will ask soon: have a connection open by then. Returns at once."""
        loop = asyncio.get_running_loop()
        warm = self._used is not None and loop.time() - self._used < WARM_FOR_S
        if warm or not self._ready or (self._warming is not None and not self._warming.done()):
            return
        self._used = loop.time()
        self._warming = loop.create_task(self._warm())

    def _has_used(self) -> None:
        """A connection is open."""
        self._used = asyncio.get_running_loop().time()

    async def _warm(self) -> None:
        with contextlib.suppress(ModelError):  # who asks next will tell
            await self._look()

    async def _look(self) -> list[str]:
        models = await models_of(self._server)
        self._has_used()
        return models
