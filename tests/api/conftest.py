"""A desk whose server is up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.desk import Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.start()
    yield desk
    await desk.stop()
