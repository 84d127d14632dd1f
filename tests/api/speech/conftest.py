"""One studio for all tests of a module: its engines take a second to start."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.speech.studio import Studio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("data"))
    await studio.start()
    yield studio
    await studio.stop()
