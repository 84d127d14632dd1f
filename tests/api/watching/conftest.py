from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from api.watching import socket, stream
from mediaserver.storage.postgres import EmbeddedPostgres
from tests.api.watching.desk import WatchDesk


@pytest.fixture
async def desk(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[WatchDesk]:
    desk = WatchDesk(pool, postgres, stream.routes, socket.routes)
    await desk.start()
    yield desk
    await desk.stop()
