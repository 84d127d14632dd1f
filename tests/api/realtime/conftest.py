"""A server to have sessions on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.realtime.desk import RealtimeDesk


@pytest.fixture
async def desk() -> AsyncIterator[RealtimeDesk]:
    made = RealtimeDesk()
    await made.start()
    yield made
    await made.stop()
