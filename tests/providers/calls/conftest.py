from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.calls.telephony import Telephony


@pytest.fixture
async def telephony(tmp_path: Path) -> AsyncIterator[Telephony]:
    made = Telephony(tmp_path)
    await made.ready()
    yield made
    await made.close()
