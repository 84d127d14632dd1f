"""A gateway to try things on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.gateway.desk import GatewayDesk


@pytest.fixture
async def desk() -> AsyncIterator[GatewayDesk]:
    made = GatewayDesk()
    await made.start()
    yield made
    await made.stop()
